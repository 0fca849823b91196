/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A move's end on its source: the certificate, and what becomes of a record whose mover died.
 */
#ifndef FERRY_VM_SETTLE_H
#define FERRY_VM_SETTLE_H

#include "lib/action/vm.h"
#include "lib/model/move.h"

/*
 * Bring an unfinished move of DOMAIN on this node to a known end; nothing to do without a record.
 * A live mover is waited for. After a dead one:
 * - its QEMU is still here: the job is cancelled and the epoch advanced (the guest runs on here);
 * - QEMU gone and known to have been sent: the certificate is written (this node is still Primary);
 * - QEMU gone and nobody saw the end: never certified; the record says so.
 * Called before the gate closes, before a stop, and before a start. O's gate, hypervisor, node,
 * transport and deadline are used.
 */
int vm_settle(const char *domain, const struct vm_opts *o, struct ferry_error *e);

/* Write M's certificate into the stamp, with a flush. Refuses unless the stamp still names the copy
 * that was moved. M->phase must be MOVE_SENT. */
int move_certify(const struct move *m, const struct drbd_conf *conf, const struct vm_opts *o,
		 struct ferry_error *e);

/* Step the record by EV and make it durable; a MOVE_NONE removes it. */
int move_advance(struct move *m, enum move_event ev, struct ferry_error *e);

#endif
