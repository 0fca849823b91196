/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/model/chunk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>
#include <zstd.h>

#include "lib/model/ocf.h"

#define LEVEL 1	/* a guest waits while it is saved */

struct chunk_codec {
	ZSTD_CCtx *c;
	ZSTD_DCtx *d;
};

struct chunk_codec *chunk_codec_new(void)
{
	struct chunk_codec *k = calloc(1, sizeof *k);

	if (!k)
		return NULL;
	k->c = ZSTD_createCCtx();
	k->d = ZSTD_createDCtx();
	if (k->c && k->d)
		return k;
	chunk_codec_free(k);
	return NULL;
}

void chunk_codec_free(struct chunk_codec *k)
{
	if (!k)
		return;
	ZSTD_freeCCtx(k->c);
	ZSTD_freeDCtx(k->d);
	free(k);
}

static bool all_zero(const unsigned char *p, size_t len)
{
	return p[0] == 0 && memcmp(p, p + 1, len - 1) == 0;
}

static void pad(void *data, uint32_t stored)
{
	memset((unsigned char *)data + stored, 0, manifest_padded(stored) - stored);
}

/* Bytes of the frame in OUT, 0 if it would not save a block. */
static uint32_t compressed(struct chunk_codec *k, const void *in, size_t len, void *out)
{
	size_t room = manifest_padded((uint32_t)len), n;

	if (room <= STORE_BLOCK)
		return 0;
	n = ZSTD_compressCCtx(k->c, out, room - STORE_BLOCK, in, len, LEVEL);
	return ZSTD_isError(n) ? 0 : (uint32_t)n;
}

int chunk_pack(struct chunk_codec *k, void *in, size_t len, bool compress, void *out, struct manifest_chunk *ret_chunk,
	       const void **ret_data, struct ferry_error *e)
{
	uint32_t n;

	if (len == 0 || len > CHUNK_BYTES)
		return error_set(e, OCF_ERR_GENERIC, EINVAL, "a chunk of %zu bytes cannot be packed", len);
	ret_chunk->xxh3 = XXH3_64bits(in, len);
	ret_chunk->stored = 0;
	*ret_data = NULL;
	if (all_zero(in, len))
		return 0;
	n = compress ? compressed(k, in, len, out) : 0;
	*ret_data = n ? out : in;
	ret_chunk->stored = n ? n : (uint32_t)len;
	pad(n ? out : in, ret_chunk->stored);
	return 0;
}

int chunk_unpack(struct chunk_codec *k, const void *in, const struct manifest_chunk *c, size_t len, void *out,
		 const void **ret_data, struct ferry_error *e)
{
	const void *data = out;

	if (len == 0 || len > CHUNK_BYTES || c->stored > len)
		return error_set(e, OCF_ERR_GENERIC, EINVAL, "a chunk of %zu bytes with %u stored cannot be unpacked", len,
				 (unsigned int)c->stored);
	if (c->stored == 0) {
		memset(out, 0, len);
	} else if (c->stored == len) {
		data = in;
	} else {
		size_t n = ZSTD_decompressDCtx(k->d, out, len, in, c->stored);

		if (ZSTD_isError(n))
			return error_set(e, OCF_ERR_GENERIC, EBADMSG, "what is stored cannot be decompressed: %s",
					 ZSTD_getErrorName(n));
		if (n != len)
			return error_set(e, OCF_ERR_GENERIC, EBADMSG, "what is stored decompresses to %zu bytes, not to %zu", n,
					 len);
	}
	if (XXH3_64bits(data, len) != c->xxh3)
		return error_set(e, OCF_ERR_GENERIC, EBADMSG, "its bytes are not those that were saved: the checksums differ");
	*ret_data = data;
	return 0;
}
