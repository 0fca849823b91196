/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/edge/run.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "lib/base/cleanup.h"
#include "lib/edge/proc.h"
#include "lib/edge/run_priv.h"
#include "lib/model/ocf.h"

#define MAX_ENV 16
#define CHUNK 4096

static const char *const search_path[] = { "/usr/sbin", "/usr/bin", "/sbin", "/bin" };

static int find_program(const char *name, char *buf, size_t size)
{
	if (strchr(name, '/')) {
		if ((size_t)snprintf(buf, size, "%s", name) >= size)
			return -ENAMETOOLONG;
		return access(buf, X_OK) < 0 ? -errno : 0;
	}
	for (size_t i = 0; i < sizeof search_path / sizeof *search_path; i++) {
		if ((size_t)snprintf(buf, size, "%s/%s", search_path[i], name) >= size)
			return -ENAMETOOLONG;
		if (access(buf, X_OK) == 0)
			return 0;
	}
	return -ENOENT;
}

/* In the child, between fork and exec: only what signal-safety(7) allows. */
static void __attribute__((noreturn)) become(const char *path, const char *const argv[],
					     const char *const env[], int out, int err, int report,
					     pid_t parent)
{
	struct sigaction dfl = { .sa_handler = SIG_DFL };
	sigset_t none;
	int null;

	setpgid(0, 0);
	/* What an agent began does not go on behind the back of whoever killed it. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(127);
	for (int s = 1; s < NSIG; s++)
		sigaction(s, &dfl, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null >= 0 && dup2(null, 0) == 0 && dup2(out, 1) == 1 && dup2(err >= 0 ? err : null, 2) == 2) {
		/* Everything of ours is close-on-exec; this is for what a library forgot. */
		close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
		execve(path, (char *const *)(uintptr_t)argv, (char *const *)(uintptr_t)env);
	}
	null = errno;
	if (write(report, &null, sizeof null) < 0)
		_exit(126);
	_exit(127);
}

static int make_pipe(int end[2])
{
	if (pipe2(end, O_CLOEXEC) < 0)
		return -errno;
	/* A descriptor of 0..2 would be closed over by the child's own. */
	for (int i = 0; i < 2; i++) {
		int high;

		if (end[i] > 2)
			continue;
		high = fcntl(end[i], F_DUPFD_CLOEXEC, 3);
		if (high < 0)
			return -errno;
		close(end[i]);
		end[i] = high;
	}
	return fcntl(end[0], F_SETFL, O_NONBLOCK) < 0 ? -errno : 0;
}

static int start(const char *path, const char *const argv[], const char *const env[], bool want_err,
		 struct run_child *ret_child)
{
	ferry_autoclose int pidfd = -1;
	int out[2] = { -1, -1 }, err[2] = { -1, -1 }, report[2] = { -1, -1 };
	struct pollfd told;
	pid_t pid = -1, self = getpid();
	int r, failed = 0;

	r = make_pipe(out);
	if (r == 0 && want_err)
		r = make_pipe(err);
	if (r == 0)
		r = make_pipe(report);
	if (r == 0 && (pid = fork()) < 0)
		r = -errno;
	if (pid == 0)
		become(path, argv, env, out[1], err[1], report[1], self);
	if (pid > 0)
		setpgid(pid, pid);	/* whoever comes first; both may lose to the exec */
	for (int i = 0; i < 3; i++) {
		int *end = i == 0 ? out : i == 1 ? err : report;

		if (end[1] >= 0)
			close(end[1]);
	}
	if (r == 0 && (pidfd = proc_open(pid)) < 0)
		r = pidfd;
	if (r == 0) {
		/* Closed by a successful exec, readable after a failed one. */
		told = (struct pollfd){ .fd = report[0], .events = POLLIN };
		while (poll(&told, 1, -1) < 0 && errno == EINTR)
			;
		if (read(report[0], &failed, sizeof failed) == sizeof failed)
			r = -failed;
	}
	if (report[0] >= 0)
		close(report[0]);
	if (r < 0) {
		int status;

		if (pid > 0) {
			kill(-pid, SIGKILL);
			while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
				;
		}
		if (out[0] >= 0)
			close(out[0]);
		if (err[0] >= 0)
			close(err[0]);
		return r;
	}
	*ret_child = (struct run_child){ pid, take_fd(&pidfd), out[0], err[0] };
	return 0;
}

int run_spawn(const char *const argv[], const char *const extra_env[], bool want_err,
	      struct run_child *ret_child, struct ferry_error *e)
{
	const char *env[MAX_ENV] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", "HOME=/" };
	char path[PATH_MAX];
	size_t n = 3;
	int r;

	for (; extra_env && *extra_env; extra_env++) {
		if (n == MAX_ENV - 1)
			return error_set(e, OCF_ERR_GENERIC, E2BIG, "too many variables for %s", argv[0]);
		env[n++] = *extra_env;
	}
	r = find_program(argv[0], path, sizeof path);
	if (r < 0)
		return error_set(e, OCF_ERR_INSTALLED, -r, "%s is not installed: %s", argv[0],
				 strerror(-r));
	r = start(path, argv, env, want_err, ret_child);
	if (r < 0)
		return error_set(e, OCF_ERR_GENERIC, -r, "cannot run %s: %s", path, strerror(-r));
	return 0;
}

