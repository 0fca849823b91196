/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Chunks on their way through three stages at once: one thread fills them in order, several work on one each, and the caller's own
 * thread drains them in order. The first failure of any stage ends all three.
 */
#ifndef FERRY_PIPELINE_H
#define FERRY_PIPELINE_H

#include <stddef.h>

#include "lib/base/error.h"
#include "lib/model/chunk.h"

#define PIPELINE_WORKERS 8	/* at most */

struct pipeline_slot {
	unsigned char *in, *out;	/* CHUNK_BYTES each, aligned to STORE_BLOCK */
	size_t index;			/* of the chunk in the image, set for fill() */
	size_t len;			/* its length there */
	struct manifest_chunk chunk;
	const void *data;		/* what work() made: IN, OUT or NULL */
};

struct pipeline {
	unsigned int workers;	/* threads; 0: as many as there are processors */
	int (*fill)(void *arg, struct pipeline_slot *s, struct ferry_error *e);	/* 1 with a slot filled, 0 at the end, or -errno */
	int (*work)(void *arg, struct chunk_codec *k, struct pipeline_slot *s, struct ferry_error *e);
	int (*drain)(void *arg, struct pipeline_slot *s, struct ferry_error *e);
	void *arg;
};

/*
 * Until fill() has ended and all is drained. When it returns, no thread of it runs any more: so a fill() that blocks must
 * come back some time. A stage's -errno comes back with its error; -EAGAIN where no thread can be made, -ENOMEM.
 */
int pipeline_run(const struct pipeline *p, struct ferry_error *e);

#endif
