/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "helpers/cli.h"

#include <errno.h>
#include <json-c/json.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "helpers/cli_priv.h"
#include "helpers/cli_usage.h"
#include "helpers/cli_watch.h"
#include "lib/base/log.h"
#include "lib/model/ocf.h"

#define DEFAULT_TIMEOUT_MS 20000
#define MIN_TIMEOUT_MS 500
#define MAX_TIMEOUT_MS (7LL * 24 * 3600 * 1000)

static void on_log(void *arg, enum log_level level, const char *line)
{
	static const char *const names[] = { "error", "warning", "info", "debug" };

	(void)arg;
	if (level != LOG_LEVEL_DEBUG)
		fprintf(stderr, "%s: %s\n", names[level], line);
}

/* The time-out less what it takes to say why: a tenth of it, within 0.2 and 5 seconds. */
static int64_t margin_of(int64_t timeout_ms)
{
	int64_t margin = timeout_ms / 10;

	return margin < 200 ? 200 : margin > 5000 ? 5000 : margin;
}

static int set_times(struct cli *c, struct ferry_error *e)
{
	int r = 0;

	c->timeout_ms = DEFAULT_TIMEOUT_MS;
	if (c->timeout)
		r = cli_to_int(c, "timeout", c->timeout, MIN_TIMEOUT_MS, MAX_TIMEOUT_MS, &c->timeout_ms, e);
	c->deadline = deadline_in(c->timeout_ms - margin_of(c->timeout_ms));
	return r;
}

/* The value of the first of NAMES that the program declares and that was given; NULL if none. */
static const char *given_of(const struct cli *c, const char *const *names)
{
	for (; *names; names++)
		if (cli_place_of(c->program, *names) >= 0 && cli_get(c, *names))
			return cli_get(c, *names);
	return NULL;
}

/*
 * Whoever is not root sees less (of /proc, of the kernel's tables), and must not take what is hidden from him for
 * absent. Only validate at level 0 looks at nothing.
 */
static int not_root(const struct cli *c, struct ferry_error *e)
{
	if (geteuid() == 0 || (strcmp(c->verb->name, "validate") == 0 && atoi(cli_get(c, "level")) < 10))
		return 0;
	return error_set(e, OCF_ERR_PERM, EPERM, "%s %s: only root can do this, or see enough to tell", c->program->name,
			 c->verb->name);
}

static int run_verb(struct cli *c, struct cli_watch *w, int *ret_code, struct ferry_error *e)
{
	int64_t begun = now_ms();
	int code = OCF_SUCCESS;
	int r;

	w->trace.program = c->program->name;
	w->trace.verb = c->verb->name;
	w->trace.resource = given_of(c, (const char *const[]){ "drbd-resource", "gate", NULL });
	w->trace.domain = given_of(c, (const char *const[]){ "domain", NULL });
	w->json = c->json;
	w->after_ms = c->timeout_ms - margin_of(c->timeout_ms) / 2;
	cli_watch_begin(w);
	if (!c->verb->looks)
		step("begin", "%s", "");
	r = c->verb->run(c, &code, e);
	cli_watchdog_disarm();
	if (r < 0) {
		error_set(e, OCF_ERR_GENERIC, -r, "%s %s: %s", c->program->name, c->verb->name,
			  strerror(-r));
		code = e->code;
	}
	if (!c->verb->looks || r < 0)
		step("end", "code %d after %lld ms%s%s", code, (long long)(now_ms() - begun),
		     r < 0 ? ": " : "", e->text);
	*ret_code = code;
	return r;
}

/*
 * Pacemaker's scheduler (tests/sim tries it) takes 6 of a probe for a resource that is active, and stops it: 2 only keeps it off
 * the node. After a migrate_to with 2, 3 or 5 it bars the node and promotes the disk elsewhere while the guest runs on here.
 */
