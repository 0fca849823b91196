/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A guest without a gate: who is asked before a start, and which of two copies is the guest after a move that went wrong.
 * The other nodes are played here. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/action/peer.h"
#include "lib/action/shared.h"
#include "lib/model/ocf.h"

#define SILENT (-1)

static int there;		/* enum virt_run of the guest on every other node, or SILENT */
static enum mark_state there_mark;
static char asked[100];
static bool resumed, ended_here, ended_there;

int peer_ask(const struct vm_opts *o, const char *node, const char *domain, struct ferry_deadline d,
	     struct virt_info *ret_info, struct ferry_error *e)
{
	(void)o;
	(void)d;
	assert_string_equal(domain, "vm1");
	strcat(strcat(asked, " "), node);
	if (there == SILENT)
		return error_set(e, OCF_ERR_GENERIC, ETIMEDOUT, "played");
	*ret_info = (struct virt_info){ .run = (enum virt_run)there, .mark.state = there_mark };
	return 0;
}

int peer_open(const struct vm_opts *o, const char *node, const char *domain, struct peer *ret_peer,
	      struct ferry_error *e)
{
	memset(ret_peer, 0, sizeof *ret_peer);
	return peer_ask(o, node, domain, deadline_never(), &ret_peer->info, e);
}

void peer_close(struct peer *p)
{
	(void)p;
}

int virt_destroy(struct virt_dom *d, struct ferry_error *e)
{
	(void)d;
	(void)e;
	ended_there = true;
	return 0;
}

int virt_resume(struct virt_dom *d, struct ferry_error *e)
{
	(void)d;
	(void)e;
	resumed = true;
	return 0;
}

int guest_end(struct virt_dom *dom, const struct virt_info *info, struct ferry_deadline d,
	      struct ferry_error *e)
{
	(void)dom;
	(void)info;
	(void)d;
	(void)e;
	ended_here = true;
	return 0;
}

const char *virt_run_name(enum virt_run r)
{
	(void)r;
	return "played";
}

int cluster_look(struct ferry_deadline d, struct cluster_view *ret_view, struct ferry_error *e)
{
	static const struct cluster_view view = { .quorate = true, .nnodes = 3, .nodes = { "node1", "node2", "node3" } };

	(void)d;
	(void)e;
	*ret_view = view;
	return 0;
}

static void reset(void)
{
	asked[0] = '\0';
	resumed = ended_here = ended_there = false;
	there_mark = MARK_NONE;
}

static int start(const char *peers, const char *node, struct ferry_error *e)
{
	struct vm_opts o = { .node = node, .peers = peers, .deadline = deadline_in(0) };
	struct vm_ctx v = { .o = &o, .domain = "vm1" };

	reset();
	return shared_alone(&v, e);
}

static void test_start(void **state)
{
	struct ferry_error e = FERRY_ERROR_INIT;

	(void)state;
	there = VIRT_OFF;
	assert_int_equal(start(NULL, "node2", &e), 0);
	assert_string_equal(asked, " node1 node3");
	assert_int_equal(start("", "node2", &e), 0);
	assert_string_equal(asked, " node1 node3");
	assert_int_equal(start(" node2  node1 node4 ", "node2", &e), 0);
	assert_string_equal(asked, " node1");
	assert_int_equal(start("node1 node22", "node2", &e), -EINVAL);
	assert_int_equal(e.code, OCF_ERR_INSTALLED);
	assert_string_equal(asked, "");
	for (there = VIRT_RUNNING; there <= VIRT_CRASHED; there++)
		assert_int_equal(start("node1 node2", "node2", &e), -EBUSY);
	there = SILENT;
	error_clear(&e);
	assert_int_equal(start("node1 node2", "node2", &e), -EAGAIN);
	assert_non_null(strstr(e.text, "node node1 is online but does not tell"));
	assert_int_equal(e.code, OCF_ERR_GENERIC);
}

static void test_reserved_there(void **state)
{
	struct vm_opts o = { .node = "node1", .deadline = deadline_in(0) };
	struct vm_ctx v = { .o = &o, .domain = "vm1" };

	(void)state;
	reset();
	there = VIRT_PAUSED_USER;
	there_mark = MARK_RESERVED;
	assert_int_equal(shared_alone(&v, NULL), 0);
}

