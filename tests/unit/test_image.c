/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An image into a store and out of it: the bytes that went in, and no others; and each failure on the way leaves nothing. */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/base/deadline.h"
#include "lib/edge/image.h"
#include "tests/unit/checkpoints.h"

#define VOLUME_BYTES (64 << 20)

/* ---- threads that cannot be made ---- */

static int threads_left = -1;	/* -1: as many as are wanted */

int __real_pthread_create(pthread_t *t, const pthread_attr_t *a, void *(*fn)(void *), void *arg);
int __wrap_pthread_create(pthread_t *t, const pthread_attr_t *a, void *(*fn)(void *), void *arg);

int __wrap_pthread_create(pthread_t *t, const pthread_attr_t *a, void *(*fn)(void *), void *arg)
{
	if (threads_left == 0)
		return EAGAIN;
	if (threads_left > 0)
		threads_left--;
	return __real_pthread_create(t, a, fn, arg);
}

/* ---- a guest's memory ---- */

/* Zeros, text and noise by turns, of a size and at offsets that are no multiples of anything. */
struct memory {
	uint64_t size, at;
	uint64_t fail_at;	/* here the source fails; 0: never */
	size_t most;		/* bytes that one read gives */
};

static unsigned char byte_at(uint64_t at)
{
	uint64_t piece = at / 700001, x = at * 0x9e3779b97f4a7c15ULL;

	if (piece % 3 == 0)
		return 0;
	if (piece % 3 == 1)
		return (unsigned char)('a' + at / 100 % 26);
	x ^= x >> 29;
	x *= 0xbf58476d1ce4e5b9ULL;
	return (unsigned char)(x >> 40);
}

static ssize_t memory_read(void *arg, void *buf, size_t len, struct ferry_error *e)
{
	struct memory *s = arg;
	unsigned char *p = buf;
	size_t n = len < s->most ? len : s->most;

	if (s->fail_at && s->at >= s->fail_at)
		return error_set(e, 1, EPIPE, "the guest is gone");
	if (n > s->size - s->at)
		n = (size_t)(s->size - s->at);
	for (size_t i = 0; i < n; i++)
		p[i] = byte_at(s->at + i);
	s->at += n;
	return (ssize_t)n;
}

struct check {
	uint64_t at;
	uint64_t stop_at;	/* here the taker fails; 0: never */
};

static int check_write(void *arg, const void *buf, size_t len)
{
	struct check *c = arg;
	const unsigned char *p = buf;

	if (c->stop_at && c->at + len >= c->stop_at)
		return -EPIPE;
	for (size_t i = 0; i < len; i++)
		if (p[i] != byte_at(c->at + i))
			return -EILSEQ;
	c->at += len;
	return 0;
}

/* Save SIZE bytes, FROM may say more; *ret_m is to be cleared. */
static int save(const struct store *s, struct memory from, bool compress, unsigned int threads, struct manifest *ret_m,
		struct ferry_error *e)
{
	struct image_source src = { memory_read, &from };
	struct image_how how = { .compress = compress, .threads = threads };
	struct manifest m = ck_manifest("vm1", ID_A, 3);
	struct store_new *n = NULL;
	int r = store_begin(s, "vm1", ID_A, 1 << 20, &n, e);

	if (r < 0)
		return r;
	r = image_pack(&src, &how, n, &m, e);
	if (r < 0)
		store_abort(n);
	else
		r = store_commit(n, &m, e);
	if (r == 0)
		*ret_m = m;
	else
		manifest_clear(&m);
	return r;
}

static void round_trip(const struct store *s, uint64_t size, size_t most, bool compress, unsigned int threads)
{
	struct memory from = { .size = size, .most = most };
	struct check c = { 0, 0 };
	struct ferry_error e = FERRY_ERROR_INIT;
	struct manifest m, found;

	if (save(s, from, compress, threads, &m, &e) < 0)
		fail_msg("%s", e.text);
	assert_true(m.image_bytes == size);
	if (compress && size > (5 << 20))
		assert_true(m.stored_bytes < size * 7 / 10);
	assert_int_equal(store_find(s, "vm1", NULL, &found, &e), 0);
	assert_true(found.whole == m.whole && found.nchunks == m.nchunks);
	if (store_read(s, &found, check_write, &c, &e) < 0)
		fail_msg("%s", e.text);
	assert_true(c.at == size);
	assert_int_equal(store_read(s, &found, NULL, NULL, NULL), 0); /* verify alone */
	manifest_clear(&found);
	manifest_clear(&m);
	assert_int_equal(store_remove(s, "vm1", ID_A, NULL), 0);
	assert_int_equal(store_find(s, "vm1", NULL, &found, NULL), -ENOENT);
}

