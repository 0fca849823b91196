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
#include <unistd.h>

#include "lib/base/cleanup.h"
#include "lib/base/io.h"
#include "lib/base/log.h"
#include "lib/model/ocf.h"

#define FLOW_DIR "/run/ferry/memory"

/* Whoever waits in an open for the other end gets through, and then an error: nobody is there. */
static void take_away(const char *path)
{
	int fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);

	if (fd >= 0)
		close(fd);
	remove(path);
}

/* Names are PID.NUMBER: what a killed process has left is told by its pid. */
void flow_sweep(void)
{
	ferry_autoclosedir DIR *dir = opendir(FLOW_DIR);
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		long pid = strtol(entry->d_name, NULL, 10);
		char path[sizeof FLOW_DIR + 260];

		if (pid <= 0 || kill((pid_t)pid, 0) == 0 || errno != ESRCH)
			continue;
		snprintf(path, sizeof path, FLOW_DIR "/%s", entry->d_name);
		take_away(path);
	}
}

static int make_fifo(char *ret_path, size_t size, struct ferry_error *e)
{
	static unsigned int number;

	snprintf(ret_path, size, FLOW_DIR "/%d.%u", (int)getpid(), number++);
	take_away(ret_path);	/* of an earlier process with this pid */
	if (mkfifo(ret_path, 0600) < 0)
		return error_set(e, OCF_ERR_GENERIC, errno, "%s cannot be made: %s", ret_path, strerror(errno));
	return 0;
}

int flow_init(struct virt_flow *f, struct ferry_deadline d, struct ferry_error *e)
{
	int r = io_make_dirs(FLOW_DIR, 0700);

	f->done_fd = -1;
	f->path[0] = '\0';
	f->deadline = d;
	if (r < 0)
		return error_set(e, OCF_ERR_GENERIC, -r, FLOW_DIR ": %s", strerror(-r));
	flow_sweep();
	f->done_fd = eventfd(0, EFD_CLOEXEC);
	if (f->done_fd < 0)
		return error_set(e, OCF_ERR_GENERIC, errno, "eventfd: %s", strerror(errno));
	return make_fifo(f->path, sizeof f->path, e);
}

int flow_fifo(const struct virt_flow *f, char *ret_tmp, struct ferry_error *e)
{
	return make_fifo(ret_tmp, sizeof f->path, e);
}

void flow_block(struct virt_flow *f)
{
	char dir[sizeof f->path + 4];

	snprintf(dir, sizeof dir, "%s.d", f->path);
	/* At one stroke: between a removal and a mkdir libvirt would create a file. */
	if (mkdir(dir, 0700) < 0 || renameat2(AT_FDCWD, dir, AT_FDCWD, f->path, RENAME_EXCHANGE) < 0)
		log_warning("%s: %s", dir, strerror(errno));
	remove(dir);
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
	if (f->path[0])
		remove(f->path);
	if (f->done_fd >= 0)
		close(f->done_fd);
}
