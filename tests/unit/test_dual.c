/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two Primaries during a move: every cell of the table, what no order of events may do, scores, what drbdsetup says. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/model/drbd_find.h"
#include "lib/model/dual.h"
#include "lib/model/ocf.h"
#include "tests/unit/fixture.h"

#define C DUAL_CLOSED
#define A DUAL_ALLOWED
#define O DUAL_OPEN
#define L DUAL_LINGERS

static void test_every_cell(void **state)
{
	/* By event, so that no slip of a column in the table is repeated here. */
	static const struct {
		enum dual_event ev;
		struct dual_step to[DUAL_STATES];	/* from closed, allowed, open, lingers */
	} want[] = {
		{ DUAL_EV_ANNOUNCED, { { A, DUAL_ALLOW }, { A, DUAL_ALLOW }, { O, DUAL_ALLOW }, { O, DUAL_ALLOW } } },
		{ DUAL_EV_TWO_BUSY, { { C, DUAL_NOTHING }, { O, DUAL_NOTHING }, { O, DUAL_NOTHING }, { O, DUAL_NOTHING } } },
		{ DUAL_EV_TWO_IDLE, { { C, DUAL_NOTHING }, { L, DUAL_NOTHING }, { L, DUAL_NOTHING }, { L, DUAL_COMPLAIN } } },
		{ DUAL_EV_ONE_BUSY, { { C, DUAL_NOTHING }, { A, DUAL_NOTHING }, { C, DUAL_CLEAR }, { C, DUAL_CLEAR } } },
		{ DUAL_EV_ONE_IDLE, { { C, DUAL_NOTHING }, { C, DUAL_CLEAR }, { C, DUAL_CLEAR }, { C, DUAL_CLEAR } } },
		{ DUAL_EV_APART, { { C, DUAL_NOTHING }, { A, DUAL_NOTHING }, { O, DUAL_NOTHING }, { L, DUAL_NOTHING } } },
		{ DUAL_EV_ALONE, { { C, DUAL_NOTHING }, { C, DUAL_CLEAR }, { C, DUAL_CLEAR }, { C, DUAL_CLEAR } } },
		{ DUAL_EV_ENDED, { { C, DUAL_NOTHING }, { C, DUAL_CLEAR }, { C, DUAL_CLEAR }, { C, DUAL_CLEAR } } },
	};

	(void)state;
	assert_int_equal(sizeof want / sizeof want[0], DUAL_EVENTS);
	for (size_t i = 0; i < sizeof want / sizeof want[0]; i++)
		for (enum dual_state s = DUAL_CLOSED; s < DUAL_STATES; s++) {
			struct dual_step got = dual_next(s, want[i].ev);

			assert_int_equal(got.next, want[i].to[s].next);
			assert_int_equal(got.order, want[i].to[s].order);
		}
	assert_int_equal(dual_next(DUAL_STATES, DUAL_EV_TWO_BUSY).order, DUAL_CLEAR);
	assert_int_equal(dual_next(DUAL_ALLOWED, DUAL_EVENTS).next, DUAL_CLOSED);
}

/* Nothing but an announced promotion allows; whoever closes clears; what clears is closed. */
static void test_what_no_order_of_events_does(void **state)
{
	(void)state;
	for (enum dual_state s = DUAL_CLOSED; s < DUAL_STATES; s++)
		for (enum dual_event ev = 0; ev < DUAL_EVENTS; ev++) {
			struct dual_step got = dual_next(s, ev);

			assert_int_equal(got.order == DUAL_ALLOW, ev == DUAL_EV_ANNOUNCED);
			if (s == DUAL_CLOSED)
				assert_true(got.next == DUAL_CLOSED || got.order == DUAL_ALLOW);
			else
				assert_int_equal(got.next == DUAL_CLOSED, got.order == DUAL_CLEAR);
			if (ev == DUAL_EV_TWO_BUSY || ev == DUAL_EV_TWO_IDLE)
				assert_int_not_equal(got.order, DUAL_CLEAR);
		}
}

