/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DRBD's events as recorded in the lab (8.4) and as DRBD 9 writes them. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/base/cleanup.h"
#include "lib/model/drbd_events.h"
#include "tests/unit/fixture.h"

static void feed(struct drbd_state *s, const char *line, size_t len)
{
	struct ferry_error e = FERRY_ERROR_INIT;

	if (drbd_state_feed(s, line, len, &e) < 0)
		fail_msg("%.*s: %s", (int)len, line, e.text);
}

static char *recorded;	/* what is left of the fixture */

/* Up to and with the first line that begins with TEXT. */
static void feed_until(struct drbd_state *s, const char *text)
{
	while (*recorded) {
		size_t len = strcspn(recorded, "\n");
		bool last = strncmp(recorded, text, strlen(text)) == 0;

		feed(s, recorded, len);
		recorded += len + (recorded[len] == '\n');
		if (last)
			return;
	}
	fail_msg("no line begins with: %s", text);
}

#define PEER "name:r1 peer-node-id:0 conn-name:peer"
#define DEVICE "change device name:r1 volume:0 minor:1 disk:"

static void test_84_recorded(void **state)
{
	ferry_autofree char *all = NULL;
	struct drbd_state s;
	char text[200];

	(void)state;
	all = recorded = fixture_read("drbd/events2-8.4.txt", NULL);
	drbd_state_init(&s, "r1");
	assert_false(s.exists);
	feed_until(&s, "exists peer-device");
	assert_false(s.initial_done);
	assert_false(drbd_fully_redundant(&s));
	feed_until(&s, "exists -");
	assert_true(s.initial_done && s.exists);
	assert_int_equal(s.role, DRBD_SECONDARY);
	assert_int_equal(s.nvolumes, 1);
	assert_int_equal(s.volumes[0].minor, 1);
	assert_int_equal(s.volumes[0].size_kib, 65496);
	assert_int_equal(s.npeers, 1);
	assert_string_equal(s.peers[0].name, "peer");
	assert_true(drbd_fully_redundant(&s));

	feed_until(&s, "change resource name:r1 role:Primary");
	assert_int_equal(s.role, DRBD_PRIMARY);
	feed_until(&s, "change resource name:r1 role:Secondary");
	assert_int_equal(s.role, DRBD_SECONDARY);

	feed_until(&s, "change connection " PEER " connection:Disconnecting");
	assert_false(s.peers[0].connected);
	assert_true(drbd_all_uptodate(&s));
	assert_false(drbd_fully_redundant(&s));
	drbd_redundancy_text(&s, text, sizeof text);
	assert_string_equal(text, "peer peer is not connected (Disconnecting)");
	feed_until(&s, "destroy connection");
	assert_int_equal(s.npeers, 0);
	assert_false(drbd_fully_redundant(&s)); /* no peer is no replica */

	feed_until(&s, "change peer-device " PEER " volume:0 replication:Established");
	assert_true(drbd_fully_redundant(&s));
	feed_until(&s, DEVICE "Inconsistent");
	assert_false(drbd_all_uptodate(&s));
	feed_until(&s, "change peer-device " PEER " volume:0 replication:SyncTarget");
	assert_string_equal(s.peers[0].volumes[0].replication, "SyncTarget");
	assert_true(drbd_resync_to_here(&s));
	feed_until(&s, DEVICE "Diskless");
	assert_int_equal(s.volumes[0].disk, DRBD_DISKLESS);
	feed_until(&s, DEVICE "UpToDate");
	feed_until(&s, "change peer-device " PEER " volume:0 replication:Established");
	assert_true(drbd_fully_redundant(&s));
	assert_false(drbd_resync_to_here(&s));

	/* A disk that failed here is on the peer; one that is only behind is not enough of an answer. */
	s.volumes[0].disk = DRBD_DISKLESS;
	assert_false(drbd_fully_redundant(&s));
	assert_true(drbd_peers_current(&s, text, sizeof text));
	assert_string_equal(text, "");
	s.volumes[0].disk = DRBD_FAILED;
	assert_false(drbd_peers_current(&s, text, sizeof text));
	assert_string_equal(text, "volume 0 here is Failed");
	s.volumes[0].disk = DRBD_UPTODATE;

	feed_until(&s, "destroy resource");
	assert_false(s.exists);
	assert_int_equal(s.nvolumes, 0);
	assert_string_equal(recorded, "");
}

