/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A volume with one checkpoint: torn headers, lost manifests, and what is not Ferry's. */
#include "lib/model/stamp.h"
#include "tests/unit/store_kit.h"

static void test_volume_torn(void **state)
{
	struct store s = ck_fresh_volume(VOLUME_BYTES);
	struct seen seen = { 0, 0, "" };

	(void)state;
	/* One seq after the other: begin writes "empty" into both, commit writes 3 into slot 1. */
	keep(&s, "vm1", ID_A, 1, 1000);
	for (off_t at = 0; at < 88; at++) {
		ck_flip(ck_volume, STORE_BLOCK + at, 0x20);
		if (at >= 8 && at < 12) /* a later Ferry's */
			not_found(&s, "vm1", NULL, -EBADMSG, "no checkpoint");
		else
			not_found(&s, "vm1", NULL, -ENOENT, "");
		ck_flip(ck_volume, STORE_BLOCK + at, 0x20);
		ck_flip(ck_volume, at, 0x20);
		if (at < 8 || at >= 12)
			found(&s, "vm1", NULL, ID_A); /* the older slot does not matter */
		ck_flip(ck_volume, at, 0x20);
	}
	/* Both: Ferry's still, so it is told, and written over. */
	ck_flip(ck_volume, 20, 1);
	ck_flip(ck_volume, STORE_BLOCK + 20, 1);
	not_found(&s, "vm1", NULL, -EBADMSG, "damaged");
	assert_int_equal(store_each(&s, "vm1", see, &seen, NULL), 0);
	assert_true(seen.good == 0 && seen.bad == 1);
	assert_int_equal(store_prune(&s, "vm1", NULL, NULL), 0);
	keep(&s, "vm1", ID_B, 2, 1000);
	found(&s, "vm1", NULL, ID_B);
	/* A third, a fourth: in turn. */
	keep(&s, "vm1", ID_C, 3, 1000);
	found(&s, "vm1", NULL, ID_C);
	not_found(&s, "vm1", ID_B, -ENOENT, "");
	keep(&s, "vm1", ID_A, 4, 1000);
	found(&s, "vm1", NULL, ID_A);
	/* Taken away is taken away, whichever slot is lost then. */
	assert_int_equal(store_remove(&s, "vm1", ID_A, NULL), 0);
	for (off_t slot = 0; slot < 2; slot++) {
		ck_flip(ck_volume, slot * STORE_BLOCK + 30, 1);
		not_found(&s, "vm1", NULL, -ENOENT, "");
		ck_flip(ck_volume, slot * STORE_BLOCK + 30, 1);
	}
}

static void test_volume_manifest(void **state)
{
	struct store s = ck_fresh_volume(VOLUME_BYTES);
	const off_t text = (1 << 20) + CHUNK_BYTES + STORE_BLOCK;

	(void)state;
	keep(&s, "vm1", ID_A, 1, 1000);
	ck_flip(ck_volume, text + 50, 1);
	not_found(&s, "vm1", NULL, -EBADMSG, "damaged");
	assert_int_equal(store_prune(&s, "vm1", ID_A, NULL), 0);
	not_found(&s, "vm1", NULL, -EBADMSG, "damaged");
	ck_flip(ck_volume, text + 50, 1);
	found(&s, "vm1", NULL, ID_A);
	assert_int_equal(truncate(ck_volume, text), 0);
	not_found(&s, "vm1", NULL, -EBADMSG, "larger once");
	assert_int_equal(store_prune(&s, "vm1", NULL, NULL), 0);
	not_found(&s, "vm1", NULL, -ENOENT, "");
}

/* What is not Ferry's is left alone, wherever in the first MiB it shows. */
static void test_volume_foreign(void **state)
{
	static const off_t at[] = { 0, 1024, 4095, 4096, 8191, 8192, 65600, (1 << 20) - 1 };
	struct store_new *n = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
		struct store s = ck_fresh_volume(VOLUME_BYTES);
		struct ferry_error e = FERRY_ERROR_INIT;
		char *before, *after;

		ck_flip(ck_volume, at[i], 0x53);
		assert_int_equal(io_read_file(ck_volume, VOLUME_BYTES, &before, NULL), 0);
		assert_int_equal(store_begin(&s, "vm1", ID_A, 0, &n, &e), -EBADMSG);
		assert_non_null(strstr(e.text, "zeros"));
		not_found(&s, "vm1", NULL, -EBADMSG, "no checkpoint");
		assert_int_equal(store_prune(&s, "vm1", NULL, NULL), 0);
		assert_int_equal(store_remove(&s, "vm1", ID_A, NULL), 0);
		assert_int_equal(io_read_file(ck_volume, VOLUME_BYTES, &after, NULL), 0);
		assert_memory_equal(before, after, VOLUME_BYTES);
		free(before);
		free(after);
	}
}

