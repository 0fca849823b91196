/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/model/verdict.h"

#include <string.h>

/* An empty string equals nothing: it is the absence of an identity, not one. */
static bool same_id(const char *a, const char *b)
{
	return a[0] != '\0' && strcmp(a, b) == 0;
}

static bool certificate_names(const struct stamp *s, const struct mark *m)
{
	return s->certified && m->state == MARK_HELD && s->cert.epoch == s->epoch &&
	       s->cert.epoch == m->epoch && same_id(m->move, s->cert.move);
}

/* Never run: there is no memory to be right or wrong about. */
static enum verdict verdict_reserved(const struct mark *m, const struct stamp *s)
{
	if (!s)
		return VERDICT_BOOT;
	if (s->certified)
		return VERDICT_BOOT_UNCLAIMED;
	/* A process that died right after the resume leaves the mark as it was: it may have run. */
	if (s->epoch > 0 && same_id(m->claim, s->nonce))
		return VERDICT_RUN_CLAIMED;
	return VERDICT_BOOT;
}

/* Holds memory: HELD or RUNNING. */
static enum verdict verdict_memory(const struct mark *m, const struct stamp *s)
{
	if (!s || s->epoch == 0 || m->epoch == 0)
		return VERDICT_OLD_DISK;
	if (certificate_names(s, m))
		return VERDICT_RUN_CERTIFIED;
	if (same_id(m->claim, s->nonce)) {
		if (s->epoch != m->epoch + 1)
			return VERDICT_OLD_DISK;
		/* The run that it claimed has ended with a move, and this copy was proved gone. */
		return s->certified ? VERDICT_STALE : VERDICT_RUN_CLAIMED;
	}
	/* An arrived copy's nonce, should it have one, is not its own. */
	if (m->move[0] == '\0' && same_id(m->nonce, s->nonce)) {
		if (s->epoch != m->epoch)
			return VERDICT_OLD_DISK;
		/* A certificate says that the copy which ran is gone. One that was held when it was
		 * sent on has not run since, so its memory is what the certificate hands over. */
		if (s->certified && m->state == MARK_RUNNING)
			return VERDICT_STALE;
		return VERDICT_RUN_ORIGINAL;
	}
	if (m->epoch != s->epoch)
		return m->epoch < s->epoch ? VERDICT_STALE : VERDICT_OLD_DISK;
	/* An original of this run with another nonce is of another line, which no certificate of this
	 * line can judge. Of the arrived copies of one run, the certificate names the one that inherits. */
	if (m->move[0] == '\0')
		return VERDICT_OLD_DISK;
	return s->certified ? VERDICT_STALE : VERDICT_UNDECIDED;
}

enum verdict verdict_of(const struct mark *m, const char *uuid, const struct stamp *s)
{
	if (m->state == MARK_NONE || !mark_valid(m) || (s && !same_id(s->uuid, uuid)))
		return VERDICT_FOREIGN;
	return m->state == MARK_RESERVED ? verdict_reserved(m, s) : verdict_memory(m, s);
}

const char *verdict_name(enum verdict v)
{
	switch (v) {
	case VERDICT_RUN_CLAIMED:
		return "run-claimed";
	case VERDICT_RUN_ORIGINAL:
		return "run-original";
	case VERDICT_RUN_CERTIFIED:
		return "run-certified";
	case VERDICT_BOOT:
		return "boot";
	case VERDICT_BOOT_UNCLAIMED:
		return "boot-unclaimed";
	case VERDICT_STALE:
		return "stale";
	case VERDICT_UNDECIDED:
		return "undecided";
	case VERDICT_OLD_DISK:
		return "old-disk";
	case VERDICT_FOREIGN:
		return "foreign";
	}
	return "unknown";
}