static void test_gated(void **state)
{
	struct vm_opts o = { .node = "node1", .gate = "r0", .peers = "node2", .deadline = deadline_in(0) };
	struct vm_ctx v = { .o = &o, .domain = "vm1" };

	(void)state;
	reset();
	there = VIRT_RUNNING;
	assert_int_equal(shared_alone(&v, NULL), 0);
	assert_string_equal(asked, "");
	assert_true(shared_may_run(&o, "node9"));
}

static void test_went(void **state)
{
	struct vm_opts o = { .node = "node1", .deadline = deadline_never() };

	(void)state;
	for (there = VIRT_OFF; there <= VIRT_CRASHED; there++) {
		bool runs = there == VIRT_RUNNING || there == VIRT_PAUSED_IOERROR || there == VIRT_SHUTTING_DOWN;

		reset();
		assert_int_equal(shared_went(&o, "vm1", "node2", "played", NULL), runs ? 0 : -EIO);
	}
	there = SILENT;
	reset();
	assert_int_equal(shared_went(&o, "vm1", "node2", "played", NULL), -EAGAIN);
	assert_false(ended_there || ended_here || resumed);
}

static void test_decide(void **state)
{
	enum { NOTHING, RESUME, END_THERE, BOTH, GONE_THERE, REFUSE };
	static const struct {
		enum virt_run here;
		bool user_paused;
		int there;
		int what;
	} t[] = {
		{ VIRT_RUNNING, false, VIRT_OFF, NOTHING },
		{ VIRT_RUNNING, false, SILENT, NOTHING },
		{ VIRT_RUNNING, false, VIRT_RUNNING, END_THERE },
		{ VIRT_RUNNING, false, VIRT_PAUSED_MOVING, END_THERE },
		{ VIRT_RUNNING, false, VIRT_PAUSED_USER, END_THERE },
		{ VIRT_PAUSED_USER, true, VIRT_OFF, NOTHING },
		{ VIRT_PAUSED_USER, true, SILENT, NOTHING },
		{ VIRT_PAUSED_USER, true, VIRT_PAUSED_USER, END_THERE },
		{ VIRT_PAUSED_USER, false, VIRT_OFF, RESUME },
		{ VIRT_PAUSED_USER, false, VIRT_PAUSED_MOVING, BOTH },
		{ VIRT_PAUSED_USER, false, VIRT_RUNNING, GONE_THERE },
		{ VIRT_PAUSED_USER, false, VIRT_PAUSED_IOERROR, GONE_THERE },
		{ VIRT_PAUSED_USER, false, VIRT_SHUTTING_DOWN, GONE_THERE },
		{ VIRT_PAUSED_USER, false, SILENT, REFUSE },
		{ VIRT_PAUSED_MOVING, true, VIRT_OFF, RESUME },
		{ VIRT_PAUSED_MOVING, false, VIRT_RUNNING, GONE_THERE },
		{ VIRT_PAUSED_MOVING, false, SILENT, REFUSE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
		struct vm_opts o = { .node = "node1", .deadline = deadline_never() };
		struct vm_ctx v = { .o = &o, .domain = "vm1", .info.run = t[i].here };
		bool gone = false;

		reset();
		there = t[i].there;
		assert_int_equal(shared_decide(&v, "node2", t[i].user_paused, &gone, NULL),
				 t[i].what == REFUSE ? -EAGAIN : 0);
		assert_int_equal(gone, t[i].what == GONE_THERE);
		assert_int_equal(ended_here, t[i].what == GONE_THERE);
		assert_int_equal(resumed, t[i].what == RESUME || t[i].what == BOTH);
		assert_int_equal(ended_there, t[i].what == END_THERE || t[i].what == BOTH);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_start),
		cmocka_unit_test(test_reserved_there),
		cmocka_unit_test(test_gated),
		cmocka_unit_test(test_went),
		cmocka_unit_test(test_decide),
	};

	return cmocka_run_group_tests_name("shared", tests, NULL, NULL);
}
