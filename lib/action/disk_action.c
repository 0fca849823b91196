/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/action/disk_action.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/action/disk_dual.h"
#include "lib/base/log.h"
#include "lib/edge/cluster.h"
#include "lib/edge/dm.h"
#include "lib/edge/drbd.h"
#include "lib/model/ocf.h"

/* How long a start waits for a peer whose node is a member of the cluster: with it connected at once, no
 * fencing is asked for and both nodes come up with equal scores. */
#define CONNECT_MS 10000

int disk_score(const struct drbd_state *s)
{
	bool consistent = s->nvolumes > 0;

	if (!s->exists)
		return -1;
	if (drbd_all_uptodate(s))
		return DISK_SCORE_UPTODATE;
	for (unsigned int i = 0; i < s->nvolumes; i++)
		if (s->volumes[i].disk < DRBD_CONSISTENT)
			consistent = false;
	for (unsigned int i = 0; i < s->npeers; i++)
		if (s->peers[i].connected)
			consistent = false;
	return consistent ? DISK_SCORE_CONSISTENT : -1;
}

void disk_set_score(const struct disk_opts *o, int score)
{
	struct ferry_error why = FERRY_ERROR_INIT;

	if (o->instance && cluster_set_promotion(o->instance, score, o->deadline, &why) < 0)
		log_warning("%s", why.text);
}

bool disk_peer_is_member(const struct disk_opts *o, const struct drbd_conf *c)
{
	struct cluster_view view;
	unsigned int n = 0;

	if (!o->instance || cluster_look(o->deadline, &view, NULL) < 0)
		return true; /* not known: then wait, and let the kernel refuse */
	for (unsigned int i = 0; i < c->nhosts; i++)
		n += cluster_has(&view, c->hosts[i]);
	return n > 1;
}

/*
 * A disk that is only Consistent, after a stop of both nodes, may lack what the other wrote later. DRBD
 * promotes it only if the peer can be told to stay behind, which takes its node; without it the
 * promotion would fail, and the disk be banned for its failure when the peer comes back.
 */
static int quality(const struct disk_opts *o, const struct drbd_state *s)
{
	int score = disk_score(s);
	struct drbd_conf c;

	if (o->instance && score == DISK_SCORE_CONSISTENT && drbd_conf_load(o->resource, o->deadline, &c, NULL) == 0 &&
	    !disk_peer_is_member(o, &c)) {
		log_warning("%s: the disk here is Consistent, but its peer is neither connected nor a member of the cluster, and may have newer data: not offered for promotion; start the peer's node, or if it is lost for good, see man ferry-drbd, A NODE THAT COMES UP ALONE",
			    o->resource);
		score = -1;
	}
	return score;
}

static void offer(const struct disk_opts *o, const struct drbd_state *s, const char *type_op)
{
	int score = quality(o, s);

	if (o->during_move)
		disk_dual_offer(o, s, score, type_op);
	else
		disk_set_score(o, score);
}

/* No disk is on its way any more. */
static bool is_attached(const struct drbd_state *s, void *arg)
{
	const struct drbd_conf *c = arg;

	for (unsigned int i = 0; i < s->nvolumes; i++)
		if (s->volumes[i].disk == DRBD_ATTACHING || s->volumes[i].disk == DRBD_NEGOTIATING)
			return false;
	return s->nvolumes == c->nvolumes;
}

/* All peers have been talked to, and who resyncs from whom is decided. */
static bool is_settled(const struct drbd_state *s, void *arg)
{
	(void)arg;
	for (unsigned int i = 0; i < s->npeers; i++) {
		const struct drbd_peer *p = &s->peers[i];

		if (!p->connected)
			return false;
		for (unsigned int v = 0; v < p->nvolumes; v++)
			if (strcmp(p->volumes[v].replication, "Off") == 0 ||
			    strncmp(p->volumes[v].replication, "WF", 2) == 0)
				return false;
	}
	return s->npeers > 0;
}

static int check_disks(const struct drbd_state *s, struct ferry_error *e)
{
	for (unsigned int i = 0; i < s->nvolumes; i++) {
		enum drbd_disk disk = s->volumes[i].disk;

		if (disk == DRBD_DISKLESS || disk == DRBD_DETACHING || disk == DRBD_FAILED)
			return error_set(e, OCF_ERR_GENERIC, EIO,
					 "volume %d of '%s' is %s: its disk has failed or was detached; see the kernel's log, then: drbdadm attach %s",
					 s->volumes[i].volume, s->resource, drbd_disk_name(disk), s->resource);
	}
	return 0;
}

