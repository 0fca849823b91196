/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ferry's mark in a guest's libvirt metadata: <ferry:mark xmlns:ferry="urn:ferry:mark:1" .../>.
 * It travels with the guest and says who paused it and which copy it is.
 */
#ifndef FERRY_MARK_H
#define FERRY_MARK_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/error.h"
#include "lib/model/ids.h"

#define MARK_URI "urn:ferry:mark:1"
#define MARK_KEY "ferry"

enum mark_state {
	MARK_NONE,	/* no mark: not started by Ferry */
	MARK_RESERVED,	/* created paused, never run: no memory worth keeping */
	MARK_HELD,	/* paused by Ferry; holds memory that must not be thrown away */
	MARK_RUNNING,	/* let run by Ferry; if it is paused, somebody else did that */
};

struct mark {
	enum mark_state state;
	uint64_t epoch;		/* the run that its memory comes from */
	char nonce[NONCE_SIZE];	/* the stamp's nonce if this is the original copy; "" for an arrived one */
	char claim[NONCE_SIZE];	/* the nonce that is being claimed for it: set before the stamp is
				 * written, so that a claim cut short can be told and finished; else "" */
	char move[NONCE_SIZE];	/* HELD by a move: its id; else "" */
	char source[NAME_SIZE];	/* HELD by a move: the node that it left; else "" */
	bool user_paused;	/* its user had paused it before it was moved: let run, it stays paused */
};

/*
 * What fits together, and all that is ever written or accepted:
 *
 *   NONE      everything empty (so no pause of a user's either; the same for RESERVED)
 *   RESERVED  epoch 0, no nonce, move or source; perhaps a claim
 *   HELD      either the original, held back where it ran: epoch and nonce; or an arrived copy: move
 *             and source. Never both: only a certificate can entitle an arrived copy. Perhaps a claim
 *   RUNNING   epoch and nonce (both empty for a guest without a gate); perhaps a claim
 */
bool mark_valid(const struct mark *m);

/* The mark of an original, held back where it ran: the run of the stamp with this epoch (not 0) and nonce. */
struct mark mark_held_run(uint64_t epoch, const char *nonce);

/* The metadata element for virDomainSetMetadata, without a namespace: libvirt adds it from its key
 * and uri arguments (MARK_KEY, MARK_URI), and fails if it is there already. Caller frees; NULL on no
 * memory or if M is NONE or not valid. */
char *mark_to_xml(const struct mark *m);
/* From that element's text, as virDomainGetMetadata gives it (libvirt takes the namespace off again;
 * with Ferry's namespace it is accepted too). -EINVAL for anything that mark_valid refuses. */
int mark_from_xml(const char *xml, struct mark *ret_mark, struct ferry_error *e);
const char *mark_state_name(enum mark_state s);

#endif
