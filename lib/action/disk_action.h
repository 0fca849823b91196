/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The actions of ocf:ferry:drbd. Each returns 0 or -errno with the OCF code in E, and is
 * idempotent.
 */
#ifndef FERRY_DISK_ACTION_H
#define FERRY_DISK_ACTION_H

#include <stdbool.h>

#include "lib/base/deadline.h"
#include "lib/base/error.h"
#include "lib/model/drbd_conf.h"
#include "lib/model/drbd_events.h"

struct disk_opts {
	const char *resource;
	const char *instance;	/* the cluster's name of this resource, for the promotion score; NULL: set none */
	bool during_move;	/* dual_primary=during_move: see disk_dual.h */
	const char *promoting;	/* notify: the nodes that are about to be promoted, blank-separated; NULL: not told */
	bool probe;		/* forget what score was set last: Pacemaker may have dropped it */
	struct ferry_deadline deadline;
};

/* Up, closed gates as soon as the size is known (waits for the connection or for a disk state that
 * will not change by itself, inside the deadline), promotion score. */
int disk_start(const struct disk_opts *o, struct ferry_error *e);
/* Gates removed, down, score removed. An open gate is a refusal; a closed one that a held guest has open
 * stays: it leads nowhere. */
int disk_stop(const struct disk_opts *o, struct ferry_error *e);
/* Refuses an Inconsistent or Outdated local disk before asking the kernel (waits for a resync to it that is
 * under way, for half a minute); afterwards proves that the role is Primary and every local disk UpToDate, else demotes again and fails. Never --force. */
int disk_promote(const struct disk_opts *o, struct ferry_error *e);
/* Secondary; a gate that is still open is a refusal that names it. */
int disk_demote(const struct disk_opts *o, struct ferry_error *e);
/* *ret_code: 0 Secondary, 8 Primary, 7 not up; 190 and 191 instead of 0 and 8 where a replica is missing or not
 * current, or two nodes stay Primary for no reason, with the reason in E (a probe does not ask). A missing or foreign
 * gate device, a failed or detached disk is 1 (9 on a Primary). Sets the promotion score when it changed. */
int disk_monitor(const struct disk_opts *o, int *ret_code, struct drbd_state *ret_state,
		 struct ferry_error *e);
/* LEVEL 0: parameters alone; 10: configuration and host as well. */
int disk_validate(const struct disk_opts *o, int level, struct ferry_error *e);
/* After a peer came or went: scores anew; with DURING_MOVE the permission for two Primaries too. TYPE_OP is
 * Pacemaker's "post-promote" and so on. */
int disk_notify(const struct disk_opts *o, const char *type_op, struct ferry_error *e);

/* Promotion score by state: DISK_SCORE_UPTODATE where every local disk is UpToDate (the same on all
 * such nodes, else clearing a move would pull the guest back), DISK_SCORE_CONSISTENT where it is only
 * Consistent and no peer is connected (offered only while the peer's node is a member of the cluster),
 * none (-1) otherwise. */
#define DISK_SCORE_UPTODATE 10000
#define DISK_SCORE_CONSISTENT 10
int disk_score(const struct drbd_state *s);

/* ---- between the files of disk's actions ---- */

/* A score that cannot be set now is set by the next monitor: no reason to fail an action. */
void disk_set_score(const struct disk_opts *o, int score);
/* Of the nodes that the resource is configured on, one more than this is a member of the cluster; true where
 * that is not known. */
bool disk_peer_is_member(const struct disk_opts *o, const struct drbd_conf *c);

#endif
