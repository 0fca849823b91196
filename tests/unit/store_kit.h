/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of both kinds of stores do with them. */
#ifndef FERRY_TEST_STORE_KIT_H
#define FERRY_TEST_STORE_KIT_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <xxhash.h>

#include <cmocka.h>

#include "tests/unit/checkpoints.h"

#define VOLUME_BYTES (16 << 20)

static _Alignas(STORE_BLOCK) unsigned char block[2 * CHUNK_BYTES];

static inline struct store_new *begun(const struct store *s, const char *domain, const char *id)
{
	struct ferry_error e = FERRY_ERROR_INIT;
	struct store_new *n = NULL;

	if (store_begin(s, domain, id, 1 << 20, &n, &e) < 0)
		fail_msg("%s", e.text);
	return n;
}

/* A manifest of two chunks, the first as it is, the second of 100 bytes; and their data put into N. */
static inline struct manifest filled(struct store_new *n, const char *domain, const char *id, unsigned int epoch)
{
	struct manifest m = ck_manifest(domain, id, epoch);
	XXH3_state_t *whole = XXH3_createState();

	memset(block, (int)epoch + 1, CHUNK_BYTES);
	memset(block + CHUNK_BYTES, 'x', 100);
	memset(block + CHUNK_BYTES + 100, 0, STORE_BLOCK - 100);
	assert_int_equal(manifest_add(&m, XXH3_64bits(block, CHUNK_BYTES), CHUNK_BYTES, NULL), 0);
	assert_int_equal(manifest_add(&m, XXH3_64bits(block + CHUNK_BYTES, 100), 100, NULL), 0);
	XXH3_64bits_reset(whole);
	XXH3_64bits_update(whole, block, CHUNK_BYTES + 100);
	m.whole = XXH3_64bits_digest(whole);
	XXH3_freeState(whole);
	m.image_bytes = CHUNK_BYTES + 100;
	m.stored_bytes = CHUNK_BYTES + STORE_BLOCK;
	if (n) {
		assert_int_equal(store_put(n, block, CHUNK_BYTES, NULL), 0);
		assert_int_equal(store_put(n, block + CHUNK_BYTES, STORE_BLOCK, NULL), 0);
	}
	return m;
}

static inline void keep(const struct store *s, const char *domain, const char *id, unsigned int epoch, int64_t made_ms)
{
	struct store_new *n = begun(s, domain, id);
	struct manifest m = filled(n, domain, id, epoch);
	struct ferry_error e = FERRY_ERROR_INIT;

	m.made_ms = made_ms;
	if (store_commit(n, &m, &e) < 0)
		fail_msg("%s", e.text);
	manifest_clear(&m);
}

static inline void found(const struct store *s, const char *domain, const char *id, const char *want)
{
	struct ferry_error e = FERRY_ERROR_INIT;
	struct manifest m;

	if (store_find(s, domain, id, &m, &e) < 0)
		fail_msg("%s", e.text);
	assert_string_equal(m.id, want);
	assert_string_equal(m.domain, domain);
	assert_int_equal(store_read(s, &m, NULL, NULL, &e), 0);
	manifest_clear(&m);
}

static inline void not_found(const struct store *s, const char *domain, const char *id, int r, const char *why)
{
	struct ferry_error e = FERRY_ERROR_INIT;
	struct manifest m;

	assert_int_equal(store_find(s, domain, id, &m, &e), r);
	if (!strstr(e.text, why))
		fail_msg("'%s' does not say '%s'", e.text, why);
}

struct seen {
	int good, bad;
	char why[1024];
};

static inline int see(void *arg, const char *id, const struct manifest *m, const struct ferry_error *why)
{
	struct seen *s = arg;

	assert_true(!m || strcmp(m->id, id) == 0);
	if (m) {
		s->good++;
	} else {
		s->bad++;
		assert_true(why->code != 0);
		snprintf(s->why, sizeof s->why, "%s", why->text);
	}
	return 0;
}

#endif
