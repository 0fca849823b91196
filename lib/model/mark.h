/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ferry's mark in a guest's libvirt metadata: <ferry:mark xmlns:ferry="urn:ferry:mark:1" .../>.
 * It travels with the guest and says who paused it and which copy it is.
 */
#ifndef FERRY_MARK_H
#define FERRY_MARK_H

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
};

/* The metadata element for virDomainSetMetadata (without the namespace prefix being assumed);
 * caller frees; NULL on no memory. */
char *mark_to_xml(const struct mark *m);
/* From that element's text, as virDomainGetMetadata gives it. */
int mark_from_xml(const char *xml, struct mark *ret_mark, struct ferry_error *e);
const char *mark_state_name(enum mark_state s);

#endif