void run_child_clear(struct run_child *c)
{
	if (c->pidfd >= 0)
		proc_kill(c->pid, c->pidfd, true);
	for (int i = 0; i < 3; i++) {
		int fd = i == 0 ? c->pidfd : i == 1 ? c->out : c->err;

		if (fd >= 0)
			close(fd);
	}
}

struct sink {
	char *buf;
	size_t len, size;
	size_t max;
	bool cut;	/* more than MAX came: the beginning is kept, the rest was thrown away */
};

/* Take what is in the pipe: 1 = more may come, 0 = closed by the writer. */
static int drain(int fd, struct sink *s)
{
	char chunk[CHUNK];

	for (;;) {
		ssize_t n = read(fd, chunk, sizeof chunk);
		size_t take;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN ? 1 : -errno;
		if (n == 0)
			return 0;
		take = (size_t)n;
		if (take > s->max - s->len) {
			take = s->max - s->len;
			s->cut = true;
		}
		if (s->len + take > s->size) {
			size_t size = s->size ? s->size * 2 : CHUNK;
			char *bigger;

			while (size < s->len + take)
				size *= 2;
			bigger = realloc(s->buf, size + 1);
			if (!bigger)
				return -ENOMEM;
			s->buf = bigger;
			s->size = size;
		}
		if (take > 0)
			memcpy(s->buf + s->len, chunk, take);
		s->len += take;
	}
}

/* Read both pipes until the program has ended. Its end is told by the pidfd, not by the pipes: what
 * it left running in the background may hold them open for ever. */
static int collect(struct run_child *c, struct ferry_deadline d, struct sink *out, struct sink *err,
		   int *ret_status)
{
	struct pollfd p[3] = {
		{ .fd = c->out, .events = POLLIN },
		{ .fd = c->err, .events = POLLIN },
		{ .fd = c->pidfd, .events = POLLIN },
	};
	struct sink *sinks[2] = { out, err };
	bool ended = false;
	int r;

	while (!ended) {
		if (poll(p, 3, deadline_poll_ms(d)) < 0 && errno != EINTR)
			return -errno;
		ended = p[2].revents != 0;
		for (int i = 0; i < 2; i++) {
			if (p[i].fd < 0 || (!p[i].revents && !ended))
				continue;
			r = drain(p[i].fd, sinks[i]);
			if (r < 0)
				return r;
			if (r == 0)
				p[i].fd = -1;
		}
		if (out->cut)
			return -EMSGSIZE;
		if (!ended && deadline_passed(d))
			return -ETIMEDOUT;
	}
	return proc_reap(c->pid, c->pidfd, deadline_never(), ret_status);
}

/* "first line; second line" */
static void one_line(const struct sink *s, char *buf, size_t size)
{
	size_t n = 0, len = s->len;

	while (len > 0 && (s->buf[len - 1] == '\n' || s->buf[len - 1] == ' '))
		len--;
	for (size_t i = 0; i < len && n + 3 < size; i++) {
		unsigned char ch = (unsigned char)s->buf[i];

		if (ch == '\n') {
			buf[n++] = ';';
			ch = ' ';
		}
		buf[n++] = ch < ' ' ? ' ' : (char)ch;
	}
	buf[n] = '\0';
}

int run(const char *const argv[], const char *const extra_env[], struct ferry_deadline d,
	struct run_result *ret_result, struct ferry_error *e)
{
	struct run_child c = { -1, -1, -1, -1 };
	struct sink out = { .max = RUN_OUTPUT_MAX }, err = { .max = sizeof ret_result->err };
	int r, status = 0;

	r = run_spawn(argv, extra_env, true, &c, e);
	if (r < 0)
		return r;
	r = collect(&c, d, &out, &err, &status);
	if (r == 0 && !out.buf)
		out.buf = calloc(1, 1);
	if (r == 0 && !out.buf)
		r = -ENOMEM;
	if (r == 0) {
		close(c.pidfd);		/* reaped: the pid is no longer ours to kill */
		c.pidfd = -1;
		out.buf[out.len] = '\0';
		ret_result->status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
		ret_result->out = take_ptr(out.buf);
		ret_result->out_len = out.len;
		one_line(&err, ret_result->err, sizeof ret_result->err);
	} else if (r == -ETIMEDOUT) {
		error_set(e, OCF_ERR_GENERIC, ETIMEDOUT, "%s did not come back in time and was killed",
			  argv[0]);
	} else if (r == -EMSGSIZE) {
		error_set(e, OCF_ERR_GENERIC, EMSGSIZE, "%s printed more than %d bytes", argv[0],
			  RUN_OUTPUT_MAX);
	} else {
		error_set(e, OCF_ERR_GENERIC, -r, "cannot read from %s: %s", argv[0], strerror(-r));
	}
	run_child_clear(&c);
	free(out.buf);
	free(err.buf);
	return r;
}

void run_result_clear(struct run_result *r)
{
	free(r->out);
	*r = (struct run_result){ 0 };
}
