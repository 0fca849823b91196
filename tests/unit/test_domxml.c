/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guest's XML as libvirt prints it: what is read, what a gated guest may not have, the mark put in; and the
 * status file that a healthy monitor reads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/model/domstatus.h"
#include "lib/model/domxml.h"
#include "lib/model/ocf.h"
#include "tests/unit/fixture.h"

static char *recorded;
static struct domxml dom; /* large */

static int setup(void **state)
{
	(void)state;
	recorded = fixture_read("libvirt/domain-9.0.xml", NULL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(recorded);
	return 0;
}

static void test_read(void **state)
{
	(void)state;
	assert_int_equal(domxml_parse(recorded, strlen(recorded), &dom, NULL), 0);
	assert_string_equal(dom.name, "vm1");
	assert_string_equal(dom.uuid, "a8282f87-25c0-42d0-8974-2ae778942970");
	assert_string_equal(dom.domain_type, "qemu");
	assert_string_equal(dom.on_crash, "destroy");
	assert_int_equal(dom.ndisks, 1);
	assert_string_equal(dom.disks[0].source, "/dev/mapper/ferry-r0-0");
	assert_string_equal(dom.disks[0].format, "raw");
	assert_false(dom.disks[0].backing); /* libvirt's empty <backingStore/> is none */
	assert_int_equal(dom.mark.state, MARK_RUNNING);
	assert_true(dom.mark.epoch == 1);
	assert_int_equal(domxml_check_gated(&dom, "r0", NULL), 0);
}

/* The recorded domain with FROM replaced by TO. */
static void with(const char *from, const char *to)
{
	const char *at = strstr(recorded, from);
	char text[8192];

	assert_non_null(at);
	assert_true(snprintf(text, sizeof text, "%.*s%s%s", (int)(at - recorded), recorded, to, at + strlen(from)) <
		    (int)sizeof text);
	assert_int_equal(domxml_parse(text, strlen(text), &dom, NULL), 0);
}

static void test_refusals(void **state)
{
	static const char *const cases[][3] = {
		/* what is changed, into what, what the refusal must name: value and cure */
		{ "<uuid>a8282f87-25c0-42d0-8974-2ae778942970</uuid>", "", "no <uuid>" },
		{ "<on_crash>destroy", "<on_crash>restart", "restart: libvirt would start it without Ferry; set destroy" },
		{ "type='raw'", "type='qcow2'", "qcow2; set type='raw'" },
		{ "type='raw' ", "", "is not given; set type='raw'" },
		{ "cache='none'", "cache='writeback'", "writeback; set cache='none'" },
		{ " error_policy='stop'", " error_policy='report'", "report; set error_policy='stop'" },
		{ "rerror_policy='stop'", "", "rerror_policy=> is not given; set rerror_policy='stop'" },
		{ "ferry-r0-0", "ferry-r1-0", "\"/dev/mapper/ferry-r1-0\", outside the gate; use" },
		{ "ferry-r0-0", "ferry-r0-00", "outside the gate" },
		{ "ferry-r0-0", "ferry-r0-0x", "outside the gate" },
		{ "/dev/mapper/ferry-r0-0", "/dev/drbd0", "\"/dev/drbd0\", outside the gate" },
		{ "type='block' device='disk'", "type='block' device='lun'", "lun; only device='disk'" },
		{ "<backingStore/>", "<backingStore type='file'><format type='raw'/><source file='/b'/></backingStore>",
		  "flatten the image" },
		{ "<backingStore/>", "<blockio logical_block_size='4096'/>", "is 4096; set it to '512'" },
		{ "<backingStore/>", "<shareable/>", "remove it: it allows two writers" },
		{ "<memballoon model='none'/>",
		  "<disk type='file' device='disk'><driver type='raw'/><source file='/img'/><target dev='vdb'/></disk>",
		  "disk vdb: <source> is file \"/img\", outside the gate" },
		{ "<memballoon model='none'/>",
		  "<disk type='block' device='disk'><driver type='raw' cache='none' error_policy='stop' "
		  "rerror_policy='stop'/><source dev='/dev/mapper/ferry-r0-0'/><target dev='vdb'/></disk>",
		  "another disk's too" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ferry_error e = FERRY_ERROR_INIT;

		with(cases[i][0], cases[i][1]);
		if (domxml_check_gated(&dom, "r0", &e) == 0)
			fail_msg("accepted: %s", cases[i][1]);
		assert_int_equal(e.code, OCF_ERR_CONFIGURED);
		if (!strstr(e.text, cases[i][2]) || !strstr(e.text, "vm1"))
			fail_msg("'%s' does not say '%s'", e.text, cases[i][2]);
	}
	with("<memballoon model='none'/>", "<disk type='file' device='cdrom'><driver type='raw'/><target dev='sda'/>"
	     "<readonly/></disk>");
	assert_int_equal(domxml_check_gated(&dom, "r0", NULL), 0);
}

static void test_malformed(void **state)
{
	static const char *const texts[] = {
		"", "<domain", "<domain/>", "<domain type='qemu'><name></name></domain>", "<network/>",
		"<!DOCTYPE d [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><domain type='qemu'><name>&x;</name></domain>",
	};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct ferry_error e = FERRY_ERROR_INIT;

		if (domxml_parse(texts[i], strlen(texts[i]), &dom, &e) == 0)
			fail_msg("accepted: %s", texts[i]);
		assert_int_not_equal(e.code, 0);
	}
}

static void test_mark_is_put_in(void **state)
{
	const struct mark held = { .state = MARK_HELD, .epoch = 31, .move = "11111111111111111111111111111111",
				   .source = "node1" };
	const struct mark none = { .state = MARK_NONE };
	char *once = NULL, *twice = NULL, *away = NULL;

	(void)state;
	with("<metadata>", "<metadata><app:a xmlns:app='urn:app'>kept</app:a>");
	assert_int_equal(domxml_with_mark(recorded, strlen(recorded), &held, &once, NULL), 0);
	assert_int_equal(domxml_parse(once, strlen(once), &dom, NULL), 0);
	assert_int_equal(dom.mark.state, MARK_HELD);
	assert_string_equal(dom.mark.move, held.move);
	assert_int_equal(dom.ndisks, 1);
	assert_null(strstr(once, "running")); /* the older mark is replaced */
	assert_int_equal(domxml_with_mark(once, strlen(once), &held, &twice, NULL), 0);
	assert_string_equal(once, twice);
	assert_int_equal(domxml_with_mark(once, strlen(once), &none, &away, NULL), 0);
	assert_null(strstr(away, "ferry:mark"));
	free(once);
	free(twice);
	free(away);
}

static void test_foreign_metadata_stays(void **state)
{
	static const char xml[] = "<domain type='qemu'><name>a</name><metadata><x:y xmlns:x='urn:x'>kept</x:y></metadata></domain>";
	const struct mark reserved = { .state = MARK_RESERVED };
	char *out = NULL;

	(void)state;
	assert_int_equal(domxml_with_mark(xml, strlen(xml), &reserved, &out, NULL), 0);
	assert_non_null(strstr(out, ">kept<"));
	assert_int_equal(domxml_parse(out, strlen(out), &dom, NULL), 0);
	assert_int_equal(dom.mark.state, MARK_RESERVED);
	free(out);
}

static void test_origin(void **state)
{
	static const char *const bad[] = {
		"<f:file xmlns:f='urn:ferry:origin:1' path='vm1.xml' hash='0123456789abcdef'/>",
		"<f:file xmlns:f='urn:ferry:origin:1' path='/vm1.xml' hash='0123456789abcde'/>",
		"<f:file xmlns:f='urn:ferry:origin:1' path='/vm1.xml' hash='0123456789abcdex'/>",
		"<f:file xmlns:f='urn:ferry:origin:1'/>", "<f:file xmlns:f='urn:ferry:origin:2' path='/x' hash='0123456789abcdef'/>",
	};
	const struct mark held = { .state = MARK_HELD, .epoch = 1, .move = "11111111111111111111111111111111",
				   .source = "node1" };
	struct origin o, other;
	char *with_it = NULL, *marked = NULL, *plain = NULL, longest[600];

	(void)state;
	assert_int_equal(origin_of("/etc/ferry/a \"<&>'.xml", "content", 7, &o), 0);
	assert_int_equal(strlen(o.hash), 16);
	assert_int_equal(origin_of("/etc/ferry/a \"<&>'.xml", "contents", 8, &other), 0);
	assert_string_not_equal(o.hash, other.hash);
	memset(longest, 'a', sizeof longest);
	longest[0] = '/';
	longest[sizeof longest - 1] = '\0';
	assert_true(origin_of(longest, "", 0, &other) < 0);
	/* It stays where the mark is changed, and an older one goes. */
	assert_int_equal(domxml_with_origin(recorded, strlen(recorded), &o, &with_it, NULL), 0);
	assert_int_equal(domxml_with_mark(with_it, strlen(with_it), &held, &marked, NULL), 0);
	assert_int_equal(domxml_parse(marked, strlen(marked), &dom, NULL), 0);
	assert_string_equal(dom.origin.path, o.path);
	assert_string_equal(dom.origin.hash, o.hash);
	assert_int_equal(dom.mark.state, MARK_HELD);
	free(with_it);
	strcpy(o.path, "/b");
	assert_int_equal(domxml_with_origin(marked, strlen(marked), &o, &with_it, NULL), 0);
	assert_null(strstr(with_it, "/etc/ferry/a"));
	assert_int_equal(domxml_plain(with_it, strlen(with_it), &plain, NULL), 0);
	assert_null(strstr(plain, "ferry:"));
	assert_null(strstr(plain, "urn:"));
	assert_int_equal(domxml_parse(plain, strlen(plain), &dom, NULL), 0);
	assert_string_equal(dom.origin.path, "");
	assert_int_equal(dom.mark.state, MARK_NONE);
	assert_int_equal(domxml_check_gated(&dom, "r0", NULL), 0);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		char text[200];

		snprintf(text, sizeof text, "<metadata>%s", bad[i]);
		with("<metadata>", text);
		assert_string_equal(dom.origin.path, "");
	}
	free(with_it);
	free(marked);
	free(plain);
}

