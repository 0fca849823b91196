/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Promote and demote. Both happen inside the guest's pause: no process is started that is not needed. */
#include "lib/action/disk_action.h"

#include <errno.h>

#include "lib/base/log.h"
#include "lib/edge/dm.h"
#include "lib/edge/drbd.h"
#include "lib/model/dual.h"
#include "lib/model/ocf.h"

/* How long DRBD's own events may take to tell of a promotion that has succeeded. */
#define PROVED_MS 5000
/* How long a promotion waits for a resync to this disk. */
#define RESYNC_MS 30000

static int need_up(const struct disk_opts *o, const struct drbd_state *s, struct ferry_error *e)
{
	return s && s->exists ? 0 : error_set(e, OCF_NOT_RUNNING, ENOENT,
					      "DRBD resource '%s' is not up on this node", o->resource);
}

static bool is_promoted(const struct drbd_state *s, void *arg)
{
	(void)arg;
	return !s->exists || (s->role == DRBD_PRIMARY && drbd_all_uptodate(s));
}

static bool resync_over(const struct drbd_state *s, void *arg)
{
	(void)arg;
	return !s->exists || disk_score(s) >= 0 || !drbd_resync_to_here(s);
}

/*
 * A node that crashed as Primary may be back before this one is promoted in its place: then it brings its last writes
 * here first. Refusing for that would count as a failure, and keep this disk off until a person cleans up.
 */
static void await_resync(const struct disk_opts *o, struct drbd_watch *w, struct drbd_state *s)
{
	if (resync_over(s, NULL))
		return;
	step("resync-awaited", "%s", o->resource);
	drbd_watch_until(w, resync_over, NULL, deadline_min(o->deadline, RESYNC_MS), s, NULL);
}

static int promote(const struct disk_opts *o, struct drbd_watch *w, struct ferry_error *e)
{
	struct drbd_state s;
	char text[200];
	int r = drbd_watch_until(w, NULL, NULL, o->deadline, &s, e);

	if (r == 0)
		r = need_up(o, &s, e);
	if (r < 0 || is_promoted(&s, NULL))
		return r;
	await_resync(o, w, &s);
	if (disk_score(&s) < 0) {
		drbd_redundancy_text(&s, text, sizeof text);
		return error_set(e, OCF_ERR_GENERIC, EINVAL,
				 "DRBD resource '%s' is not promoted here: its disk is not up to date (%s); wait for the resync, or promote the other node",
				 o->resource, text);
	}
	r = drbd_primary(&s, o->deadline, e);
	if (r < 0) {
		/* 8.4 promotes volume by volume: not some of them. */
		if (s.nvolumes > 1)
			drbd_secondary(&s, o->deadline, NULL);
		return r;
	}
	/* The kernel's success is not enough: it also promotes a SyncTarget. */
	r = drbd_watch_until(w, is_promoted, NULL, deadline_min(o->deadline, PROVED_MS), &s, NULL);
	if (r == 0 && s.exists)
		return 0;
	r = error_set(e, OCF_ERR_GENERIC, EIO,
		      "DRBD resource '%s' was promoted, but is %s with a disk that is not up to date: demoted again",
		      o->resource, drbd_role_name(s.role));
	drbd_secondary(&s, o->deadline, NULL);
	return r;
}

int disk_promote(const struct disk_opts *o, struct ferry_error *e)
{
	struct drbd_watch *w = NULL;
	int r;

	if (drbd_module_major() == -ENODEV)
		return need_up(o, NULL, e);
	r = drbd_watch_open(o->resource, &w, e);
	if (r == 0)
		r = promote(o, w, e);
	drbd_watch_close(w);
	/* The guest comes here: it has not opened the device yet, and must not be called away by that. */
	if (r == 0 && o->during_move)
		disk_set_score(o, DUAL_SCORE_HERE);
	return r;
}

int disk_demote(const struct disk_opts *o, struct ferry_error *e)
{
	struct dm_gate gates[DRBD_MAX_VOLUMES];
	struct drbd_state s;
	struct dm_seen seen;
	unsigned int n = 0;
	int r = drbd_state_now(o->resource, o->deadline, &s, e);

	if (r == 0)
		r = need_up(o, &s, e);
	if (r < 0 || s.role == DRBD_SECONDARY)
		return r;
	r = dm_gate_list(o->resource, gates, DRBD_MAX_VOLUMES, &n, e);
	for (unsigned int i = 0; r == 0 && i < n; i++) {
		r = dm_gate_look(&gates[i], &seen, e);
		if (r == 0 && seen.major != 0)
			r = error_set(e, OCF_ERR_GENERIC, EBUSY,
				      "DRBD resource '%s' is not demoted: its gate %s is open; close it first: ferry-gate close",
				      o->resource, gates[i].name);
	}
	if (r < 0)
		return r;
	return drbd_secondary(&s, o->deadline, e);
}
