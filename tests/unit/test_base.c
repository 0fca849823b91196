/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Errors, time, and whole files. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/base/deadline.h"
#include "lib/base/error.h"
#include "lib/base/io.h"

static void test_first_cause_wins(void **state)
{
	struct ferry_error e = FERRY_ERROR_INIT;
	char longer[2000];

	(void)state;
	error_context(&e, "nothing yet");
	assert_int_equal(e.code, 0);
	assert_string_equal(e.text, "");
	assert_int_equal(error_set(&e, 6, EINVAL, "x='%d':\nset it", 5), -EINVAL);
	assert_int_equal(error_set(&e, 1, EIO, "later"), -EIO);
	assert_int_equal(e.code, 6);
	assert_int_equal(e.err, EINVAL);
	error_context(&e, "guest %s", "vm1");
	assert_string_equal(e.text, "guest vm1: x='5': set it");
	memset(longer, 'c', sizeof longer - 1);
	longer[sizeof longer - 1] = '\0';
	error_context(&e, "%s", longer);
	assert_true(strlen(e.text) < sizeof e.text);
	error_clear(&e);
	assert_int_equal(e.code, 0);
	/* A short context costs a long cause no more than its own length: the cure stands at the end. */
	longer[700] = '\0';
	error_set(&e, 1, EIO, "%s; the cure", longer);
	error_context(&e, "short");
	assert_non_null(strstr(e.text, "; the cure"));
	error_clear(&e);
	assert_int_equal(error_set(NULL, 1, EIO, "nobody asks"), -EIO);
	error_context(NULL, "nobody asks");
	error_clear(NULL);
}

static void test_deadlines(void **state)
{
	struct ferry_deadline never = deadline_never(), past = { now_ms() - 1 }, soon = deadline_in(60000);

	(void)state;
	assert_int_equal(deadline_poll_ms(never), -1);
	assert_false(deadline_passed(never));
	assert_int_equal(deadline_poll_ms(past), 0);
	assert_true(deadline_passed(past));
	assert_true(deadline_passed(deadline_in(0)) && !deadline_passed(soon));
	assert_in_range(deadline_poll_ms(soon), 1, 60000);
	assert_true(deadline_min(soon, 3600000).at == soon.at);
	assert_in_range(soon.at - deadline_keep(soon, 5, 60000).at, 11000, 12000);
	assert_true(soon.at - deadline_keep(soon, 5, 3000).at == 3000);
	assert_in_range(deadline_keep(never, 5, 3000).at - now_ms(), 0, 3000);
	assert_true(deadline_min(never, 1000).at < soon.at);
	assert_true(deadline_min(past, 1000).at == past.at);
	assert_int_equal(deadline_poll_ms(deadline_in((int64_t)INT_MAX * 4)), INT_MAX);
	assert_true(deadline_in(INT64_MAX).at == INT64_MAX);
	assert_true(deadline_min(never, INT64_MAX).at == INT64_MAX);
	deadline_sleep(past, 3600000); /* comes back */
}

static void test_files(void **state)
{
	char dir[] = "/tmp/ferry-test-base.XXXXXX", path[64], sub[64];
	char *text = NULL, back[6] = "";
	struct stat st;
	size_t len;
	int fd;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/a", dir);
	assert_int_equal(io_read_file(path, 100, &text, &len), -ENOENT);
	assert_int_equal(io_replace_file(path, "first", 5, 0600), 0);
	assert_int_equal(io_replace_file(path, "hello", 5, 0640), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	assert_int_equal(io_read_file(path, 4, &text, &len), -EFBIG);
	assert_int_equal(io_read_file(path, 5, &text, &len), 0);
	assert_int_equal(len, 5);
	assert_string_equal(text, "hello");
	free(text);
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert_int_equal(io_pread_all(fd, back, 5, 0), 0);
	assert_string_equal(back, "hello");
	assert_int_equal(io_pread_all(fd, back, 5, 1), -EIO); /* short */
	assert_int_equal(io_pwrite_all(fd, "LL", 2, 2), 0);
	assert_int_equal(io_pread_all(fd, back, 5, 0), 0);
	assert_string_equal(back, "heLLo");
	close(fd);
	/* Only the file is there: no temporary one is left beside it. */
	assert_int_equal(io_remove_file(path), 0);
	assert_int_equal(io_remove_file(path), 0);
	snprintf(sub, sizeof sub, "%s/x/y", dir);
	assert_int_equal(io_make_dirs(sub, 0700), 0);
	assert_int_equal(io_make_dirs(sub, 0700), 0);
	assert_int_equal(rmdir(sub), 0);
	snprintf(sub, sizeof sub, "%s/x", dir);
	assert_int_equal(rmdir(sub), 0);
	assert_int_equal(rmdir(dir), 0);
	assert_int_equal(io_replace_file("/nonexistent-ferry/a", "x", 1, 0600), -ENOENT);
	assert_int_equal(io_read_file("/", 100, &text, NULL), -EISDIR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first_cause_wins),
		cmocka_unit_test(test_deadlines),
		cmocka_unit_test(test_files),
	};

	return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
