/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A volume that holds one checkpoint, raw. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "lib/base/cleanup.h"
#include "lib/edge/store_priv.h"
#include "lib/model/ocf.h"
#include "lib/model/stamp.h"
#include "lib/model/volume_header.h"

#define TEXT_SPARE 65536	/* of a manifest without its chunks, generously */

struct volume {
	enum volume_state state;
	struct volume_header h;
	char why[160];
	uint64_t size;
};

static uint64_t round_up(uint64_t n)
{
	return (n + STORE_BLOCK - 1) / STORE_BLOCK * STORE_BLOCK;
}

static int open_volume(const char *path, bool write, int *ret_fd, struct volume *v, struct ferry_error *e)
{
	ferry_autoclose int fd = open(path, (write ? O_RDWR : O_RDONLY) | O_NONBLOCK | O_CLOEXEC);
	struct stat st;
	off_t size;

	/* Not ENOENT: a volume that is not there is no volume without a checkpoint. */
	if (fd < 0 || fstat(fd, &st) < 0)
		return error_set(e, OCF_ERR_GENERIC, errno == ENOENT ? ENODEV : errno,
				 "the checkpoint volume %s cannot be opened: %s; a DRBD device can be opened on a Primary only", path,
				 strerror(errno));
	if (!S_ISBLK(st.st_mode) && !S_ISREG(st.st_mode))
		return error_set(e, OCF_ERR_GENERIC, ENOTBLK, "the checkpoint volume %s is no block device", path);
	size = lseek(fd, 0, SEEK_END);
	if (size < VOLUME_DATA + STAMP_AREA)
		return error_set(e, OCF_ERR_GENERIC, ENOSPC, "the checkpoint volume %s has %lld bytes: too small", path, (long long)size);
	if (write && flock(fd, LOCK_EX | LOCK_NB) < 0)
		return error_set(e, OCF_ERR_GENERIC, errno == EWOULDBLOCK ? EBUSY : errno,
				 "the checkpoint volume %s is being written by another process", path);
	store_io_direct(fd);
	v->size = (uint64_t)(size - STAMP_AREA) / STORE_BLOCK * STORE_BLOCK;	/* a guest without a gate has its stamp there */
	*ret_fd = take_fd(&fd);
	return 0;
}

static int read_header(const char *path, int fd, struct volume *v, struct ferry_error *e)
{
	ferry_autofree unsigned char *buf = store_io_alloc(VOLUME_DATA);
	int r;

	if (!buf)
		return error_set(e, OCF_ERR_GENERIC, ENOMEM, "no memory to read %s", path);
	r = store_io_read(fd, buf, VOLUME_HEADERS, 0);
	v->state = r == 0 ? volume_header_decode(buf, &v->h, v->why, sizeof v->why) : VOLUME_FOREIGN;
	/* Some file systems leave their first blocks empty. */
	if (r == 0 && v->state == VOLUME_ABSENT)
		r = store_io_read(fd, buf, VOLUME_DATA, 0);
	if (r < 0)
		return error_set(e, OCF_ERR_GENERIC, -r, "the header of %s cannot be read: %s", path, strerror(-r));
	if (v->state == VOLUME_ABSENT && memcmp(buf, buf + 1, VOLUME_DATA - 1) != 0) {
		v->state = VOLUME_FOREIGN;
		snprintf(v->why, sizeof v->why, "something else is in its first MiB");
	}
	return 0;
}

static int is_foreign(const char *path, const struct volume *v, struct ferry_error *e)
{
	return error_set(e, OCF_ERR_GENERIC, EBADMSG,
			 "the volume %s is not empty, and what it holds is no checkpoint (%s): if it is meant for checkpoints, "
			 "and nothing on it is wanted, write zeros over its first MiB",
			 path, v->why);
}

/* The next header, in the slot that is not the valid one; on the disk when it returns. */
static int write_header(const char *path, int fd, struct volume_header *h, struct ferry_error *e)
{
	ferry_autofree void *slot = store_io_alloc(STORE_BLOCK);
	int r = slot ? 0 : -ENOMEM;

	h->seq++;
	if (r == 0) {
		size_t off = volume_header_encode(h, slot);

		r = store_io_write(fd, slot, STORE_BLOCK, off);
	}
	if (r == 0 && fsync(fd) < 0)
		r = -errno;
	return r == 0 ? 0 : error_set(e, OCF_ERR_GENERIC, -r, "the header of %s cannot be written: %s", path, strerror(-r));
}

/* In both slots: what is taken away must not come back with the first sector that is lost. */
static int write_empty(const char *path, int fd, uint64_t *seq, struct ferry_error *e)
{
	struct volume_header h;
	int r;

	memset(&h, 0, sizeof h);
	h.seq = *seq;
	r = write_header(path, fd, &h, e);
	if (r == 0)
		r = write_header(path, fd, &h, e);
	*seq = h.seq;
	return r;
}

