/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/edge/proc.h"

#define UUID "6e2fa1a2-0b5e-4c6a-9a53-2f8f0c2b7c11"

/* A child that does nothing until it is killed. */
static pid_t sleeper(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	assert_true(pid > 0);
	return pid;
}

/* A process that looks like libvirt's QEMU: /proc tells its arguments, not what it is. */
static pid_t fake_qemu(const char *name, const char *uuid)
{
	pid_t pid = fork();

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		execl("/bin/sh", "qemu-system-x86_64", "-c", "while :; do sleep 1 & wait; done", "-name", name,
		      "-S", "-uuid", uuid, (char *)NULL);
		_exit(127);
	}
	assert_true(pid > 0);
	return pid;
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void test_start_time(void **state)
{
	uint64_t t = 0, again = 0;
	char letter = 0;

	(void)state;
	assert_int_equal(proc_start_time(getpid(), &t, &letter), 0);
	assert_true(t > 0);
	assert_int_equal(letter, 'R');
	assert_int_equal(proc_start_time(getpid(), &again, NULL), 0);
	assert_true(t == again);
	assert_true(proc_alive(getpid(), t));
	assert_false(proc_alive(getpid(), t + 1)); /* the pid belongs to somebody else now */
}

static void test_name_with_brackets(void **state)
{
	uint64_t t = 0, renamed = 0;

	(void)state;
	assert_int_equal(proc_start_time(getpid(), &t, NULL), 0);
	prctl(PR_SET_NAME, "a) Z 1 (b");
	assert_int_equal(proc_start_time(getpid(), &renamed, NULL), 0);
	assert_true(t == renamed);
}

static void test_gone_and_zombie(void **state)
{
	pid_t pid = sleeper();
	uint64_t t = 0;
	char letter = 0;

	(void)state;
	assert_int_equal(proc_start_time(pid, &t, NULL), 0);
	assert_true(proc_alive(pid, t));
	kill(pid, SIGKILL);
	assert_int_equal(proc_wait_gone(pid, t, deadline_in(20000), NULL), 0);
	assert_int_equal(proc_start_time(pid, &t, &letter), 0); /* not reaped yet */
	assert_int_equal(letter, 'Z');
	assert_false(proc_alive(pid, t));
	waitpid(pid, NULL, 0);
	assert_int_equal(proc_start_time(pid, &t, NULL), -ESRCH);
	assert_false(proc_alive(pid, t));
	assert_int_equal(proc_wait_gone(pid, t, deadline_in(20000), NULL), 0);
}

static void test_wait_gone(void **state)
{
	struct ferry_error e = FERRY_ERROR_INIT;
	pid_t pid = sleeper();
	uint64_t t = 0;

	(void)state;
	assert_int_equal(proc_start_time(pid, &t, NULL), 0);
	assert_int_equal(proc_wait_gone(pid, t, deadline_in(50), &e), -ETIMEDOUT);
	assert_non_null(strstr(e.text, "has not ended in time"));
	/* The pid was given to somebody else: who was meant is gone. */
	assert_int_equal(proc_wait_gone(pid, t - 1, deadline_in(20000), NULL), 0);
	end(pid);
}

static void *sleep_for_ever(void *arg)
{
	(void)arg;
	for (;;)
		pause();
	return NULL;
}

/* A leader that has ended while a thread of it is still in the kernel is not gone. */
static void test_leader_ended_thread_left(void **state)
{
	pid_t pid = fork();
	uint64_t t = 0;
	char letter = 0;

	(void)state;
	if (pid == 0) {
		pthread_t thread;

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		pthread_create(&thread, NULL, sleep_for_ever, NULL);
		pthread_exit(NULL);
	}
	for (int i = 0; i < 500 && letter != 'D'; i++) {
		usleep(10000);
		assert_int_equal(proc_start_time(pid, &t, &letter), 0);
	}
	assert_int_equal(letter, 'D');
	assert_true(proc_alive(pid, t));
	assert_int_equal(proc_wait_gone(pid, t, deadline_in(50), NULL), -ETIMEDOUT);
	end(pid);
}

static bool becomes_qemu(pid_t pid, const char *domain, const char *uuid)
{
	for (int i = 0; i < 500; i++) {
		if (proc_is_qemu_of(pid, domain, uuid))
			return true;
		usleep(10000);
	}
	return false;
}

static void test_qemu(void **state)
{
	pid_t pid = fake_qemu("guest=ferry-test-vm1,debug-threads=on", UUID);

	(void)state;
	assert_true(becomes_qemu(pid, "ferry-test-vm1", NULL));
	assert_true(proc_is_qemu_of(pid, NULL, UUID));
	assert_true(proc_is_qemu_of(pid, NULL, "6E2FA1A2-0B5E-4C6A-9A53-2F8F0C2B7C11"));
	assert_true(proc_is_qemu_of(pid, "renamed", UUID));
	assert_false(proc_is_qemu_of(pid, "ferry-test-vm", NULL));
	assert_false(proc_is_qemu_of(pid, "ferry-test-vm12", NULL));
	assert_false(proc_is_qemu_of(pid, "debug-threads=on", NULL));
	assert_false(proc_is_qemu_of(pid, NULL, "6e2fa1a2-0b5e-4c6a-9a53-2f8f0c2b7c12"));
	assert_int_equal(proc_find_qemu("ferry-test-vm1", NULL), pid);
	assert_int_equal(proc_find_qemu(NULL, UUID), pid);
	assert_int_equal(proc_find_qemu("ferry-test-vm2", NULL), 0);
	end(pid);
	assert_false(proc_is_qemu_of(pid, "ferry-test-vm1", UUID));
	assert_int_equal(proc_find_qemu("ferry-test-vm1", UUID), 0);
}

static void test_qemu_by_plain_name(void **state)
{
	pid_t pid = fake_qemu("ferry-test-vm3", UUID);

	(void)state;
	assert_true(becomes_qemu(pid, "ferry-test-vm3", NULL));
	end(pid);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_start_time),
		cmocka_unit_test(test_name_with_brackets),
		cmocka_unit_test(test_gone_and_zombie),
		cmocka_unit_test(test_wait_gone),
		cmocka_unit_test(test_leader_ended_thread_left),
		cmocka_unit_test(test_qemu),
		cmocka_unit_test(test_qemu_by_plain_name),
	};

	return cmocka_run_group_tests_name("proc", tests, NULL, NULL);
}
