/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a command costs, for the benchmarks. Its output goes nowhere; an end other than exit code 0 is a failure.
 *
 *	measure cpu RUNS COMMAND...	runs it RUNS times: "CPU_US WALL_US RUNS", user and system time of it and of all that it
 *					waited for, from wait4(2), summed over the runs
 *	measure processes COMMAND...	runs it once, traced: how many processes it was, itself included; threads are none
 *	measure answer SECONDS COMMAND...	runs it once: "CODE WALL_US", or "none WALL_US" if it is still there then
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void die(const char *what)
{
	fprintf(stderr, "measure: %s: %s\n", what, strerror(errno));
	exit(1);
}

static long long now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

static long long us(const struct timeval *t)
{
	return t->tv_sec * 1000000LL + t->tv_usec;
}

static pid_t start(char **command, int traced)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);

		setpgid(0, 0);
		dup2(null, 0);
		dup2(null, 1);
		dup2(null, 2);
		if (traced && (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0 || raise(SIGSTOP) != 0))
			_exit(127);
		execvp(command[0], command);
		_exit(127);
	}
	return pid;
}

static void judge(int status)
{
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return;
	fprintf(stderr, "measure: the command ended with %s %d\n", WIFEXITED(status) ? "exit code" : "signal",
		WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
	exit(1);
}

static void cpu(long runs, char **command)
{
	long long cpu_us = 0, begin = now_us();

	for (long i = 0; i < runs; i++) {
		pid_t pid = start(command, 0);
		struct rusage used;
		int status;

		if (wait4(pid, &status, 0, &used) != pid)
			die("wait4");
		judge(status);
		cpu_us += us(&used.ru_utime) + us(&used.ru_stime);
	}
	printf("%lld %lld %ld\n", cpu_us, now_us() - begin, runs);
}

/* A new task that is its own thread group's leader is a process. */
static int is_process(pid_t pid)
{
	char path[64], line[256];
	int tgid = -1;
	FILE *f;

	snprintf(path, sizeof path, "/proc/%d/status", pid);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof line, f))
		if (sscanf(line, "Tgid: %d", &tgid) == 1)
			break;
	if (f)
		fclose(f);
	return tgid == pid;
}

static void processes(char **command)
{
	const long options = PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL;
	pid_t first = start(command, 1), pid;
	int status, count = 1, judged = 0;

	if (waitpid(first, &status, 0) != first || !WIFSTOPPED(status) ||
	    ptrace(PTRACE_SETOPTIONS, first, NULL, (void *)options) < 0 || ptrace(PTRACE_CONT, first, NULL, NULL) < 0)
		die("ptrace");
	while ((pid = waitpid(-1, &status, __WALL)) > 0) {
		int sig = 0;

		if (!WIFSTOPPED(status)) {
			if (pid == first) {
				judge(status);
				judged = 1;
			}
			continue;
		}
		if (status >> 16) {
			unsigned long task;

			if (ptrace(PTRACE_GETEVENTMSG, pid, NULL, &task) == 0 && is_process((pid_t)task))
				count++;
		} else if (WSTOPSIG(status) != SIGSTOP && WSTOPSIG(status) != SIGTRAP) {
			sig = WSTOPSIG(status);
		}
		ptrace(PTRACE_CONT, pid, NULL, (void *)(long)sig);
	}
	if (!judged)
		die("the command's end was not seen");
	printf("%d\n", count);
}

static void answer(long seconds, char **command)
{
	long long begin = now_us();
	pid_t pid = start(command, 0);
	int status;

	for (;;) {
		pid_t ended = waitpid(pid, &status, WNOHANG);
		long long past = now_us() - begin;

		if (ended == pid) {
			printf("%d %lld\n", WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), past);
			return;
		}
		if (past > seconds * 1000000LL) {
			kill(-pid, SIGKILL);
			waitpid(pid, &status, 0);
			printf("none %lld\n", past);
			return;
		}
		usleep(1000);
	}
}

int main(int argc, char **argv)
{
	if (argc > 3 && strcmp(argv[1], "cpu") == 0 && atol(argv[2]) > 0)
		cpu(atol(argv[2]), argv + 3);
	else if (argc > 2 && strcmp(argv[1], "processes") == 0)
		processes(argv + 2);
	else if (argc > 3 && strcmp(argv[1], "answer") == 0)
		answer(atol(argv[2]), argv + 3);
	else
		return fprintf(stderr, "usage: measure cpu RUNS|processes|answer SECONDS COMMAND...\n"), 2;
	return 0;
}