/* From wherever it is, one look at a quiet cluster with one Primary ends it. */
static void test_nothing_is_left_behind(void **state)
{
	static const enum dual_event ends[] = { DUAL_EV_ONE_IDLE, DUAL_EV_ALONE, DUAL_EV_ENDED };

	(void)state;
	for (enum dual_state s = DUAL_CLOSED; s < DUAL_STATES; s++)
		for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
			assert_int_equal(dual_next(s, ends[i]).next, DUAL_CLOSED);
}

static void test_record_and_back(void **state)
{
	static const char *const bad[] = { "", "open", "open\n", "open 12", "open x\n", "open -1\n", "closed 3\n", "shut 3\n",
					   "open 3 4\n", "lingeringlylingering 3\n" };
	struct dual_window w, back;
	struct ferry_error e;
	char text[64];

	(void)state;
	for (enum dual_state s = DUAL_ALLOWED; s < DUAL_STATES; s++) {
		w = (struct dual_window){ s, 1234567890123 };
		assert_int_equal(dual_window_print(&w, text, sizeof text), 0);
		assert_int_equal(dual_window_parse(text, &back, NULL), 0);
		assert_int_equal(back.state, s);
		assert_int_equal(back.since, w.since);
	}
	assert_int_equal(dual_window_print(&w, text, 10), -ENOSPC);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		error_clear(&e);
		assert_int_equal(dual_window_parse(bad[i], &back, &e), -EINVAL);
		assert_non_null(strstr(e.text, "is no record"));
	}
}

static void test_what_drbdsetup_says(void **state)
{
	char *no = fixture_read("drbd/show-8.4-no.txt", NULL), *yes = fixture_read("drbd/show-8.4-yes.txt", NULL);
	char *alone = fixture_read("drbd/show-8.4-standalone.txt", NULL);

	(void)state;
	assert_false(dual_allowed_in(no));
	assert_true(dual_allowed_in(yes));
	assert_false(dual_allowed_in(alone));
	/* 9 has a net section for each connection: one of them is enough. */
	assert_true(dual_allowed_in("net {\n allow-two-primaries no; # default\n}\nnet {\n allow-two-primaries\tyes;\n}\n"));
	assert_false(dual_allowed_in(""));
	assert_false(dual_allowed_in("allow-two-primaries"));
	free(no);
	free(yes);
	free(alone);
}

static void test_whose_device(void **state)
{
	static const char events[] =
		"exists resource name:r0 role:Primary suspended:no\n"
		"exists connection name:r0 peer-node-id:0 conn-name:peer connection:Connected role:Secondary\n"
		"exists device name:r0 volume:0 minor:0 disk:UpToDate\n"
		"exists device name:r10 volume:0 minor:10 disk:UpToDate\n"
		"exists device name:a-name volume:1 minor:1\n"
		"exists -\n";
	char name[8] = "x";

	(void)state;
	assert_int_equal(drbd_find_minor(events, 0, name, sizeof name), 0);
	assert_string_equal(name, "r0");
	assert_int_equal(drbd_find_minor(events, 1, name, sizeof name), 0);
	assert_string_equal(name, "a-name");
	assert_int_equal(drbd_find_minor(events, 10, name, sizeof name), 0);
	assert_string_equal(name, "r10");
	assert_int_equal(drbd_find_minor(events, 2, name, sizeof name), -ENOENT);
	assert_int_equal(drbd_find_minor("", 0, name, sizeof name), -ENOENT);
	assert_int_equal(drbd_find_minor("exists device name:r0 volume:0 minor:7", 7, name, sizeof name), 0);
	assert_int_equal(drbd_find_minor(events, 1, name, 6), -ENAMETOOLONG);
}

static struct drbd_state pair(enum drbd_role here, enum drbd_role there, bool connected, enum drbd_disk peer_disk)
{
	struct drbd_state s;

	drbd_state_init(&s, "r0");
	s.exists = s.initial_done = true;
	s.role = here;
	s.nvolumes = 1;
	s.volumes[0] = (struct drbd_volume){ .disk = DRBD_UPTODATE };
	s.npeers = 1;
	s.peers[0].connected = connected;
	s.peers[0].role = connected ? there : DRBD_ROLE_UNKNOWN;
	s.peers[0].nvolumes = 1;
	s.peers[0].volumes[0] = (struct drbd_peer_volume){ .disk = connected ? peer_disk : DRBD_DISK_UNKNOWN };
	return s;
}

