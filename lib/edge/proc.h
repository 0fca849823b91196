/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Processes by pid and start time: a pid alone proves nothing. Source: proc(5), pidfd_open(2). */
#ifndef FERRY_PROC_H
#define FERRY_PROC_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/base/deadline.h"
#include "lib/base/error.h"

/* A descriptor for PID that poll(2) reports readable once the process has ended; -errno. */
int proc_open(pid_t pid);
/* Reap the child CHILD (PIDFD from proc_open) when it ends before D: 0 with its wait status, or
 * -ETIMEDOUT, and the child is still there. */
int proc_reap(pid_t child, int pidfd, struct ferry_deadline d, int *ret_status);
/* Kill the child (its whole process group if GROUP) and reap it. One in uninterruptible sleep cannot
 * be waited for: it is left to the kernel, which ends it when it wakes up. */
void proc_kill(pid_t child, int pidfd, bool group);

/* Start time in clock ticks since boot (field 22 of /proc/PID/stat) and the state letter (may be
 * NULL); -ESRCH when there is no such process. The letter is 'Z' (as good as gone) only when no
 * thread is left either: a thread that sleeps in the kernel on frozen I/O outlives its leader, and
 * its write may still reach the disk. */
int proc_start_time(pid_t pid, uint64_t *ret_ticks, char *ret_state);
/* The process with this pid and start time still exists and is no zombie. */
bool proc_alive(pid_t pid, uint64_t start);
/* Wait until that process has ended: 0, or -ETIMEDOUT. */
int proc_wait_gone(pid_t pid, uint64_t start, struct ferry_deadline d, struct ferry_error *e);
/* /proc/PID/cmdline holds "guest=NAME," or "-uuid UUID" of this guest's QEMU. */
bool proc_is_qemu_of(pid_t pid, const char *domain, const char *uuid);

/* Any QEMU of this guest that /proc knows, whatever libvirt says: >0 = its pid, 0 = none proved,
 * -errno when /proc could not be read. */
pid_t proc_find_qemu(const char *domain, const char *uuid);

#endif
