/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A guest without a gate: its disks are usable on two nodes at once, so no stamp tells which copy is the heir. What
 * stands in for it: before a boot every peer is asked, and after a move that went wrong both ends are looked at.
 * All of these do nothing behind a gate.
 */
#ifndef FERRY_SHARED_H
#define FERRY_SHARED_H

#include "lib/action/vm.h"

/* NODE may run this guest: peers names it, or names nobody. */
bool shared_may_run(const struct vm_opts *o, const char *node);

/* 0: the guest is on no other node. Every peer in this partition is asked; one outside is ignored: Pacemaker
 * starts nothing before it is fenced. A peer that does not tell by the deadline is an error. Nobody is asked where the stamp is on
 * a DRBD resource and peers is empty. */
int shared_alone(struct vm_ctx *v, struct ferry_error *e);

/*
 * A migration to TARGET failed, or its mover died, and the guest's QEMU is still here (V is connected). One copy
 * is made the guest, the other is ended:
 * - it has run there, and stands still here: that one (*ret_there). Else this one, which is let run.
 * - TARGET does not tell: a guest that runs here is left alone; one that stands still is an error, and is not let run.
 * USER_PAUSED: its user had paused it before the move.
 */
int shared_decide(struct vm_ctx *v, const char *target, bool user_paused, bool *ret_there, struct ferry_error *e);

/* The guest's QEMU is gone from here and nobody saw the move to TARGET succeed (SAID). 0: it runs (or has run) there.
 * Otherwise the error says whether it has been lost, or is not known. */
int shared_went(const struct vm_opts *o, const char *domain, const char *target, const char *said, struct ferry_error *e);

#endif
