/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/model/gate_state.h"

#include "lib/model/ocf.h"

/*
 * One row per state, one column per goal. Why the less obvious cells are as they are:
 *
 * - A suspended closed device may be resumed as it is: its `error` table lets nothing through.
 * - A suspended *open* device is never resumed on the way to closed: the writes queued in it would
 *   pass. An `error` table is loaded and swapped in, and fails them.
 * - On the way to open, a suspended open device gets a fresh `linear` table (which the caller checks
 *   against the role and the size) instead of a resume: nobody knows how old its table is.
 * - A loaded inactive table is dropped before anything else, in every column: it would become live
 *   at the next resume, and it is not known to be the one that is wanted. That includes removal.
 * - Removal goes through closed, so that a device that cannot be removed (held open) is left closed.
 */
static const enum gate_step steps[GATE_STATES][3] = {
	/*                          WANT_OPEN           WANT_CLOSED        WANT_ABSENT */
	[GATE_ABSENT] =           { GATE_CREATE_CLOSED, GATE_CREATE_CLOSED, GATE_DONE },
	[GATE_CLOSED] =           { GATE_LOAD_LINEAR,   GATE_DONE,          GATE_REMOVE },
	[GATE_OPEN] =             { GATE_DONE,          GATE_LOAD_ERROR,    GATE_LOAD_ERROR },
	[GATE_CLOSED_SUSPENDED] = { GATE_RESUME,        GATE_RESUME,        GATE_RESUME },
	[GATE_OPEN_SUSPENDED] =   { GATE_LOAD_LINEAR,   GATE_LOAD_ERROR,    GATE_LOAD_ERROR },
	[GATE_CLOSED_LOADED] =    { GATE_CLEAR,         GATE_CLEAR,         GATE_CLEAR },
	[GATE_OPEN_LOADED] =      { GATE_CLEAR,         GATE_CLEAR,         GATE_CLEAR },
	[GATE_FOREIGN] =          { GATE_REFUSE,        GATE_REFUSE,        GATE_REFUSE },
};

enum gate_step gate_next(enum gate_state s, enum gate_goal goal)
{
	if ((unsigned int)s >= GATE_STATES || (unsigned int)goal > GATE_WANT_ABSENT)
		return GATE_REFUSE;
	return steps[s][goal];
}

const char *gate_state_name(enum gate_state s)
{
	static const char *const names[GATE_STATES] = {
		[GATE_ABSENT] = "absent",
		[GATE_CLOSED] = "closed",
		[GATE_OPEN] = "open",
		[GATE_CLOSED_SUSPENDED] = "closed, suspended",
		[GATE_OPEN_SUSPENDED] = "open, suspended",
		[GATE_CLOSED_LOADED] = "closed, another table loaded",
		[GATE_OPEN_LOADED] = "open, another table loaded",
		[GATE_FOREIGN] = "foreign",
	};

	return (unsigned int)s < GATE_STATES ? names[s] : "unknown";
}

int gate_monitor_code(enum gate_state s)
{
	switch (s) {
	case GATE_OPEN:
		return OCF_SUCCESS;
	case GATE_ABSENT:
	case GATE_CLOSED:
	case GATE_CLOSED_SUSPENDED:
	case GATE_CLOSED_LOADED:
		return OCF_NOT_RUNNING;
	/* Not 7, because writes pass; not 0, because the next resume changes its table. */
	case GATE_OPEN_LOADED:
	case GATE_OPEN_SUSPENDED:
	case GATE_FOREIGN:
	case GATE_STATES:
		break;
	}
	return OCF_ERR_GENERIC;
}
