/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/edge/proc.h"
#include "lib/edge/run.h"
#include "lib/model/ocf.h"

static int sh_in(const char *script, int64_t ms, struct run_result *r, struct ferry_error *e)
{
	const char *argv[] = { "sh", "-c", script, NULL };

	return run(argv, NULL, deadline_in(ms), r, e);
}

static void test_output_and_status(void **state)
{
	struct ferry_error e = FERRY_ERROR_INIT;
	struct run_result r;

	(void)state;
	assert_int_equal(sh_in("printf 'a\\nb'; printf 'first\\nsecond\\n\\n' >&2; exit 11", 20000, &r,
			       &e), 0);
	assert_int_equal(r.status, 11);
	assert_string_equal(r.out, "a\nb");
	assert_int_equal(r.out_len, 3);
	assert_string_equal(r.err, "first; second");
	run_result_clear(&r);
	assert_null(r.out);
}

static void test_silence_is_an_empty_string(void **state)
{
	struct run_result r;

	(void)state;
	assert_int_equal(sh_in(":", 20000, &r, NULL), 0);
	assert_int_equal(r.status, 0);
	assert_string_equal(r.out, "");
	assert_string_equal(r.err, "");
	run_result_clear(&r);
}

static void test_signal_is_128_plus(void **state)
{
	struct run_result r;

	(void)state;
	assert_int_equal(sh_in("kill -TERM $$", 20000, &r, NULL), 0);
	assert_int_equal(r.status, 128 + SIGTERM);
	run_result_clear(&r);
}

static void test_not_installed(void **state)
{
	const char *argv[] = { "ferry-no-such-program", NULL };
	struct ferry_error e = FERRY_ERROR_INIT;
	struct run_result r;

	(void)state;
	assert_int_equal(run(argv, NULL, deadline_in(20000), &r, &e), -ENOENT);
	assert_int_equal(e.code, OCF_ERR_INSTALLED);
	assert_non_null(strstr(e.text, "ferry-no-such-program is not installed"));
}

static void test_cannot_be_executed(void **state)
{
	char path[] = "/tmp/ferry-test-run.XXXXXX";
	const char *argv[] = { path, NULL };
	struct ferry_error e = FERRY_ERROR_INIT;
	struct run_result r;
	int fd = mkostemp(path, O_CLOEXEC);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "\177ELF rubbish", 12), 12);
	assert_int_equal(fchmod(fd, 0700), 0);
	close(fd);
	assert_int_equal(run(argv, NULL, deadline_in(20000), &r, &e), -ENOEXEC);
	assert_int_equal(e.code, OCF_ERR_GENERIC);
	unlink(path);
}

static void test_environment_is_fixed(void **state)
{
	const char *argv[] = { "env", NULL };
	const char *extra[] = { "FERRY_TEST=1", NULL };
	struct run_result r;

	(void)state;
	setenv("LC_ALL", "de_DE.UTF-8", 1);
	setenv("LEAK", "1", 1);
	assert_int_equal(run(argv, extra, deadline_in(20000), &r, NULL), 0);
	assert_string_equal(r.out,
			    "PATH=/usr/sbin:/usr/bin:/sbin:/bin\nLC_ALL=C\nHOME=/\nFERRY_TEST=1\n");
	run_result_clear(&r);
	setenv("LC_ALL", "C", 1);
	unsetenv("LEAK");
}

static void test_nothing_is_inherited(void **state)
{
	int fd = open("/dev/null", O_RDONLY); /* forgotten O_CLOEXEC */
	struct run_result r;

	(void)state;
	assert_int_equal(fcntl(fd, F_DUPFD, 50), 50);
	signal(SIGPIPE, SIG_IGN);
	/* No pipe: the shell would still hold it while ls looks, now and then. */
	assert_int_equal(sh_in("readlink /proc/$$/fd/0; ls /proc/$$/fd;"
			       "ign=$(sed -n 's/^SigIgn:\\t//p' /proc/$$/status);"
			       /* without 32 and 33, libc's own, which posix_spawn() leaves ignored */
			       "echo $((0x$ign & 0x7fffffff))", 20000, &r, NULL), 0);
	assert_string_equal(r.out, "/dev/null\n0\n1\n2\n0\n");
	run_result_clear(&r);
	signal(SIGPIPE, SIG_DFL);
	close(50);
	close(fd);
}

/* The pid that a script printed is no longer that of a living process. */
static void assert_gone(pid_t pid)
{
	uint64_t start;
	char letter;

	for (int i = 0; i < 500; i++) {
		if (proc_start_time(pid, &start, &letter) == -ESRCH || letter == 'Z')
			return;
		usleep(10000);
	}
	fail_msg("process %ld is still there", (long)pid);
}

static void test_deadline_kills_the_group(void **state)
{
	char path[] = "/tmp/ferry-test-run.XXXXXX", script[160], text[32] = "";
	struct ferry_error e = FERRY_ERROR_INIT;
	struct run_result r;
	int fd = mkostemp(path, O_CLOEXEC);
	int64_t t = now_ms();

	(void)state;
	snprintf(script, sizeof script, "sleep 600 & echo $! >%s; trap '' TERM; wait", path);
	/* On a busy machine the shell may need longer than the deadline to say whom it started. */
	for (int64_t ms = 500; text[0] == '\0' && ms <= 32000; ms *= 2) {
		error_clear(&e);
		assert_int_equal(sh_in(script, ms, &r, &e), -ETIMEDOUT);
		assert_true(pread(fd, text, sizeof text - 1, 0) >= 0);
	}
	assert_true(now_ms() - t < 120000);
	assert_int_equal(e.code, OCF_ERR_GENERIC);
	assert_non_null(strstr(e.text, "did not come back in time"));
	assert_true(atoi(text) > 1);
	assert_gone((pid_t)atoi(text));
	close(fd);
	unlink(path);
}

