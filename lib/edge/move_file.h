/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The record of a move on this node, and the lock that its mover holds.
 * /var/lib/ferry/move/DOMAIN (record), /run/ferry/move/DOMAIN.lock (flock(2), held by the mover).
 */
#ifndef FERRY_MOVE_FILE_H
#define FERRY_MOVE_FILE_H

#include <stdbool.h>

#include "lib/base/deadline.h"
#include "lib/base/error.h"
#include "lib/model/move.h"

/* phase MOVE_NONE when there is no record. */
int move_file_read(const char *domain, struct move *ret_move, struct ferry_error *e);
/* Write M in its present phase, durable when this returns. */
int move_file_write(const struct move *m, struct ferry_error *e);
int move_file_remove(const char *domain, struct ferry_error *e);

/* Take the lock: *ret_fd >= 0 (caller closes); -EBUSY when a mover holds it at D. */
int move_lock(const char *domain, struct ferry_deadline d, int *ret_fd, struct ferry_error *e);

#endif
