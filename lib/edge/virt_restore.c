/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A guest's memory, streamed into libvirt. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/edge/virt_flow.h"
#include "lib/edge/virt_memory.h"
#include "lib/model/ocf.h"

#define PIPE_BYTES (1024 * 1024)
#define MEET_MS 2	/* between looks whether libvirt has opened the FIFO */

struct virt_restore {
	struct virt_flow flow;
	int fd;		/* the end to write, -1 until libvirt has opened the other: what nobody has open keeps no bytes */
};

static int restore_call(struct virt_flow *f)
{
	return f->api->virDomainRestoreFlags(f->conn, f->path, NULL, VIR_DOMAIN_SAVE_PAUSED);
}

int virt_restore_begin(struct virt_conn *c, struct ferry_deadline dl, struct virt_restore **ret_r, struct ferry_error *e)
{
	struct virt_restore *v = calloc(1, sizeof *v);
	int r;

	if (!v)
		return error_set(e, OCF_ERR_GENERIC, ENOMEM, "no memory to restore a guest");
	v->fd = -1;
	v->flow.api = c->api;
	v->flow.conn = c->conn;
	r = flow_init(&v->flow, dl, e);
	if (r == 0)
		r = flow_begin(&v->flow, restore_call, e);
	if (r < 0) {
		virt_restore_end(v, false, NULL);
		return r;
	}
	*ret_r = v;
	return 0;
}

/* libvirt waits in its open for a writer: 0 when both are there. */
static int meet(struct virt_restore *v)
{
	while (v->fd < 0) {
		struct pollfd done = { .fd = v->flow.done_fd, .events = POLLIN };

		v->fd = open(v->flow.path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
		if (v->fd >= 0)
			break;
		if (errno != ENXIO && errno != EINTR)
			return -errno;
		if (poll(&done, 1, MEET_MS) > 0)
			return -ECANCELED;	/* the call has come back: it has failed */
		if (deadline_passed(v->flow.deadline))
			return -ETIMEDOUT;
	}
	fcntl(v->fd, F_SETPIPE_SZ, PIPE_BYTES);	/* only faster */
	return 0;
}

int virt_restore_write(void *arg, const void *buf, size_t len)
{
	struct virt_restore *v = arg;
	const char *p = buf;
	int r = v->fd < 0 ? meet(v) : 0;

	if (r < 0)
		return r;
	while (len > 0) {
		ssize_t n = write(v->fd, p, len);

		r = 1;
		if (n > 0) {
			p += n;
			len -= (size_t)n;
			continue;
		}
		if (errno == EAGAIN)
			r = flow_wait(&v->flow, v->fd, POLLOUT);
		else if (errno == EPIPE)
			r = 0;
		else if (errno != EINTR)
			r = -errno;
		if (r == 0)	/* libvirt did not want all of it: an error, which it tells at its end */
			return -ECANCELED;
		if (r < 0)
			return r;
	}
	return 0;
}

int virt_restore_end(struct virt_restore *v, bool whole, struct ferry_error *e)
{
	int r = 0;

	if (!v)
		return 0;
	/* The only writer's end: what was not whole ends too early for QEMU. */
	if (v->flow.begun && v->fd < 0)
		meet(v);
	if (v->fd >= 0)
		close(v->fd);
	if (v->flow.begun)
		r = flow_join(&v->flow, e);
	if (r == 0 && !whole)
		r = error_set(e, OCF_ERR_GENERIC, ECANCELED, "the restore was given up");
	flow_clear(&v->flow);
	free(v);
	return r;
}