static int load(const char *path, int fd, const struct volume *v, struct manifest *ret_m, struct ferry_error *e)
{
	const struct volume_header *h = &v->h;
	ferry_autofree char *text = NULL;
	struct manifest m;
	int r;

	if (h->text_off + round_up(h->text_len) > v->size)
		return error_set(e, OCF_ERR_GENERIC, EBADMSG, "%s: its manifest lies behind its end: it was larger once", path);
	text = store_io_alloc(round_up(h->text_len));
	if (!text)
		return error_set(e, OCF_ERR_GENERIC, ENOMEM, "no memory to read the manifest of %s", path);
	r = store_io_read(fd, text, round_up(h->text_len), h->text_off);
	if (r < 0)
		return error_set(e, OCF_ERR_GENERIC, -r, "the manifest of %s cannot be read: %s", path, strerror(-r));
	if (XXH3_64bits(text, h->text_len) != h->text_xxh3)
		return error_set(e, OCF_ERR_GENERIC, EBADMSG, "%s: its manifest is damaged: it is not the one that its header names", path);
	r = manifest_from_json(text, h->text_len, &m, e);
	if (r < 0) {
		error_context(e, "%s", path);
		return r;
	}
	if (strcmp(m.id, h->id) != 0 || VOLUME_DATA + m.stored_bytes != h->text_off) {
		manifest_clear(&m);
		return error_set(e, OCF_ERR_GENERIC, EBADMSG, "%s: its header and its manifest do not belong together", path);
	}
	*ret_m = m;
	return 0;
}

/* Whose checkpoint it holds: 1 DOMAIN's, 0 another's or none, and 1 where that cannot be told. */
static int holds(const char *path, int fd, const struct volume *v, const char *domain, char other[NAME_SIZE])
{
	struct manifest m;
	int mine;

	if (v->state != VOLUME_VALID || !v->h.full)
		return 0;
	if (load(path, fd, v, &m, NULL) < 0)
		return 1;
	mine = !domain || strcmp(m.domain, domain) == 0;
	memcpy(other, m.domain, NAME_SIZE);
	manifest_clear(&m);
	return mine;
}

/* ---- writing ---- */

int store_volume_begin(struct store_new *n, uint64_t reserve, struct ferry_error *e)
{
	uint64_t want = VOLUME_DATA + reserve + round_up(reserve / CHUNK_BYTES * 24 + TEXT_SPARE);
	char other[NAME_SIZE] = "";
	struct volume v;
	int r = open_volume(n->path, true, &n->fd, &v, e);

	if (r == 0)
		r = read_header(n->path, n->fd, &v, e);
	if (r < 0)
		return r;
	if (v.state == VOLUME_FOREIGN)
		return is_foreign(n->path, &v, e);
	if (want > v.size)
		return error_set(e, OCF_ERR_GENERIC, ENOSPC,
				 "the volume %s has no room for a checkpoint: %" PRIu64 " bytes are wanted, it has %" PRIu64, n->path,
				 want, v.size);
	if (v.state == VOLUME_VALID && v.h.full && !holds(n->path, n->fd, &v, n->domain, other))
		return error_set(e, OCF_ERR_GENERIC, EEXIST,
				 "the volume %s holds a checkpoint of %s: give each guest a volume of its own, or discard that checkpoint",
				 n->path, other);
	n->base = VOLUME_DATA;
	n->size = v.size;
	n->seq = v.h.seq;
	return write_empty(n->path, n->fd, &n->seq, e);
}

int store_volume_prepare(struct store_new *n, const char *text, size_t len, struct ferry_error *e)
{
	ferry_autofree char *padded = store_io_alloc(round_up(len));
	uint64_t off = n->base + n->off;
	int r;

	if (!padded)
		return error_set(e, OCF_ERR_GENERIC, ENOMEM, "no memory to write a manifest");
	if (round_up(len) > n->size - off)
		return error_set(e, OCF_ERR_GENERIC, ENOSPC, "no room is left for the manifest in %s: %zu bytes behind %" PRIu64,
				 n->path, len, off);
	memset(padded, 0, round_up(len));
	memcpy(padded, text, len);
	r = store_io_write(n->fd, padded, round_up(len), off);
	if (r == 0 && fsync(n->fd) < 0)
		r = -errno;
	if (r < 0)
		return error_set(e, OCF_ERR_GENERIC, -r, "the checkpoint cannot be written to %s: %s", n->path, strerror(-r));
	n->text_len = len;
	n->text_xxh3 = XXH3_64bits(text, len);
	return 0;
}

