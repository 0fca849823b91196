/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One chunk of a checkpoint's image, on its way into a store and back: pure computing (xxhash, zstd). */
#ifndef FERRY_CHUNK_H
#define FERRY_CHUNK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/error.h"
#include "lib/model/manifest.h"

/* What zstd works in; to be used by one thread at a time. NULL on no memory. */
struct chunk_codec;
struct chunk_codec *chunk_codec_new(void);
void chunk_codec_free(struct chunk_codec *k);	/* accepts NULL */

/*
 * Pack LEN (1..CHUNK_BYTES) bytes: *ret_chunk gets hash and stored size, OUT (CHUNK_BYTES) what is to be stored, padded with
 * zeros to STORE_BLOCK. *ret_data is OUT, or IN itself where the chunk is stored as it is (then IN must have room for
 * the padding, and gets it), or NULL where nothing is stored. With COMPRESS a frame that would not be smaller by a block is not used.
 */
int chunk_pack(struct chunk_codec *k, void *in, size_t len, bool compress, void *out, struct manifest_chunk *ret_chunk,
	       const void **ret_data, struct ferry_error *e);
/*
 * And back: IN holds what was stored (it is not looked at where nothing was), OUT (CHUNK_BYTES) gets LEN bytes; *ret_data is where
 * they are (IN or OUT). -EBADMSG where the bytes are not those that the manifest names: then *ret_data is untouched, and nothing of
 * OUT may be used.
 */
int chunk_unpack(struct chunk_codec *k, const void *in, const struct manifest_chunk *c, size_t len, void *out,
		 const void **ret_data, struct ferry_error *e);

#endif
