/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two Primaries during a move (dual_primary=during_move of ocf:ferry:drbd): when DRBD's allow-two-primaries is
 * set and when it is cleared, and where such a disk is offered for promotion. doc/architecture.md, "Two Primaries
 * during a move".
 *
 * The window is what one node remembers of a permission that DRBD's kernel module holds (the option is never in
 * a configuration file, so it dies with drbdadm down and with the node). The kernel's word counts: where it says
 * no the window is closed, whatever is remembered.
 */
#ifndef FERRY_DUAL_H
#define FERRY_DUAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/error.h"
#include "lib/model/drbd_events.h"

enum dual_state {
	DUAL_CLOSED,	/* not allowed */
	DUAL_ALLOWED,	/* allowed: for a promotion that is announced, or nobody here knows why */
	DUAL_OPEN,	/* two Primaries have been seen */
	DUAL_LINGERS,	/* ... and still were when the cluster had nothing under way */
	DUAL_STATES
};

enum dual_event {
	DUAL_EV_ANNOUNCED,	/* a promotion will be tried that makes a second Primary */
	DUAL_EV_TWO_BUSY,	/* two Primaries; the cluster has a transition under way, or cannot be asked */
	DUAL_EV_TWO_IDLE,	/* two Primaries, and it has none */
	DUAL_EV_ONE_BUSY,	/* one Primary or none, all peers connected */
	DUAL_EV_ONE_IDLE,
	DUAL_EV_APART,		/* a peer whose node is a member of the cluster is not connected */
	DUAL_EV_ALONE,		/* a peer is not connected, and its node is no member */
	DUAL_EV_ENDED,		/* a node was demoted or stopped, or starts anew; not two Primaries */
	DUAL_EVENTS
};

enum dual_order { DUAL_NOTHING, DUAL_ALLOW, DUAL_CLEAR, DUAL_COMPLAIN };

struct dual_step {
	enum dual_state next;
	enum dual_order order;
};

/* Every pair has a step; what is no state or no event closes. */
struct dual_step dual_next(enum dual_state s, enum dual_event ev);
const char *dual_state_name(enum dual_state s);

/* What a node remembers of its window. */
struct dual_window {
	enum dual_state state;
	int64_t since;	/* ms of CLOCK_MONOTONIC; the record does not outlive the boot */
};
/* One line of text with its newline. -ENOSPC if it does not fit. */
int dual_window_print(const struct dual_window *w, char *ret_text, size_t size);
int dual_window_parse(const char *text, struct dual_window *ret_w, struct ferry_error *e);

/* `drbdsetup show --show-defaults RES`, 8.4 and 9: some connection of it has allow-two-primaries yes. */
bool dual_allowed_in(const char *text);

/* A promotion of NODES (blank-separated names, NULL or "" for one that nobody named) makes a second Primary. */
bool dual_second_primary(const struct drbd_state *s, const char *nodes);

/*
 * Promotion score in this shape. A node that is not Primary has none: what promotes it is the colocation with the
 * guest's place. One that is keeps its role by its score while the guest is there.
 * QUALITY: the score of the single-primary shape (below 0: not fit to be promoted). HELD: something has the
 * device open here. IDLE: the cluster has no transition under way: while it has one, nothing is taken away.
 * STOPPED: a peer's instance has just been stopped or fenced.
 */
#define DUAL_SCORE_HERE 10000
/* Fit, while the peer cannot be promoted: it is stopped, or connected and not fit, and nobody is Primary. The guest's
 * place does not follow its disk; so the guest runs here all the same. */
#define DUAL_SCORE_BETTER 5
#define DUAL_SCORE_UNFIT (-1000)	/* outweighs the colocation: not promoted, also at the guest's place */
#define DUAL_SCORE_NONE (-1)
#define DUAL_SCORE_KEEP (-2)	/* as it is */
int dual_score(const struct drbd_state *s, int quality, bool held, bool idle, bool stopped);

#endif
