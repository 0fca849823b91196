/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A checkpoint's image out of its store, verified on the way. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "lib/base/cleanup.h"
#include "lib/edge/pipeline.h"
#include "lib/edge/store_priv.h"
#include "lib/model/ocf.h"

struct image_reader {
	const struct store *s;
	const struct manifest *m;
	int fd;
	uint64_t base;
	/* The reader's thread. */
	size_t next;
	uint64_t off;			/* in the data, of chunk `next` */
	unsigned char *window;		/* STORE_GATHER bytes of the data, for the small chunks */
	uint64_t window_off;
	size_t window_len;
	/* The caller's. */
	XXH3_state_t *whole;
	size_t drained;
	int (*write)(void *arg, const void *buf, size_t len);
	void *arg;
};

static int read_failed(const struct image_reader *x, uint64_t off, int r, struct ferry_error *e)
{
	return error_set(e, OCF_ERR_GENERIC, -r, "chunk %zu of checkpoint %s cannot be read from %s at %" PRIu64 ": %s", x->next,
			 x->m->id, x->s->path, off, strerror(-r));
}

/* Large chunks are read to where they are wanted, small ones many at a time. */
static int read_stored(struct image_reader *x, void *buf, size_t len, struct ferry_error *e)
{
	uint64_t left = x->m->stored_bytes - x->off;
	int r;

	if (len > STORE_GATHER / 2) {
		r = store_io_read(x->fd, buf, len, x->base + x->off);
		return r < 0 ? read_failed(x, x->base + x->off, r, e) : 0;
	}
	if (x->off < x->window_off || x->off + len > x->window_off + x->window_len) {
		x->window_len = 0;
		r = store_io_read(x->fd, x->window, left < STORE_GATHER ? left : STORE_GATHER, x->base + x->off);
		if (r < 0)
			return read_failed(x, x->base + x->off, r, e);
		x->window_off = x->off;
		x->window_len = left < STORE_GATHER ? left : STORE_GATHER;
	}
	memcpy(buf, x->window + (x->off - x->window_off), len);
	return 0;
}

static int fill(void *arg, struct pipeline_slot *s, struct ferry_error *e)
{
	struct image_reader *x = arg;
	uint64_t padded;
	int r;

	if (x->next == x->m->nchunks)
		return 0;
	s->chunk = x->m->chunks[x->next];
	s->len = manifest_chunk_len(x->m, x->next);
	padded = manifest_padded(s->chunk.stored);
	r = padded ? read_stored(x, s->in, padded, e) : 0;
	if (r < 0)
		return r;
	x->off += padded;
	x->next++;
	return 1;
}

static int work(void *arg, struct chunk_codec *k, struct pipeline_slot *s, struct ferry_error *e)
{
	const struct image_reader *x = arg;
	int r = chunk_unpack(k, s->in, &s->chunk, s->len, s->out, &s->data, e);

	if (r < 0)
		error_context(e, "chunk %zu of checkpoint %s in %s is damaged", s->index, x->m->id, x->s->path);
	return r;
}

static int drain(void *arg, struct pipeline_slot *s, struct ferry_error *e)
{
	struct image_reader *x = arg;
	int r;

	XXH3_64bits_update(x->whole, s->data, s->len);
	if (++x->drained == x->m->nchunks && XXH3_64bits_digest(x->whole) != x->m->whole)
		return error_set(e, OCF_ERR_GENERIC, EBADMSG,
				 "the whole of checkpoint %s in %s is not what was saved, though each of its chunks is: the checksums differ",
				 x->m->id, x->s->path);
	r = x->write ? x->write(x->arg, s->data, s->len) : 0;
	return r < 0 ? error_set(e, OCF_ERR_GENERIC, -r, "the image of checkpoint %s cannot be handed on: %s", x->m->id, strerror(-r))
		     : 0;
}

int store_read(const struct store *s, const struct manifest *m, int (*write)(void *arg, const void *buf, size_t len), void *arg,
	       struct ferry_error *e)
{
	struct image_reader x = { .s = s, .m = m, .fd = -1, .write = write, .arg = arg };
	struct pipeline line = { .fill = fill, .work = work, .drain = drain, .arg = &x };
	ferry_autoclose int fd = -1;
	int r = manifest_check(m, e);

	if (r == 0)
		r = (s->kind == STORE_VOLUME ? store_volume_data : store_dir_data)(s->path, m, &fd, &x.base, e);
	if (r < 0)
		return r;
	x.fd = fd;
	x.window = store_io_alloc(STORE_GATHER);
	x.whole = XXH3_createState();
	if (x.window && x.whole) {
		XXH3_64bits_reset(x.whole);
		r = pipeline_run(&line, e);
	} else {
		r = error_set(e, OCF_ERR_GENERIC, ENOMEM, "no memory to read a checkpoint");
	}
	free(x.window);
	XXH3_freeState(x.whole);
	return r;
}