static void test_second_primary(void **state)
{
	struct drbd_state none = pair(DRBD_SECONDARY, DRBD_SECONDARY, true, DRBD_UPTODATE);
	struct drbd_state here = pair(DRBD_PRIMARY, DRBD_SECONDARY, true, DRBD_UPTODATE);
	struct drbd_state there = pair(DRBD_SECONDARY, DRBD_PRIMARY, true, DRBD_UPTODATE);

	(void)state;
	assert_false(dual_second_primary(&none, "node1"));
	assert_false(dual_second_primary(&none, NULL));
	assert_false(dual_second_primary(&none, " "));
	assert_true(dual_second_primary(&none, "node1 node2"));
	assert_true(dual_second_primary(&here, "node2"));
	assert_true(dual_second_primary(&here, ""));
	assert_true(dual_second_primary(&there, "node1"));
	assert_true(dual_second_primary(&there, "  node1 "));
}

static void test_score_of_a_primary(void **state)
{
	struct drbd_state two = pair(DRBD_PRIMARY, DRBD_PRIMARY, true, DRBD_UPTODATE);
	struct drbd_state one = pair(DRBD_PRIMARY, DRBD_SECONDARY, true, DRBD_UPTODATE);
	struct drbd_state apart = pair(DRBD_PRIMARY, DRBD_PRIMARY, false, DRBD_UPTODATE);

	(void)state;
	for (int n = 0; n < 8; n++) {
		bool held = n & 1, idle = n & 2, stopped = n & 4;

		/* The only one keeps its role whether the guest is up or not. */
		assert_int_equal(dual_score(&one, 10000, held, idle, stopped), DUAL_SCORE_HERE);
		assert_int_equal(dual_score(&apart, 10000, held, idle, stopped), DUAL_SCORE_HERE);
		assert_int_equal(dual_score(&two, 10000, held, idle, stopped),
				 held ? DUAL_SCORE_HERE : idle ? DUAL_SCORE_NONE : DUAL_SCORE_KEEP);
	}
}

static void test_score_of_a_secondary(void **state)
{
	struct drbd_state lone = pair(DRBD_SECONDARY, DRBD_SECONDARY, false, DRBD_UPTODATE);

	(void)state;
	for (int n = 0; n < 8; n++) {
		bool held = n & 1, idle = n & 2, stopped = n & 4;

		for (enum drbd_role there = DRBD_SECONDARY; there <= DRBD_PRIMARY; there++)
			for (enum drbd_disk d = DRBD_DISKLESS; d <= DRBD_UPTODATE; d++) {
				struct drbd_state s = pair(DRBD_SECONDARY, there, true, d);

				assert_int_equal(dual_score(&s, -1, held, idle, stopped), DUAL_SCORE_UNFIT);
				assert_int_equal(dual_score(&s, 10000, held, idle, stopped),
						 there == DRBD_PRIMARY || d == DRBD_UPTODATE ? DUAL_SCORE_NONE : DUAL_SCORE_BETTER);
				s.exists = false;
				assert_int_equal(dual_score(&s, 10000, held, idle, stopped), DUAL_SCORE_NONE);
			}
		/* It may be Primary, and the link down: only Pacemaker knows that it has been stopped. */
		assert_int_equal(dual_score(&lone, 10000, held, idle, stopped), stopped ? DUAL_SCORE_BETTER : DUAL_SCORE_KEEP);
		assert_int_equal(dual_score(&lone, -1, held, idle, stopped), DUAL_SCORE_UNFIT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_cell),
		cmocka_unit_test(test_what_no_order_of_events_does),
		cmocka_unit_test(test_nothing_is_left_behind),
		cmocka_unit_test(test_record_and_back),
		cmocka_unit_test(test_what_drbdsetup_says),
		cmocka_unit_test(test_whose_device),
		cmocka_unit_test(test_second_primary),
		cmocka_unit_test(test_score_of_a_primary),
		cmocka_unit_test(test_score_of_a_secondary),
	};

	return cmocka_run_group_tests_name("dual", tests, NULL, NULL);
}
