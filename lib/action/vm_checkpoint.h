/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checkpoints as the actions of vm use them (stop_mode=checkpoint, checkpoint_store, on_stale, on_full). */
#ifndef FERRY_VM_CHECKPOINT_H
#define FERRY_VM_CHECKPOINT_H

#include "lib/action/vm.h"

/*
 * Save the guest of V, which runs or is paused by its user, and end it. 0: its memory is in the store, and the guest is gone. Else it is as
 * it was, if it is still there: look.
 */
int vm_checkpoint_stop(struct vm_ctx *v, struct ferry_error *e);
/* The same for one that is held (VIRT_PAUSED_USER or an I/O error, MARK_HELD), whatever stop_mode says: into the directory, as a volume may
 * not be writable here. It never gets a new binding by being saved. */
int vm_checkpoint_held(struct vm_ctx *v, struct ferry_error *e);

/*
 * Create the guest paused from the newest checkpoint in a directory, if there is one; a volume may not be readable yet, and is left to
 * guest_release(), for which PLAN is filled. *ret_there tells. A refused one is an error with on_stale=fail; else it is left where it
 * is, and the log tells why.
 */
int vm_checkpoint_start(struct vm_ctx *v, bool *ret_there, struct start_plan *plan, struct ferry_error *e);

/* ---- vm_checkpoint_check.c ---- */
int vm_checkpoint_name(const struct vm_opts *o, struct store_name *ret_name, struct ferry_error *e);
/* What checkpoint_store and stop_mode say makes sense together, with the gate and the guest's own disks (XML, LEN; NULL: not known). */
int vm_checkpoint_check(const struct vm_opts *o, const char *xml, size_t len, struct ferry_error *e);
/* Without a gate: with a stamp on a volume the guest's disks are other volumes of the same resource, and it has a uuid; without one it
 * has not left one on a volume beside its disks, by an earlier checkpoint_store. */
int vm_checkpoint_check_disks(const struct vm_ctx *v, const char *xml, size_t len, struct ferry_error *e);
/* And on this node: the volume is in DRBD's configuration. */
int vm_checkpoint_check_host(const struct vm_opts *o, struct ferry_error *e);

#endif
