/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names that come from elsewhere: which of their bytes may go into a path or an argument. And the words for OCF codes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/model/ids.h"
#include "lib/model/ocf.h"

#define NONCE "0123456789abcdef0123456789abcdef"
#define UUID "5c1d7e62-6f6b-4f3e-9d3c-1a2b3c4d5e6f"

static const char hex[] = "0123456789abcdef";
static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

static bool one_of(int c, const char *set)
{
	return c != '\0' && strchr(set, c);
}

/* Every byte at every place of TEXT: it is valid where ALLOWED says so, and nowhere else. */
static void each_byte(const char *text, bool (*valid)(const char *), bool (*allowed)(size_t at, int c))
{
	char s[NAME_SIZE];
	size_t len = strlen(text);

	assert_true(valid(text));
	for (size_t at = 0; at < len; at++) {
		for (int c = 1; c < 256; c++) {
			strcpy(s, text);
			s[at] = (char)c;
			if (valid(s) != allowed(at, c))
				fail_msg("byte %d at %zu of \"%s\": should %sbe valid", c, at, text,
					 allowed(at, c) ? "" : "not ");
		}
		strcpy(s, text);
		s[at] = '\0';	/* cut off */
		assert_int_equal(valid(s), valid == name_valid && at > 0);
	}
}

static bool nonce_allows(size_t at, int c)
{
	(void)at;
	return one_of(c, hex);
}

static bool uuid_allows(size_t at, int c)
{
	return at == 8 || at == 13 || at == 18 || at == 23 ? c == '-' : one_of(c, hex);
}

static bool name_allows(size_t at, int c)
{
	return one_of(c, letters) || one_of(c, "_+") || (at > 0 && one_of(c, ".-"));
}

static void test_nonce(void **state)
{
	(void)state;
	each_byte(NONCE, nonce_valid, nonce_allows);
	assert_int_equal(strlen(NONCE), NONCE_LEN);
	assert_false(nonce_valid(""));
	assert_false(nonce_valid(NONCE "0"));
	assert_false(nonce_valid(NONCE " "));
	assert_true(nonce_valid("00000000000000000000000000000000"));
}

static void test_uuid(void **state)
{
	(void)state;
	each_byte(UUID, uuid_valid, uuid_allows);
	assert_int_equal(strlen(UUID), UUID_SIZE - 1);
	assert_false(uuid_valid(""));
	assert_false(uuid_valid(UUID "0"));
	assert_false(uuid_valid("5c1d7e626f6b4f3e9d3c1a2b3c4d5e6f"));
	assert_false(uuid_valid("{" UUID "}"));
}

static void test_name(void **state)
{
	static const char *const bad[] = {
		"", ".", "..", "-", ".hidden", "-rf", "a/b", "/", "a b", " a", "a\n", "a'b", "a\"b", "a$b", "a;b", "a\\b",
		"\xc3\xa9", "a\xc3\xa9", "a%", "a:b", "a=b", "a,b", "a@b", "*", "a?",
	};
	static const char *const good[] = {
		"a", "0", "_", "+", "web-1.example", "a..b", "a--b", "R0", "node_1+2",
	};
	char s[NAME_SIZE + 8];

	(void)state;
	each_byte("vm1", name_valid, name_allows);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (name_valid(bad[i]))
			fail_msg("\"%s\" should not be valid", bad[i]);
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		if (!name_valid(good[i]))
			fail_msg("\"%s\" should be valid", good[i]);
	memset(s, 'a', sizeof s);
	for (size_t len = NAME_SIZE + 4; len > 0; len--) {
		s[len] = '\0';
		assert_int_equal(name_valid(s), len <= NAME_SIZE - 1);
	}
}

/* A field that is full has no NUL: nobody may look behind its end (the sanitizers watch). */
static void test_no_nul(void **state)
{
	struct {
		char nonce[NONCE_SIZE], uuid[UUID_SIZE], name[NAME_SIZE];
	} full;
	char *alone[3] = { malloc(NONCE_SIZE), malloc(UUID_SIZE), malloc(NAME_SIZE) };

	(void)state;
	memset(&full, 'a', sizeof full);
	memcpy(full.uuid, UUID, UUID_SIZE - 1);
	memcpy(alone[0], full.nonce, NONCE_SIZE);
	memcpy(alone[1], full.uuid, UUID_SIZE);
	memcpy(alone[2], full.name, NAME_SIZE);
	assert_false(nonce_valid(alone[0]));
	assert_false(uuid_valid(alone[1]));
	assert_false(name_valid(alone[2]));
	for (int i = 0; i < 3; i++)
		free(alone[i]);
}

/* The numbers of the OCF API, and the words of crm_mon. */
static void test_ocf(void **state)
{
	static const struct {
		int code, number;
		const char *name;
	} rows[] = {
		{ OCF_SUCCESS, 0, "ok" },
		{ OCF_ERR_GENERIC, 1, "error" },
		{ OCF_ERR_ARGS, 2, "invalid parameter" },
		{ OCF_ERR_UNIMPLEMENTED, 3, "unimplemented feature" },
		{ OCF_ERR_PERM, 4, "insufficient privileges" },
		{ OCF_ERR_INSTALLED, 5, "not installed" },
		{ OCF_ERR_CONFIGURED, 6, "not configured" },
		{ OCF_NOT_RUNNING, 7, "not running" },
		{ OCF_RUNNING_PROMOTED, 8, "promoted" },
		{ OCF_FAILED_PROMOTED, 9, "promoted (failed)" },
		{ OCF_DEGRADED, 190, "OCF_DEGRADED" },
		{ OCF_DEGRADED_PROMOTED, 191, "OCF_DEGRADED_PROMOTED" },
	};

	(void)state;
	for (int code = -2; code < 260; code++) {
		const char *name = "unknown exit status";

		for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
			if (rows[i].number == code)
				name = rows[i].name;
		assert_string_equal(ocf_code_name(code), name);
	}
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_int_equal(rows[i].code, rows[i].number);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nonce),
		cmocka_unit_test(test_uuid),
		cmocka_unit_test(test_name),
		cmocka_unit_test(test_no_nul),
		cmocka_unit_test(test_ocf),
	};

	return cmocka_run_group_tests_name("ids", tests, NULL, NULL);
}
