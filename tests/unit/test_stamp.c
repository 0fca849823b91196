/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The stamp: whatever tears or rots, the newest whole slot is read, or nothing is taken for a stamp. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/model/stamp.h"

#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define M "11111111111111111111111111111111"
#define ZERO "00000000000000000000000000000000"

static const struct stamp plain = {
	.seq = 4, .resource = "r0", .domain = "vm1", .uuid = "11111111-2222-3333-4444-555555555555",
	.epoch = 5, .nonce = A, .node = "node1",
};
static const struct stamp certified = {
	.seq = 5, .resource = "r0", .domain = "vm1", .uuid = "11111111-2222-3333-4444-555555555555",
	.epoch = 5, .nonce = A, .node = "node1", .certified = true,
	.cert = { .move = M, .epoch = 5, .from = "node1", .to = "node2", .volumes = 2,
		  .volume_bytes = { 66019328, INT64_MAX } },
};
static const struct stamp saved = {
	.seq = 6, .resource = "r0", .domain = "vm1", .uuid = "11111111-2222-3333-4444-555555555555",
	.epoch = 5, .nonce = A, .node = "node1", .saved = true,
	.checkpoint = { .id = M, .store = "volume:r0/1" },
};

static unsigned char area[STAMP_READ];

static void put(const struct stamp *s)
{
	unsigned char slot[STAMP_SLOT];
	size_t offset;

	assert_int_equal(stamp_encode(s, slot, &offset, NULL), 0);
	assert_int_equal(offset, s->seq % 2 * STAMP_SLOT);
	memcpy(area + offset, slot, sizeof slot);
}

static void assert_same(const struct stamp *a, const struct stamp *b)
{
	assert_true(a->seq == b->seq && a->epoch == b->epoch && a->certified == b->certified);
	assert_string_equal(a->resource, b->resource);
	assert_string_equal(a->domain, b->domain);
	assert_string_equal(a->uuid, b->uuid);
	assert_string_equal(a->nonce, b->nonce);
	assert_string_equal(a->node, b->node);
	assert_true(a->saved == b->saved);
	if (a->saved) {
		assert_string_equal(a->checkpoint.id, b->checkpoint.id);
		assert_string_equal(a->checkpoint.store, b->checkpoint.store);
	}
	if (!a->certified)
		return;
	assert_string_equal(a->cert.move, b->cert.move);
	assert_string_equal(a->cert.from, b->cert.from);
	assert_string_equal(a->cert.to, b->cert.to);
	assert_true(a->cert.epoch == b->cert.epoch);
	assert_int_equal(a->cert.volumes, b->cert.volumes);
	for (unsigned int i = 0; i < a->cert.volumes; i++)
		assert_true(a->cert.volume_bytes[i] == b->cert.volume_bytes[i]);
}

static void test_newest_wins(void **state)
{
	struct stamp s, third = plain;

	(void)state;
	memset(area, 0, sizeof area);
	assert_int_equal(stamp_decode(area, &s, NULL, 0), STAMP_ABSENT);
	put(&plain);
	assert_int_equal(stamp_decode(area, &s, NULL, 0), STAMP_VALID);
	assert_same(&s, &plain);
	put(&certified);
	assert_int_equal(stamp_decode(area, &s, NULL, 0), STAMP_VALID);
	assert_same(&s, &certified);
	third.seq = 6;
	third.epoch = 6;
	put(&third);
	assert_int_equal(stamp_decode(area, &s, NULL, 0), STAMP_VALID);
	assert_same(&s, &third);
	put(&saved);
	assert_int_equal(stamp_decode(area, &s, NULL, 0), STAMP_VALID);
	assert_same(&s, &saved);
}

/* Every byte of the newer slot flipped in turn: the older one is read, never a mixture. Only a version that a later
 * Ferry may have written is refused: what we could read is then out of date. */
static void test_torn(void **state)
{
	struct stamp s;
	char why[160];

	(void)state;
	memset(area, 0, sizeof area);
	put(&plain);
	put(&certified);
	for (size_t i = STAMP_SLOT; i < STAMP_READ; i++) {
		bool later = i >= STAMP_SLOT + 8 && i < STAMP_SLOT + 12;

		area[i] ^= 0x40;
		assert_int_equal(stamp_decode(area, &s, NULL, 0), later ? STAMP_FOREIGN : STAMP_VALID);
		if (!later)
			assert_same(&s, &plain);
		area[i] ^= 0x40;
	}
	/* Torn at each sector: the rest is what was there before. */
	for (size_t whole = 0; whole < STAMP_SLOT; whole += 512) {
		unsigned char keep[STAMP_SLOT];

		memcpy(keep, area + STAMP_SLOT, sizeof keep);
		memset(area + STAMP_SLOT + whole, 0xee, STAMP_SLOT - whole);
		assert_int_equal(stamp_decode(area, &s, NULL, 0), STAMP_VALID);
		assert_same(&s, &plain);
		memcpy(area + STAMP_SLOT, keep, sizeof keep);
	}
	area[100] ^= 1;
	area[STAMP_SLOT + 100] ^= 1;
	assert_int_equal(stamp_decode(area, &s, why, sizeof why), STAMP_FOREIGN);
	assert_non_null(strstr(why, "checksum"));
}

