/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/action/disk_dual.h"

#include <errno.h>
#include <string.h>

#include "lib/base/log.h"
#include "lib/edge/blockdev.h"
#include "lib/edge/cluster.h"
#include "lib/edge/drbd.h"
#include "lib/edge/dual_file.h"
#include "lib/model/dual.h"
#include "lib/model/ocf.h"

static bool two_primaries(const struct drbd_state *s)
{
	return s->role == DRBD_PRIMARY && drbd_any_peer_primary(s);
}

static bool all_connected(const struct drbd_state *s)
{
	for (unsigned int i = 0; i < s->npeers; i++)
		if (!s->peers[i].connected)
			return false;
	return s->npeers > 0;
}

/* Is a node of the disconnected peers a member? 8.4 does not tell their names: then any other node of the resource. */
static bool lost_peer_is_member(const struct disk_opts *o, const struct drbd_state *s)
{
	struct cluster_view view;
	struct drbd_conf c;

	if (drbd_conf_load(o->resource, o->deadline, &c, NULL) < 0)
		return true;
	if (drbd_module_major() == 8 || cluster_look(o->deadline, &view, NULL) < 0)
		return disk_peer_is_member(o, &c);
	for (unsigned int i = 0; i < s->npeers; i++)
		if (!s->peers[i].connected && cluster_has(&view, s->peers[i].name))
			return true;
	return false;
}

static enum dual_event event_of(const struct disk_opts *o, const struct drbd_state *s, bool idle)
{
	if (two_primaries(s))
		return idle ? DUAL_EV_TWO_IDLE : DUAL_EV_TWO_BUSY;
	if (all_connected(s))
		return idle ? DUAL_EV_ONE_IDLE : DUAL_EV_ONE_BUSY;
	return lost_peer_is_member(o, s) ? DUAL_EV_APART : DUAL_EV_ALONE;
}

/* A record that cannot be read is as good as none. */
static void recall(const struct disk_opts *o, struct dual_window *w)
{
	struct ferry_error why = FERRY_ERROR_INIT;

	if (dual_file_read(o->resource, w, &why) == 0)
		return;
	log_warning("%s", why.text);
	*w = (struct dual_window){ .state = DUAL_CLOSED };
}

static void remember(const struct disk_opts *o, const struct dual_window *w)
{
	struct ferry_error why = FERRY_ERROR_INIT;

	if (dual_file_write(o->resource, w, &why) < 0)
		log_warning("%s", why.text);
}

static void tell_window(const struct disk_opts *o, const struct dual_window *w, const char *how)
{
	long long ms = (long long)(now_ms() - w->since);

	step("two-primaries-cleared", "%s after %lld ms, %s", o->resource, ms, how);
	log_info("%s: two Primaries were allowed here for %lld ms (%s)", o->resource, ms, how);
}

static int apply(const struct disk_opts *o, struct dual_window *w, enum dual_event ev, enum dual_order *ret_order,
		 struct ferry_error *e)
{
	struct dual_step st = dual_next(w->state, ev);
	enum dual_state old = w->state;
	int r = 0;

	*ret_order = st.order;
	if (st.order == DUAL_ALLOW) {
		/* Remembered before it is done: a crash in between leaves a record that the kernel contradicts. */
		if (old == DUAL_CLOSED)
			w->since = now_ms();
		w->state = st.next;
		remember(o, w);
		r = drbd_two_primaries_set(o->resource, true, o->deadline, e);
		if (r == 0)
			step("two-primaries-allowed", "%s", o->resource);
		return r;
	}
	if (st.order == DUAL_CLEAR) {
		r = drbd_two_primaries_set(o->resource, false, o->deadline, e);
		if (r < 0)
			return r;
		tell_window(o, w, "cleared here");
	}
	w->state = st.next;
	if (w->state != old)
		remember(o, w);
	return 0;
}

/* EV, where the kernel allows two Primaries. */
static int settle(const struct disk_opts *o, enum dual_event ev, enum dual_order *ret_order, struct ferry_error *e)
{
	struct dual_window w;

	recall(o, &w);
	if (w.state == DUAL_CLOSED) {
		/* By the peer's notify a moment ago, or by hand: what is not remembered counts from now. */
		w = (struct dual_window){ DUAL_ALLOWED, now_ms() };
		remember(o, &w);
	}
	return apply(o, &w, ev, ret_order, e);
}

