/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/edge/image.h"

#include <errno.h>
#include <stdbool.h>
#include <xxhash.h>

#include "lib/base/deadline.h"
#include "lib/edge/pipeline.h"
#include "lib/model/ocf.h"

struct pack {
	const struct image_source *src;
	const struct image_how *how;
	struct store_new *n;
	struct manifest *m;
	/* The reader's alone until it has ended. */
	XXH3_state_t *whole;
	uint64_t bytes;
	int64_t begun;
	bool ended;
};

/* Not faster than the limit, counted from the first byte: what was slow once may catch up. */
static void pace(const struct pack *p)
{
	int64_t due;

	if (p->how->bandwidth_mib == 0)
		return;
	due = p->begun + (int64_t)(p->bytes * 1000 / ((uint64_t)p->how->bandwidth_mib << 20)) - now_ms();
	if (due > 0)
		deadline_sleep(deadline_never(), due);
}

static int fill(void *arg, struct pipeline_slot *s, struct ferry_error *e)
{
	struct pack *p = arg;

	s->len = 0;
	while (!p->ended && s->len < CHUNK_BYTES) {
		ssize_t got = p->src->read(p->src->arg, s->in + s->len, CHUNK_BYTES - s->len, e);

		if (got < 0)
			return (int)got;
		if (got == 0)
			p->ended = true;
		s->len += (size_t)got;
	}
	if (s->len == 0)
		return 0;
	if (p->begun == 0)
		p->begun = now_ms();
	XXH3_64bits_update(p->whole, s->in, s->len);
	p->bytes += s->len;
	pace(p);
	return 1;
}

static int work(void *arg, struct chunk_codec *k, struct pipeline_slot *s, struct ferry_error *e)
{
	const struct pack *p = arg;

	return chunk_pack(k, s->in, s->len, p->how->compress, s->out, &s->chunk, &s->data, e);
}

static int drain(void *arg, struct pipeline_slot *s, struct ferry_error *e)
{
	struct pack *p = arg;
	uint64_t padded = manifest_padded(s->chunk.stored);
	int r = manifest_add(p->m, s->chunk.xxh3, s->chunk.stored, e);

	if (r == 0 && s->data)
		r = store_put(p->n, s->data, padded, e);
	if (r == 0)
		p->m->stored_bytes += padded;
	return r;
}

int image_pack(const struct image_source *src, const struct image_how *how, struct store_new *n, struct manifest *m,
	       struct ferry_error *e)
{
	struct pack p = { .src = src, .how = how, .n = n, .m = m, .whole = XXH3_createState() };
	struct pipeline line = { .workers = how->threads, .fill = fill, .work = work, .drain = drain, .arg = &p };
	int r;

	if (!p.whole)
		return error_set(e, OCF_ERR_GENERIC, ENOMEM, "no memory for a checksum");
	XXH3_64bits_reset(p.whole);
	m->nchunks = 0;
	m->stored_bytes = 0;
	m->chunk_bytes = CHUNK_BYTES;
	r = pipeline_run(&line, e);
	if (r == 0 && p.bytes == 0)
		r = error_set(e, OCF_ERR_GENERIC, ENODATA, "the guest's memory ended before its first byte");
	m->image_bytes = p.bytes;
	m->whole = XXH3_64bits_digest(p.whole);
	XXH3_freeState(p.whole);
	return r;
}
