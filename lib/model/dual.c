/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/model/dual.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/model/ocf.h"

/*
 * Why the less obvious cells are as they are:
 *
 * - ALLOWED in ONE_BUSY stays: the promotion may be the next action of the transition. OPEN there is cleared: the
 *   second Primary has come and gone, and another one would be announced again.
 * - APART changes nothing: DRBD connects only two nodes that both say yes or both say no, and otherwise leaves them
 *   StandAlone. The peer is alive and keeps its yes as well. It is cleared when they are connected again, or
 *   when the peer's disk or its node is stopped.
 * - ALONE and ENDED clear: what comes back starts with no.
 * - Two Primaries are never cleared, because the kernel refuses it; when nothing is under way they are told of, at the
 *   second look: at the first the one that the guest has left has only just lost its score.
 */
static const struct dual_step steps[DUAL_STATES][DUAL_EVENTS] = {
	[DUAL_CLOSED] = {
		[DUAL_EV_ANNOUNCED] = { DUAL_ALLOWED, DUAL_ALLOW },
		[DUAL_EV_TWO_BUSY] = { DUAL_CLOSED, DUAL_NOTHING },
		[DUAL_EV_TWO_IDLE] = { DUAL_CLOSED, DUAL_NOTHING },
		[DUAL_EV_ONE_BUSY] = { DUAL_CLOSED, DUAL_NOTHING },
		[DUAL_EV_ONE_IDLE] = { DUAL_CLOSED, DUAL_NOTHING },
		[DUAL_EV_APART] = { DUAL_CLOSED, DUAL_NOTHING },
		[DUAL_EV_ALONE] = { DUAL_CLOSED, DUAL_NOTHING },
		[DUAL_EV_ENDED] = { DUAL_CLOSED, DUAL_NOTHING },
	},
	[DUAL_ALLOWED] = {
		[DUAL_EV_ANNOUNCED] = { DUAL_ALLOWED, DUAL_ALLOW },
		[DUAL_EV_TWO_BUSY] = { DUAL_OPEN, DUAL_NOTHING },
		[DUAL_EV_TWO_IDLE] = { DUAL_LINGERS, DUAL_NOTHING },
		[DUAL_EV_ONE_BUSY] = { DUAL_ALLOWED, DUAL_NOTHING },
		[DUAL_EV_ONE_IDLE] = { DUAL_CLOSED, DUAL_CLEAR },
		[DUAL_EV_APART] = { DUAL_ALLOWED, DUAL_NOTHING },
		[DUAL_EV_ALONE] = { DUAL_CLOSED, DUAL_CLEAR },
		[DUAL_EV_ENDED] = { DUAL_CLOSED, DUAL_CLEAR },
	},
	[DUAL_OPEN] = {
		[DUAL_EV_ANNOUNCED] = { DUAL_OPEN, DUAL_ALLOW },
		[DUAL_EV_TWO_BUSY] = { DUAL_OPEN, DUAL_NOTHING },
		[DUAL_EV_TWO_IDLE] = { DUAL_LINGERS, DUAL_NOTHING },
		[DUAL_EV_ONE_BUSY] = { DUAL_CLOSED, DUAL_CLEAR },
		[DUAL_EV_ONE_IDLE] = { DUAL_CLOSED, DUAL_CLEAR },
		[DUAL_EV_APART] = { DUAL_OPEN, DUAL_NOTHING },
		[DUAL_EV_ALONE] = { DUAL_CLOSED, DUAL_CLEAR },
		[DUAL_EV_ENDED] = { DUAL_CLOSED, DUAL_CLEAR },
	},
	[DUAL_LINGERS] = {
		[DUAL_EV_ANNOUNCED] = { DUAL_OPEN, DUAL_ALLOW },
		[DUAL_EV_TWO_BUSY] = { DUAL_OPEN, DUAL_NOTHING },
		[DUAL_EV_TWO_IDLE] = { DUAL_LINGERS, DUAL_COMPLAIN },
		[DUAL_EV_ONE_BUSY] = { DUAL_CLOSED, DUAL_CLEAR },
		[DUAL_EV_ONE_IDLE] = { DUAL_CLOSED, DUAL_CLEAR },
		[DUAL_EV_APART] = { DUAL_LINGERS, DUAL_NOTHING },
		[DUAL_EV_ALONE] = { DUAL_CLOSED, DUAL_CLEAR },
		[DUAL_EV_ENDED] = { DUAL_CLOSED, DUAL_CLEAR },
	},
};

