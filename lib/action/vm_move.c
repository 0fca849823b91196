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
#define ROLLBACK_SHARE 4	/* a quarter of the action's time, at most ... */
#define ROLLBACK_MAX_MS 60000	/* ... this, is kept back for bringing the guest to a decided place */

static struct ferry_deadline precopy_deadline(struct ferry_deadline d)
{
	int64_t left = d.at == INT64_MAX ? INT64_MAX : d.at - now_ms();
	int64_t keep = left / ROLLBACK_SHARE;

	if (left == INT64_MAX)
		return d;
	if (keep > ROLLBACK_MAX_MS)
		keep = ROLLBACK_MAX_MS;
	return (struct ferry_deadline){ d.at - keep };
}

static int on_progress(void *arg, const struct virt_progress *p, struct ferry_error *why)
{
	struct mover *m = arg;
	const struct drbd_state *s;
	char text[160];
	int r;

	(void)p;
	if (!m->watch)
		return 0;
	r = replica_watch_poll(m->watch, &s, why);
	if (r < 0)
		return r;
	if (drbd_peers_current(s, text, sizeof text))
		return 0;
	return error_set(why, OCF_ERR_GENERIC, ENOTCONN,
			 "replication of '%s' was lost during the move (%s): the guest stays here", m->v.o->gate,
			 text);
}

static int send_memory(struct mover *m, struct ferry_error *e)
{
	struct mark held = { .state = MARK_HELD, .epoch = m->rec.epoch,
			     .user_paused = virt_paused_by_user(&m->v.info) };
	ferry_autofree char *xml = NULL;
	ferry_autofree char *marked = NULL;
	struct virt_migrated done;
	struct virt_migration mig = {
		.dest_uri = m->dest_uri, .migrate_uri = m->migrate_uri, .paused = m->v.o->gate != NULL,
		.downtime_ms = m->v.o->downtime_ms, .bandwidth_mib = m->v.o->bandwidth_mib,
		.convergence = m->v.o->convergence, .tls = strcmp(m->v.o->transport, "tls") == 0,
		.watch = on_progress, .arg = m,
	};
	int r;

	/* A held copy that is passed on unrun keeps its mark: it is what its certificate names. */
	if (m->v.o->gate && !m->relay) {
		r = virt_get_xml(m->v.dom, &xml, e);
		memcpy(held.move, m->rec.id, sizeof held.move);
		memcpy(held.source, m->rec.source, sizeof held.source);
		if (r == 0)
			r = domxml_with_mark(xml, strlen(xml), &held, &marked, e);
		if (r < 0)
			return r;
		mig.dest_xml = marked;
	}
	step("precopy-begin", "%s to %s", m->v.domain, m->target);
	r = virt_migrate(m->v.dom, &mig, precopy_deadline(m->v.o->deadline), &done, e);
	if (r == 0)
		step("precopy-done", "%llu MiB in %lld ms", (unsigned long long)(done.last.processed >> 20),
		     (long long)done.last.elapsed_ms);
	return r;
}

/* Without a gate: the guest runs on the target, whatever the migrate call has said. */
static int went_there(struct mover *m, struct ferry_error *e)
{
	int r = move_advance(&m->rec, MOVE_EV_SUCCEEDED, e);

	return r < 0 ? r : move_advance(&m->rec, MOVE_EV_CERTIFIED, e);
}

/* The migrate call failed. Where is the guest? Bring that to a decided end; the move has failed. */
static int after_failure(struct mover *m, const struct ferry_error *cause, struct ferry_error *e)
{
	struct ferry_error why = FERRY_ERROR_INIT;
	bool was_paused, there = false;
	int r;

	step("precopy-failed", "%s", cause->text);
	if (!proc_alive(m->rec.qemu_pid, m->rec.qemu_start)) {
		if (!m->v.o->gate) {
			r = shared_went(m->v.o, m->v.domain, m->target, cause->text, e);
			if (r == 0)
				return went_there(m, e);
			move_advance(&m->rec, MOVE_EV_MOVER_DIED, &why);
			return r;
		}
		move_advance(&m->rec, MOVE_EV_MOVER_DIED, &why);
		return error_set(e, OCF_ERR_GENERIC, EIO,
				 "%s; the guest's QEMU is gone from this node and nobody saw the move succeed: a copy that waits on %s is not let run", cause->text, m->target);
	}
	was_paused = virt_paused_by_user(&m->v.info);
	r = vm_ctx_connect(&m->v, &why);
	/* Whatever copy arrived there will never be certified, and is proved stale by the new epoch. */
	if (r == 0 && m->v.o->gate)
		r = guest_confirm_here(m->v.dom, &m->v.where, &why);
	else if (r == 0)
		r = shared_decide(&m->v, m->target, was_paused, &there, &why);
	if (r == 0 && there)
		return went_there(m, e);
	if (r < 0)
		return error_set(e, OCF_ERR_GENERIC, -r,
				 "%s; the guest is still on this node, but could not be let run: %s",
				 cause->text, why.text);
	step("rolled-back", "%s", m->v.domain);
	if (m->v.o->gate && move_discard_there(m, m->rec.id, &why) < 0)
		log_warning("%s", why.text);
	error_clear(&why);
	r = move_advance(&m->rec, MOVE_EV_FAILED_HERE, &why);
	return error_set(e, OCF_ERR_GENERIC, EIO, "%s; the guest runs on here%s%s", cause->text,
			 r < 0 ? "; " : "", r < 0 ? why.text : "");
}

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

static int begin(struct mover *m, struct ferry_error *e)
{
	struct move *rec = &m->rec;
	int r;

	memset(rec, 0, sizeof *rec);
	r = nonce_make(rec->id, e);
	if (r < 0)
		return r;
	memcpy(rec->domain, m->v.domain, sizeof rec->domain);
	memcpy(rec->uuid, m->v.info.uuid, sizeof rec->uuid);
	snprintf(rec->source, sizeof rec->source, "%s", m->v.o->node);
	snprintf(rec->target, sizeof rec->target, "%s", m->target);
	/* A copy that is passed on unrun has its certificate already, or none: there is nothing to certify. */
	if (!m->relay)
		memcpy(rec->nonce, m->v.info.mark.nonce, sizeof rec->nonce);
	rec->epoch = m->v.info.mark.epoch;
	rec->begun_ms = wall_ms();
	rec->qemu_pid = proc_find_qemu(m->v.domain, m->v.info.uuid);
	if (rec->qemu_pid <= 0 || proc_start_time(rec->qemu_pid, &rec->qemu_start, NULL) < 0)
		return error_set(e, OCF_ERR_GENERIC, ESRCH, "the QEMU process of '%s' cannot be found in /proc",
				 m->v.domain);
	return move_advance(rec, MOVE_EV_BEGIN, e);
}

static int move_locked(struct mover *m, struct ferry_error *e)
{
	struct ferry_error cause = FERRY_ERROR_INIT;
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
		r = begin(m, e);
	if (r < 0)
		return r;
	if (m->relay)
		r = virt_activate_blocks(m->v.dom, &cause);
	if (r == 0)
		r = send_memory(m, &cause);
	return r < 0 ? after_failure(m, &cause, e) : hand_over(m, e);
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
