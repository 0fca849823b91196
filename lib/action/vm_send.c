/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vm migrate_to: the memory is sent, and where that fails the move is undone, and tried anew if that may help. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/action/shared.h"
#include "lib/action/vm_move.h"
#include "lib/action/vm_settle.h"
#include "lib/base/cleanup.h"
#include "lib/base/log.h"
#include "lib/edge/cluster.h"
#include "lib/edge/proc.h"
#include "lib/edge/stamp_io.h"
#include "lib/model/ocf.h"

#define ROLLBACK_SHARE 4	/* a quarter of the action's time, at most ... */
#define ROLLBACK_MAX_MS 60000	/* ... this, is kept back for bringing the guest to a decided place */
#define ANEW_MAX_MS 60000	/* a target that is not ready for another try by then is not waited for */
#define ANEW_POLL_MS 500

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

static int send_memory(struct mover *m, struct ferry_deadline until, struct ferry_error *e)
{
	struct mark held = { .state = MARK_HELD, .epoch = m->rec.epoch,
			     .user_paused = virt_paused_by_user(&m->v.info) };
	ferry_autofree char *xml = NULL;
	ferry_autofree char *marked = NULL;
	struct virt_migrated done;
	struct virt_migration mig = {
		.way = &m->way, .paused = m->v.o->gate != NULL,
		.downtime_ms = m->v.o->downtime_ms, .bandwidth_mib = m->v.o->bandwidth_mib,
		.parallel = m->v.o->parallel, .convergence = m->v.o->convergence,
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
	r = virt_migrate(m->v.dom, &mig, until, &done, e);
	if (r == 0)
		step("precopy-done", "%llu MiB in %lld ms", (unsigned long long)(done.last.processed >> 20),
		     (long long)done.last.elapsed_ms);
	return r;
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

/* The migrate call failed. Where is the guest? Bring that to a decided end: 0, it runs on here and the move is undone; 1, it has no
 * gate and runs on the target, whatever the call has said; else E says what is. */
static int roll_back(struct mover *m, const struct ferry_error *cause, struct ferry_error *e)
{
	struct ferry_error why = FERRY_ERROR_INIT;
	bool was_paused, there = false;
	int r;

	step("precopy-failed", "%s", cause->text);
	if (!proc_alive(m->rec.qemu_pid, m->rec.qemu_start)) {
		if (!m->v.o->gate) {
			r = shared_went(m->v.o, m->v.domain, m->target, cause->text, e);
			if (r < 0)
				move_advance(&m->rec, MOVE_EV_MOVER_DIED, &why);
			return r < 0 ? r : 1;
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
		return 1;
	if (r < 0)
		return error_set(e, OCF_ERR_GENERIC, -r,
				 "%s; the guest is still on this node, but could not be let run: %s",
				 cause->text, why.text);
	step("rolled-back", "%s", m->v.domain);
	if (m->v.o->gate && move_discard_there(m, m->rec.id, &why) < 0)
		log_warning("%s", why.text);
	error_clear(&why);
	r = move_advance(&m->rec, MOVE_EV_FAILED_HERE, &why);
	if (r < 0)
		return error_set(e, OCF_ERR_GENERIC, -r, "%s; the guest runs on here; %s", cause->text, why.text);
	return 0;
}

/*
 * Before another try: what broke may need a moment (a link, a daemon that is restarted, replication). Everything is checked anew,
 * until it passes. A target that has left the cluster is not waited for: Pacemaker waits for us before it recovers what ran there.
 */
static int ready_again(struct mover *m, struct ferry_deadline until, struct ferry_error *e)
{
	struct ferry_error why = FERRY_ERROR_INIT;
	struct cluster_view view;
	int r;

	do {
		error_clear(&why);
		deadline_sleep(until, ANEW_POLL_MS);
		if (cluster_look(until, &view, NULL) == 0 && !cluster_has(&view, m->target))
			return error_set(e, OCF_ERR_GENERIC, EHOSTDOWN, "%s has left the cluster", m->target);
		replica_watch_close(m->watch);
		m->watch = NULL;
		r = vm_ctx_connect(&m->v, &why);
		if (r == 0)
			r = move_check(m, &why);
	} while (r < 0 && m->v.info.run == VIRT_RUNNING && !deadline_passed(until));
	if (r == 0 && deadline_passed(until))
		r = error_set(&why, OCF_ERR_GENERIC, ETIMEDOUT, "the time is over");
	return r < 0 ? error_set(e, why.code, -r, "%s", why.text) : 0;
}

/* One try. 1: sent; 0: it failed, the guest runs on here, CAUSE says why and *ret_anew whether another may help; -errno: final. */
static int try_once(struct mover *m, struct ferry_deadline until, bool *ret_anew, struct ferry_error *cause,
		    struct ferry_error *e)
{
	int r = begin(m, e);

	if (r < 0)
		return r;
	if (m->relay)
		r = virt_activate_blocks(m->v.dom, cause);
	if (r == 0)
		r = send_memory(m, until, cause);
	if (r == 0)
		return 1;
	*ret_anew = r == -ECONNRESET && !m->relay;
	return roll_back(m, cause, e);
}

int move_send(struct mover *m, struct ferry_error *e)
{
	struct ferry_deadline until = precopy_deadline(m->v.o->deadline);

	for (unsigned int left = m->v.o->retries;; left--) {
		struct ferry_error cause = FERRY_ERROR_INIT, why = FERRY_ERROR_INIT;
		bool anew = false;
		int r = try_once(m, until, &anew, &cause, e);

		if (r != 0)
			return r < 0 ? r : 0;
		if (!anew || left == 0)
			return error_set(e, OCF_ERR_GENERIC, EIO, "%.700s; the guest runs on here", cause.text);
		log_warning("%s: %s; trying again", m->v.domain, cause.text);
		if (ready_again(m, deadline_min(until, ANEW_MAX_MS), &why) < 0)
			return error_set(e, OCF_ERR_GENERIC, EIO, "%.450s; the guest runs on here; not tried again: %s",
					 cause.text, why.text);
		step("precopy-again", "%s to %s, %u more", m->v.domain, m->target, left - 1);
	}
}
