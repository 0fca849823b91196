/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/edge/bounded.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/cleanup.h"
#include "lib/edge/proc.h"
#include "lib/model/ocf.h"

/* Shared with the child: its answer. REPLY follows. */
struct answer {
	int ret;
	struct ferry_error error;
	max_align_t reply[];
};

int bounded(const char *what, int (*fn)(void *arg, void *reply, struct ferry_error *e), void *arg,
	    void *reply, size_t size, struct ferry_deadline d, struct ferry_error *e)
{
	size_t total = sizeof(struct answer) + size;
	struct answer *a = mmap(NULL, total, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ferry_autoclose int pidfd = -1;
	int r, status;
	pid_t pid, self = getpid();

	if (a == MAP_FAILED)
		return error_set(e, OCF_ERR_GENERIC, errno, "%s: %s", what, strerror(errno));
	if (size > 0)
		memcpy(a->reply, reply, size);
	pid = fork();
	if (pid == 0) {
		/* It must not go on when this process is killed: the next action would meet it. */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != self)
			_exit(1);
		a->ret = fn(arg, a->reply, &a->error);
		_exit(0);
	}
	if (pid < 0) {
		r = error_set(e, OCF_ERR_GENERIC, errno, "%s: cannot fork: %s", what, strerror(errno));
		goto out;
	}
	pidfd = proc_open(pid);
	r = pidfd < 0 ? pidfd : proc_reap(pid, pidfd, d, &status);
	if (r < 0) {
		proc_kill(pid, pidfd, false);
		error_set(e, OCF_ERR_GENERIC, -r, r == -ETIMEDOUT ? "%s did not come back in time"
								  : "%s: cannot wait for it", what);
	} else if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		r = error_set(e, OCF_ERR_GENERIC, EIO, "%s: the child process died (wait status %#x)",
			      what, (unsigned int)status);
	} else {
		r = a->ret;
		if (r < 0)
			error_set(e, a->error.code ? a->error.code : OCF_ERR_GENERIC, -r, "%s",
				  a->error.code ? a->error.text : strerror(-r));
		if (size > 0)
			memcpy(reply, a->reply, size);
	}
out:
	munmap(a, total);
	return r;
}
