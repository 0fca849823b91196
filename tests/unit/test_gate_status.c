/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What status tells of every state that device-mapper can be in; device-mapper itself is played here. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/action/gate_status.h"
#include "lib/model/ocf.h"

static struct dm_seen played;
static int look_result;

int dm_gate_list(const char *resource, struct dm_gate *ret_gates, unsigned int max, unsigned int *ret_n,
		 struct ferry_error *e)
{
	(void)e;
	assert_string_equal(resource, "r0");
	assert_int_equal(max, DRBD_MAX_VOLUMES);
	ret_gates[0] = (struct dm_gate){ .name = "ferry-r0-0" };
	ret_gates[1] = (struct dm_gate){ .name = "ferry-r0-7", .volume = 7 };
	*ret_n = 2;
	return 0;
}

int dm_gate_look(const struct dm_gate *g, struct dm_seen *ret_seen, struct ferry_error *e)
{
	assert_int_equal(g->major, 0);	/* wants nothing of it: wherever an open one leads is told */
	if (look_result < 0)
		return error_set(e, OCF_ERR_GENERIC, -look_result, "played");
	*ret_seen = played;
	return 0;
}

static void look(struct gate_volume *ret_volumes)
{
	const struct gate_opts o = { .resource = "r0" };
	unsigned int n = 0;

	assert_int_equal(gate_status(&o, ret_volumes, &n, NULL), 0);
	assert_int_equal(n, 2);
	assert_string_equal(ret_volumes[1].gate.name, "ferry-r0-7");
	assert_int_equal(ret_volumes[1].gate.volume, 7);
}

static void test_every_state(void **state)
{
	static const struct { struct dm_seen seen; const char *word, *detail; } cases[] = {
		{ { .state = GATE_ABSENT }, "absent", "" },
		{ { .state = GATE_CLOSED, .sectors = 8 }, "closed", "" },
		{ { .state = GATE_OPEN, .sectors = 8 }, "open", "" },
		{ { .state = GATE_CLOSED_SUSPENDED, .sectors = 8 }, "half", "closed, suspended" },
		{ { .state = GATE_CLOSED_SUSPENDED }, "half", "closed, without a table" },
		{ { .state = GATE_OPEN_SUSPENDED, .sectors = 8 }, "half", "open, suspended" },
		{ { .state = GATE_CLOSED_LOADED, .sectors = 8 }, "half", "closed, another table loaded" },
		{ { .state = GATE_OPEN_LOADED, .sectors = 8 }, "half", "open, another table loaded" },
		{ { .state = GATE_FOREIGN, .why = "no UUID" }, "foreign", "no UUID" },
	};
	struct gate_volume v[DRBD_MAX_VOLUMES];
	unsigned int walked = 0;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		played = cases[i].seen;
		walked |= 1U << played.state;
		look(v);
		assert_string_equal(gate_status_word(v[0].seen.state), cases[i].word);
		assert_string_equal(gate_status_detail(&v[0].seen), cases[i].detail);
		assert_string_equal(v[0].below, "");
		assert_string_equal(v[0].holder, "");
	}
	assert_int_equal(walked, (1U << GATE_STATES) - 1);
}

/* No device has this number. */
static void test_what_is_below_is_gone(void **state)
{
	struct gate_volume v[DRBD_MAX_VOLUMES];

	(void)state;
	played = (struct dm_seen){ .state = GATE_OPEN, .sectors = 8, .major = 255, .minor = 1048575, .open_count = 1,
				   .own_major = 255, .own_minor = 1048574 };
	look(v);
	assert_string_equal(v[0].below, "a device that is not there");
	assert_int_equal(v[0].below_sectors, 0);
	assert_string_equal(v[0].holder, "nobody who can be seen now");
}

static void test_no_answer_is_no_state(void **state)
{
	const struct gate_opts o = { .resource = "r0" };
	struct gate_volume v[DRBD_MAX_VOLUMES];
	struct ferry_error e = FERRY_ERROR_INIT;
	unsigned int n = 99;

	(void)state;
	look_result = -EIO;
	assert_int_equal(gate_status(&o, v, &n, &e), -EIO);
	assert_int_equal(n, 99);
	assert_string_equal(e.text, "played");
	look_result = 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_state),
		cmocka_unit_test(test_what_is_below_is_gone),
		cmocka_unit_test(test_no_answer_is_no_state),
	};

	return cmocka_run_group_tests_name("gate_status", tests, NULL, NULL);
}
