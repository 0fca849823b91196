/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Single device-mapper calls with Ferry's errors; what the other dm files are made of. Source: libdevmapper.h. */
#ifndef FERRY_DM_TASK_H
#define FERRY_DM_TASK_H

#include <libdevmapper.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/base/error.h"

/* One target over the whole device. */
struct dm_table {
	const char *target;	/* "error", "linear" */
	const char *params;
	uint64_t sectors;
};

static inline void cleanup_dm_task(struct dm_task **t)
{
	if (*t)
		dm_task_destroy(*t);
}
#define auto_dm_task __attribute__((cleanup(cleanup_dm_task))) struct dm_task

/* Ask (TABLE, LIST): *ret_task is for reading and is destroyed by the caller. NAME NULL for LIST.
 * -ENXIO where there is no such device. */
int dm_ask(int type, const char *name, struct dm_task **ret_task, struct ferry_error *e);

/* Change (CREATE, RELOAD, CLEAR, SUSPEND, RESUME, REMOVE). UUID for CREATE alone, TABLE for CREATE
 * and RELOAD. Comes back when the nodes in /dev are as the change made them. */
int dm_change(int type, const char *name, const char *uuid, const struct dm_table *table,
	      struct ferry_error *e);

#endif