/* As drbdsetup of drbd-utils 9 prints them: user/v9/drbdsetup.c, print_event(). */
static const char *const nine[] = {
	"exists resource name:web role:Primary suspended:no force-io-failures:no may_promote:no promotion_score:10102",
	"exists connection name:web peer-node-id:1 conn-name:beta connection:Connected role:Secondary",
	"exists connection name:web peer-node-id:2 conn-name:gamma connection:Connected role:Secondary",
	"exists device name:web volume:0 minor:10 backing_dev:/dev/vg/web disk:UpToDate client:no quorum:yes size:1048576",
	"exists device name:web volume:5 minor:15 backing_dev:/dev/vg/log disk:UpToDate client:no quorum:yes size:65536",
	"exists path name:web peer-node-id:1 conn-name:beta local:ipv4:10.0.0.1:7000 peer:ipv4:10.0.0.2:7000 established:yes",
	"exists peer-device name:web peer-node-id:1 conn-name:beta volume:0 replication:Established peer-disk:UpToDate peer-client:no resync-suspended:no",
	"exists peer-device name:web peer-node-id:1 conn-name:beta volume:5 replication:Established peer-disk:UpToDate peer-client:no resync-suspended:no",
	"exists peer-device name:web peer-node-id:2 conn-name:gamma volume:0 replication:Established peer-disk:Diskless peer-client:yes resync-suspended:no",
	"exists peer-device name:web peer-node-id:2 conn-name:gamma volume:5 replication:Established peer-disk:Diskless peer-client:yes resync-suspended:no",
	"exists -",
};

static void nine_init(struct drbd_state *s)
{
	drbd_state_init(s, "web");
	for (size_t i = 0; i < sizeof nine / sizeof *nine; i++)
		feed(s, nine[i], strlen(nine[i]));
}

static void say(struct drbd_state *s, const char *line)
{
	feed(s, line, strlen(line));
}

static void test_9(void **state)
{
	struct drbd_state s;
	char text[200];

	(void)state;
	nine_init(&s);
	assert_int_equal(s.role, DRBD_PRIMARY);
	assert_int_equal(s.npeers, 2);
	assert_int_equal(s.nvolumes, 2);
	assert_int_equal(s.volumes[1].minor, 15);
	assert_true(s.may_promote_known && !s.may_promote);
	assert_true(drbd_fully_redundant(&s)); /* gamma is a witness */
	assert_false(drbd_any_peer_primary(&s));

	say(&s, "change resource name:web suspended:fencing");
	assert_true(s.suspended);
	assert_false(drbd_fully_redundant(&s));
	say(&s, "change resource name:web suspended:no");
	say(&s, "change peer-device name:web peer-node-id:1 conn-name:beta volume:5 peer-disk:Outdated");
	drbd_redundancy_text(&s, text, sizeof text);
	assert_string_equal(text, "volume 5 on peer beta is Outdated");
	say(&s, "change peer-device name:web peer-node-id:1 conn-name:beta volume:5 replication:PausedSyncT");
	assert_false(drbd_resync_to_here(&s)); /* nobody knows for how long */
	say(&s, "change peer-device name:web peer-node-id:1 conn-name:beta volume:5 replication:SyncSource");
	assert_false(drbd_resync_to_here(&s));
	say(&s, "change peer-device name:web peer-node-id:1 conn-name:beta volume:5 replication:WFBitMapT");
	assert_true(drbd_resync_to_here(&s));
	say(&s, "change connection name:web peer-node-id:1 conn-name:beta role:Primary");
	assert_true(drbd_any_peer_primary(&s));
}

static void test_others_are_ignored(void **state)
{
	struct drbd_state s, before;

	(void)state;
	nine_init(&s);
	before = s;
	say(&s, "change resource name:web2 role:Secondary");
	say(&s, "change something-new name:web colour:blue");
	say(&s, "call helper name:web peer-node-id:1 conn-name:beta helper:fence-peer");
	assert_memory_equal(&s, &before, sizeof s);
}

static void test_what_cannot_be_understood(void **state)
{
	static const char *const bad[] = {
		"change resource name:web role:Emperor",
		"change device name:web volume:0 minor:10 disk:Shiny",
		"change device name:web volume:zero disk:UpToDate",
		"exists",
	};
	struct drbd_state s, before;

	(void)state;
	nine_init(&s);
	before = s;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		assert_int_equal(drbd_state_feed(&s, bad[i], strlen(bad[i]), NULL), -EINVAL);
		assert_memory_equal(&s, &before, sizeof s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_84_recorded),
		cmocka_unit_test(test_9),
		cmocka_unit_test(test_others_are_ignored),
		cmocka_unit_test(test_what_cannot_be_understood),
	};

	return cmocka_run_group_tests_name("drbd_events", tests, NULL, NULL);
}