static void test_round_trips(void **state)
{
	static const uint64_t sizes[] = { 1, 4096, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 13 * CHUNK_BYTES + 12345 };
	struct store s = ck_directory();

	(void)state;
	for (int kind = 0; kind < 2; kind++) {
		if (kind == 1)
			s = ck_fresh_volume(VOLUME_BYTES);
		for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
			for (int compress = 0; compress < 2; compress++)
				round_trip(&s, sizes[i], i % 2 ? 65536 : 100003, compress, (unsigned int)i % 4);
		if (kind == 0)
			assert_int_equal(ck_files(), 0);
	}
	round_trip(&s, 7 << 20, SIZE_MAX, true, 100);
}

static void nothing_left(const struct store *s)
{
	struct manifest m;

	assert_int_equal(store_find(s, "vm1", NULL, &m, NULL), -ENOENT);
	if (s->kind == STORE_DIRECTORY)
		assert_int_equal(ck_files(), 0);
}

static void test_source_fails(void **state)
{
	static const uint64_t points[] = { 1, 70000, CHUNK_BYTES, 3 * CHUNK_BYTES + 5, 12 * CHUNK_BYTES };
	struct store stores[] = { ck_directory(), ck_fresh_volume(VOLUME_BYTES) };

	(void)state;
	for (int kind = 0; kind < 2; kind++) {
		struct ferry_error e = FERRY_ERROR_INIT;
		struct memory from = { .size = 13 * CHUNK_BYTES, .most = 65536 };
		struct manifest m;

		for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
			from.fail_at = points[i];
			error_clear(&e);
			assert_int_equal(save(&stores[kind], from, i % 2, (unsigned int)i % 3, &m, &e), -EPIPE);
			assert_string_equal(e.text, "the guest is gone");
			nothing_left(&stores[kind]);
		}
		from.size = from.fail_at = 0;
		error_clear(&e);
		assert_int_equal(save(&stores[kind], from, true, 0, &m, &e), -ENODATA);
		nothing_left(&stores[kind]);
	}
}

/* The store is full in the middle, while the source would give for ever. */
static void test_store_full(void **state)
{
	struct store s = ck_fresh_volume(6 << 20);
	struct memory from = { .size = UINT64_MAX, .most = 65536 };
	struct ferry_error e = FERRY_ERROR_INIT;
	struct manifest m;

	(void)state;
	for (unsigned int threads = 0; threads < 4; threads++) {
		error_clear(&e);
		assert_int_equal(save(&s, from, threads % 2, threads, &m, &e), -ENOSPC);
		assert_non_null(strstr(e.text, "no room"));
		nothing_left(&s);
	}
}

static void test_taker_fails(void **state)
{
	struct store stores[] = { ck_directory(), ck_fresh_volume(VOLUME_BYTES) };
	struct memory from = { .size = 13 * CHUNK_BYTES + 1, .most = 65536 };

	(void)state;
	for (int kind = 0; kind < 2; kind++) {
		struct ferry_error e = FERRY_ERROR_INIT;
		struct manifest m;

		assert_int_equal(save(&stores[kind], from, true, 2, &m, &e), 0);
		for (uint64_t at = 1; at < from.size; at += 5 * CHUNK_BYTES) {
			struct check c = { 0, at };

			error_clear(&e);
			assert_int_equal(store_read(&stores[kind], &m, check_write, &c, &e), -EPIPE);
			assert_non_null(strstr(e.text, "handed on"));
		}
		manifest_clear(&m);
		assert_int_equal(store_prune(&stores[kind], "vm1", NULL, &e), 0);
		nothing_left(&stores[kind]);
	}
}

