/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Run a function in a child of its own session that outlives us: a move that has begun must be
 * brought to a decided end even when the agent that asked for it is killed.
 */
#ifndef FERRY_DETACH_H
#define FERRY_DETACH_H

#include "lib/base/error.h"

/* Fork, run FN(arg, e) in a new session (terminal and group signals do not reach it), and wait for
 * it. Its answer and error come back; -ECHILD when it died without one. If this process is killed
 * meanwhile, the child goes on to its end. Forked before any libvirt connection is opened. */
int detach_run(int (*fn)(void *arg, struct ferry_error *e), void *arg, struct ferry_error *e);

#endif
