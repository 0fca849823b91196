/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of a move on its source: checks, what is done to the target, the way back. */
#ifndef FERRY_VM_MOVE_H
#define FERRY_VM_MOVE_H

#include "lib/action/replica_watch.h"
#include "lib/action/vm_way.h"
#include "lib/model/move.h"

struct mover {
	struct vm_ctx v;
	const char *target;
	struct way way;			/* to TARGET */
	struct replica_watch *watch;	/* NULL without a gate, or when this node is not Primary */
	struct move rec;
	bool relay;			/* a held guest, which never ran here, is passed on */
};

/* Everything that can refuse, before the first byte is sent: state of guest, gate, replicas, stamp,
 * and a left-over of an earlier move on the target (thrown away when it is provably not the heir). */
int move_check(struct mover *m, struct ferry_error *e);

/* A guest without a gate: its disks that are DRBD's own devices are up to date and Primary here and on the target. */
int move_check_two(const struct mover *m, struct ferry_error *e);

/* Everything was checked: record the move and send the memory, anew if the connection broke and the parameters allow it. 0: libvirt
 * says that it is there. An error tells where the guest is, and that is decided. (vm_send.c) */
int move_send(struct mover *m, struct ferry_error *e);

/* The copy on the target that has the mark of move ID: end it. 0 also if there is none. */
int move_discard_there(struct mover *m, const char *id, struct ferry_error *e);

/* The copy went, but its disk cannot follow: bring it back here and let it run. */
int move_return(struct mover *m, struct ferry_error *e);

#endif