static void test_no_threads(void **state)
{
	struct store s = ck_directory();
	struct memory from = { .size = 5 * CHUNK_BYTES, .most = 65536 };
	struct ferry_error e = FERRY_ERROR_INIT;
	struct check c = { 0, 0 };
	struct manifest m;

	(void)state;
	for (int may = 0; may < 2; may++) {
		threads_left = may;
		error_clear(&e);
		assert_int_equal(save(&s, from, true, 4, &m, &e), -EAGAIN);
		assert_non_null(strstr(e.text, "thread"));
		nothing_left(&s);
	}
	threads_left = 2; /* a reader and one worker are enough */
	assert_int_equal(save(&s, from, true, 4, &m, &e), 0);
	threads_left = 0;
	error_clear(&e);
	assert_int_equal(store_read(&s, &m, check_write, &c, &e), -EAGAIN);
	threads_left = -1;
	assert_int_equal(store_read(&s, &m, check_write, &c, NULL), 0);
	manifest_clear(&m);
	assert_int_equal(store_remove(&s, "vm1", ID_A, NULL), 0);
}

/* Every place that is damaged in turn: what has been handed on before was right, and the damage is told by its chunk. */
static void test_damaged(void **state)
{
	struct store stores[] = { ck_directory(), ck_fresh_volume(VOLUME_BYTES) };
	struct memory from = { .size = 5 * CHUNK_BYTES + 7, .most = 65536 };
	char data[256];

	(void)state;
	snprintf(data, sizeof data, "%s/vm1.%s.ram", ck_dir, ID_A);
	for (int kind = 0; kind < 2; kind++) {
		const char *path = kind ? ck_volume : data;
		off_t at = kind ? 1 << 20 : 0;
		struct ferry_error e = FERRY_ERROR_INIT;
		struct manifest m;

		assert_int_equal(save(&stores[kind], from, true, 2, &m, &e), 0);
		for (size_t i = 0; i < m.nchunks; i++) {
			struct check c = { 0, 0 };
			char word[32];

			if (m.chunks[i].stored == 0)
				continue;
			ck_flip(path, at + m.chunks[i].stored / 2, 0x10);
			error_clear(&e);
			assert_int_equal(store_read(&stores[kind], &m, check_write, &c, &e), -EBADMSG);
			snprintf(word, sizeof word, "chunk %zu ", i);
			assert_non_null(strstr(e.text, word));
			assert_true(c.at <= i * CHUNK_BYTES);
			ck_flip(path, at + m.chunks[i].stored / 2, 0x10);
			at += (off_t)manifest_padded(m.chunks[i].stored);
		}
		/* Each chunk is right and the whole is not: the last chunk is held back. */
		struct check c = { 0, 0 };

		m.whole ^= 1;
		error_clear(&e);
		assert_int_equal(store_read(&stores[kind], &m, check_write, &c, &e), -EBADMSG);
		assert_true(c.at == 5 * CHUNK_BYTES);
		assert_non_null(strstr(e.text, "the whole"));
		m.whole ^= 1;
		m.stored_bytes++; /* no manifest that could have been read */
		assert_int_equal(store_read(&stores[kind], &m, check_write, &c, NULL), -EINVAL);
		manifest_clear(&m);
		assert_int_equal(store_remove(&stores[kind], "vm1", ID_A, NULL), 0);
	}
}

/* A limit is kept: never faster than it says. How much slower depends on the machine. */
static void test_bandwidth(void **state)
{
	struct store s = ck_directory();
	struct memory from = { .size = 8 << 20, .most = SIZE_MAX };
	struct image_source src = { memory_read, &from };
	struct image_how how = { .bandwidth_mib = 40 };
	struct manifest m = ck_manifest("vm1", ID_A, 3);
	struct store_new *n = NULL;
	int64_t begun;

	(void)state;
	assert_int_equal(store_begin(&s, "vm1", ID_A, 0, &n, NULL), 0);
	begun = now_ms();
	assert_int_equal(image_pack(&src, &how, n, &m, NULL), 0);
	assert_true(now_ms() - begun >= 8 * 1000 / 40 - 2);
	store_abort(n);
	manifest_clear(&m);
	assert_int_equal(ck_files(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trips),
		cmocka_unit_test(test_source_fails),
		cmocka_unit_test(test_store_full),
		cmocka_unit_test(test_taker_fails),
		cmocka_unit_test(test_no_threads),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_bandwidth),
	};

	return cmocka_run_group_tests_name("image", tests, ck_setup, ck_teardown);
}
