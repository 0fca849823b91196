/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vm migrate_to: what is checked first, and what is done on the target. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/action/peer.h"
#include "lib/action/seek.h"
#include "lib/action/shared.h"
#include "lib/action/vm_form.h"
#include "lib/action/vm_move.h"
#include "lib/action/vm_settle.h"
#include "lib/base/cleanup.h"
#include "lib/base/log.h"
#include "lib/edge/stamp_io.h"
#include "lib/model/ocf.h"
#include "lib/model/verdict.h"

#define REACH_MS 30000	/* for the target's libvirtd to answer: within this, a lost packet is sent again a few times */

/* The guest must be the one that the stamp names, and every replica up to date. */
static int check_disk(struct mover *m, struct ferry_error *e)
{
	const struct drbd_state *s;
	enum stamp_state state;
	struct stamp stamp;
	char text[200];
	bool open = false;
	int r = replica_watch_open(m->v.o->gate, m->v.o->deadline, &m->watch, e);

	if (r == 0)
		r = replica_watch_poll(m->watch, &s, e);
	if (r < 0)
		return r;
	if (s->role != DRBD_PRIMARY)
		return error_set(e, OCF_ERR_GENERIC, EROFS,
				 "DRBD resource '%s' is %s here, so the guest cannot be handed over with its disk",
				 m->v.o->gate, drbd_role_name(s->role));
	if (!drbd_peers_current(s, text, sizeof text))
		return error_set(e, OCF_ERR_GENERIC, ENOTCONN,
				 "DRBD resource '%s' is not up to date on its peer (%s): a move would leave the guest without its disk; wait for the resync or mend the connection",
				 m->v.o->gate, text);
	r = vm_gate_is_open(&m->v, &open, e);
	if (r == 0 && !open)
		r = error_set(e, OCF_ERR_GENERIC, EINVAL, "the gate of '%s' is closed under a running guest",
			      m->v.o->gate);
	if (r == 0)
		r = stamp_read(m->v.where.stamp_minor, m->v.o->deadline, &state, &stamp, text, sizeof text, e);
	if (r < 0)
		return r;
	if (state != STAMP_VALID || strcmp(stamp.node, m->v.o->node) != 0 ||
	    verdict_of(&m->v.info.mark, m->v.info.uuid, &stamp) != VERDICT_RUN_ORIGINAL)
		return error_set(e, OCF_ERR_GENERIC, ESTALE,
				 "'%s' runs here, but the stamp of '%s' is not its own: was it started outside Ferry?",
				 m->v.domain, m->v.o->gate);
	return 0;
}

/* The copy on the target, if its mark is still of move ID. */
static int end_copy(struct mover *m, const char *id, struct ferry_error *e)
{
	ferry_cleanup(peer_close) struct peer p;
	int r = peer_open(m->v.o, m->target, m->v.domain, &p, e);

	if (r == 0 && p.info.run != VIRT_OFF && strcmp(p.info.mark.move, id) == 0)
		r = virt_destroy(p.dom, e);
	return r;
}

/* A left-over of an earlier, uncertified move on the target would refuse the new one. */
static int check_target(struct mover *m, struct ferry_error *e)
{
	struct virt_info there;
	int r = peer_ask(m->v.o, m->target, m->v.domain, deadline_min(m->v.o->deadline, REACH_MS), &there, e);

	if (r < 0 || there.run == VIRT_OFF)
		return r;
	if (there.run != VIRT_PAUSED_USER ||
	    (there.mark.state != MARK_HELD && there.mark.state != MARK_RESERVED) || m->relay)
		return error_set(e, OCF_ERR_GENERIC, EBUSY, "'%s' is already on %s, %s: it is not moved there",
				 m->v.domain, m->target, virt_run_name(there.run));
	/* This node is Primary, runs the guest and owns the stamp: that copy can never be certified. */
	step("leftover-discarded", "%s on %s, move %.8s", m->v.domain, m->target, there.mark.move);
	return end_copy(m, there.mark.move, e);
}

static int check_guest(struct mover *m, struct ferry_error *e)
{
	const struct virt_info *i = &m->v.info;

	switch (i->run) {
	case VIRT_OFF:
		return error_set(e, OCF_NOT_RUNNING, ESRCH, "'%s' does not run on this node", m->v.domain);
	case VIRT_RUNNING:
		if (m->v.o->gate && i->mark.state != MARK_RUNNING)
			return error_set(e, OCF_ERR_GENERIC, EINVAL,
					 "'%s' runs here without Ferry's mark: it was let run outside Ferry; restart it with crm resource restart",
					 m->v.domain);
		return 0;
	case VIRT_PAUSED_USER:
		if (i->mark.state == MARK_HELD || i->mark.state == MARK_RESERVED) {
			m->relay = true;
			return 0;
		}
		return 0;
	default:
		return error_set(e, OCF_ERR_GENERIC, EINVAL, "'%s' cannot be moved: it is %s", m->v.domain,
				 virt_run_name(i->run));
	}
}

int move_check(struct mover *m, struct ferry_error *e)
{
	int r = check_guest(m, e);

	if (r == 0 && !shared_may_run(m->v.o, m->target))
		r = error_set(e, OCF_ERR_GENERIC, EINVAL, "peers='%s' does not name %s: '%s' is not moved there",
			      m->v.o->peers, m->target, m->v.domain);
	if (r == 0)
		r = vm_way(m->v.o, m->target, &m->way, e);
	if (r < 0)
		return r;
	if (m->v.o->gate && !m->relay)
		r = vm_form_check_live(&m->v, e);
	if (r == 0 && m->v.o->gate && !m->relay)
		r = check_disk(m, e);
	if (r == 0 && !m->v.o->gate)
		r = move_check_two(m, e);
	if (r == 0)
		r = check_target(m, e);
	if (r == 0)
		step("checked", "%s to %s%s", m->v.domain, m->target, m->relay ? " (held)" : "");
	return r;
}

int move_discard_there(struct mover *m, const char *id, struct ferry_error *e)
{
	struct virt_info there;
	int r = peer_ask(m->v.o, m->target, m->v.domain, deadline_min(m->v.o->deadline, REACH_MS), &there, e);

	if (r == 0 && there.run != VIRT_OFF)
		r = end_copy(m, id, e);
	if (r < 0)
		error_context(e, "the copy of '%s' that the failed move left on %s (it can never run) could not be removed",
			      m->v.domain, m->target);
	return r;
}

int move_return(struct mover *m, struct ferry_error *e)
{
	ferry_cleanup(peer_close) struct peer p;
	struct way here;
	int r = peer_open(m->v.o, m->target, m->v.domain, &p, e);

	if (r == 0)
		r = vm_way(m->v.o, m->v.o->node, &here, e);
	if (r == 0 && !p.dom)
		r = error_set(e, OCF_ERR_GENERIC, ENOENT, "'%s' is not on %s", m->v.domain, m->target);
	if (r == 0)
		r = relay_held(p.dom, &here, m->v.o->deadline, e);
	if (r == 0)
		r = vm_ctx_connect(&m->v, e);
	if (r == 0 && !m->v.dom)
		r = error_set(e, OCF_ERR_GENERIC, ENOENT, "'%s' has not come back", m->v.domain);
	if (r == 0)
		r = guest_let_run(m->v.conn, m->v.dom, &m->v.where, NULL, e);
	if (r == 0)
		r = move_advance(&m->rec, MOVE_EV_RETURNED, e);
	if (r < 0)
		error_context(e, "the memory of '%s' waits paused on %s, whose disk is behind, and could not be brought back; when replication is back, it can be let run there",
			      m->v.domain, m->target);
	return r;
}