static void test_volume_room(void **state)
{
	struct store s = ck_fresh_volume(VOLUME_BYTES);
	struct store_new *n = NULL;
	struct ferry_error e = FERRY_ERROR_INIT;
	struct manifest m;
	int r, fd;

	(void)state;
	keep(&s, "vm1", ID_A, 1, 1000);
	assert_int_equal(store_begin(&s, "vm1", ID_B, VOLUME_BYTES, &n, &e), -ENOSPC);
	assert_non_null(strstr(e.text, "it has 15728640"));
	found(&s, "vm1", NULL, ID_A); /* not even begun */
	error_clear(&e);
	assert_int_equal(store_begin(&s, "vm2", ID_B, 0, &n, &e), -EEXIST);
	assert_non_null(strstr(e.text, "checkpoint of vm1"));
	found(&s, "vm1", NULL, ID_A);
	/* Filled to its end, but for the stamp's place. */
	ck_flip(ck_volume, VOLUME_BYTES - STAMP_AREA, 0x53);
	memset(block, 'f', CHUNK_BYTES);
	n = begun(&s, "vm1", ID_B);
	error_clear(&e);
	for (r = 0; r == 0;)
		r = store_put(n, block, CHUNK_BYTES, &e);
	assert_int_equal(r, -ENOSPC);
	store_abort(n);
	assert_non_null(strstr(e.text, "after 14680064 bytes"));
	ck_flip(ck_volume, VOLUME_BYTES - STAMP_AREA, 0x53);
	fd = open(ck_volume, O_RDONLY | O_CLOEXEC);
	assert_int_equal(io_pread_all(fd, block, STAMP_AREA, VOLUME_BYTES - STAMP_AREA), 0);
	close(fd);
	assert_true(block[0] == 0 && memcmp(block, block + 1, STAMP_AREA - 1) == 0);
	not_found(&s, "vm1", NULL, -ENOENT, "");
	/* Room for the data and not for its manifest. */
	s = ck_fresh_volume((1 << 20) + CHUNK_BYTES + STORE_BLOCK + STAMP_AREA);
	error_clear(&e);
	assert_int_equal(store_begin(&s, "vm1", ID_A, 0, &n, &e), 0);
	m = filled(n, "vm1", ID_A, 1);
	assert_int_equal(store_commit(n, &m, &e), -ENOSPC);
	assert_non_null(strstr(e.text, "manifest"));
	manifest_clear(&m);
	not_found(&s, "vm1", NULL, -ENOENT, "");
	s = ck_fresh_volume(2 * CHUNK_BYTES - 1);
	not_found(&s, "vm1", NULL, -ENOSPC, "has 2097151 bytes: too small");
	unlink(ck_volume);
	not_found(&s, "vm1", NULL, -ENODEV, "cannot be opened");
	s.path = "/dev/null";
	not_found(&s, "vm1", NULL, -ENOTBLK, "no block device");
}

static void test_volume_busy(void **state)
{
	struct store s = ck_fresh_volume(VOLUME_BYTES);
	struct store_new *n = begun(&s, "vm1", ID_A), *second = NULL;
	struct ferry_error e = FERRY_ERROR_INIT;
	struct manifest m = filled(n, "vm1", ID_A, 1);

	(void)state;
	assert_int_equal(store_begin(&s, "vm1", ID_B, 0, &second, &e), -EBUSY);
	assert_int_equal(store_prune(&s, "vm1", NULL, NULL), 0);
	assert_int_equal(store_remove(&s, "vm1", ID_A, NULL), -EBUSY);
	not_found(&s, "vm1", NULL, -ENOENT, "");
	assert_int_equal(store_commit(n, &m, NULL), 0);
	manifest_clear(&m);
	found(&s, "vm1", NULL, ID_A);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_volume_torn),
		cmocka_unit_test(test_volume_manifest),
		cmocka_unit_test(test_volume_foreign),
		cmocka_unit_test(test_volume_room),
		cmocka_unit_test(test_volume_busy),
	};

	return cmocka_run_group_tests_name("store_volume", tests, ck_setup, ck_teardown);
}
