/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What both kinds of stores do alike. */
#include "tests/unit/store_kit.h"

static void test_life(void **state)
{
	struct store stores[] = { ck_directory(), ck_fresh_volume(VOLUME_BYTES) };

	(void)state;
	for (int kind = 0; kind < 2; kind++) {
		const struct store *s = &stores[kind];
		struct store_new *n;
		struct manifest m;

		not_found(s, "vm1", NULL, -ENOENT, "no checkpoint of vm1");
		assert_int_equal(store_prune(s, "vm1", NULL, NULL), 0);
		assert_int_equal(store_remove(s, "vm1", ID_A, NULL), 0);
		keep(s, "vm1", ID_A, 1, 1000);
		found(s, "vm1", NULL, ID_A);
		found(s, "vm1", ID_A, ID_A);
		not_found(s, "vm1", ID_B, -ENOENT, ID_B);
		not_found(s, "vm", NULL, -ENOENT, "");
		not_found(s, "vm1.", NULL, -ENOENT, "");
		assert_int_equal(store_remove(s, "vm1", ID_B, NULL), 0);
		assert_int_equal(store_remove(s, "vm2", ID_A, NULL), 0);
		assert_int_equal(store_prune(s, "vm2", NULL, NULL), 0);
		assert_int_equal(store_prune(s, "vm1", ID_A, NULL), 0);
		found(s, "vm1", NULL, ID_A);
		/* One that is given up leaves nothing, and a manifest of something else is no commit. */
		n = begun(s, "vm1", ID_B);
		m = filled(n, "vm1", ID_B, 2);
		manifest_clear(&m);
		store_abort(n);
		not_found(s, "vm1", ID_B, -ENOENT, "");
		for (int wrong = 0; wrong < 4; wrong++) {
			struct ferry_error e = FERRY_ERROR_INIT;

			n = begun(s, "vm1", ID_B);
			m = filled(n, wrong == 0 ? "vm2" : "vm1", wrong == 1 ? ID_C : ID_B, 2);
			if (wrong == 2)
				assert_int_equal(store_put(n, block, STORE_BLOCK, NULL), 0);
			if (wrong == 3)
				m.nchunks--;
			assert_int_equal(store_commit(n, &m, &e), -EINVAL);
			assert_true(e.text[0]);
			m.nchunks = 2;
			manifest_clear(&m);
			not_found(s, "vm1", ID_B, -ENOENT, "");
		}
		assert_int_equal(store_remove(s, "vm1", ID_A, NULL), 0);
		not_found(s, "vm1", NULL, -ENOENT, "");
		store_abort(NULL);
	}
	assert_int_equal(ck_files(), 0);
}

/* Between the two steps of a commit: all is written, and nothing exists. */
static void test_prepared(void **state)
{
	struct store stores[] = { ck_directory(), ck_fresh_volume(VOLUME_BYTES) };

	(void)state;
	for (int kind = 0; kind < 2; kind++) {
		const struct store *s = &stores[kind];
		struct store_new *n = begun(s, "vm1", ID_A);
		struct manifest m = filled(n, "vm1", ID_A, 1);

		assert_int_equal(store_prepare(n, &m, NULL), 0);
		not_found(s, "vm1", NULL, -ENOENT, "no checkpoint");
		assert_int_equal(store_prune(s, "vm1", NULL, NULL), 0);
		store_abort(n);
		manifest_clear(&m);
		not_found(s, "vm1", NULL, -ENOENT, "no checkpoint");
		n = begun(s, "vm1", ID_A);
		m = filled(n, "vm1", ID_A, 1);
		assert_int_equal(store_prepare(n, &m, NULL), 0);
		assert_int_equal(store_prune(s, "vm1", NULL, NULL), 0);
		assert_int_equal(store_commit(n, &m, NULL), 0);
		found(s, "vm1", NULL, ID_A);
		assert_int_equal(store_remove(s, "vm1", ID_A, NULL), 0);
		/* What cannot be prepared is still the caller's to give up. */
		n = begun(s, "vm1", ID_A);
		assert_int_equal(store_prepare(n, &m, NULL), -EINVAL);
		store_abort(n);
		manifest_clear(&m);
		not_found(s, "vm1", NULL, -ENOENT, "no checkpoint");
	}
	assert_int_equal(ck_files(), 0);
}

static void test_bad_names(void **state)
{
	struct store stores[] = { ck_directory(), ck_fresh_volume(VOLUME_BYTES) };

	(void)state;
	for (int kind = 0; kind < 2; kind++) {
		static const char *const names[] = { "", ".", "..", "../vm1", "a/b", "-x", "a b" };
		const struct store *s = &stores[kind];
		struct ferry_error e = FERRY_ERROR_INIT;
		struct store_new *n = NULL;

		for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
			not_found(s, names[i], NULL, -EINVAL, "no name");
			not_found(s, "vm1", names[i], -EINVAL, "id");
			assert_int_equal(store_begin(s, names[i], ID_A, 0, &n, NULL), -EINVAL);
			assert_int_equal(store_begin(s, "vm1", names[i], 0, &n, NULL), -EINVAL);
			assert_int_equal(store_remove(s, names[i], ID_A, NULL), -EINVAL);
			assert_int_equal(store_prune(s, "vm1", names[i], NULL), -EINVAL);
		}
		assert_int_equal(store_begin(s, "vm1", ID_A, UINT64_MAX, &n, &e), -ENOSPC);
		assert_null(n);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_life),
		cmocka_unit_test(test_prepared),
		cmocka_unit_test(test_bad_names),
	};

	return cmocka_run_group_tests_name("store", tests, ck_setup, ck_teardown);
}
