/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A manifest with everything in it, and its text. */
#ifndef FERRY_TEST_MANIFEST_KIT_H
#define FERRY_TEST_MANIFEST_KIT_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/model/manifest.h"

#define ID "00112233445566778899aabbccddeeff"
#define NONCE "ffeeddccbbaa99887766554433221100"
#define UUID "11111111-2222-3333-4444-555555555555"

static struct manifest_chunk chunks[] = {
	{ 0x0123456789abcdefULL, CHUNK_BYTES }, { 0xfedcba9876543210ULL, 0 }, { 1, 5000 }, { UINT64_MAX, 77 },
};

static const struct manifest full = {
	.id = ID, .domain = "vm1.x", .uuid = UUID, .node = "node1", .how = "stop", .made_ms = 1700000000123,
	.resource = "r0", .epoch = 7, .nonce = NONCE, .qemu = 7002022, .libvirt = 9000000, .machine = "pc-q35-7.2",
	.cpu = "host-passthrough", .host_cpu = "A \"CPU\" \\ (R)/2", .ram_kib = 1048576,
	.image_bytes = 3 * CHUNK_BYTES + 77, .stored_bytes = CHUNK_BYTES + 8192 + 4096, .chunk_bytes = CHUNK_BYTES,
	.whole = 0x00ff00ff00ff00ffULL, .nchunks = 4, .chunks = chunks,
};

static inline void text_of(const struct manifest *m, char **ret_text, size_t *ret_len)
{
	assert_int_equal(manifest_to_json(m, ret_text, ret_len, NULL), 0);
	assert_int_equal(strlen(*ret_text), *ret_len);
}

static inline void assert_same(const struct manifest *a, const struct manifest *b)
{
	struct manifest x = *a, y = *b;

	assert_int_equal(a->nchunks, b->nchunks);
	for (size_t i = 0; i < a->nchunks; i++) {
		assert_true(a->chunks[i].xxh3 == b->chunks[i].xxh3);
		assert_int_equal(a->chunks[i].stored, b->chunks[i].stored);
	}
	x.chunks = y.chunks = NULL;
	assert_memory_equal(&x, &y, sizeof x);
}

static inline void refuse_text(const char *text, size_t len, const char *why)
{
	struct ferry_error e = FERRY_ERROR_INIT;
	struct manifest m;

	if (manifest_from_json(text, len, &m, &e) != -EINVAL)
		fail_msg("accepted: %.*s", (int)len, text);
	if (!strstr(e.text, why))
		fail_msg("'%s' does not say '%s'", e.text, why);
}

#endif
