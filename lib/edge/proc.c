/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/edge/proc.h"

#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "lib/base/cleanup.h"
#include "lib/base/io.h"
#include "lib/model/ocf.h"

#define REAP_GRACE_MS 500		/* after SIGKILL; longer means uninterruptible sleep */
#define CMDLINE_MAX (1024 * 1024)	/* libvirt's QEMU command lines have tens of KiB */

int proc_open(pid_t pid)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);

	return fd < 0 ? -errno : fd;
}

/* 1 when the process behind PIDFD has ended, 0 at D. */
static int wait_end(int pidfd, struct ferry_deadline d)
{
	struct pollfd p = { .fd = pidfd, .events = POLLIN };
	int n;

	do {
		n = poll(&p, 1, deadline_poll_ms(d));
	} while ((n < 0 && errno == EINTR) || (n == 0 && !deadline_passed(d)));
	return n < 0 ? -errno : n > 0;
}

int proc_reap(pid_t child, int pidfd, struct ferry_deadline d, int *ret_status)
{
	int r = wait_end(pidfd, d);
	pid_t p;

	if (r < 0)
		return r;
	do {
		p = waitpid(child, ret_status, r ? 0 : WNOHANG);
	} while (p < 0 && errno == EINTR);
	if (p < 0)
		return -errno;
	return p == 0 ? -ETIMEDOUT : 0;
}

void proc_kill(pid_t child, int pidfd, bool group)
{
	int status;

	kill(group ? -child : child, SIGKILL);
	proc_reap(child, pidfd, deadline_in(REAP_GRACE_MS), &status);
}

int proc_start_time(pid_t pid, uint64_t *ret_ticks, char *ret_state)
{
	ferry_autofree char *text = NULL;
	char path[48], state;
	unsigned long long start;
	long threads;
	char *p;
	int r;

	snprintf(path, sizeof path, "/proc/%ld/stat", (long)pid);
	r = io_read_file(path, 4096, &text, NULL);
	if (r < 0)
		return r == -ENOENT ? -ESRCH : r;
	/* Field 2 is a name in brackets that may hold anything: go on after its last bracket. */
	p = strrchr(text, ')');
	if (!p || sscanf(p + 1,
			 " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %ld"
			 " %*d %llu", &state, &threads, &start) != 3)
		return -EPROTO;
	*ret_ticks = start;
	if (ret_state)
		*ret_state = (state == 'Z' || state == 'X') && threads > 1 ? 'D' : state;
	return 0;
}

bool proc_alive(pid_t pid, uint64_t start)
{
	uint64_t now;
	char state;
	int r = proc_start_time(pid, &now, &state);

	/* Only "no such process" proves its end. */
	if (r < 0)
		return r != -ESRCH;
	return now == start && state != 'Z' && state != 'X';
}

int proc_wait_gone(pid_t pid, uint64_t start, struct ferry_deadline d, struct ferry_error *e)
{
	ferry_autoclose int fd = proc_open(pid);
	int r;

	if (fd < 0 && fd != -ESRCH)
		return error_set(e, OCF_ERR_GENERIC, -fd, "cannot watch process %ld: %s", (long)pid,
				 strerror(-fd));
	/* Looked at after the open: a descriptor of somebody who got the same pid is not waited for. */
	if (fd < 0 || !proc_alive(pid, start))
		return 0;
	r = wait_end(fd, d);
	if (r < 0)
		return error_set(e, OCF_ERR_GENERIC, -r, "cannot watch process %ld: %s", (long)pid,
				 strerror(-r));
	if (r == 0 && proc_alive(pid, start))
		return error_set(e, OCF_ERR_GENERIC, ETIMEDOUT, "process %ld has not ended in time",
				 (long)pid);
	return 0;
}

/* The argument after ARG is that of an option that names the guest. */
static bool names_guest(const char *option, const char *value, const char *domain, const char *uuid)
{
	if (domain && strcmp(option, "-name") == 0) {
		size_t len = strlen(domain);

		if (strncmp(value, "guest=", 6) == 0)
			value += 6;
		return strncmp(value, domain, len) == 0 && (value[len] == ',' || value[len] == '\0');
	}
	return uuid && strcmp(option, "-uuid") == 0 && strcasecmp(value, uuid) == 0;
}

/* 1 or 0, or -errno if it cannot be told; a process that ended meanwhile is 0. */
static int is_qemu_of(pid_t pid, const char *domain, const char *uuid)
{
	ferry_autofree char *text = NULL;
	char path[48];
	size_t len;
	int r;

	snprintf(path, sizeof path, "/proc/%ld/cmdline", (long)pid);
	r = io_read_file(path, CMDLINE_MAX, &text, &len);
	if (r == -ENOENT || r == -ESRCH)
		return 0;
	if (r == -EFBIG)	/* nobody's QEMU */
		return 0;
	if (r < 0)
		return r;
	for (const char *arg = text, *end = text + len; arg < end;) {
		const char *next = arg + strlen(arg) + 1;

		if (next < end && names_guest(arg, next, domain, uuid))
			return 1;
		arg = next;
	}
	return 0;
}

bool proc_is_qemu_of(pid_t pid, const char *domain, const char *uuid)
{
	return is_qemu_of(pid, domain, uuid) == 1;
}

pid_t proc_find_qemu(const char *domain, const char *uuid)
{
	ferry_autoclosedir DIR *dir = opendir("/proc");
	struct dirent *entry;

	if (!dir)
		return -errno;
	while (errno = 0, (entry = readdir(dir))) {
		pid_t pid;
		int r;

		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		pid = (pid_t)strtol(entry->d_name, NULL, 10);
		r = is_qemu_of(pid, domain, uuid);
		if (r != 0)
			return r < 0 ? r : pid;
	}
	return -errno;
}
