/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What checkpoint_store may say, and what a start leaves to the gate's opening. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/model/start_plan.h"
#include "lib/model/store_name.h"

#define ID "0123456789abcdef0123456789abcdef"

static void test_names(void **state)
{
	struct store_name n;

	(void)state;
	assert_int_equal(store_name_parse("/srv/ferry", &n, NULL), 0);
	assert_false(n.is_volume);
	assert_string_equal(n.dir, "/srv/ferry");
	assert_string_equal(n.resource, "");
	assert_int_equal(n.volume, -1);
	assert_int_equal(store_name_parse("volume:r0.x/65534", &n, NULL), 0);
	assert_true(n.is_volume);
	assert_string_equal(n.dir, "");
	assert_string_equal(n.resource, "r0.x");
	assert_int_equal(n.volume, 65534);
	assert_int_equal(store_name_parse("volume:r0/0", &n, NULL), 0);
	assert_true(store_name_valid(STORE_DEFAULT));
	assert_true(store_name_valid("/a..b/..c"));
}

static void test_refused(void **state)
{
	static const char *const bad[] = {
		"", "/", "srv", "./srv", "/srv/..", "/..", "/../srv", "/srv/../etc", "/a\nb", "/a\x7f", "volume", "volume:",
		"volume:r0", "volume:r0/", "volume:/1", "volume:r0/-1", "volume:r0/01", "volume:r0/65535", "volume:r0/999999",
		"volume:r0/1x", "volume:r0/ 1", "volume:r/0/1", "volume:../1", "volume:.r/1", "Volume:r0/1",
	};
	struct store_name n = { .volume = 7 };
	char longer[STORE_NAME_SIZE + 1], name[NAME_SIZE + 16];

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct ferry_error e = FERRY_ERROR_INIT;

		if (store_name_parse(bad[i], &n, &e) != -EINVAL)
			fail_msg("'%s' is taken", bad[i]);
		assert_int_equal(e.code, 6);
		assert_non_null(strstr(e.text, "volume:RESOURCE/NUMBER"));
		assert_int_equal(n.volume, 7);
	}
	memset(longer, 'a', sizeof longer);
	longer[0] = '/';
	longer[STORE_NAME_SIZE - 1] = '\0';
	assert_int_equal(store_name_parse(longer, &n, NULL), 0);
	longer[STORE_NAME_SIZE - 1] = 'a';
	longer[STORE_NAME_SIZE] = '\0';
	assert_int_equal(store_name_parse(longer, &n, NULL), -EINVAL);
	snprintf(name, sizeof name, "volume:%0*d/1", NAME_SIZE, 0);
	assert_int_equal(store_name_parse(name, &n, NULL), -EINVAL);
}

static void test_plan(void **state)
{
	static const struct start_plan plans[] = {
		{ false, "", "" }, { true, "", "" }, { true, "volume:r0/1", "" }, { false, "/srv/c \"x\"", ID },
	};
	struct start_plan p;

	(void)state;
	for (size_t i = 0; i < sizeof plans / sizeof *plans; i++) {
		char *text = start_plan_to_json(&plans[i]);

		assert_non_null(text);
		assert_int_equal(start_plan_from_json(text, strlen(text), &p, NULL), 0);
		assert_true(p.stale_fails == plans[i].stale_fails);
		assert_string_equal(p.store, plans[i].store);
		assert_string_equal(p.id, plans[i].id);
		for (size_t len = 0; len + 1 < strlen(text); len++)
			assert_int_equal(start_plan_from_json(text, len, &p, NULL), -EINVAL);
		free(text);
	}
}

static void test_bad_plans(void **state)
{
	static const char *const bad[] = {
		"{}", "[]", "{\"stale_fails\":2,\"store\":\"\",\"id\":\"\"}", "{\"stale_fails\":0,\"store\":\"srv\",\"id\":\"" ID "\"}",
		"{\"stale_fails\":0,\"store\":\"/srv\",\"id\":\"../x\"}", "{\"stale_fails\":0,\"store\":\"\",\"id\":\"" ID "\"}",
		"{\"stale_fails\":0,\"store\":\"/srv\"}", "{\"stale_fails\":\"0\",\"store\":\"\",\"id\":\"\"}",
	};
	struct start_plan p;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (start_plan_from_json(bad[i], strlen(bad[i]), &p, NULL) != -EINVAL)
			fail_msg("'%s' is taken", bad[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_plan),
		cmocka_unit_test(test_bad_plans),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
