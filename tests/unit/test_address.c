/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What may stand for a host in a URI. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/model/address.h"

static const struct {
	const char *text;
	enum address_kind kind;
	const char *in_uri;	/* NULL: refused */
} rows[] = {
	{ "node2", ADDRESS_NAME, "node2" },
	{ "node2.example.org", ADDRESS_NAME, "node2.example.org" },
	{ "2nd-node", ADDRESS_NAME, "2nd-node" },
	{ "10.example", ADDRESS_NAME, "10.example" },
	{ "a_b", ADDRESS_NAME, "a_b" },
	{ "x", ADDRESS_NAME, "x" },
	{ "10.78.0.2", ADDRESS_IPV4, "10.78.0.2" },
	{ "255.255.255.255", ADDRESS_IPV4, "255.255.255.255" },
	{ "fd00:78::2", ADDRESS_IPV6, "[fd00:78::2]" },
	{ "::1", ADDRESS_IPV6, "[::1]" },
	{ "::ffff:10.0.0.1", ADDRESS_IPV6, "[::ffff:10.0.0.1]" },
	{ "", ADDRESS_BAD, NULL },
	{ ".", ADDRESS_BAD, NULL },
	{ "node2.", ADDRESS_BAD, NULL },
	{ ".node2", ADDRESS_BAD, NULL },
	{ "a..b", ADDRESS_BAD, NULL },
	{ "-node2", ADDRESS_BAD, NULL },
	{ "node2-", ADDRESS_BAD, NULL },
	{ "a.-b", ADDRESS_BAD, NULL },
	{ "10", ADDRESS_BAD, NULL },
	{ "10.1", ADDRESS_BAD, NULL },
	{ "10.0.0.256", ADDRESS_BAD, NULL },
	{ "10.0.0.1.5", ADDRESS_BAD, NULL },
	{ "010.0.0.1", ADDRESS_BAD, NULL },
	{ "[fd00::2]", ADDRESS_BAD, NULL },
	{ "fe80::1%eth0", ADDRESS_BAD, NULL },
	{ "fd00:::2", ADDRESS_BAD, NULL },
	{ "node2:16509", ADDRESS_BAD, NULL },
	{ "10.0.0.1/24", ADDRESS_BAD, NULL },
	{ "root@node2", ADDRESS_BAD, NULL },
	{ "node2/system?command=x", ADDRESS_BAD, NULL },
	{ "node 2", ADDRESS_BAD, NULL },
	{ " node2", ADDRESS_BAD, NULL },
	{ "node2\n", ADDRESS_BAD, NULL },
	{ "node2;true", ADDRESS_BAD, NULL },
	{ "n\xc3\xb6" "de", ADDRESS_BAD, NULL },
	{ "node+2", ADDRESS_BAD, NULL },
};

static void test_kinds(void **state)
{
	char host[ADDRESS_SIZE + 2];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		int r = address_in_uri(rows[i].text, host, sizeof host);

		if (address_kind(rows[i].text) != rows[i].kind)
			fail_msg("\"%s\" is of kind %d", rows[i].text, (int)address_kind(rows[i].text));
		if (rows[i].in_uri ? r != 0 || strcmp(host, rows[i].in_uri) != 0 : r == 0)
			fail_msg("\"%s\" came out as %d, \"%s\"", rows[i].text, r, host);
	}
}

/* Every byte inside a name: letters, digits, '-', '.', '_', and nothing else. */
static void test_each_byte(void **state)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._";
	char text[] = "a?b";

	(void)state;
	for (int c = 1; c < 256; c++) {
		text[1] = (char)c;
		if ((address_kind(text) == ADDRESS_NAME) != (strchr(allowed, c) != NULL))
			fail_msg("byte %d", c);
	}
}

static void test_lengths(void **state)
{
	char text[ADDRESS_SIZE + 64], host[ADDRESS_SIZE + 2];

	(void)state;
	for (size_t len = 1; len < sizeof text; len++) {
		memset(text, 'a', len);
		text[len] = '\0';
		assert_int_equal(address_kind(text), len <= 63 ? ADDRESS_NAME : ADDRESS_BAD);
		for (size_t i = 50; i < len; i += 51)
			text[i] = '.';
		if (len % 51 != 0)
			assert_int_equal(address_kind(text), len < ADDRESS_SIZE ? ADDRESS_NAME : ADDRESS_BAD);
	}
	/* no room, nothing written */
	strcpy(host, "as it was");
	assert_true(address_in_uri("fd00::2", host, 9) < 0);
	assert_string_equal(host, "as it was");
	assert_int_equal(address_in_uri("fd00::2", host, 10), 0);
	assert_string_equal(host, "[fd00::2]");
	assert_true(address_in_uri("node2", host, 5) < 0);
	assert_int_equal(address_in_uri("node2", host, 6), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_each_byte),
		cmocka_unit_test(test_lengths),
	};

	return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}