static int code_for_pacemaker(const struct cli *c, int code)
{
	if (!c->agent)
		return code;
	if (strcmp(c->verb->name, "monitor") == 0 && code == OCF_ERR_CONFIGURED)
		return OCF_ERR_ARGS;
	if (strcmp(c->verb->name, "migrate-to") == 0 &&
	    (code == OCF_ERR_ARGS || code == OCF_ERR_UNIMPLEMENTED || code == OCF_ERR_INSTALLED))
		return OCF_ERR_GENERIC;
	return code;
}

/* What a forgiving verb went on with: a monitor tells it as degraded, so that it can be seen; the others warn. */
static void tell_forgiven(const struct cli *c, int *code, struct ferry_error *e)
{
	if (c->forgave->code == 0)
		return;
	if (strcmp(c->verb->name, "monitor") != 0) {
		log_warning("%s", c->forgave->text);
	} else if (*code == OCF_SUCCESS) {
		*code = OCF_DEGRADED;
		*e = *c->forgave;
	}
}

/* After a start that was refused for a bad value Pacemaker stops with the same one. Failing would fence the node. */
static bool nothing_to_stop(const struct cli *c, const struct ferry_error *e)
{
	if (!c->agent || e->code != OCF_ERR_CONFIGURED || !c->program->stop || strcmp(c->verb->name, c->program->stop) != 0 ||
	    !c->program->nothing_here(c))
		return false;
	log_warning("%s; nothing can have been started with that, so nothing is stopped", e->text);
	return true;
}

static int finish(struct cli *c, int code, const struct ferry_error *e)
{
	if (c->answer) {
		json_object_object_add(c->answer, "code", json_object_new_int(code));
		if (e->code)
			json_object_object_add(c->answer, "reason", json_object_new_string(e->text));
		puts(json_object_to_json_string_ext(c->answer, JSON_C_TO_STRING_PLAIN |
						    JSON_C_TO_STRING_NOSLASHESCAPE));
		json_object_put(c->answer);
	}
	if ((fflush(stdout) != 0 || ferror(stdout)) && code == OCF_SUCCESS) {
		fputs("ocf-exit-reason:standard output cannot be written\n", stderr);
		return OCF_ERR_GENERIC;
	}
	if (e->code)
		fprintf(stderr, "ocf-exit-reason:%s\n", e->text);
	return code;
}

int cli_main(const struct cli_program *p, int argc, char **argv)
{
	struct ferry_error e = FERRY_ERROR_INIT;
	static struct cli_watch w;	/* the step sink and the watchdog outlive this frame */
	struct ferry_error forgave = FERRY_ERROR_INIT;
	struct cli c = { .program = p, .forgave = &forgave };
	struct utsname u;
	int code = OCF_SUCCESS;
	int r;

	signal(SIGPIPE, SIG_IGN);	/* who hangs up on us must not stop half an action */
	log_set_sink(on_log, NULL);
	if (uname(&u) == 0)
		snprintf(c.node, sizeof c.node, "%s", u.nodename);

	r = cli_parse(&c, argc, argv, &e);
	if (r == 0 && c.version) {
		printf("%s (Ferry) %s\n", p->name, PACKAGE_VERSION);
		return finish(&c, code, &e);
	}
	if (r == 0 && c.help) {
		usage_print(p, c.verb);
		return finish(&c, code, &e);
	}
	if (c.json)
		c.answer = json_object_new_object();
	if (r == 0)
		r = set_times(&c, &e);
	if (r == 0)
		r = cli_check_options(&c, &e);
	if (r == 0)
		r = not_root(&c, &e);
	if (r < 0)
		code = e.code;
	else
		r = run_verb(&c, &w, &code, &e);
	if (r == 0)
		tell_forgiven(&c, &code, &e);
	if (c.verb)
		code = code_for_pacemaker(&c, code);
	if (r < 0 && c.verb && nothing_to_stop(&c, &e)) {
		code = OCF_SUCCESS;
		r = 0;
	}
	if (r == 0 && !ocf_is_degraded(code))
		error_clear(&e);	/* noted on the way, and dealt with */
	return finish(&c, code, &e);
}
