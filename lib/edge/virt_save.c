/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A guest's memory, streamed out of libvirt. */
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

#define HEADER 92	/* sizeof struct _virQEMUSaveHeader */
#define MAGIC 16
#define UNFINISHED "LibvirtQemudPart"
#define FINISHED "LibvirtQemudSave"
#define PIPE_BYTES (1024 * 1024)

struct virt_save {
	struct virt_flow flow;
	int stream_fd;		/* the first FIFO's end to read */
	int latch_fd;		/* both ends of the second one, which is full: -1 until the stream flows */
	size_t latch_bytes;	/* that it is full of */
	unsigned char header[HEADER];
	size_t nheader, given;	/* read of the header, given out of it */
	bool ended;
};

static int save_call(struct virt_flow *f)
{
	return f->api->virDomainSaveFlags(f->dom, f->path, NULL, VIR_DOMAIN_SAVE_PAUSED);
}

int virt_save_begin(struct virt_dom *d, struct ferry_deadline dl, struct virt_save **ret_s, struct ferry_error *e)
{
	struct virt_save *s = calloc(1, sizeof *s);
	int r;

	if (!s)
		return error_set(e, OCF_ERR_GENERIC, ENOMEM, "no memory to save a guest");
	s->stream_fd = s->latch_fd = -1;
	s->flow.api = d->api;
	s->flow.dom = d->dom;
	r = flow_init(&s->flow, dl, e);
	if (r == 0) {
		/* open here first: libvirt's open would wait for it, holding the domain */
		s->stream_fd = open(s->flow.path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
		if (s->stream_fd < 0)
			r = error_set(e, OCF_ERR_GENERIC, errno, "%s: %s", s->flow.path, strerror(errno));
	}
	if (r == 0) {
		fcntl(s->stream_fd, F_SETPIPE_SZ, PIPE_BYTES);	/* only faster */
		r = flow_begin(&s->flow, save_call, e);
	}
	if (r < 0) {
		virt_save_end(s, false, NULL);
		return r;
	}
	*ret_s = s;
	return 0;
}

/* Full to the last byte, so that the next write to it waits. */
static int fill(struct virt_save *s, int fd)
{
	static const char zeros[4096];
	ssize_t n;

	fcntl(fd, F_SETPIPE_SZ, (int)sizeof zeros);
	while ((n = write(fd, zeros, sizeof zeros)) > 0 || (n < 0 && errno == EINTR))
		s->latch_bytes += n > 0 ? (size_t)n : 0;
	while (write(fd, zeros, 1) == 1)
		s->latch_bytes++;
	return errno == EAGAIN ? 0 : -errno;
}

/* libvirt has opened the path and writes: what it opens there next is the latch. */
static int set_latch(struct virt_save *s, struct ferry_error *e)
{
	char tmp[sizeof s->flow.path];
	int fd, r = flow_fifo(&s->flow, tmp, e);

	if (r < 0)
		return r;
	fd = open(tmp, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		r = -errno;
	if (r == 0)
		r = fill(s, fd);
	if (r == 0 && rename(tmp, s->flow.path) < 0)
		r = -errno;
	if (r < 0) {
		if (fd >= 0)
			close(fd);
		unlink(tmp);
		return error_set(e, OCF_ERR_GENERIC, -r, "%s: %s", tmp, strerror(-r));
	}
	s->latch_fd = fd;
	return 0;
}

/* Bytes of the stream; 0 at its end. */
static ssize_t next(struct virt_save *s, void *buf, size_t len, struct ferry_error *e)
{
	for (;;) {
		/* Where the store is slower than QEMU, there is always something to read. */
		bool late = deadline_passed(s->flow.deadline);
		ssize_t n = late ? -1 : read(s->stream_fd, buf, len);
		int r;

		if (late)
			return error_set(e, OCF_ERR_GENERIC, ETIMEDOUT,
					 "the guest's memory could not be saved within the action's time; give op stop a longer timeout, or the store a faster disk");
		if (n > 0 || (n == 0 && s->latch_fd >= 0))
			return n;
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return error_set(e, OCF_ERR_GENERIC, errno, "%s: %s", s->flow.path, strerror(errno));
		r = flow_wait(&s->flow, s->stream_fd, POLLIN);
		if (r == 1)
			continue;
		if (r == 0) {	/* the call has come back before its stream ended: it says why */
			r = flow_join(&s->flow, e);
			return r < 0 ? r : error_set(e, OCF_ERR_GENERIC, EPROTO,
						     "libvirt says that it has saved the guest, but gave no image");
		}
		if (r != -ETIMEDOUT)
			return error_set(e, OCF_ERR_GENERIC, -r, "the guest's memory: %s", strerror(-r));
	}
}

static int read_header(struct virt_save *s, struct ferry_error *e)
{
	while (s->nheader < HEADER) {
		ssize_t n = next(s, s->header + s->nheader, HEADER - s->nheader, e);
		int r = 0;

		if (n < 0)
			return (int)n;
		if (n > 0 && s->latch_fd < 0)
			r = set_latch(s, e);
		if (r < 0)
			return r;
		if (n == 0)
			return error_set(e, OCF_ERR_GENERIC, EPROTO, "libvirt's image ends within its header");
		s->nheader += (size_t)n;
	}
	if (memcmp(s->header, UNFINISHED, MAGIC) != 0)
		return error_set(e, OCF_ERR_GENERIC, EPROTO,
				 "libvirt's image begins with '%.16s': a format that this Ferry does not know",
				 (const char *)s->header);
	memcpy(s->header, FINISHED, MAGIC);
	return 0;
}

ssize_t virt_save_read(void *arg, void *buf, size_t len, struct ferry_error *e)
{
	struct virt_save *s = arg;
	ssize_t n;
	int r = s->nheader < HEADER ? read_header(s, e) : 0;

	if (r < 0)
		return r;
	if (s->given < HEADER) {
		n = (ssize_t)(HEADER - s->given < len ? HEADER - s->given : len);
		memcpy(buf, s->header + s->given, (size_t)n);
		s->given += (size_t)n;
		return n;
	}
	n = next(s, buf, len, e);
	s->ended = n == 0;
	return n;
}

/* Let libvirt write its header: with that it ends the guest, and there is no way back. */
static int release(struct virt_save *s, struct ferry_error *e)
{
	unsigned char junk[4096] = { 0 };
	int r = 1;

	if (deadline_passed(s->flow.deadline))
		return error_set(e, OCF_ERR_GENERIC, ETIMEDOUT, "no time is left to end the save");
	while (s->latch_bytes > 0 && r == 1) {
		ssize_t n = read(s->latch_fd, junk, s->latch_bytes < sizeof junk ? s->latch_bytes : sizeof junk);

		if (n > 0)
			s->latch_bytes -= (size_t)n;
		else
			r = errno == EINTR ? 1 : -errno;
	}
	return r < 0 ? error_set(e, OCF_ERR_GENERIC, -r, "the save's latch: %s", strerror(-r)) : flow_join(&s->flow, e);
}

/* Give the save up: nobody reads the stream any more, and the last write fails. */
static void give_up(struct virt_save *s)
{
	struct ferry_error why = FERRY_ERROR_INIT;
	char buf[4096];

	if (s->latch_fd < 0 && s->stream_fd >= 0) {
		/* Not a byte was seen, and libvirt may be about to open the path: it must find a reader. Once it has written, it cannot end
		 * without the latch. */
		while (s->latch_fd < 0) {
			ssize_t n = next(s, buf, sizeof buf, &why);

			if (n <= 0 || set_latch(s, &why) < 0)
				break;
		}
	}
	/* What libvirt opens at the path from here on is no FIFO, for whose reader it would wait, and no new file. */
	flow_block(&s->flow);
	if (s->stream_fd >= 0)
		close(s->stream_fd);
	if (s->latch_fd >= 0)
		close(s->latch_fd);
	s->stream_fd = s->latch_fd = -1;
	/* Not before: in its last write, to the latch, libvirt holds the lock that this needs. */
	if (!s->ended)
		s->flow.api->virDomainAbortJob(s->flow.dom);
}

int virt_save_end(struct virt_save *s, bool safe, struct ferry_error *e)
{
	struct ferry_error why = FERRY_ERROR_INIT;
	int r = 0;

	if (!s)
		return 0;
	if (safe && !s->ended)
		r = error_set(e, OCF_ERR_GENERIC, EPROTO, "the image was not read to its end");
	else if (safe)
		r = release(s, e);
	else
		r = -ECANCELED;
	if (r < 0 && s->flow.begun && !s->flow.over) {
		give_up(s);
		if (flow_join(&s->flow, &why) == 0)
			r = error_set(e, OCF_ERR_GENERIC, ENODATA, "libvirt has saved the guest and ended it, but the image was not kept");
	}
	if (s->stream_fd >= 0)
		close(s->stream_fd);
	if (s->latch_fd >= 0)
		close(s->latch_fd);
	flow_clear(&s->flow);
	free(s);
	return r;
}
