/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The gate's table: every cell, and where following it leads from whatever a crash left. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/model/gate_state.h"
#include "lib/model/ocf.h"

static void test_every_cell(void **state)
{
	static const struct {
		enum gate_state s;
		enum gate_step open, closed, absent;
		int code;
	} want[] = {
		{ GATE_ABSENT, GATE_CREATE_CLOSED, GATE_CREATE_CLOSED, GATE_DONE, OCF_NOT_RUNNING },
		{ GATE_CLOSED, GATE_LOAD_LINEAR, GATE_DONE, GATE_REMOVE, OCF_NOT_RUNNING },
		{ GATE_OPEN, GATE_DONE, GATE_LOAD_ERROR, GATE_LOAD_ERROR, OCF_SUCCESS },
		{ GATE_CLOSED_SUSPENDED, GATE_RESUME, GATE_RESUME, GATE_RESUME, OCF_NOT_RUNNING },
		{ GATE_OPEN_SUSPENDED, GATE_LOAD_LINEAR, GATE_LOAD_ERROR, GATE_LOAD_ERROR, OCF_ERR_GENERIC },
		{ GATE_CLOSED_LOADED, GATE_CLEAR, GATE_CLEAR, GATE_CLEAR, OCF_NOT_RUNNING },
		{ GATE_OPEN_LOADED, GATE_CLEAR, GATE_CLEAR, GATE_CLEAR, OCF_ERR_GENERIC },
		{ GATE_FOREIGN, GATE_REFUSE, GATE_REFUSE, GATE_REFUSE, OCF_ERR_GENERIC },
	};

	(void)state;
	assert_int_equal(sizeof want / sizeof want[0], GATE_STATES);
	for (size_t i = 0; i < GATE_STATES; i++) {
		assert_int_equal(want[i].s, i);
		assert_int_equal(gate_next(want[i].s, GATE_WANT_OPEN), want[i].open);
		assert_int_equal(gate_next(want[i].s, GATE_WANT_CLOSED), want[i].closed);
		assert_int_equal(gate_next(want[i].s, GATE_WANT_ABSENT), want[i].absent);
		assert_int_equal(gate_monitor_code(want[i].s), want[i].code);
		assert_string_not_equal(gate_state_name(want[i].s), "unknown");
	}
	assert_int_equal(gate_next(GATE_STATES, GATE_WANT_OPEN), GATE_REFUSE);
	assert_int_equal(gate_next(GATE_CLOSED, (enum gate_goal)7), GATE_REFUSE);
	assert_int_equal(gate_monitor_code(GATE_STATES), OCF_ERR_GENERIC);
	assert_string_equal(gate_state_name(GATE_STATES), "unknown");
}

/* What device-mapper is after a step: STATE with an error or a linear table live. */
static enum gate_state after(enum gate_state s, enum gate_step step)
{
	switch (step) {
	case GATE_CREATE_CLOSED:
	case GATE_LOAD_ERROR:	/* and swapped */
		return GATE_CLOSED;
	case GATE_LOAD_LINEAR:
		return GATE_OPEN;
	case GATE_CLEAR:
		return s == GATE_OPEN_LOADED ? GATE_OPEN : GATE_CLOSED;
	case GATE_RESUME:
		/* Queued writes of an open one would pass: nobody may ask for that. */
		assert_int_equal(s, GATE_CLOSED_SUSPENDED);
		return GATE_CLOSED;
	case GATE_REMOVE:
		assert_int_equal(s, GATE_CLOSED);
		return GATE_ABSENT;
	case GATE_DONE:
	case GATE_REFUSE:
	case GATE_SWAP: /* never asked for: it follows a load */
		break;
	}
	return s;
}

static void test_every_way_ends(void **state)
{
	static const enum gate_state goal_state[] = { GATE_OPEN, GATE_CLOSED, GATE_ABSENT };

	(void)state;
	for (enum gate_goal goal = GATE_WANT_OPEN; goal <= GATE_WANT_ABSENT; goal++)
		for (enum gate_state from = 0; from < GATE_STATES; from++) {
			enum gate_state s = from;
			enum gate_step step = gate_next(s, goal);
			int n = 0;

			for (; step != GATE_DONE && step != GATE_REFUSE; step = gate_next(s, goal)) {
				/* On the way to closed or absent it is never opened. */
				if (goal != GATE_WANT_OPEN)
					assert_int_not_equal(step, GATE_LOAD_LINEAR);
				s = after(s, step);
				assert_true(++n <= 3);
			}
			assert_int_equal(step == GATE_REFUSE, from == GATE_FOREIGN);
			if (step == GATE_DONE)
				assert_int_equal(s, goal_state[goal]);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_cell),
		cmocka_unit_test(test_every_way_ends),
	};

	return cmocka_run_group_tests_name("gate_state", tests, NULL, NULL);
}