static void test_background_process_does_not_stall(void **state)
{
	struct run_result r;
	int64_t t = now_ms();

	(void)state;
	/* It holds both pipes; the program itself has ended. */
	assert_int_equal(sh_in("setsid sleep 600 & echo $!", 60000, &r, NULL), 0);
	assert_true(now_ms() - t < 30000);
	assert_true(atoi(r.out) > 1);
	kill((pid_t)atoi(r.out), SIGKILL);
	run_result_clear(&r);
}

static void test_too_much_output(void **state)
{
	struct ferry_error e = FERRY_ERROR_INIT;
	struct run_result r;

	(void)state;
	assert_int_equal(sh_in("head -c 262144 /dev/zero", 20000, &r, &e), 0);
	assert_int_equal(r.out_len, RUN_OUTPUT_MAX);
	run_result_clear(&r);
	assert_int_equal(sh_in("yes", 20000, &r, &e), -EMSGSIZE);
	assert_non_null(strstr(e.text, "more than"));
}

static void test_long_stderr_is_cut(void **state)
{
	struct run_result r;

	(void)state;
	assert_int_equal(sh_in("yes error | head -c 300000 >&2; exit 3", 20000, &r, NULL), 0);
	assert_int_equal(r.status, 3);
	assert_true(strlen(r.err) > 900);
	assert_memory_equal(r.err, "error; error; ", 14);
	run_result_clear(&r);
}

static void test_stream(void **state)
{
	const char *argv[] = { "sh", "-c", "echo one; echo; printf 'two\\nthr'; sleep 0.3; printf ee", NULL };
	const char *want[] = { "one", "", "two", "three" };
	struct run_stream *s;
	const char *line;
	size_t len;

	(void)state;
	assert_int_equal(run_stream_open(argv, &s, NULL), 0);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(run_stream_line(s, deadline_in(20000), &line, &len), 1);
		assert_string_equal(line, want[i]);
		assert_int_equal(len, strlen(want[i]));
	}
	assert_int_equal(run_stream_line(s, deadline_in(20000), &line, &len), 0);
	assert_int_equal(run_stream_line(s, deadline_in(20000), &line, &len), 0);
	run_stream_close(s);
}

static void test_stream_deadline(void **state)
{
	const char *argv[] = { "sh", "-c", "echo $$; exec sleep 600", NULL };
	struct run_stream *s;
	const char *line;
	size_t len;
	pid_t pid;

	(void)state;
	assert_int_equal(run_stream_open(argv, &s, NULL), 0);
	assert_int_equal(run_stream_line(s, deadline_in(20000), &line, &len), 1);
	pid = (pid_t)atoi(line);
	assert_int_equal(run_stream_line(s, deadline_in(100), &line, &len), -ETIMEDOUT);
	run_stream_close(s);
	assert_gone(pid);
	run_stream_close(NULL);
}

static void test_stream_line_too_long(void **state)
{
	const char *argv[] = { "sh", "-c", "echo ok; head -c 100000 /dev/zero", NULL };
	struct run_stream *s;
	const char *line;
	size_t len;

	(void)state;
	assert_int_equal(run_stream_open(argv, &s, NULL), 0);
	assert_int_equal(run_stream_line(s, deadline_in(20000), &line, &len), 1);
	assert_int_equal(run_stream_line(s, deadline_in(20000), &line, &len), -EMSGSIZE);
	run_stream_close(s);
}

static void test_dies_with_its_parent(void **state)
{
	struct pollfd p = { .events = POLLIN };
	char text[32] = "";
	int fds[2];
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(fds), 0);
	pid = fork();
	if (pid == 0) {
		const char *argv[] = { "sh", "-c", "echo $$; exec sleep 600", NULL };
		struct run_stream *s;
		const char *line;
		size_t len;

		if (run_stream_open(argv, &s, NULL) == 0 &&
		    run_stream_line(s, deadline_in(20000), &line, &len) == 1 &&
		    write(fds[1], line, len) == (ssize_t)len)
			pause();
		_exit(1);
	}
	p.fd = fds[0];
	assert_int_equal(poll(&p, 1, 20000), 1);
	assert_true(read(fds[0], text, sizeof text - 1) > 0);
	kill(pid, SIGKILL);
	assert_gone((pid_t)atoi(text));
	close(fds[0]);
	close(fds[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_output_and_status),
		cmocka_unit_test(test_silence_is_an_empty_string),
		cmocka_unit_test(test_signal_is_128_plus),
		cmocka_unit_test(test_not_installed),
		cmocka_unit_test(test_cannot_be_executed),
		cmocka_unit_test(test_environment_is_fixed),
		cmocka_unit_test(test_nothing_is_inherited),
		cmocka_unit_test(test_deadline_kills_the_group),
		cmocka_unit_test(test_background_process_does_not_stall),
		cmocka_unit_test(test_too_much_output),
		cmocka_unit_test(test_long_stderr_is_cut),
		cmocka_unit_test(test_stream),
		cmocka_unit_test(test_stream_deadline),
		cmocka_unit_test(test_stream_line_too_long),
		cmocka_unit_test(test_dies_with_its_parent),
	};

	return cmocka_run_group_tests_name("run", tests, NULL, NULL);
}
