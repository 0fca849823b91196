/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/edge/detach.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/cleanup.h"
#include "lib/base/io.h"
#include "lib/model/ocf.h"

struct answer {
	int result;
	struct ferry_error error;
};

static void child_main(int (*fn)(void *arg, struct ferry_error *e), void *arg, int fd)
{
	struct answer a = { 0, FERRY_ERROR_INIT };

	setsid();
	signal(SIGPIPE, SIG_IGN);	/* whoever waited for the answer may be gone */
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	a.result = fn(arg, &a.error);
	io_write_all(fd, &a, sizeof a);
	_exit(0);
}

int detach_run(int (*fn)(void *arg, struct ferry_error *e), void *arg, struct ferry_error *e)
{
	ferry_autoclose int rd = -1;
	ferry_autoclose int wr = -1;
	struct answer a;
	int fds[2], status;
	size_t have = 0;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return error_set(e, OCF_ERR_GENERIC, errno, "pipe: %s", strerror(errno));
	rd = fds[0];
	wr = fds[1];
	pid = fork();
	if (pid < 0)
		return error_set(e, OCF_ERR_GENERIC, errno, "fork: %s", strerror(errno));
	if (pid == 0) {
		close(rd);
		child_main(fn, arg, wr);
	}
	close(take_fd(&wr));
	while (have < sizeof a) {
		ssize_t n = read(rd, (char *)&a + have, sizeof a - have);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		have += (size_t)n;
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (have < sizeof a)
		return error_set(e, OCF_ERR_GENERIC, ECHILD, "the process that did the work died without an answer");
	if (a.result < 0 && e && e->code == 0)
		*e = a.error;
	return a.result;
}
