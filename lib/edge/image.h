/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A guest's memory as it streams out of libvirt into a store: read, hashed and compressed, and written by threads of their own,
 * so that the slowest of the three sets the pace and not their sum.
 */
#ifndef FERRY_IMAGE_H
#define FERRY_IMAGE_H

#include <stdbool.h>
#include <sys/types.h>

#include "lib/edge/store.h"

struct image_source {
	/* At least one byte into BUF, at most LEN; 0 at the end, -errno with E filled. It is called in a thread of its own, and
	 * must come back within a reasonable time even where no bytes come: image_pack() waits for it. */
	ssize_t (*read)(void *arg, void *buf, size_t len, struct ferry_error *e);
	void *arg;
};

struct image_how {
	bool compress;		/* zstd */
	unsigned int bandwidth_mib;	/* MiB/s read from the source at most; 0: no limit */
	unsigned int threads;	/* that hash and compress; 0: as many as there are processors, at most 8 */
};

/* Until the source ends. M gets chunks, image_bytes, stored_bytes, chunk_bytes and whole; N is still the caller's, also on failure.
 * A full store (-ENOSPC) is told as soon as it is met; the source is then not read to its end. -ENODATA for an empty source. */
int image_pack(const struct image_source *src, const struct image_how *how, struct store_new *n, struct manifest *m,
	       struct ferry_error *e);

#endif
