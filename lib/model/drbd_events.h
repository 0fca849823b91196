/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `drbdsetup events2 --statistics RES` of drbd-utils 9.x, for the kernel modules 8.4 and 9.
 * Source: drbdsetup(8), "events2"; texts recorded in tests/fixtures/drbd.
 *
 * A tracker is fed line by line and holds the resource as the kernel last told it. With 8.4 there
 * is one peer, `peer-node-id:0 conn-name:peer`.
 */
#ifndef FERRY_DRBD_EVENTS_H
#define FERRY_DRBD_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/error.h"
#include "lib/model/ids.h"

#define DRBD_MAX_VOLUMES 32
#define DRBD_MAX_PEERS 8

enum drbd_role { DRBD_ROLE_UNKNOWN, DRBD_SECONDARY, DRBD_PRIMARY };
enum drbd_disk {	/* in the kernel's order */
	DRBD_DISKLESS, DRBD_ATTACHING, DRBD_DETACHING, DRBD_FAILED, DRBD_NEGOTIATING,
	DRBD_INCONSISTENT, DRBD_OUTDATED, DRBD_DISK_UNKNOWN, DRBD_CONSISTENT, DRBD_UPTODATE,
};

struct drbd_volume {
	int volume;			/* volume number */
	int minor;			/* /dev/drbdMINOR; -1 unknown */
	enum drbd_disk disk;
	uint64_t size_kib;		/* 0 unless --statistics told it */
};

struct drbd_peer_volume {
	int volume;
	enum drbd_disk disk;
	bool client;			/* diskless on purpose (9 only: a tie-breaker): no replica to wait for */
	char replication[24];		/* "Established", "SyncSource", "Off", ... */
};

struct drbd_peer {
	int node_id;
	char name[NAME_SIZE];
	bool connected;			/* connection:Connected */
	char connection[24];
	enum drbd_role role;
	unsigned int nvolumes;
	struct drbd_peer_volume volumes[DRBD_MAX_VOLUMES];
};

struct drbd_state {
	char resource[NAME_SIZE];
	bool exists;			/* a resource line was seen and no destroy since */
	bool initial_done;		/* the `exists -` line that ends the initial dump */
	enum drbd_role role;
	bool suspended;			/* I/O frozen (suspended: other than "no") */
	char suspended_why[24];
	bool may_promote_known, may_promote; /* 9 only */
	unsigned int nvolumes;
	struct drbd_volume volumes[DRBD_MAX_VOLUMES];	/* ascending by number */
	unsigned int npeers;
	struct drbd_peer peers[DRBD_MAX_PEERS];
};

void drbd_state_init(struct drbd_state *s, const char *resource);
/* One line without its newline. Lines about other resources are ignored, as are unknown kinds and
 * unknown keys; a line that cannot be understood, or more volumes or peers than fit, is -EINVAL and
 * leaves S as it was. */
int drbd_state_feed(struct drbd_state *s, const char *line, size_t len, struct ferry_error *e);

/* Every volume's local disk is UpToDate (false when there is none). */
bool drbd_all_uptodate(const struct drbd_state *s);
/* The state is known, I/O is not suspended, and every volume is UpToDate here and on every configured
 * peer that keeps a replica (at least one): Connected, Established, UpToDate. */
bool drbd_fully_redundant(const struct drbd_state *s);
/* As much as a move needs: as above, but the disk here may be missing (Diskless, after an error or a detach):
 * then all that was written is on the peers. RET_WHY gets in words what stands in the way, "" if nothing. */
bool drbd_peers_current(const struct drbd_state *s, char *ret_why, size_t size);
/* In words what stands in the way of full redundancy, for an exit reason; "" if nothing. */
void drbd_redundancy_text(const struct drbd_state *s, char *buf, size_t size);
bool drbd_any_peer_primary(const struct drbd_state *s);
/* A peer is bringing a disk here up to date, or about to; not while that is paused. */
bool drbd_resync_to_here(const struct drbd_state *s);

const char *drbd_role_name(enum drbd_role r);
const char *drbd_disk_name(enum drbd_disk d);

#endif