/* Gates are made of the configuration's minors (those of its first host): they must be this node's. */
static int check_minors(const struct drbd_conf *c, const struct drbd_state *s, struct ferry_error *e)
{
	for (unsigned int i = 0; i < c->nvolumes && i < s->nvolumes; i++)
		if (c->volumes[i] != s->volumes[i].volume || c->minors[i] != s->volumes[i].minor)
			return error_set(e, OCF_ERR_CONFIGURED, EINVAL,
					 "volume %d of '%s' is /dev/drbd%d on this node and /dev/drbd%d in the configuration: give it the same minor on all nodes",
					 s->volumes[i].volume, s->resource, s->volumes[i].minor, c->minors[i]);
	return 0;
}

static int check_conf(const struct disk_opts *o, const struct drbd_conf *c, struct ferry_error *e)
{
	if (c->nvolumes == 0 || c->volumes[0] != 0)
		return error_set(e, OCF_ERR_CONFIGURED, EINVAL,
				 "drbd_resource='%s' has no volume 0, which is where Ferry keeps its stamp", o->resource);
	return drbd_conf_check(c, drbd_module_major() == 9, e);
}

static bool is_open(enum gate_state s)
{
	return s == GATE_OPEN || s == GATE_OPEN_SUSPENDED || s == GATE_OPEN_LOADED;
}

static int make_gates(const struct disk_opts *o, const struct drbd_conf *c, struct ferry_error *e)
{
	struct dm_gate gates[DRBD_MAX_VOLUMES];
	struct dm_seen seen;
	unsigned int n = 0;
	int r = drbd_gates(c, gates, &n, e);

	for (unsigned int i = 0; r == 0 && i < n; i++) {
		r = dm_gate_look(&gates[i], &seen, e);
		/* An open one is the gate agent's: this is a restart in place, under a running guest. */
		if (r == 0 && !is_open(seen.state))
			r = dm_gate_bring(&gates[i], GATE_WANT_CLOSED, o->deadline, e);
	}
	return r;
}

static int bring_up(const struct disk_opts *o, struct drbd_conf *c, struct ferry_error *e)
{
	struct drbd_state s;
	int r = drbd_load_module(o->deadline, e);

	if (r == 0)
		r = drbd_conf_load(o->resource, o->deadline, c, e);
	if (r == 0)
		r = check_conf(o, c, e);
	if (r == 0)
		r = drbd_up(o->resource, o->deadline, e);
	if (r < 0)
		return r;
	r = drbd_wait(o->resource, is_attached, c, o->deadline, &s, e);
	if (r < 0)
		error_context(e, "attaching the disks of '%s'", o->resource);
	if (r == 0)
		r = check_disks(&s, e);
	return r == 0 ? check_minors(c, &s, e) : r;
}

int disk_start(const struct disk_opts *o, struct ferry_error *e)
{
	struct drbd_state s;
	struct drbd_conf c;
	int r = bring_up(o, &c, e);

	/* A guest that may be moved between two Primaries has its disk on DRBD's own devices. */
	if (r == 0 && !o->during_move)
		r = make_gates(o, &c, e);
	if (r < 0)
		return r;
	if (o->during_move)
		disk_dual_over(o);
	if (drbd_wait(o->resource, is_settled, NULL, deadline_min(o->deadline, disk_peer_is_member(o, &c) ? CONNECT_MS : 0),
		      &s, NULL) < 0) {
		log_info("%s: the peer is not connected", o->resource);
		r = drbd_state_now(o->resource, o->deadline, &s, e);
		if (r < 0)
			return r;
	}
	step("disk-started", "%s", o->resource);
	if (o->instance)
		cluster_forget_promotion(o->instance);
	offer(o, &s, "");
	return 0;
}

/*
 * A closed gate leads nowhere, so one that a held guest's QEMU still has open stays behind: taking
 * DRBD down costs that guest nothing, and a stop that failed here would cost it its node. The
 * next start finds the gate, the next stop removes it. An open gate leads to the disk: refused.
 */
static int remove_gate(const struct disk_opts *o, const struct dm_gate *g, struct ferry_error *e)
{
	struct dm_seen seen;
	int r = dm_gate_look(g, &seen, e);

	if (r < 0)
		return r;
	if (is_open(seen.state))
		return error_set(e, OCF_ERR_GENERIC, EBUSY,
				 "the gate %s is open%s: stop the gate's resource first, or: ferry-gate close", g->name,
				 seen.open_count > 0 ? " and in use" : "");
	if (seen.state == GATE_FOREIGN) {
		log_warning("%s is not Ferry's, and stays: %s", g->name, seen.why);
		return 0;
	}
	if (seen.state != GATE_ABSENT && seen.open_count > 0) {
		log_info("the gate %s is in use by a guest that is held here, and stays, closed", g->name);
		return dm_gate_bring(g, GATE_WANT_CLOSED, o->deadline, e);
	}
	return dm_gate_bring(g, GATE_WANT_ABSENT, o->deadline, e);
}

