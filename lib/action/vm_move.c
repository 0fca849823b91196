/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vm migrate_to: the mover. */
#include "lib/action/vm_move.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/action/shared.h"
#include "lib/action/vm_settle.h"
#include "lib/base/cleanup.h"
#include "lib/base/log.h"
#include "lib/edge/detach.h"
#include "lib/edge/drbd.h"
#include "lib/edge/move_file.h"
#include "lib/edge/proc.h"
#include "lib/edge/stamp_io.h"
#include "lib/model/ocf.h"

#define GONE_MS 10000	/* QEMU's own exit after libvirt has told of success */

/* QEMU here is gone: say so durably, then make the copy the heir. */
static int hand_over(struct mover *m, struct ferry_error *e)
{
	const struct drbd_state *s;
	char text[160];
	int r = proc_wait_gone(m->rec.qemu_pid, m->rec.qemu_start,
			       deadline_min(m->v.o->deadline, GONE_MS), e);

	if (r < 0) {
		error_context(e, "libvirt says that '%s' has moved, but its QEMU is still here", m->v.domain);
		return r;
	}
	step("source-gone", "%s", m->v.domain);
	r = move_advance(&m->rec, MOVE_EV_SUCCEEDED, e);
	if (r < 0)
		return r;
	if (!m->v.o->gate || m->relay)
		return move_advance(&m->rec, MOVE_EV_CERTIFIED, e);
	r = move_certify(&m->rec, &m->v.conf, m->v.o, e);
	if (r < 0) {
		error_context(e, "'%s' has moved to %s, but its certificate could not be written", m->v.domain,
			      m->target);
		return r;
	}
	r = replica_watch_poll(m->watch, &s, e);
	if (r < 0)
		return r;
	/* Where the disk here is gone, the certificate was written to the peer's, or not at all. */
	if (drbd_peers_current(s, text, sizeof text) || !drbd_all_uptodate(s))
		return move_advance(&m->rec, MOVE_EV_CERTIFIED, e);
	step("replica-behind", "%s", text);
	r = move_advance(&m->rec, MOVE_EV_NO_REPLICA, e);
	if (r == 0)
		r = move_return(m, e);
	if (r < 0)
		return r;
	return error_set(e, OCF_ERR_GENERIC, ENOTCONN,
			 "replication of '%s' was lost at the switchover (%s): the guest was brought back and runs here",
			 m->v.o->gate, text);
}

/* An earlier mover brought exactly this move to its end: the action is repeated. */
static bool done_already(struct mover *m)
{
	return m->v.info.run == VIRT_OFF && m->rec.phase == MOVE_CERTIFIED &&
	       strcmp(m->rec.target, m->target) == 0;
}

static int move_locked(struct mover *m, struct ferry_error *e)
{
	int r = move_file_read(m->v.domain, &m->rec, e);

	if (r == 0)
		r = vm_ctx_connect(&m->v, e);
	if (r < 0)
		return r;
	if (done_already(m))
		return 0;
	/* A gate's opening that was killed after the resume has left the claim unfinished: finish it. */
	if (m->v.o->gate && m->v.info.run == VIRT_RUNNING && m->v.info.mark.state != MARK_RUNNING) {
		r = vm_run_if_open(&m->v, e);
		if (r == 0)
			r = vm_ctx_connect(&m->v, e);
	}
	if (r == 0)
		r = move_check(m, e);
	/* A check that hung has outlived its agent: the action has been answered, and nobody waits for a move. */
	if (r == 0 && deadline_passed(m->v.o->deadline))
		r = error_set(e, OCF_ERR_GENERIC, ETIMEDOUT,
			      "the checks before the move of '%s' took all of the action's time: nothing was moved",
			      m->v.domain);
	if (r == 0)
		r = move_send(m, e);
	return r < 0 ? r : hand_over(m, e);
}

struct job {
	const struct vm_opts *o;
	const char *target;
};

static int mover_main(void *arg, struct ferry_error *e)
{
	struct job *job = arg;
	struct mover m = { .target = job->target };
	ferry_autoclose int lock = -1;
	int r = vm_ctx_init(&m.v, job->o, e);

	if (r == 0)
		r = vm_ctx_disk(&m.v, e);
	if (r == 0)	/* a mover that died is tidied up after; one that lives is waited for */
		r = vm_settle(m.v.domain, job->o, e);
	if (r == 0)
		r = move_lock(m.v.domain, job->o->deadline, &lock, e);
	if (r == 0)
		r = move_locked(&m, e);
	replica_watch_close(m.watch);
	vm_ctx_clear(&m.v);
	return r;
}

/*
 * The mover was killed. libvirt's job knows nothing of it and would go on, to a copy that nobody can certify:
 * so it is settled at once, not by whichever action comes next.
 */
static int after_death(const struct vm_opts *o, const char *target, struct ferry_error *e)
{
	struct ferry_error why = FERRY_ERROR_INIT;
	struct move rec;
	struct vm_ctx v;
	int r = vm_ctx_init(&v, o, &why);

	step("mover-died", "%s", v.domain);
	if (r == 0)
		r = vm_settle(v.domain, o, &why);
	if (r == 0)
		r = move_file_read(v.domain, &rec, &why);
	if (r < 0)
		r = error_set(e, OCF_ERR_GENERIC, EIO, "the mover of '%s' died, and what it left could not be settled: %s",
			      v.domain, why.text);
	else if (rec.phase == MOVE_NONE)
		r = error_set(e, OCF_ERR_GENERIC, EIO, "the mover of '%s' died: the guest runs on here", v.domain);
	else if (rec.phase == MOVE_RETURNING)
		r = error_set(e, OCF_ERR_GENERIC, EIO,
			      "the mover of '%s' died while it brought the guest back from %s, because replication was lost: its memory is there or here, paused, and is the heir; the next start here takes it up",
			      v.domain, target);
	else if (rec.phase == MOVE_LOST_SIGHT && !o->gate)
		r = shared_went(o, v.domain, target, "the mover died", e);
	else if (rec.phase != MOVE_CERTIFIED)
		r = error_set(e, OCF_ERR_GENERIC, EIO,
			      "the mover of '%s' died, the guest's QEMU is gone from this node and nobody saw the move succeed: a copy that waits on %s is not let run",
			      v.domain, target);
	vm_ctx_clear(&v);
	return r;
}

int vm_migrate_to(const struct vm_opts *o, const char *target, struct ferry_error *e)
{
	struct job job = { o, target };
	int r;

	if (strcmp(target, o->node) == 0)
		return error_set(e, OCF_ERR_ARGS, EINVAL, "the target '%s' is this node", target);
	r = detach_run(mover_main, &job, e);
	if (r != -ECHILD)
		return r;
	error_clear(e);
	return after_death(o, target, e);
}
