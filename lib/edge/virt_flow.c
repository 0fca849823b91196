/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/edge/virt_flow.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/cleanup.h"
#include "lib/base/io.h"
#include "lib/base/log.h"
#include "lib/model/ocf.h"

#define FLOW_DIR "/run/ferry/memory"
#define GUARD_TIMES 50		/* looks of a guard after those who wait at the FIFO ... */
#define GUARD_NS 100000000	/* ... this far apart: libvirt may not have come there yet */

/*
 * In the place of the FIFO PATH there is a directory, at one stroke: whoever opens it to write fails, and creates no file. Whoever waits in an
 * open of the FIFO itself gets through, and then an error, because nobody is there. For a signal handler's company: no memory, no log.
 */
static int close_way(const char *path, char *aside, size_t size)
{
	int fd;

	if ((size_t)snprintf(aside, size, "%s.d", path) >= size)
		return -ENAMETOOLONG;
	if ((mkdir(aside, 0700) < 0 && errno != EEXIST) || renameat2(AT_FDCWD, aside, AT_FDCWD, path, RENAME_EXCHANGE) < 0)
		return -errno;
	fd = open(aside, O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
	if (fd >= 0)
		close(fd);
	return 0;
}

/* Names are PID.NUMBER: directories that a killed process, or its guard, has left are told by its pid. Nothing else is touched: a file would
 * be a guest's memory. */
static void sweep(void)
{
	ferry_autoclosedir DIR *dir = opendir(FLOW_DIR);
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		long pid = strtol(entry->d_name, NULL, 10);
		char path[sizeof FLOW_DIR + 260];

		if (pid <= 0 || kill((pid_t)pid, 0) == 0 || errno != ESRCH)
			continue;
		snprintf(path, sizeof path, FLOW_DIR "/%s", entry->d_name);
		rmdir(path);
	}
}

/* The guard's whole life. It shares nothing with the process but the pipe: neither locks nor the output that somebody reads to its end. */
static void __attribute__((noreturn)) guard_main(const char *path, int pipe_fd)
{
	const struct timespec pause = { 0, GUARD_NS };
	char aside[160], c;
	ssize_t n;

	setsid();
	if (dup2(pipe_fd, 0) < 0 || close_range(1, ~0U, 0) < 0)
		_exit(1);
	do
		n = read(0, &c, 1);
	while (n < 0 && errno == EINTR);
	if (n == 0 && close_way(path, aside, sizeof aside) == 0) {
		for (int i = 0; i < GUARD_TIMES; i++) {
			int fd = open(aside, O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);

			if (fd >= 0)
				close(fd);
			nanosleep(&pause, NULL);
		}
		unlink(aside);
	}
	_exit(0);
}

static int guard_begin(struct virt_flow *f, struct ferry_error *e)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) < 0)
		return error_set(e, OCF_ERR_GENERIC, errno, "pipe: %s", strerror(errno));
	f->guard = fork();
	if (f->guard == 0)
		guard_main(f->path, fds[0]);
	close(fds[0]);
	f->guard_fd = fds[1];
	return f->guard < 0 ? error_set(e, OCF_ERR_GENERIC, errno, "fork: %s", strerror(errno)) : 0;
}

static void guard_end(struct virt_flow *f)
{
	if (f->guard_fd < 0)
		return;
	io_write_all(f->guard_fd, "", 1);
	close(f->guard_fd);
	f->guard_fd = -1;
	while (f->guard > 0 && waitpid(f->guard, NULL, 0) < 0 && errno == EINTR)
		;
}

static int make_fifo(char *ret_path, size_t size, struct ferry_error *e)
{
	static unsigned int number;

	snprintf(ret_path, size, FLOW_DIR "/%d.%u", (int)getpid(), number++);
	rmdir(ret_path);	/* of an earlier process with this pid */
	if (mkfifo(ret_path, 0600) < 0)
		return error_set(e, OCF_ERR_GENERIC, errno, "%s cannot be made: %s", ret_path, strerror(errno));
	return 0;
}

int flow_init(struct virt_flow *f, struct ferry_deadline d, struct ferry_error *e)
{
	int r = io_make_dirs(FLOW_DIR, 0700);

	f->done_fd = f->guard_fd = -1;
	f->path[0] = '\0';
	f->deadline = d;
	if (r < 0)
		return error_set(e, OCF_ERR_GENERIC, -r, FLOW_DIR ": %s", strerror(-r));
	sweep();
	f->done_fd = eventfd(0, EFD_CLOEXEC);
	if (f->done_fd < 0)
		return error_set(e, OCF_ERR_GENERIC, errno, "eventfd: %s", strerror(errno));
	r = make_fifo(f->path, sizeof f->path, e);
	if (r < 0)
		f->path[0] = '\0';
	return r < 0 ? r : guard_begin(f, e);
}

int flow_fifo(const struct virt_flow *f, char *ret_tmp, struct ferry_error *e)
{
	return make_fifo(ret_tmp, sizeof f->path, e);
}

void flow_block(struct virt_flow *f)
{
	char aside[sizeof f->path + 4];
	int r = close_way(f->path, aside, sizeof aside);

	if (r < 0)
		log_warning("%s: %s", f->path, strerror(-r));
	remove(aside);
}

struct start {
	struct virt_flow *flow;
	int (*call)(struct virt_flow *f);
};

static void *call_main(void *arg)
{
	struct start s = *(struct start *)arg;
	const uint64_t one = 1;

	free(arg);
	if (s.call(s.flow) < 0)	/* libvirt keeps its last error by thread */
		s.flow->result = virt_api_error(s.flow->api, &s.flow->error, "libvirt");
	io_write_all(s.flow->done_fd, &one, sizeof one);
	return NULL;
}

int flow_begin(struct virt_flow *f, int (*call)(struct virt_flow *f), struct ferry_error *e)
{
	struct start *s = malloc(sizeof *s);
	int r = s ? 0 : ENOMEM;

	if (s) {
		*s = (struct start){ f, call };
		r = pthread_create(&f->thread, NULL, call_main, s);
	}
	if (r != 0) {
		free(s);
		return error_set(e, OCF_ERR_GENERIC, r, "cannot start a thread: %s", strerror(r));
	}
	f->begun = true;
	return 0;
}

int flow_wait(const struct virt_flow *f, int fd, short events)
{
	struct pollfd p[2] = { { .fd = fd, .events = events }, { .fd = f->done_fd, .events = POLLIN } };
	int n;

	do
		n = poll(p, 2, deadline_poll_ms(f->deadline));
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	if (n == 0)
		return -ETIMEDOUT;
	return p[0].revents ? 1 : 0;
}

int flow_join(struct virt_flow *f, struct ferry_error *e)
{
	if (f->begun && !f->over) {
		pthread_join(f->thread, NULL);
		f->over = true;
	}
	return f->result < 0 ? error_set(e, f->error.code, f->error.err, "%s", f->error.text) : 0;
}

void flow_clear(struct virt_flow *f)
{
	guard_end(f);
	if (f->path[0])
		remove(f->path);
	if (f->done_fd >= 0)
		close(f->done_fd);
}
