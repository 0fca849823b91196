/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The record of a move: every cell of its table, and its JSON. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/model/move.h"

#define NO MOVE_STATES

static void test_every_cell(void **state)
{
	/* By event, so that no slip of a column in the table is repeated here. */
	static const struct {
		enum move_event ev;
		enum move_phase to[MOVE_STATES]; /* from none, sending, sent, certified, returning, lost-sight */
	} want[] = {
		{ MOVE_EV_BEGIN, { MOVE_SENDING, NO, NO, NO, NO, NO } },
		{ MOVE_EV_FAILED_HERE, { NO, MOVE_NONE, NO, NO, NO, MOVE_NONE } },
		{ MOVE_EV_SUCCEEDED, { NO, MOVE_SENT, NO, NO, NO, NO } },
		{ MOVE_EV_CERTIFIED, { NO, NO, MOVE_CERTIFIED, MOVE_CERTIFIED, NO, NO } },
		{ MOVE_EV_NO_REPLICA, { NO, NO, MOVE_RETURNING, NO, MOVE_RETURNING, NO } },
		{ MOVE_EV_RETURNED, { NO, NO, NO, NO, MOVE_NONE, MOVE_NONE } },
		{ MOVE_EV_MOVER_DIED,
		  { NO, MOVE_LOST_SIGHT, MOVE_SENT, MOVE_CERTIFIED, MOVE_RETURNING, MOVE_LOST_SIGHT } },
		{ MOVE_EV_SETTLED, { MOVE_NONE, NO, NO, MOVE_NONE, MOVE_NONE, MOVE_NONE } },
	};

	(void)state;
	assert_int_equal(sizeof want / sizeof want[0], MOVE_EVENTS);
	for (size_t i = 0; i < sizeof want / sizeof want[0]; i++)
		for (enum move_phase p = MOVE_NONE; p < MOVE_STATES; p++)
			assert_int_equal(move_next(p, want[i].ev), want[i].to[p]);
	assert_int_equal(move_next(MOVE_STATES, MOVE_EV_BEGIN), MOVE_STATES);
	assert_int_equal(move_next(MOVE_NONE, MOVE_EVENTS), MOVE_STATES);
	assert_int_equal(move_next((enum move_phase)-1, MOVE_EV_SETTLED), MOVE_STATES);
}

/* However the events come: certified only by way of sent, and nothing that lost sight is ever certified. */
static void test_what_can_be_certified(void **state)
{
	bool reached[MOVE_STATES] = { [MOVE_LOST_SIGHT] = true };

	(void)state;
	for (int round = 0; round < MOVE_STATES; round++)
		for (enum move_phase p = MOVE_NONE; p < MOVE_STATES; p++)
			for (enum move_event ev = 0; ev < MOVE_EVENTS; ev++) {
				enum move_phase to = move_next(p, ev);

				/* A new move has a new id: what was lost sight of ended there. */
				if (reached[p] && to != NO && ev != MOVE_EV_BEGIN)
					reached[to] = true;
				if (to == MOVE_CERTIFIED && p != MOVE_CERTIFIED)
					assert_int_equal(p, MOVE_SENT);
				if (to == MOVE_SENT && p != MOVE_SENT)
					assert_true(p == MOVE_SENDING && ev == MOVE_EV_SUCCEEDED);
			}
	assert_false(reached[MOVE_SENT] || reached[MOVE_CERTIFIED]);
}

static const struct move sample = {
	.phase = MOVE_SENDING,
	.id = "0123456789abcdef0123456789abcdef",
	.domain = "vm1",
	.uuid = "11111111-2222-3333-4444-555555555555",
	.source = "node1",
	.target = "node2",
	.epoch = 7,
	.nonce = "fedcba9876543210fedcba9876543210",
	.qemu_pid = 4711,
	.qemu_start = 123456789012345,
	.begun_ms = 1795236703703,
};

static void test_json_and_back(void **state)
{
	(void)state;
	for (enum move_phase p = MOVE_SENDING; p < MOVE_STATES; p++) {
		struct move m = sample, back;
		char *json;

		m.phase = p;
		json = move_to_json(&m);
		assert_non_null(json);
		assert_int_equal(move_from_json(json, strlen(json), &back, NULL), 0);
		assert_int_equal(back.phase, p);
		assert_string_equal(back.id, m.id);
		assert_string_equal(back.domain, m.domain);
		assert_string_equal(back.uuid, m.uuid);
		assert_string_equal(back.source, m.source);
		assert_string_equal(back.target, m.target);
		assert_string_equal(back.nonce, m.nonce);
		assert_true(back.epoch == 7 && back.qemu_pid == 4711 && back.qemu_start == m.qemu_start);
		assert_true(back.begun_ms == m.begun_ms);
		free(json);
	}
}

/* Each change to a good record must be refused, and leave the answer untouched. */
static void test_refused(void **state)
{
	static const char *const change[][2] = {
		{ "\"sending\"", "\"done\"" },
		{ "\"sending\"", "1" },
		{ "\"version\"", "\"Version\"" },
		{ "\"vm1\"", "\"../vm1\"" },
		{ "\"vm1\"", "\"\"" },
		{ "\"node1\"", "\"-node1\"" },
		{ "\"node2\"", "null" },
		{ "\"fedcba9876543210fedcba9876543210\"", "\"FEDCBA9876543210FEDCBA9876543210\"" },
		{ "0123456789abcdef0123456789abcdef", "0123456789abcdef" },
		{ "11111111-2222", "11111111_2222" },
		{ "4711", "-1" },
		{ "4711", "\"4711\"" },
		{ "4711", "47110000000000" },
		{ "}", "" },
		{ "{", "[" },
	};
	char *json = move_to_json(&sample);

	(void)state;
	assert_non_null(json);
	for (size_t i = 0; i < sizeof change / sizeof change[0]; i++) {
		const char *at = strstr(json, change[i][0]);
		struct ferry_error e = FERRY_ERROR_INIT;
		struct move back = { .epoch = 99 };
		char text[2048];

		assert_non_null(at);
		snprintf(text, sizeof text, "%.*s%s%s", (int)(at - json), json, change[i][1],
			 at + strlen(change[i][0]));
		if (move_from_json(text, strlen(text), &back, &e) == 0)
			fail_msg("accepted: %s", text);
		assert_int_not_equal(e.code, 0);
		assert_true(back.epoch == 99);
	}
	assert_true(move_from_json(json, strlen(json) / 2, &(struct move){ 0 }, NULL) < 0);
	assert_true(move_from_json("", 0, &(struct move){ 0 }, NULL) < 0);
	free(json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_cell),
		cmocka_unit_test(test_what_can_be_certified),
		cmocka_unit_test(test_json_and_back),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests_name("move", tests, NULL, NULL);
}
