/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The gate of one volume as seen in device-mapper, and what opening or closing it does next.
 * A crash can leave any of these behind; the table says how each is brought to the wanted end.
 */
#ifndef FERRY_GATE_STATE_H
#define FERRY_GATE_STATE_H

#include <stdbool.h>

enum gate_state {
	GATE_ABSENT,		/* no such device */
	GATE_CLOSED,		/* one `error` target over the whole length, not suspended */
	GATE_OPEN,		/* one `linear` target onto the right device at offset 0, not suspended */
	GATE_CLOSED_SUSPENDED,	/* a crash between suspend and resume */
	GATE_OPEN_SUSPENDED,
	GATE_CLOSED_LOADED,	/* live table closed, an inactive table loaded (a crash before resume) */
	GATE_OPEN_LOADED,
	GATE_FOREIGN,		/* the name is in use by something that is not ours (wrong dm UUID or target) */
	GATE_STATES,
};

enum gate_step {
	GATE_DONE,		/* it is as wanted */
	GATE_CREATE_CLOSED,	/* create the device with an `error` table */
	GATE_LOAD_ERROR,	/* load an `error` table into the inactive slot */
	GATE_LOAD_LINEAR,	/* load a `linear` table (only on a Primary, size checked) */
	GATE_CLEAR,		/* drop a loaded, inactive table */
	GATE_SWAP,		/* flushing suspend if live, then resume: the loaded table becomes the live one */
	GATE_RESUME,		/* resume as it is */
	GATE_REMOVE,
	GATE_REFUSE,		/* not ours: say so */
};

enum gate_goal { GATE_WANT_OPEN, GATE_WANT_CLOSED, GATE_WANT_ABSENT };

/* The next step from state S towards GOAL. After GATE_LOAD_x the caller does GATE_SWAP without
 * asking again; after every other step it looks at the device again and asks anew. */
enum gate_step gate_next(enum gate_state s, enum gate_goal goal);
const char *gate_state_name(enum gate_state s);

/* Exit code of the gate's monitor: running (0) is OPEN, nothing else; 7 is what certainly lets
 * nothing through (absent, or a live `error` table); 1 for FOREIGN and for an open device that is
 * suspended or has another table waiting: it is neither open nor closed. */
int gate_monitor_code(enum gate_state s);

#endif