static void test_status_files(void **state)
{
	struct domstatus s;
	size_t len;
	char *xml = fixture_read("libvirt/status-9.0-running.xml", &len);

	(void)state;
	assert_int_equal(domstatus_parse(xml, len, &s, NULL), 0);
	assert_string_equal(s.state, "running");
	assert_string_equal(s.reason, "unpaused");
	assert_string_equal(s.name, "vm1");
	assert_string_equal(s.uuid, "a8282f87-25c0-42d0-8974-2ae778942970");
	assert_int_equal(s.pid, 5080);
	assert_int_equal(s.mark.state, MARK_RUNNING);
	assert_true(domstatus_parse(xml, len / 2, &s, NULL) < 0); /* half written */
	free(xml);
	xml = fixture_read("libvirt/status-9.0-arriving.xml", &len);
	assert_int_equal(domstatus_parse(xml, len, &s, NULL), 0);
	assert_string_equal(s.state, "paused");
	assert_string_equal(s.reason, "migration");
	assert_int_equal(s.mark.state, MARK_HELD);
	assert_string_equal(s.mark.source, "node1");
	free(xml);
	assert_true(domstatus_parse("<domstatus/>", 12, &s, NULL) < 0);
	assert_true(domstatus_parse(recorded, strlen(recorded), &s, NULL) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_mark_is_put_in),
		cmocka_unit_test(test_foreign_metadata_stays),
		cmocka_unit_test(test_origin),
		cmocka_unit_test(test_status_files),
	};

	return cmocka_run_group_tests_name("domxml", tests, setup, teardown);
}
