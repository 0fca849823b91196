/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/action/gate_status.h"

#include <stdio.h>
#include <string.h>

#include "lib/edge/blockdev.h"

const char *gate_status_word(enum gate_state s)
{
	switch (s) {
	case GATE_ABSENT:
	case GATE_CLOSED:
	case GATE_OPEN:
	case GATE_FOREIGN:
		return gate_state_name(s);
	case GATE_CLOSED_SUSPENDED:
	case GATE_OPEN_SUSPENDED:
	case GATE_CLOSED_LOADED:
	case GATE_OPEN_LOADED:
	case GATE_STATES:
		break;
	}
	return "half";
}

const char *gate_status_detail(const struct dm_seen *seen)
{
	if (seen->state == GATE_FOREIGN)
		return seen->why;
	/* Closed, because nothing passes; suspended, because a table and a resume are what it lacks. */
	if (seen->state == GATE_CLOSED_SUSPENDED && seen->sectors == 0)
		return "closed, without a table";
	return strcmp(gate_status_word(seen->state), "half") == 0 ? gate_state_name(seen->state) : "";
}

static int look(struct gate_volume *v, struct ferry_error *e)
{
	int r = dm_gate_look(&v->gate, &v->seen, e);

	if (r < 0)
		return r;
	if (v->seen.major != 0) {
		if (blockdev_path(v->seen.major, v->seen.minor, v->below, sizeof v->below) < 0)
			snprintf(v->below, sizeof v->below, "a device that is not there");
		if (blockdev_sectors(v->seen.major, v->seen.minor, &v->below_sectors) < 0)
			v->below_sectors = 0;
	}
	if (v->seen.open_count > 0)
		blockdev_holder(v->seen.own_major, v->seen.own_minor, v->holder, sizeof v->holder);
	return 0;
}

int gate_status(const struct gate_opts *o, struct gate_volume *ret_volumes, unsigned int *ret_n,
		struct ferry_error *e)
{
	struct dm_gate gates[DRBD_MAX_VOLUMES];
	unsigned int n = 0;
	int r = dm_gate_list(o->resource, gates, DRBD_MAX_VOLUMES, &n, e);

	for (unsigned int i = 0; r == 0 && i < n; i++) {
		struct gate_volume v = { .gate = gates[i] };

		r = look(&v, e);
		ret_volumes[i] = v;
	}
	if (r == 0)
		*ret_n = n;
	return r;
}
