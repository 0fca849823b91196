/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "helpers/cli_watch.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "helpers/cli.h"
#include "lib/base/io.h"
#include "lib/base/log.h"
#include "lib/model/ocf.h"

/* What the handler may touch: texts that are complete before it can read them. A step's name goes
 * into the buffer that is not in use, then `current` is turned over. */
static struct {
	const struct cli_watch *w;
	char step[2][64];
	volatile sig_atomic_t current;
	timer_t timer;
	bool armed;
} watch;

/* ---- watchdog: async-signal-safe from here ... ---- */

struct line {
	char text[512];
	size_t len;
};

static void add(struct line *l, const char *s)
{
	while (*s && l->len < sizeof l->text)
		l->text[l->len++] = *s++;
}

static void add_number(struct line *l, int64_t n)
{
	char digits[24];
	char *p = digits + sizeof digits - 1;

	*p = '\0';
	do
		*--p = (char)('0' + n % 10);
	while ((n /= 10) > 0);
	add(l, p);
}

static void add_reason(struct line *l)
{
	const struct cli_watch *w = watch.w;
	const char *at = watch.step[watch.current];

	add(l, w->trace.program);
	add(l, " ");
	add(l, w->trace.verb);
	add(l, ": no answer within ");
	if (w->after_ms < 10000) {
		add_number(l, w->after_ms);
		add(l, " ms");
	} else {
		add_number(l, w->after_ms / 1000);
		add(l, " s");
	}
	if (*at) {
		add(l, " (since the step ");
		add(l, at);
		add(l, ")");
	}
	add(l, "; something that it asked hangs: the trace in " TRACE_DIR " tells the steps");
}

static void bark(int sig)
{
	struct line l = { "", 0 };

	(void)sig;
	if (watch.w->json) {
		add(&l, "{\"code\":1,\"reason\":\"");
		add_reason(&l);
		add(&l, "\"}\n");
		(void)io_write_all(STDOUT_FILENO, l.text, l.len);
		l.len = 0;
	}
	add(&l, "ocf-exit-reason:");
	add_reason(&l);
	add(&l, "\n");
	(void)io_write_all(STDERR_FILENO, l.text, l.len);
	_exit(OCF_ERR_GENERIC);
}

/* ---- ... to here ---- */

static void arm(int64_t after_ms)
{
	struct sigaction sa = { .sa_handler = bark };
	struct sigevent ev = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM };
	struct itimerspec when = {
		.it_value = { after_ms / 1000, (after_ms % 1000) * 1000000 },
	};
	sigset_t set;

	sigemptyset(&sa.sa_mask);
	sigaction(SIGALRM, &sa, NULL);
	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	if (timer_create(CLOCK_MONOTONIC, &ev, &watch.timer) == 0 &&
	    timer_settime(watch.timer, 0, &when, NULL) == 0)
		watch.armed = true;
	else
		log_warning("no watchdog: timer_create: %m");
}

void cli_watchdog_disarm(void)
{
	const struct itimerspec never = { { 0, 0 }, { 0, 0 } };

	if (!watch.armed)
		return;
	watch.armed = false;
	/* In a forked child there is no such timer; then this does nothing. */
	timer_settime(watch.timer, 0, &never, NULL);
}

#ifdef FERRY_FAULT_INJECTION
/*
 * Tests write "kill" or "hang" into /run/ferry/test/PROGRAM.STEP. It fires once: the file is gone
 * before the fault happens, so that the action repeated by Pacemaker gets through.
 */
static void inject_fault(const char *program, const char *name)
{
	char path[256];
	char *what = NULL;
	bool do_kill, do_hang;

	snprintf(path, sizeof path, "/run/ferry/test/%s.%s", program, name);
	if (io_read_file(path, 64, &what, NULL) < 0)
		return;
	do_kill = strncmp(what, "kill", 4) == 0;
	do_hang = strncmp(what, "hang", 4) == 0;
	free(what);
	unlink(path);
	if (do_kill)
		kill(getpid(), SIGKILL);
	while (do_hang)
		pause();
}
#endif

static void on_step(void *arg, const char *name, const char *detail)
{
	const struct cli_watch *w = arg;
	int spare = !watch.current;

	snprintf(watch.step[spare], sizeof watch.step[spare], "%s", name);
	watch.current = spare;
	trace_step(&w->trace, name, detail);
#ifdef FERRY_FAULT_INJECTION
	inject_fault(w->trace.program, name);
#endif
}

void cli_watch_begin(const struct cli_watch *w)
{
	watch.w = w;
	step_set_sink(on_step, (void *)w);
	arm(w->after_ms);
}
