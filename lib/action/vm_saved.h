/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory that was held for a move and had to be stopped before the move was decided: saved beside
 * the cluster's other durable state with the mark that it was held under, so that the disk's stamp
 * decides at the gate whether it is the heir. It never gets a new binding by being saved.
 */
#ifndef FERRY_VM_SAVED_H
#define FERRY_VM_SAVED_H

#include "lib/action/vm.h"

/* Save the held guest of V (looked up, VIRT_PAUSED_USER, MARK_HELD); it is gone when this returns 0. */
int vm_saved_store(struct vm_ctx *v, struct ferry_error *e);
/* Create the guest paused from a saved file of this node, if there is one. *ret_there tells. */
int vm_saved_restore(struct vm_ctx *v, bool *ret_there, struct ferry_error *e);
/* Remove the file of DOMAIN: its memory has been let run, or is given up. */
int vm_saved_remove(const char *domain, struct ferry_error *e);

/* A managed save that libvirt keeps of the defined guest of V is older than its disk may be: it is never restored, but kept under
 * another name, which the log tells. Nothing to do without one. */
int vm_saved_set_aside(struct vm_ctx *v, struct ferry_error *e);

#endif
