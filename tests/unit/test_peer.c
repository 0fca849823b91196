/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Another node's libvirt is asked, answers, refuses, and says nothing at all; libvirt is played here. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/action/peer.h"
#include "lib/model/ocf.h"

static enum { ANSWERS, NO_DOMAIN, REFUSES, SILENT } played;

int virt_open(const char *uri, struct virt_conn **ret_conn, struct ferry_error *e)
{
	assert_string_equal(uri, "qemu+tcp://node2/system");
	if (played == SILENT)
		pause();
	if (played == REFUSES)
		return error_set(e, OCF_ERR_GENERIC, ECONNREFUSED, "played: refused");
	*ret_conn = (struct virt_conn *)&played;
	return 0;
}

int virt_lookup(struct virt_conn *c, const char *name, struct virt_dom **ret_dom, struct ferry_error *e)
{
	(void)e;
	assert_ptr_equal(c, &played);
	assert_string_equal(name, "vm1");
	*ret_dom = played == NO_DOMAIN ? NULL : (struct virt_dom *)&played;
	return 0;
}

int virt_look(struct virt_dom *d, struct virt_info *ret_info, struct ferry_error *e)
{
	(void)d;
	(void)e;
	*ret_info = (struct virt_info){ .run = VIRT_PAUSED_USER, .mark.state = MARK_HELD, .mark.epoch = 7 };
	return 0;
}

void virt_dom_free(struct virt_dom *d)
{
	(void)d;
}

void virt_close(struct virt_conn *c)
{
	(void)c;
}

static int ask(int64_t ms, struct virt_info *ret_info, struct ferry_error *e)
{
	static const struct vm_opts o = { .transport = "tcp", .hypervisor = "qemu:///system" };

	return peer_ask(&o, "node2", "vm1", deadline_in(ms), ret_info, e);
}

static void test_ask(void **state)
{
	struct ferry_error e = FERRY_ERROR_INIT;
	struct virt_info info;

	(void)state;
	played = ANSWERS;
	assert_int_equal(ask(60000, &info, &e), 0);
	assert_int_equal(info.run, VIRT_PAUSED_USER);
	assert_int_equal(info.mark.state, MARK_HELD);
	assert_int_equal(info.mark.epoch, 7);
	played = NO_DOMAIN;
	assert_int_equal(ask(60000, &info, &e), 0);
	assert_int_equal(info.run, VIRT_OFF);
	info.run = VIRT_CRASHED;
	played = REFUSES;
	assert_int_equal(ask(60000, &info, &e), -ECONNREFUSED);
	assert_int_equal(info.run, VIRT_CRASHED);	/* untouched: there was no answer */
	assert_non_null(strstr(e.text, "played: refused; "));	/* and the cure of that transport */
}

static void test_silence(void **state)
{
	struct ferry_error e = FERRY_ERROR_INIT;
	struct virt_info info;

	(void)state;
	played = SILENT;
	assert_int_equal(ask(50, &info, &e), -ETIMEDOUT);
	assert_non_null(strstr(e.text, "libvirt on node2 did not come back in time"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ask),
		cmocka_unit_test(test_silence),
	};

	return cmocka_run_group_tests_name("peer", tests, NULL, NULL);
}
