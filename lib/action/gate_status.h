/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the gates of a resource are on this node, for people: never changes anything. */
#ifndef FERRY_GATE_STATUS_H
#define FERRY_GATE_STATUS_H

#include "lib/action/gate_action.h"
#include "lib/edge/dm.h"
#include "lib/model/drbd_events.h"

struct gate_volume {
	struct dm_gate gate;		/* name and volume; nothing is wanted of it */
	struct dm_seen seen;
	char below[64];			/* node of the device that it leads to; "" if it leads nowhere */
	uint64_t below_sectors;		/* 0 if the kernel does not say */
	char holder[200];		/* who has it open, in words; "" where nobody has */
};

/* The gates that are there, by volume number; none is an answer too. Device-mapper and sysfs alone are
 * asked. RET_VOLUMES has room for DRBD_MAX_VOLUMES. */
int gate_status(const struct gate_opts *o, struct gate_volume *ret_volumes, unsigned int *ret_n,
		struct ferry_error *e);
/* One word: "open", "closed", "half", "foreign" or "absent". */
const char *gate_status_word(enum gate_state s);
/* What the word leaves out: which half, or why it is foreign; "" if nothing. */
const char *gate_status_detail(const struct dm_seen *seen);

#endif
