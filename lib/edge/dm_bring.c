/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The way to a goal, step by step: gate_next() says which, this takes it. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/log.h"
#include "lib/edge/blockdev.h"
#include "lib/edge/dm_priv.h"
#include "lib/model/ocf.h"

/* The kernel would accept a table that is longer than its device, or another length than QEMU has
 * seen: so this is compared while the old table is still live. */
static int check_length(const struct dm_gate *g, const struct dm_seen *l, struct ferry_error *e)
{
	uint64_t below = 0;
	int r;

	if (g->major == 0 || g->sectors == 0)
		return error_set(e, OCF_ERR_GENERIC, EINVAL, "%s: opened without a device or a length", g->name);
	r = blockdev_sectors(g->major, g->minor, &below);
	if (r < 0)
		return error_set(e, OCF_ERR_GENERIC, -r, "%s: cannot read the size of the device %u:%u below: %s",
				 g->name, g->major, g->minor, strerror(-r));
	if (below < g->sectors)
		return error_set(e, OCF_ERR_GENERIC, EINVAL,
				 "%s: the device %u:%u below has %" PRIu64 " sectors, too few for %" PRIu64,
				 g->name, g->major, g->minor, below, g->sectors);
	if (l->sectors != g->sectors)
		return error_set(e, OCF_ERR_GENERIC, EINVAL,
				 "%s has %" PRIu64 " sectors, its DRBD volume offers %" PRIu64
				 ": the volume was resized; stop the guest, then restart its disk resource on "
				 "this node, which makes the gate anew", g->name, l->sectors, g->sectors);
	return 0;
}

static int create_closed(const struct dm_gate *g, struct ferry_error *e)
{
	const struct dm_table table = { "error", "", g->sectors };
	char uuid[sizeof g->name];
	int r;

	if (g->sectors == 0)
		return error_set(e, OCF_ERR_GENERIC, EINVAL, "%s: created without a length", g->name);
	dm_uuid_of(g->name, uuid, sizeof uuid);
	r = dm_change(DM_DEVICE_CREATE, g->name, uuid, &table, e);
	if (r == 0)
		step("gate-created", "%s: %" PRIu64 " sectors", g->name, g->sectors);
	return r;
}

static int load_and_swap(const struct dm_gate *g, const struct dm_seen *l, enum gate_goal goal,
			 struct ferry_deadline d, struct ferry_error *e)
{
	char params[48];
	const struct dm_table linear = { "linear", params, g->sectors };
	int r;

	snprintf(params, sizeof params, "%u:%u 0", g->major, g->minor);
	if (goal == GATE_WANT_OPEN)
		r = dm_load(g, &linear, e);
	else	/* the length that QEMU knows; a closed one that is to change it has the wanted one */
		r = dm_load_error(g, l->major != 0 ? l->sectors : g->sectors, e);
	if (r == 0)
		r = dm_swap(g, l, goal, d, e);
	if (r == 0 && goal != GATE_WANT_OPEN)
		r = dm_prove_released(g, l, e);
	return r;
}

/* A device that a crash left without any live table gets its error table first. */
static int resume_closed(const struct dm_gate *g, const struct dm_seen *l, struct ferry_deadline d,
			 struct ferry_error *e)
{
	int r = 0;

	if (l->sectors == 0)
		r = g->sectors > 0 ? dm_load_error(g, g->sectors, e)
				   : error_set(e, OCF_ERR_GENERIC, EINVAL, "%s has no table", g->name);
	return r < 0 ? r : dm_swap(g, l, GATE_WANT_CLOSED, d, e);
}

static int refuse(const struct dm_gate *g, const struct dm_seen *l, struct ferry_error *e)
{
	return error_set(e, OCF_ERR_GENERIC, EEXIST, "the device-mapper name %s is in use by something that "
			 "is not as Ferry makes it (%s): dmsetup table %s; remove it if it is nobody's", g->name,
			 l->why, g->name);
}

static int remove_device(const struct dm_gate *g, const struct dm_seen *l, struct ferry_error *e)
{
	int r;

	if (l->open_count > 0)
		return error_set(e, OCF_ERR_GENERIC, EBUSY, "%s is closed but %d still have it open; stop the "
				 "guest: fuser -v /dev/mapper/%s", g->name, l->open_count, g->name);
	r = dm_change(DM_DEVICE_REMOVE, g->name, NULL, NULL, e);
	if (r == 0)
		step("gate-removed", "%s", g->name);
	return r;
}

/* A closed gate made for another length: nobody has it open, or it is refused. */
static int refit(const struct dm_gate *g, const struct dm_seen *l, struct ferry_deadline d,
		 struct ferry_error *e)
{
	if (l->open_count > 0)
		return check_length(g, l, e);
	return load_and_swap(g, l, GATE_WANT_CLOSED, d, e);
}

int dm_gate_bring(const struct dm_gate *g, enum gate_goal goal, struct ferry_deadline d,
		  struct ferry_error *e)
{
	/* The longest way has six steps; going round more often means that somebody else is at it. */
	for (int round = 0; round < 10; round++) {
		struct dm_seen l;
		int r = dm_gate_look(g, &l, e);

		if (r < 0)
			return r;
		if (goal == GATE_WANT_CLOSED && l.state == GATE_CLOSED && g->sectors > 0 &&
		    l.sectors != g->sectors) {
			r = refit(g, &l, d, e);
			if (r < 0)
				return r;
			continue;
		}
		/* A device without any table and of no known length: closed as it is. */
		if (goal == GATE_WANT_CLOSED && l.state == GATE_CLOSED_SUSPENDED &&
		    l.sectors == 0 && g->sectors == 0)
			return 0;
		switch (gate_next(l.state, goal)) {
		case GATE_DONE: return 0;
		case GATE_CREATE_CLOSED: r = create_closed(g, e); break;
		case GATE_LOAD_LINEAR:
			r = check_length(g, &l, e);
			if (r == 0)
				r = load_and_swap(g, &l, goal, d, e);
			break;
		case GATE_LOAD_ERROR: r = load_and_swap(g, &l, goal, d, e); break;
		case GATE_CLEAR: r = dm_change(DM_DEVICE_CLEAR, g->name, NULL, NULL, e); break;
		case GATE_SWAP: r = dm_swap(g, &l, goal, d, e); break;
		case GATE_RESUME: r = resume_closed(g, &l, d, e); break;
		case GATE_REMOVE: r = remove_device(g, &l, e); break;
		case GATE_REFUSE: r = refuse(g, &l, e); break;
		}
		if (r < 0)
			return r;
	}
	return error_set(e, OCF_ERR_GENERIC, EBUSY, "%s changes while it is being changed; is somebody using "
			 "dmsetup on it?", g->name);
}
