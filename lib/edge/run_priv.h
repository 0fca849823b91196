/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What run.c and run_stream.c share; nobody else includes it. */
#ifndef FERRY_RUN_PRIV_H
#define FERRY_RUN_PRIV_H

#include <stdbool.h>
#include <sys/types.h>

#include "lib/base/error.h"

struct run_child {
	pid_t pid;
	int pidfd;	/* -1: reaped */
	int out, err;	/* our ends of the pipes, non-blocking; err -1: goes to /dev/null */
};

int run_spawn(const char *const argv[], const char *const extra_env[], bool want_err,
	      struct run_child *ret_child, struct ferry_error *e);
/* Kill the process group unless the child was reaped, and close what is open. */
void run_child_clear(struct run_child *c);

#endif
