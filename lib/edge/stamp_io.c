/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/edge/stamp_io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "lib/base/cleanup.h"
#include "lib/base/io.h"
#include "lib/edge/bounded.h"
#include "lib/model/ocf.h"

struct request {
	int minor;
	const struct stamp *write;	/* NULL: only read */
	bool clear;			/* write zeros over both slots, whatever is there */
};

struct reply {
	enum stamp_state state;
	struct stamp stamp;
	char why[160];
};

static int open_area(int minor, bool write, int *ret_fd, off_t *ret_off, struct ferry_error *e)
{
	char path[32];
	ferry_autoclose int fd = -1;
	off_t size;

	snprintf(path, sizeof path, "/dev/drbd%d", minor);
	fd = open(path, (write ? O_RDWR | O_DSYNC : O_RDONLY) | O_DIRECT | O_CLOEXEC);
	if (fd < 0)
		return error_set(e, OCF_ERR_GENERIC, errno,
				 "the stamp on %s cannot be %s: %s; only a Primary can be opened", path,
				 write ? "written" : "read", strerror(errno));
	size = lseek(fd, 0, SEEK_END);
	if (size < 2 * STAMP_AREA)
		return error_set(e, OCF_ERR_CONFIGURED, ENOSPC,
				 "%s has %lld bytes: too small for a guest's disk and its stamp", path,
				 (long long)size);
	*ret_fd = take_fd(&fd);
	*ret_off = size / 512 * 512 - STAMP_AREA;
	return 0;
}

static int read_area(int fd, off_t off, void *buf, struct reply *rep, struct ferry_error *e)
{
	int r = io_pread_all(fd, buf, STAMP_READ, off);

	if (r < 0)
		return error_set(e, OCF_ERR_GENERIC, -r, "the stamp cannot be read: %s", strerror(-r));
	rep->state = stamp_decode(buf, &rep->stamp, rep->why, sizeof rep->why);
	return 0;
}

static int write_slot(int fd, off_t off, const struct stamp *s, void *buf, struct reply *rep,
		      struct ferry_error *e)
{
	size_t slot_off;
	int r = stamp_encode(s, buf, &slot_off, e);

	if (r < 0)
		return r;
	r = io_pwrite_all(fd, buf, STAMP_SLOT, off + (off_t)slot_off);
	if (r == 0 && fsync(fd) < 0)
		r = -errno;
	if (r < 0)
		return error_set(e, OCF_ERR_GENERIC, -r, "the stamp cannot be written: %s", strerror(-r));
	r = read_area(fd, off, buf, rep, e);
	if (r == 0 && (rep->state != STAMP_VALID || rep->stamp.seq != s->seq ||
		       strcmp(rep->stamp.nonce, s->nonce) != 0))
		r = error_set(e, OCF_ERR_GENERIC, EIO, "the stamp does not read back as it was written");
	return r;
}

static int in_child(void *arg, void *reply, struct ferry_error *e)
{
	const struct request *q = arg;
	struct reply *rep = reply;
	ferry_autoclose int fd = -1;
	ferry_autofree void *buf = NULL;
	struct stamp s;
	off_t off = 0;
	int r = open_area(q->minor, q->write || q->clear, &fd, &off, e);

	if (r < 0)
		return r;
	if (posix_memalign(&buf, STAMP_SLOT, STAMP_READ) != 0)
		return error_set(e, OCF_ERR_GENERIC, ENOMEM, "no memory to read a stamp");
	if (q->clear) {
		memset(buf, 0, STAMP_READ);
		r = io_pwrite_all(fd, buf, STAMP_READ, off);
		if (r < 0)
			return error_set(e, OCF_ERR_GENERIC, -r, "the stamp cannot be cleared: %s",
					 strerror(-r));
	}
	r = read_area(fd, off, buf, rep, e);
	if (r < 0 || !q->write)
		return r;
	if (rep->state == STAMP_FOREIGN)
		return error_set(e, OCF_ERR_GENERIC, EBADMSG,
				 "what stands where the stamp goes is no stamp (%s): it is not written over",
				 rep->why);
	s = *q->write;
	s.seq = rep->state == STAMP_VALID ? rep->stamp.seq + 1 : 1;
	return write_slot(fd, off, &s, buf, rep, e);
}

int stamp_read(int minor, struct ferry_deadline d, enum stamp_state *ret_state,
	       struct stamp *ret_stamp, char *why, size_t why_size, struct ferry_error *e)
{
	struct request q = { .minor = minor };
	struct reply rep;
	int r;

	memset(&rep, 0, sizeof rep);
	r = bounded("reading the stamp", in_child, &q, &rep, sizeof rep, d, e);
	if (r < 0)
		return r;
	*ret_state = rep.state;
	*ret_stamp = rep.stamp;
	if (why)
		snprintf(why, why_size, "%s", rep.why);
	return 0;
}

int stamp_write(int minor, struct stamp *s, struct ferry_deadline d, struct ferry_error *e)
{
	struct request q = { .minor = minor, .write = s };
	struct reply rep;
	int r;

	memset(&rep, 0, sizeof rep);
	r = bounded("writing the stamp", in_child, &q, &rep, sizeof rep, d, e);
	if (r == 0)
		*s = rep.stamp;
	return r;
}

int stamp_clear(int minor, struct ferry_deadline d, struct ferry_error *e)
{
	struct request q = { .minor = minor, .clear = true };
	struct reply rep;

	memset(&rep, 0, sizeof rep);
	return bounded("clearing the stamp", in_child, &q, &rep, sizeof rep, d, e);
}

int nonce_make(char ret_nonce[NONCE_SIZE], struct ferry_error *e)
{
	unsigned char raw[NONCE_LEN / 2];

	if (getrandom(raw, sizeof raw, 0) != (ssize_t)sizeof raw)
		return error_set(e, OCF_ERR_GENERIC, EIO, "no random numbers: %s", strerror(errno));
	for (size_t i = 0; i < sizeof raw; i++)
		snprintf(ret_nonce + 2 * i, 3, "%02x", raw[i]);
	return 0;
}