void disk_dual_over(const struct disk_opts *o)
{
	struct dual_window w;

	recall(o, &w);
	if (w.state == DUAL_CLOSED)
		return;
	tell_window(o, &w, "by the peer, or with the connection");
	w.state = DUAL_CLOSED;
	remember(o, &w);
}

/* Is the permission there? Where it is not, the record is closed. */
static int look(const struct disk_opts *o, bool *ret_allowed, struct ferry_error *e)
{
	int r = drbd_two_primaries_get(o->resource, o->deadline, ret_allowed, e);

	if (r == 0 && !*ret_allowed)
		disk_dual_over(o);
	return r;
}

static int announced(const struct disk_opts *o, const struct drbd_state *s, struct ferry_error *e)
{
	enum dual_order order;
	struct dual_window w;

	if (!dual_second_primary(s, o->promoting))
		return 0;
	/* With a different setting on the two ends DRBD would not connect again; and they would not be one disk. */
	if (!all_connected(s))
		return error_set(e, OCF_ERR_GENERIC, ENOTCONN,
				 "'%s' is not connected to its peer: two Primaries are not allowed", o->resource);
	recall(o, &w);
	return apply(o, &w, DUAL_EV_ANNOUNCED, &order, e);
}

int disk_dual_notify(const struct disk_opts *o, const char *type_op, const struct drbd_state *s, struct ferry_error *e)
{
	enum dual_event ev = DUAL_EV_ENDED;
	enum dual_order order;
	bool allowed;
	int r;

	if (strcmp(type_op, "pre-promote") == 0)
		return announced(o, s, e);
	if (strcmp(type_op, "post-promote") == 0)
		ev = DUAL_EV_ONE_BUSY;
	else if (strcmp(type_op, "post-demote") != 0 && strcmp(type_op, "post-stop") != 0 &&
		 strcmp(type_op, "pre-start") != 0)
		return 0;
	r = look(o, &allowed, e);
	if (r < 0 || !allowed)
		return r;
	return settle(o, two_primaries(s) ? DUAL_EV_TWO_BUSY : ev, &order, e);
}

static bool is_held(const struct drbd_state *s, char *buf, size_t size)
{
	for (unsigned int i = 0; i < s->nvolumes; i++)
		if (blockdev_holder(DRBD_BLOCK_MAJOR, (unsigned int)s->volumes[i].minor, buf, size))
			return true;
	return false;
}

static void offer(const struct disk_opts *o, const struct drbd_state *s, int quality, bool held, bool idle, bool stopped)
{
	int score = dual_score(s, quality, held, idle, stopped);

	if (score != DUAL_SCORE_KEEP)
		disk_set_score(o, score);
}

void disk_dual_offer(const struct disk_opts *o, const struct drbd_state *s, int quality, const char *type_op)
{
	offer(o, s, quality, false, false, strcmp(type_op, "post-stop") == 0);
}

/* The controller is asked only where something may have been left behind. */
static bool is_idle(const struct disk_opts *o)
{
	struct ferry_error why = FERRY_ERROR_INIT;
	bool idle = false;

	if (cluster_idle(o->deadline, &idle, &why) < 0)
		log_warning("%s: nobody says whether a move is under way, so two Primaries stay allowed for now: %s",
			    o->resource, why.text);
	return idle;
}

bool disk_dual_monitor(const struct disk_opts *o, const struct drbd_state *s, int quality, struct ferry_error *e)
{
	struct ferry_error why = FERRY_ERROR_INIT;
	enum dual_order order = DUAL_NOTHING;
	bool allowed = false, idle = false, held = false;
	char holder[200] = "";
	int r = look(o, &allowed, &why);

	if (r == 0 && allowed) {
		idle = is_idle(o);
		r = settle(o, event_of(o, s, idle), &order, &why);
	}
	if (r < 0)
		log_warning("%s: %s; the next monitor tries again", o->resource, why.text);
	if (two_primaries(s))
		held = is_held(s, holder, sizeof holder);
	offer(o, s, quality, held, idle, false);
	if (order != DUAL_COMPLAIN)
		return false;
	error_clear(e);
	error_set(e, OCF_DEGRADED_PROMOTED, 0,
		  "'%s' is Primary on two nodes though no move is under way (here held open by %s): a migration has failed, or something else has the device open on the node that the guest has left; see crm_mon, and man ferry-drbd, TWO PRIMARIES DURING A MOVE",
		  o->resource, held ? holder : "nobody");
	return true;
}