int disk_stop(const struct disk_opts *o, struct ferry_error *e)
{
	struct ferry_error why = FERRY_ERROR_INIT;
	struct dm_gate gates[DRBD_MAX_VOLUMES];
	unsigned int n = 0;
	int r = dm_gate_list(o->resource, gates, DRBD_MAX_VOLUMES, &n, &why);

	/* A kernel without device-mapper has no gate. */
	if (r < 0 && why.code != OCF_ERR_INSTALLED)
		return error_set(e, why.code, -r, "%s", why.text);
	r = 0;
	for (unsigned int i = 0; r == 0 && i < n; i++)
		r = remove_gate(o, &gates[i], e);
	if (r == 0)
		r = drbd_down(o->resource, o->deadline, e);
	if (r < 0)
		return r;
	if (o->during_move)
		disk_dual_over(o);
	if (o->instance)
		cluster_forget_promotion(o->instance);
	disk_set_score(o, -1);
	step("disk-stopped", "%s", o->resource);
	return 0;
}

/* What is wrong with a resource that is up; 0 if nothing. */
static int check_health(const struct disk_opts *o, const struct drbd_state *s, struct ferry_error *e)
{
	struct dm_gate gates[DRBD_MAX_VOLUMES];
	struct dm_seen seen;
	unsigned int n = 0;
	int r;

	r = check_disks(s, e);
	if (r < 0)
		return r;
	r = dm_gate_list(o->resource, gates, DRBD_MAX_VOLUMES, &n, e);
	if (r == 0 && n < s->nvolumes && !o->during_move)
		r = error_set(e, OCF_ERR_GENERIC, ENODEV, "%u of the %u gate devices of '%s' are missing",
			      s->nvolumes - n, s->nvolumes, o->resource);
	for (unsigned int i = 0; r == 0 && i < n; i++) {
		r = dm_gate_look(&gates[i], &seen, e);
		if (r == 0 && seen.state == GATE_FOREIGN)
			r = error_set(e, OCF_ERR_GENERIC, EEXIST, "%s is not as Ferry makes it: %s", gates[i].name,
				      seen.why);
	}
	return r;
}

int disk_monitor(const struct disk_opts *o, int *ret_code, struct drbd_state *ret_state,
		 struct ferry_error *e)
{
	bool primary, lingers = false;
	char text[200];
	int r = drbd_state_now(o->resource, o->deadline, ret_state, e);

	if (r < 0)
		return r;
	if (!ret_state->exists) {
		*ret_code = OCF_NOT_RUNNING;
		return 0;
	}
	primary = ret_state->role == DRBD_PRIMARY;
	if (o->probe && o->instance)
		cluster_forget_promotion(o->instance);
	r = check_health(o, ret_state, e);
	if (r < 0)
		disk_set_score(o, -1);
	else if (o->during_move)
		lingers = disk_dual_monitor(o, ret_state, quality(o, ret_state), e);
	else
		offer(o, ret_state, "");
	if (r < 0) {
		if (primary && e)
			e->code = OCF_FAILED_PROMOTED;
		return r;
	}
	*ret_code = lingers ? OCF_DEGRADED_PROMOTED : primary ? OCF_RUNNING_PROMOTED : OCF_SUCCESS;
	/* A probe asks what is here, not how well it does. */
	if (!o->probe && !drbd_fully_redundant(ret_state)) {
		*ret_code = primary ? OCF_DEGRADED_PROMOTED : OCF_DEGRADED;
		drbd_redundancy_text(ret_state, text, sizeof text);
		error_clear(e);
		error_set(e, *ret_code, 0, "'%s' is not redundant: %s", o->resource, text);
	}
	return 0;
}

int disk_notify(const struct disk_opts *o, const char *type_op, struct ferry_error *e)
{
	struct drbd_state s;
	int r = drbd_state_now(o->resource, o->deadline, &s, e);

	if (r < 0 || !s.exists)
		return r;
	log_debug("%s: %s", o->resource, type_op);
	if (o->during_move)
		r = disk_dual_notify(o, type_op, &s, e);
	offer(o, &s, type_op);
	return r;
}

int disk_validate(const struct disk_opts *o, int level, struct ferry_error *e)
{
	struct drbd_conf c;
	int r = level >= 10 ? drbd_conf_load(o->resource, o->deadline, &c, e) : 0;

	if (level < 10 || r < 0)
		return r;
	return check_conf(o, &c, e);
}
