/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The only place where a guest's virtual CPUs are started: stamp read, verdict taken, epoch
 * advanced with a flush, then resumed. Used by the gate's opening, by vm's start behind an open gate
 * and by the return of a failed move.
 */
#ifndef FERRY_GUEST_H
#define FERRY_GUEST_H

#include "lib/base/deadline.h"
#include "lib/base/error.h"
#include "lib/edge/virt.h"
#include "lib/model/start_plan.h"
#include "lib/model/verdict.h"

struct guest_where {
	const char *resource;	/* DRBD resource with the guest's stamp; NULL: there is none */
	int stamp_minor;	/* minor of the volume with the stamp, Primary here, gate open; unused without a resource, -1: not known */
	const char *node;	/* this node */
	struct ferry_deadline deadline;
	struct start_plan plan;	/* of vm's start: what is done where memory was saved and does not fit, or is not here */
};

/*
 * Let the guest DOM run if it is entitled to; what was decided comes back in *ret_verdict (may be
 * NULL).
 * - running already on its own nonce: nothing to do, or a claim cut short is finished.
 * - held, reserved, or paused by an I/O error: by verdict_of(): advance and resume / discard and
 *   boot anew / refuse with the guest left paused, its memory kept, and a reason with a cure.
 * - paused by the user (mark "running"): left alone.
 * The claim: nonce into the mark, then the stamp, then resume, then mark "running"; killed
 * anywhere in between, a second call finishes.
 */
int guest_let_run(struct virt_conn *c, struct virt_dom *dom, const struct guest_where *w,
		  enum verdict *ret_verdict, struct ferry_error *e);

/* The guest runs here again after a move that failed (libvirt resumes it with no hook in between):
 * advance the epoch, so that whatever copy the move left elsewhere is proved stale. */
int guest_confirm_here(struct virt_dom *dom, const struct guest_where *w, struct ferry_error *e);

/* Pause a running guest as "held" in place (same nonce), so that its gate can be closed without
 * costing its memory. Idempotent. A guest that the user has paused, or without a mark, is left as it is. One that was
 * resumed by a process that died before it could mark it has run too: its claim, where it is on the stamp, tells. */
int guest_hold(struct virt_dom *dom, const struct guest_where *w, struct ferry_error *e);

/* End a guest here (any state) and prove that its QEMU is gone. */
int guest_end(struct virt_dom *dom, const struct virt_info *info, struct ferry_deadline d,
	      struct ferry_error *e);

#endif
