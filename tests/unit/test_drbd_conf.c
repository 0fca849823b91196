/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configuration as drbdadm dumps it, and what makes a resource unfit for a gated guest. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/base/cleanup.h"
#include "lib/model/drbd_conf.h"
#include "lib/model/ocf.h"
#include "tests/unit/fixture.h"

static void load(const char *fixture, const char *resource, struct drbd_conf *c)
{
	ferry_autofree char *xml = NULL;
	struct ferry_error e = FERRY_ERROR_INIT;
	size_t len;

	xml = fixture_read(fixture, &len);
	if (drbd_conf_parse(xml, len, resource, c, &e) < 0)
		fail_msg("%s", e.text);
}

static void test_84(void **state)
{
	struct drbd_conf c;

	(void)state;
	load("drbd/dump-xml-8.4.xml", "r1", &c);
	assert_string_equal(c.resource, "r1");
	assert_int_equal(c.nhosts, 2);
	assert_string_equal(c.hosts[0], "node1");
	assert_string_equal(c.hosts[1], "node2");
	assert_int_equal(c.nvolumes, 1);
	assert_int_equal(c.volumes[0], 0);
	assert_int_equal(c.minors[0], 1);
	assert_int_equal(c.protocol, 'C');
	assert_string_equal(c.fencing, "resource-and-stonith");
	assert_false(c.allow_two_primaries);
	assert_string_equal(c.fence_peer, "/usr/lib/drbd/crm-fence-peer.sh --timeout 30 --dc-timeout 60");
	assert_int_equal(drbd_conf_check(&c, false, NULL), 0);
}

static void test_9(void **state)
{
	struct drbd_conf c;

	(void)state;
	load("drbd/dump-xml-9.xml", "web", &c);
	assert_int_equal(c.nhosts, 3);
	assert_int_equal(c.nvolumes, 2);
	assert_int_equal(c.volumes[1], 5);
	assert_int_equal(c.minors[1], 15);
	assert_int_equal(c.protocol, 'C'); /* these three are in <common> */
	assert_string_equal(c.fencing, "resource-and-stonith");
	assert_string_equal(c.fence_peer, "/usr/lib/drbd/crm-fence-peer.9.sh");
	assert_true(c.auto_promote_set);
	assert_false(c.auto_promote);
	assert_int_equal(drbd_conf_check(&c, true, NULL), 0);
}

static void assert_refused(const struct drbd_conf *c, bool drbd9, const char *word)
{
	struct ferry_error e = FERRY_ERROR_INIT;

	assert_int_equal(drbd_conf_check(c, drbd9, &e), -EINVAL);
	assert_int_equal(e.code, OCF_ERR_CONFIGURED);
	assert_non_null(strstr(e.text, word));
}

/* A resource that sets nothing else has DRBD 9's defaults, and two Primaries in one connection. */
static void test_two_primaries_in_a_connection(void **state)
{
	struct drbd_conf c;

	(void)state;
	load("drbd/dump-xml-9.xml", "shared", &c);
	assert_true(c.allow_two_primaries);
	assert_refused(&c, true, "allow-two-primaries yes");
	c.allow_two_primaries = false;
	assert_false(c.auto_promote_set);
	assert_refused(&c, true, "auto-promote unset");
	assert_int_equal(drbd_conf_check(&c, false, NULL), 0); /* 8.4 has no auto-promote */
}

static void test_each_rule(void **state)
{
	struct drbd_conf good, c;

	(void)state;
	load("drbd/dump-xml-9.xml", "web", &good);
	c = good;
	c.protocol = 'A';
	assert_refused(&c, true, "protocol A");
	c = good;
	c.protocol = 'B';
	assert_refused(&c, true, "protocol B");
	c = good;
	strcpy(c.fencing, "dont-care");
	assert_refused(&c, true, "in net");
	assert_refused(&c, false, "in disk");
	c = good;
	strcpy(c.fencing, "resource-only");
	assert_refused(&c, true, "fencing resource-only");
	c = good;
	c.fence_peer[0] = '\0';
	assert_refused(&c, true, "fence-peer");
	c = good;
	c.auto_promote = true;
	assert_refused(&c, true, "auto-promote yes");
}

static void test_unknown_resource(void **state)
{
	ferry_autofree char *xml = NULL;
	struct ferry_error e = FERRY_ERROR_INIT;
	struct drbd_conf c;
	size_t len;

	(void)state;
	xml = fixture_read("drbd/dump-xml-8.4.xml", &len);
	assert_int_equal(drbd_conf_parse(xml, len, "r2", &c, &e), -ENOENT);
	assert_int_equal(e.code, OCF_ERR_CONFIGURED);
	assert_non_null(strstr(e.text, "r2"));
}

/* Cut anywhere, it is refused and never read as something else. */
static void test_cut_short(void **state)
{
	ferry_autofree char *xml = NULL;
	struct drbd_conf c;
	size_t len;

	(void)state;
	xml = fixture_read("drbd/dump-xml-8.4.xml", &len);
	while (xml[len - 1] == '\n')
		len--;
	for (size_t n = 0; n < len; n += 7)
		assert_true(drbd_conf_parse(xml, n, "r0", &c, NULL) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_84),
		cmocka_unit_test(test_9),
		cmocka_unit_test(test_two_primaries_in_a_connection),
		cmocka_unit_test(test_each_rule),
		cmocka_unit_test(test_unknown_resource),
		cmocka_unit_test(test_cut_short),
	};

	return cmocka_run_group_tests_name("drbd_conf", tests, NULL, NULL);
}
