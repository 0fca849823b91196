/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Promotion scores: every disk state, with and without a connected peer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/action/disk_action.h"

static struct drbd_state with_disks(enum drbd_disk a, enum drbd_disk b, bool connected)
{
	struct drbd_state s;

	drbd_state_init(&s, "r0");
	s.exists = s.initial_done = true;
	s.role = DRBD_SECONDARY;
	s.nvolumes = 2;
	s.volumes[0] = (struct drbd_volume){ .volume = 0, .disk = a };
	s.volumes[1] = (struct drbd_volume){ .volume = 1, .disk = b };
	s.npeers = 1;
	s.peers[0].connected = connected;
	return s;
}

static int expected(enum drbd_disk worse, bool connected)
{
	if (worse == DRBD_UPTODATE)
		return DISK_SCORE_UPTODATE;
	return worse == DRBD_CONSISTENT && !connected ? DISK_SCORE_CONSISTENT : -1;
}

static void test_every_pair_of_disks(void **state)
{
	(void)state;
	for (int a = DRBD_DISKLESS; a <= DRBD_UPTODATE; a++)
		for (int b = DRBD_DISKLESS; b <= DRBD_UPTODATE; b++)
			for (int connected = 0; connected < 2; connected++) {
				struct drbd_state s = with_disks((enum drbd_disk)a, (enum drbd_disk)b, connected);

				assert_int_equal(disk_score(&s),
						 expected((enum drbd_disk)(a < b ? a : b), connected));
			}
}

/* Else clearing a move's constraint would pull the guest back. */
static void test_the_role_makes_no_difference(void **state)
{
	struct drbd_state s = with_disks(DRBD_UPTODATE, DRBD_UPTODATE, true);

	(void)state;
	s.role = DRBD_PRIMARY;
	assert_int_equal(disk_score(&s), DISK_SCORE_UPTODATE);
	s.peers[0].connected = false;
	assert_int_equal(disk_score(&s), DISK_SCORE_UPTODATE);
}

static void test_down_or_empty(void **state)
{
	struct drbd_state s = with_disks(DRBD_UPTODATE, DRBD_UPTODATE, true);

	(void)state;
	s.exists = false;
	assert_int_equal(disk_score(&s), -1);
	s.exists = true;
	s.nvolumes = 0;
	assert_int_equal(disk_score(&s), -1);
	s.npeers = 0;
	assert_int_equal(disk_score(&s), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_pair_of_disks),
		cmocka_unit_test(test_the_role_makes_no_difference),
		cmocka_unit_test(test_down_or_empty),
	};

	return cmocka_run_group_tests_name("disk_score", tests, NULL, NULL);
}
