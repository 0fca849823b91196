/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What dm.c (looking), dm_swap.c (tables) and dm_bring.c (the way to a goal) share; nobody else
 * includes it. */
#ifndef FERRY_DM_PRIV_H
#define FERRY_DM_PRIV_H

#include <stddef.h>
#include <stdint.h>

#include "lib/edge/dm.h"
#include "lib/edge/dm_task.h"

void dm_uuid_of(const char *name, char *ret_uuid, size_t size);

/* Load a table beside the live one; nothing changes for who uses the device. */
int dm_load(const struct dm_gate *g, const struct dm_table *table, struct ferry_error *e);
int dm_load_error(const struct dm_gate *g, uint64_t sectors, struct ferry_error *e);
/* Make the loaded table the live one, or resume the old one where none is loaded, in a child with a
 * deadline. BEFORE is how the device was before the load. After a failure the old table is live or an
 * error table took its place; where neither could be had, the error says so. */
int dm_swap(const struct dm_gate *g, const struct dm_seen *before, enum gate_goal goal,
	    struct ferry_deadline d, struct ferry_error *e);
/* After closing: the kernel no longer lists the gate as a holder of the device that it led to. */
int dm_prove_released(const struct dm_gate *g, const struct dm_seen *before, struct ferry_error *e);

#endif