static const char *const names[DUAL_STATES] = {
	[DUAL_CLOSED] = "closed",
	[DUAL_ALLOWED] = "allowed",
	[DUAL_OPEN] = "open",
	[DUAL_LINGERS] = "lingers",
};

struct dual_step dual_next(enum dual_state s, enum dual_event ev)
{
	if ((unsigned int)s >= DUAL_STATES || (unsigned int)ev >= DUAL_EVENTS)
		return (struct dual_step){ DUAL_CLOSED, DUAL_CLEAR };
	return steps[s][ev];
}

const char *dual_state_name(enum dual_state s)
{
	return (unsigned int)s < DUAL_STATES ? names[s] : "unknown";
}

int dual_window_print(const struct dual_window *w, char *ret_text, size_t size)
{
	int n = snprintf(ret_text, size, "%s %" PRId64 "\n", dual_state_name(w->state), w->since);

	return n < 0 || (size_t)n >= size ? -ENOSPC : 0;
}

int dual_window_parse(const char *text, struct dual_window *ret_w, struct ferry_error *e)
{
	char word[16];
	int64_t since;
	char end;

	if (sscanf(text, "%15s %" SCNd64 "%c", word, &since, &end) == 3 && end == '\n' && since >= 0)
		for (enum dual_state s = DUAL_ALLOWED; s < DUAL_STATES; s++)
			if (strcmp(word, names[s]) == 0) {
				*ret_w = (struct dual_window){ s, since };
				return 0;
			}
	return error_set(e, OCF_ERR_GENERIC, EINVAL, "\"%.40s\" is no record of two allowed Primaries", text);
}

bool dual_allowed_in(const char *text)
{
	static const char option[] = "allow-two-primaries";

	for (const char *p = strstr(text, option); p; p = strstr(p, option)) {
		p += strlen(option);
		p += strspn(p, " \t");
		if (strncmp(p, "yes", 3) == 0)
			return true;
	}
	return false;
}

bool dual_second_primary(const struct drbd_state *s, const char *nodes)
{
	unsigned int n = s->role == DRBD_PRIMARY || drbd_any_peer_primary(s) ? 1 : 0;
	unsigned int named = 0;

	for (const char *p = nodes ? nodes + strspn(nodes, " ") : ""; *p; p += strspn(p, " ")) {
		named++;
		p += strcspn(p, " ");
	}
	return n + (named ? named : 1) > 1;
}

/* A connected peer could be promoted as well as this node. */
static bool peer_is_fit(const struct drbd_peer *p)
{
	for (unsigned int v = 0; v < p->nvolumes; v++)
		if (p->volumes[v].disk < DRBD_UPTODATE || p->volumes[v].client)
			return false;
	return p->connected && p->nvolumes > 0;
}

static int score_of_secondary(const struct drbd_state *s, bool stopped)
{
	bool connected = false;

	for (unsigned int i = 0; i < s->npeers; i++) {
		connected |= s->peers[i].connected;
		if (peer_is_fit(&s->peers[i]) || s->peers[i].role == DRBD_PRIMARY)
			return DUAL_SCORE_NONE;
	}
	/* Of a peer that is not connected nothing is known but what Pacemaker tells. */
	return connected || stopped ? DUAL_SCORE_BETTER : DUAL_SCORE_KEEP;
}

int dual_score(const struct drbd_state *s, int quality, bool held, bool idle, bool stopped)
{
	if (!s->exists)
		return DUAL_SCORE_NONE;
	if (s->role == DRBD_PRIMARY) {
		if (!drbd_any_peer_primary(s) || held)
			return DUAL_SCORE_HERE;
		return idle ? DUAL_SCORE_NONE : DUAL_SCORE_KEEP;
	}
	return quality < 0 ? DUAL_SCORE_UNFIT : score_of_secondary(s, stopped);
}
