/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The record of a move on its source, /var/lib/ferry/move/DOMAIN (JSON, replaced by rename): the
 * durable half of the move marker. And the state machine that it steps through.
 */
#ifndef FERRY_MOVE_H
#define FERRY_MOVE_H

#include <stdint.h>
#include <sys/types.h>

#include "lib/base/error.h"
#include "lib/model/ids.h"

enum move_phase {
	MOVE_NONE,	/* no record */
	MOVE_SENDING,	/* RAM is on its way; the guest runs here, unless the switchover came unseen */
	MOVE_SENT,	/* the migrate call succeeded and the source's QEMU is proved gone: may be certified */
	MOVE_CERTIFIED,	/* the certificate is on the disk: the copy is the heir */
	MOVE_RETURNING,	/* sent, but the disk could not follow: the copy is being brought back */
	MOVE_LOST_SIGHT,/* the mover died while SENDING and the guest is not here: never certify */
	MOVE_STATES,
};

enum move_event {
	MOVE_EV_BEGIN,		/* everything that can refuse was checked */
	MOVE_EV_FAILED_HERE,	/* the migrate call failed or was cancelled and the guest is proved here */
	MOVE_EV_SUCCEEDED,	/* the migrate call returned success and QEMU is proved gone */
	MOVE_EV_CERTIFIED,	/* certificate written and flushed, both disks UpToDate and connected */
	MOVE_EV_NO_REPLICA,	/* certificate written here, but the peer's disk did not follow */
	MOVE_EV_RETURNED,	/* the copy is back here and runs or is held here */
	MOVE_EV_MOVER_DIED,	/* found: a record without a mover */
	MOVE_EV_SETTLED,	/* vm stop or a new move proved that nothing is left here */
	MOVE_EVENTS,
};

struct move {
	enum move_phase phase;
	char id[NONCE_SIZE];
	char domain[NAME_SIZE];
	char uuid[UUID_SIZE];
	char source[NAME_SIZE], target[NAME_SIZE];
	uint64_t epoch;		/* the run that is being moved */
	char nonce[NONCE_SIZE];	/* of the source's copy; "": nothing to certify (no gate, or passed on unrun) */
	pid_t qemu_pid;		/* the source's QEMU and its start time in clock ticks since boot */
	uint64_t qemu_start;
	int64_t begun_ms;	/* wall clock, for people */
};

/* The next phase, or MOVE_STATES where the event is impossible in this phase (a bug, or a record
 * that was tampered with): the caller refuses. */
enum move_phase move_next(enum move_phase p, enum move_event ev);
const char *move_phase_name(enum move_phase p);

char *move_to_json(const struct move *m);	/* caller frees; NULL on no memory */
int move_from_json(const char *text, size_t len, struct move *ret_move, struct ferry_error *e);

#endif