int store_volume_commit(struct store_new *n, struct ferry_error *e)
{
	struct volume_header h;
	struct volume v;
	int r;

	memset(&h, 0, sizeof h);
	h.seq = n->seq;
	h.full = true;
	memcpy(h.id, n->id, sizeof h.id);
	h.text_off = n->base + n->off;
	h.text_len = n->text_len;
	h.text_xxh3 = n->text_xxh3;
	r = write_header(n->path, n->fd, &h, e);
	n->seq = h.seq;
	if (r == 0)
		r = read_header(n->path, n->fd, &v, e);
	if (r == 0 && (v.state != VOLUME_VALID || v.h.seq != h.seq || strcmp(v.h.id, h.id) != 0))
		r = error_set(e, OCF_ERR_GENERIC, EIO, "the header of %s does not read back as it was written", n->path);
	return r;
}

void store_volume_abort(struct store_new *n)
{
	struct volume v;

	/* It says "empty" since the beginning, but for a commit that failed at its last step. */
	if (read_header(n->path, n->fd, &v, NULL) == 0 && v.state == VOLUME_VALID && !v.h.full && v.h.seq == n->seq)
		return;
	write_empty(n->path, n->fd, &n->seq, NULL);
}

/* ---- looking ---- */

int store_volume_scan(const char *path, const char *domain, store_scan_fn fn, void *arg, struct ferry_error *e)
{
	struct ferry_error why = FERRY_ERROR_INIT;
	ferry_autoclose int fd = -1;
	struct manifest m;
	struct volume v;
	int r = open_volume(path, false, &fd, &v, e);

	if (r == 0)
		r = read_header(path, fd, &v, e);
	if (r < 0)
		return r;
	if (v.state == VOLUME_FOREIGN) {
		is_foreign(path, &v, &why);
		return fn(arg, "", NULL, &why);
	}
	if (v.state == VOLUME_DAMAGED) {
		error_set(&why, OCF_ERR_GENERIC, EBADMSG, "both headers of %s are damaged (%s): it holds no checkpoint", path, v.why);
		return fn(arg, "", NULL, &why);
	}
	if (v.state == VOLUME_ABSENT || !v.h.full)
		return 0;
	if (load(path, fd, &v, &m, &why) < 0)
		return fn(arg, v.h.id, NULL, &why);
	r = domain && strcmp(m.domain, domain) != 0 ? 0 : fn(arg, m.id, &m, &why);
	manifest_clear(&m);
	return r;
}

int store_volume_data(const char *path, const struct manifest *m, int *ret_fd, uint64_t *ret_base, struct ferry_error *e)
{
	ferry_autoclose int fd = -1;
	struct volume v;
	int r = open_volume(path, false, &fd, &v, e);

	if (r == 0)
		r = read_header(path, fd, &v, e);
	if (r < 0)
		return r;
	if (v.state != VOLUME_VALID || !v.h.full || strcmp(v.h.id, m->id) != 0)
		return error_set(e, OCF_ERR_GENERIC, EBADMSG, "the volume %s does not hold the checkpoint %s any more", path, m->id);
	if (m->stored_bytes > v.size - VOLUME_DATA)
		return error_set(e, OCF_ERR_GENERIC, EBADMSG, "the volume %s is smaller than the checkpoint %s", path, m->id);
	*ret_fd = take_fd(&fd);
	*ret_base = VOLUME_DATA;
	return 0;
}

/* ---- taking away ---- */

static int empty(const char *path, const char *domain, const char *only, const char *keep, struct ferry_error *e)
{
	char other[NAME_SIZE] = "";
	ferry_autoclose int fd = -1;
	struct volume v;
	int r = open_volume(path, true, &fd, &v, e);

	if (r == 0)
		r = read_header(path, fd, &v, e);
	if (r < 0 || v.state != VOLUME_VALID || !v.h.full)
		return r;
	if ((only && strcmp(v.h.id, only) != 0) || (keep && strcmp(v.h.id, keep) == 0))
		return 0;
	return holds(path, fd, &v, domain, other) ? write_empty(path, fd, &v.h.seq, e) : 0;
}

int store_volume_remove(const char *path, const char *domain, const char *id, struct ferry_error *e)
{
	return empty(path, domain, id, NULL, e);
}

int store_volume_prune(const char *path, const char *domain, const char *keep, struct ferry_error *e)
{
	struct ferry_error why = FERRY_ERROR_INIT;
	int r = empty(path, domain, NULL, keep, &why);

	if (r == 0 || r == -EBUSY)	/* a running process writes it */
		return 0;
	return error_set(e, why.code, why.err, "%s", why.text);
}
