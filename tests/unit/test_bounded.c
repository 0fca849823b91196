/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/edge/bounded.h"
#include "lib/model/ocf.h"

struct reply {
	int seen, sum;
};

static int add(void *arg, void *reply, struct ferry_error *e)
{
	struct reply *r = reply;

	(void)e;
	r->seen = (int)getpid();
	r->sum += *(int *)arg;
	return 0;
}

static void test_reply(void **state)
{
	struct reply r = { .sum = 40 };
	int two = 2;

	(void)state;
	assert_int_equal(bounded("adding", add, &two, &r, sizeof r, deadline_in(20000), NULL), 0);
	assert_int_equal(r.sum, 42);
	assert_int_not_equal(r.seen, getpid());
}

static int refuse(void *arg, void *reply, struct ferry_error *e)
{
	(void)reply;
	return error_set(e, OCF_ERR_CONFIGURED, EROFS, "%s is read-only", (const char *)arg);
}

static int refuse_silently(void *arg, void *reply, struct ferry_error *e)
{
	(void)arg;
	(void)reply;
	(void)e;
	return -ENOSPC;
}

static void test_error_comes_back(void **state)
{
	struct ferry_error e = FERRY_ERROR_INIT;
	char disk[] = "the disk";

	(void)state;
	assert_int_equal(bounded("writing", refuse, disk, NULL, 0, deadline_in(20000), &e), -EROFS);
	assert_int_equal(e.code, OCF_ERR_CONFIGURED);
	assert_int_equal(e.err, EROFS);
	assert_string_equal(e.text, "the disk is read-only");
	error_clear(&e);
	assert_int_equal(bounded("writing", refuse_silently, NULL, NULL, 0, deadline_in(20000), &e),
			 -ENOSPC);
	assert_int_equal(e.code, OCF_ERR_GENERIC);
}

static int hang(void *arg, void *reply, struct ferry_error *e)
{
	(void)e;
	*(int *)reply = 7;
	if (write(*(int *)arg, "x", 1) < 0)
		return -errno;
	for (;;)
		pause();
}

static void test_deadline(void **state)
{
	struct ferry_error e = FERRY_ERROR_INIT;
	int64_t t = now_ms();
	int fds[2], reply = 0;
	char c;

	(void)state;
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(bounded("reading the stamp", hang, &fds[1], &reply, sizeof reply,
				 deadline_in(300), &e), -ETIMEDOUT);
	assert_true(now_ms() - t < 30000);
	assert_string_equal(e.text, "reading the stamp did not come back in time");
	assert_int_equal(reply, 0); /* an unfinished reply is none */
	close(fds[1]);
	assert_int_equal(read(fds[0], &c, 1), 1);
	assert_int_equal(read(fds[0], &c, 1), 0); /* its end is closed, so the child has ended */
	close(fds[0]);
}

static int die(void *arg, void *reply, struct ferry_error *e)
{
	(void)arg;
	(void)reply;
	(void)e;
	raise(SIGKILL);
	return 0;
}

static void test_child_dies(void **state)
{
	struct ferry_error e = FERRY_ERROR_INIT;

	(void)state;
	assert_int_equal(bounded("suspending", die, NULL, NULL, 0, deadline_in(20000), &e), -EIO);
	assert_non_null(strstr(e.text, "suspending: the child process died"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reply),
		cmocka_unit_test(test_error_comes_back),
		cmocka_unit_test(test_deadline),
		cmocka_unit_test(test_child_dies),
	};

	return cmocka_run_group_tests_name("bounded", tests, NULL, NULL);
}