static void test_not_a_stamp(void **state)
{
	struct stamp s;
	char why[160];

	(void)state;
	memset(area, 0, sizeof area);
	area[STAMP_READ - 1] = 1; /* one byte of somebody's data */
	assert_int_equal(stamp_decode(area, &s, why, sizeof why), STAMP_FOREIGN);
	memset(area, 0xff, sizeof area);
	assert_int_equal(stamp_decode(area, &s, why, sizeof why), STAMP_FOREIGN);
	assert_non_null(strstr(why, "no magic"));
	memset(area, 0, sizeof area);
	put(&plain);
	area[8] = 2;
	assert_int_equal(stamp_decode(area, &s, why, sizeof why), STAMP_FOREIGN);
	assert_non_null(strstr(why, "version 2"));
	/* The right bytes in the other slot, as a copy with an offset would put them. */
	memset(area, 0, sizeof area);
	put(&plain);
	memmove(area + STAMP_SLOT, area, STAMP_SLOT);
	memset(area, 0, STAMP_SLOT);
	assert_int_equal(stamp_decode(area, &s, why, sizeof why), STAMP_FOREIGN);
	assert_non_null(strstr(why, "wrong slot"));
}

static void refuse(const struct stamp *s, const char *text)
{
	struct ferry_error e = FERRY_ERROR_INIT;
	unsigned char slot[STAMP_SLOT];
	size_t offset;

	assert_true(stamp_encode(s, slot, &offset, &e) < 0);
	if (!strstr(e.text, text))
		fail_msg("'%s' does not say '%s'", e.text, text);
}

static void test_what_is_never_written(void **state)
{
	struct stamp s;

	(void)state;
#define WITH(of, change, text) do { s = of; change; refuse(&s, text); } while (0)
	WITH(plain, s.seq = UINT64_MAX, "at its end");
	WITH(plain, s.epoch = UINT64_MAX - 1, "at its end");
	WITH(plain, strcpy(s.resource, "a/b"), "malformed");
	WITH(plain, strcpy(s.domain, ""), "malformed");
	WITH(plain, strcpy(s.node, "-n"), "malformed");
	WITH(plain, s.uuid[8] = '_', "malformed");
	WITH(plain, s.nonce[31] = 'g', "malformed");
	WITH(plain, strcpy(s.nonce, ZERO), "disagree");
	WITH(plain, s.epoch = 0, "disagree");
	WITH(saved, s.checkpoint.id[0] = 'g', "checkpoint is malformed");
	WITH(saved, strcpy(s.checkpoint.store, "srv"), "checkpoint is malformed");
	WITH(saved, (s.epoch = 0, strcpy(s.nonce, ZERO)), "of no run");
	WITH(certified, s.cert.epoch = 4, "another run");
	WITH(certified, s.cert.move[0] = '\0', "malformed");
	WITH(certified, s.cert.volumes = 0, "no volume");
	WITH(certified, s.cert.volumes = STAMP_MAX_VOLUMES + 1, "too many");
	WITH(certified, s.cert.volume_bytes[1] = 0, "impossible size");
#undef WITH
}

/* The longest names and the most volumes still fit into a slot, and come back. */
static void test_largest(void **state)
{
	struct stamp s = certified, back;

	(void)state;
	memset(s.resource, 'r', NAME_SIZE - 1);
	memset(s.domain, 'd', NAME_SIZE - 1);
	memset(s.node, 'n', NAME_SIZE - 1);
	memset(s.cert.from, 'f', NAME_SIZE - 1);
	memset(s.cert.to, 't', NAME_SIZE - 1);
	s.seq = UINT64_MAX - 1;
	s.epoch = s.cert.epoch = UINT64_MAX - 2;
	s.cert.volumes = STAMP_MAX_VOLUMES;
	for (unsigned int i = 0; i < STAMP_MAX_VOLUMES; i++)
		s.cert.volume_bytes[i] = INT64_MAX;
	s.saved = true;
	strcpy(s.checkpoint.id, M);
	memset(s.checkpoint.store, '/', STORE_NAME_SIZE - 1);
	s.checkpoint.store[STORE_NAME_SIZE - 2] = 's';
	memset(area, 0, sizeof area);
	put(&s);
	assert_int_equal(stamp_decode(area, &back, NULL, 0), STAMP_VALID);
	assert_same(&back, &s);
}

static void test_for_people(void **state)
{
	char *json = stamp_to_json(&certified);

	(void)state;
	assert_non_null(json);
	assert_non_null(strstr(json, "\"epoch\":5"));
	assert_non_null(strstr(json, "\"seq\":5"));
	assert_non_null(strstr(json, M));
	assert_null(strchr(json, '\n'));
	free(json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_newest_wins),
		cmocka_unit_test(test_torn),
		cmocka_unit_test(test_not_a_stamp),
		cmocka_unit_test(test_what_is_never_written),
		cmocka_unit_test(test_largest),
		cmocka_unit_test(test_for_people),
	};

	return cmocka_run_group_tests_name("stamp", tests, NULL, NULL);
}
