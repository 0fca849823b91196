/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Run a function in a forked child under a deadline: for system calls that can block for ever in
 * the kernel (I/O on a DRBD device whose I/O is frozen, a device-mapper suspend that waits for
 * it). The parent comes back at the deadline; a child in uninterruptible sleep is killed and left
 * to the kernel.
 */
#ifndef FERRY_BOUNDED_H
#define FERRY_BOUNDED_H

#include <stddef.h>

#include "lib/base/deadline.h"
#include "lib/base/error.h"

/* FN runs in the child and may fill REPLY (SIZE bytes, in and out). Its return value and error
 * come back. -ETIMEDOUT when D passed, -EIO when the child died. WHAT names it for the error. */
int bounded(const char *what, int (*fn)(void *arg, void *reply, struct ferry_error *e), void *arg,
	    void *reply, size_t size, struct ferry_deadline d, struct ferry_error *e);

#endif
