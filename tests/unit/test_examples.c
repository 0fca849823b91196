/* SPDX-License-Identifier: GPL-2.0-or-later */
/* doc/examples by Ferry's own rules: what an administrator copies must pass validate. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/base/cleanup.h"
#include "lib/base/io.h"
#include "lib/edge/run.h"
#include "lib/model/domxml.h"
#include "lib/model/drbd_conf.h"

static const char *example(const char *name)
{
	static char path[4096];
	const char *top = getenv("FERRY_SRCDIR");

	snprintf(path, sizeof path, "%s/doc/examples/%s", top ? top : ".", name);
	return path;
}

static void test_domain(void **state)
{
	static struct domxml d;		/* too large for the stack */
	ferry_autofree char *xml = NULL;
	struct ferry_error e = FERRY_ERROR_INIT;
	size_t len = 0;

	(void)state;
	assert_int_equal(io_read_file(example("vm1.xml"), DOMXML_MAX, &xml, &len), 0);
	if (domxml_parse(xml, len, &d, &e) < 0 || domxml_check_gated(&d, "r0", &e) < 0)
		fail_msg("%s", e.text);
	assert_string_equal(d.name, "vm1");
	assert_int_equal(d.ndisks, 1);
	assert_int_equal(d.mark.state, MARK_NONE);
	assert_int_not_equal(domxml_check_gated(&d, "r1", NULL), 0);
}

/* The file through SCRIPT, then through drbdadm as it is for VERSION of the module. */
static void dump(const char *script, const char *version, struct run_result *r)
{
	const char *argv[] = { "sh", "-c", script, "sh", example("r0.res"), NULL };
	const char *const env[] = { version, NULL };
	struct ferry_error e = FERRY_ERROR_INIT;
	const char *all = getenv("FERRY_ALL_TOOLS");

	if (access("/usr/sbin/drbdadm", X_OK) < 0 && access("/sbin/drbdadm", X_OK) < 0) {
		if (all && strcmp(all, "1") == 0)
			fail_msg("drbdadm is not installed: apt-get install drbd-utils");
		print_message("# drbdadm is not installed: apt-get install drbd-utils\n");
		skip();
	}
	if (run(argv, env, deadline_in(30000), r, &e) < 0)
		fail_msg("%s", e.text);
	if (r->status != 0)
		fail_msg("drbdadm refuses r0.res: %s", r->err);
}

static void check(const struct run_result *r, bool drbd9, struct drbd_conf *ret_conf)
{
	struct ferry_error e = FERRY_ERROR_INIT;

	if (drbd_conf_parse(r->out, r->out_len, "r0", ret_conf, &e) < 0 ||
	    drbd_conf_check(ret_conf, drbd9, &e) < 0)
		fail_msg("%s", e.text);
	assert_int_equal(ret_conf->nhosts, 2);
	assert_string_equal(ret_conf->hosts[0], "node1");
	assert_string_equal(ret_conf->hosts[1], "node2");
	assert_int_equal(ret_conf->nvolumes, 1);
	assert_int_equal(ret_conf->volumes[0], 0);
}

static void test_disk_84(void **state)
{
	struct drbd_conf c;
	struct run_result r;

	(void)state;
	dump("exec drbdadm -c \"$1\" dump-xml", "DRBD_DRIVER_VERSION_OVERRIDE=8.4.11", &r);
	check(&r, false, &c);
	assert_non_null(strstr(c.fence_peer, "/crm-fence-peer.sh "));
	assert_non_null(strstr(r.out, "/crm-unfence-peer.sh"));
	run_result_clear(&r);
}

/* By the command that the file itself tells its reader to use. */
static void test_disk_9(void **state)
{
	static const char script[] =
		"how=$(sed -n 's/^#\\t\\(sed .*\\) r0\\.res >.*/\\1/p' \"$1\")\n"
		"test -n \"$how\" || { echo 'it does not tell how' >&2; exit 1; }\n"
		"d=$(mktemp -d) && trap 'rm -rf \"$d\"' EXIT\n"
		"eval \"$how\" '\"$1\"' >\"$d/r0.res\"\n"
		"drbdadm -c \"$d/r0.res\" dump-xml";
	struct drbd_conf c;
	struct run_result r;

	(void)state;
	dump(script, "DRBD_DRIVER_VERSION_OVERRIDE=9.1.0", &r);
	check(&r, true, &c);
	assert_true(c.auto_promote_set);
	assert_false(c.auto_promote);
	assert_non_null(strstr(c.fence_peer, "/crm-fence-peer.9.sh "));
	assert_non_null(strstr(r.out, "/crm-unfence-peer.9.sh"));
	assert_null(strstr(r.out, "fence-peer.sh"));
	assert_non_null(strstr(r.out, "name=\"quorum\" value=\"off\""));
	run_result_clear(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_domain),
		cmocka_unit_test(test_disk_84),
		cmocka_unit_test(test_disk_9),
	};

	return cmocka_run_group_tests_name("examples", tests, NULL, NULL);
}
