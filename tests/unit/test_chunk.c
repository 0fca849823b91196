/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A chunk: zeros, compressible, random, of odd lengths; and every way in which what is stored can be wrong. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/model/chunk.h"

enum kind { ZEROS, TEXT, RANDOM };

static unsigned char in[CHUNK_BYTES], out[CHUNK_BYTES], back[CHUNK_BYTES], want[CHUNK_BYTES];
static struct chunk_codec *k;

static void fill(enum kind kind, size_t len)
{
	uint64_t x = 88172645463325252ULL + len;

	memset(in, 0xee, sizeof in); /* what a chunk before left there */
	for (size_t i = 0; i < len; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		in[i] = kind == ZEROS ? 0 : kind == TEXT ? (unsigned char)(1 + i / 64) : (unsigned char)x;
	}
	memcpy(want, in, len);
}

/* Packed, with the padding proved; returns what is to be stored. */
static const unsigned char *packed(enum kind kind, size_t len, bool compress, struct manifest_chunk *c)
{
	const void *data = in;

	fill(kind, len);
	assert_int_equal(chunk_pack(k, in, len, compress, out, c, &data, NULL), 0);
	if (kind == ZEROS) {
		assert_null(data);
		assert_int_equal(c->stored, 0);
		return NULL;
	}
	assert_non_null(data);
	assert_true(c->stored > 0 && c->stored <= len);
	for (size_t i = c->stored; i < manifest_padded(c->stored); i++)
		assert_int_equal(((const unsigned char *)data)[i], 0);
	return data;
}

static void test_round_trips(void **state)
{
	static const size_t lengths[] = { 1, 2, 511, 4095, 4096, 4097, 8192, 100000, CHUNK_BYTES - 1, CHUNK_BYTES };

	(void)state;
	for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
		for (int kind = ZEROS; kind <= RANDOM; kind++)
			for (int compress = 0; compress < 2; compress++) {
				size_t len = lengths[i];
				struct manifest_chunk c;
				const unsigned char *stored = packed((enum kind)kind, len, compress, &c);
				const void *data = NULL;

				if (kind == RANDOM || (kind == TEXT && (!compress || len <= STORE_BLOCK)))
					assert_int_equal(c.stored, len);
				if (kind == TEXT && compress && len > STORE_BLOCK)
					assert_true(manifest_padded(c.stored) < manifest_padded((uint32_t)len));
				memset(back, 0x77, sizeof back);
				assert_int_equal(chunk_unpack(k, stored, &c, len, back, &data, NULL), 0);
				assert_memory_equal(data, want, len);
			}
}

static void refused(const void *stored, const struct manifest_chunk *c, size_t len)
{
	struct ferry_error e = FERRY_ERROR_INIT;
	const void *data = &e;

	assert_int_equal(chunk_unpack(k, stored, c, len, back, &data, &e), -EBADMSG);
	assert_true(e.code != 0 && e.text[0]);
	assert_ptr_equal(data, &e);
}

static void test_flipped(void **state)
{
	const size_t len = 20000;
	struct manifest_chunk c;
	unsigned char copy[32768];

	(void)state;
	for (int kind = TEXT; kind <= RANDOM; kind++) {
		const unsigned char *stored = packed((enum kind)kind, len, true, &c);

		memcpy(copy, stored, manifest_padded(c.stored));
		for (size_t i = 0; i < c.stored; i++) {
			struct ferry_error e = FERRY_ERROR_INIT;
			const void *data;
			int r;

			copy[i] ^= (unsigned char)(1 << i % 8);
			r = chunk_unpack(k, copy, &c, len, back, &data, &e);
			/* A frame has bits that mean nothing: then its bytes are the right ones all the same. */
			if (r == 0 && c.stored < len)
				assert_memory_equal(data, want, len);
			else
				assert_int_equal(r, -EBADMSG);
			copy[i] ^= (unsigned char)(1 << i % 8);
		}
		c.xxh3 ^= 1;
		refused(copy, &c, len);
	}
	packed(ZEROS, len, true, &c);
	c.xxh3 ^= 1ULL << 63;
	refused(NULL, &c, len);
}

static void test_other_sizes(void **state)
{
	struct manifest_chunk c, d;
	const unsigned char *stored = packed(TEXT, 50000, true, &c);
	struct ferry_error e = FERRY_ERROR_INIT;
	const void *data;

	(void)state;
	refused(stored, &c, 49999); /* the frame holds more */
	refused(stored, &c, 50001);
	d = c;
	d.stored--; /* cut off */
	refused(stored, &d, 50000);
	d.stored = c.stored + 1; /* rubbish behind it */
	refused(stored, &d, 50000);
	d.stored = 50001;
	assert_int_equal(chunk_unpack(k, stored, &d, 50000, back, &data, NULL), -EINVAL);
	assert_int_equal(chunk_unpack(k, stored, &c, 0, back, &data, NULL), -EINVAL);
	assert_int_equal(chunk_unpack(k, stored, &c, CHUNK_BYTES + 1, back, &data, NULL), -EINVAL);
	assert_int_equal(chunk_pack(k, in, 0, true, out, &c, &data, NULL), -EINVAL);
	assert_int_equal(chunk_pack(k, in, CHUNK_BYTES + 1, true, out, &c, &data, &e), -EINVAL);
	assert_non_null(strstr(e.text, "1048577"));
}

static int setup(void **state)
{
	(void)state;
	k = chunk_codec_new();
	return k ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	chunk_codec_free(k);
	chunk_codec_free(NULL);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trips),
		cmocka_unit_test(test_flipped),
		cmocka_unit_test(test_other_sizes),
	};

	return cmocka_run_group_tests_name("chunk", tests, setup, teardown);
}
