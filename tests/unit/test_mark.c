/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The mark: which ones exist, and what is read back from libvirt. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/model/mark.h"

#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define ZERO "00000000000000000000000000000000"

static bool empty(const char *s)
{
	return s[0] == '\0';
}

/* The header's paragraph, state by state. */
static bool may_exist(const struct mark *m)
{
	bool original = m->epoch > 0 && !empty(m->nonce) && empty(m->move) && empty(m->source);
	bool arrived = empty(m->nonce) && !empty(m->move) && !empty(m->source);
	bool nothing = m->epoch == 0 && empty(m->nonce) && empty(m->move) && empty(m->source);

	switch (m->state) {
	case MARK_NONE:
		return nothing && empty(m->claim);
	case MARK_RESERVED:
		return nothing;
	case MARK_HELD:
		return original || arrived;
	case MARK_RUNNING:
		return original || (nothing && empty(m->claim));
	}
	return false;
}

static void round_trip(const struct mark *m)
{
	char *xml = mark_to_xml(m);
	struct mark back;

	if (!may_exist(m) || m->state == MARK_NONE) {
		assert_null(xml);
		return;
	}
	assert_non_null(xml);
	assert_int_equal(mark_from_xml(xml, &back, NULL), 0);
	assert_memory_equal(&back, m, sizeof back);
	free(xml);
}

static void test_every_combination(void **state)
{
	static const char *const ids[] = { "", A }, *const sources[] = { "", "node1" };
	unsigned int exist = 0;

	(void)state;
	for (enum mark_state st = MARK_NONE; st <= MARK_RUNNING; st++)
		for (unsigned int i = 0; i < 32; i++) {
			struct mark m;

			memset(&m, 0, sizeof m);
			m.state = st;
			m.epoch = i & 1 ? 3 : 0;
			strcpy(m.nonce, ids[i >> 1 & 1]);
			strcpy(m.claim, ids[i >> 2 & 1]);
			strcpy(m.move, ids[i >> 3 & 1]);
			strcpy(m.source, sources[i >> 4 & 1]);
			assert_int_equal(mark_valid(&m), may_exist(&m));
			round_trip(&m);
			exist += may_exist(&m);
		}
	assert_int_equal(exist, 1 + 2 + 6 + 3);
}

static void test_limits(void **state)
{
	struct mark m = { .state = MARK_RUNNING, .epoch = UINT64_MAX - 2, .nonce = A };

	(void)state;
	assert_true(mark_valid(&m));
	m.epoch = UINT64_MAX - 1; /* the next run must have a number, and the one after it */
	assert_false(mark_valid(&m));
	m.epoch = 3;
	strcpy(m.nonce, ZERO);
	assert_false(mark_valid(&m));
	strcpy(m.nonce, "short");
	assert_false(mark_valid(&m));
	m = (struct mark){ .state = MARK_HELD, .epoch = 3, .move = A, .source = "../node1" };
	assert_false(mark_valid(&m));
}

static void test_xml(void **state)
{
	static const struct {
		const char *xml;
		int ok;
	} cases[] = {
		{ "<mark state='running' epoch='3' nonce='" A "'/>", 1 },
		{ "<f:mark xmlns:f='urn:ferry:mark:1' state='running' epoch='3' nonce='" A "'/>", 1 },
		{ "<mark state='running' epoch='3' nonce='" A "' later='1'/>", 1 },
		{ "<f:mark xmlns:f='urn:somebody' state='running' epoch='3' nonce='" A "'/>", 0 },
		{ "<stamp state='running' epoch='3' nonce='" A "'/>", 0 },
		{ "<mark state='running' epoch='3' nonce='" A "' nonce='" B "'/>", 0 },
		{ "<mark state='walking' epoch='3' nonce='" A "'/>", 0 },
		{ "<mark state='none'/>", 0 },
		{ "<mark state='running' epoch='-3' nonce='" A "'/>", 0 },
		{ "<mark state='running' epoch='3x' nonce='" A "'/>", 0 },
		{ "<mark state='running' epoch='99999999999999999999' nonce='" A "'/>", 0 },
		{ "<mark state='running' nonce='" A "'/>", 0 },
		{ "<mark state='running' epoch='3' nonce='" A "' paused='user'/>", 1 },
		{ "<mark state='running' epoch='3' nonce='" A "' paused='nobody'/>", 0 },
		{ "<mark state='reserved' epoch='0' paused='user'/>", 0 },
		{ "<mark epoch='3' nonce='" A "'/>", 0 },
		{ "<mark state='running' epoch='3' nonce='" A "'", 0 },
		{ "<!DOCTYPE mark [<!ENTITY n '" A "'>]><mark state='running' epoch='3' nonce='&n;'/>", 0 },
		{ "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ferry_error e = FERRY_ERROR_INIT;
		struct mark m = { .epoch = 99 };
		int r = mark_from_xml(cases[i].xml, &m, &e);

		if ((r == 0) != cases[i].ok)
			fail_msg("%s: %d %s", cases[i].xml, r, e.text);
		if (r < 0)
			assert_true(e.text[0] != '\0' && m.epoch == 99);
		else
			assert_true(m.state == MARK_RUNNING && m.epoch == 3 && strcmp(m.nonce, A) == 0);
	}
}

/* The user's pause travels with the copy. */
static void test_user_paused(void **state)
{
	struct mark m = { .state = MARK_HELD, .epoch = 3, .move = A, .source = "node1", .user_paused = true }, back;
	char *xml = mark_to_xml(&m);

	(void)state;
	assert_non_null(xml);
	assert_int_equal(mark_from_xml(xml, &back, NULL), 0);
	assert_true(back.user_paused);
	free(xml);
	m.user_paused = false;
	xml = mark_to_xml(&m);
	assert_null(strstr(xml, "paused"));
	free(xml);
	m = (struct mark){ .state = MARK_NONE, .user_paused = true };
	assert_false(mark_valid(&m));
}

static void test_held_run(void **state)
{
	struct mark m = mark_held_run(7, A);

	(void)state;
	assert_true(mark_valid(&m));
	assert_true(m.state == MARK_HELD && m.epoch == 7);
	assert_string_equal(m.nonce, A);
	assert_true(!m.claim[0] && !m.move[0] && !m.source[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_combination),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_xml),
		cmocka_unit_test(test_user_paused),
		cmocka_unit_test(test_held_run),
	};

	return cmocka_run_group_tests_name("mark", tests, NULL, NULL);
}
