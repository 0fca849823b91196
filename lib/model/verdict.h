/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * May this copy of the guest run on this disk? A pure table over mark and stamp.
 *
 * The rule: a copy may run iff the stamp's nonce is its own (or the one claimed for it), or the
 * stamp's certificate names its move. A certificate ends the run: of the copies with the nonce, only one
 * that was held when it was sent on is still what the certificate hands over; one marked running is not. The stamp is read after the promotion (unreadable is never
 * "absent"); while this node is Primary nobody else can write it, so a certificate that is not there
 * now will not appear.
 *
 * Whatever lets a copy run, the epoch is advanced first, with a fresh nonce: a paused copy may have
 * been sent elsewhere with its mark (a move whose reply was lost), and only a stamp that moves on makes
 * that other copy stale.
 */
#ifndef FERRY_VERDICT_H
#define FERRY_VERDICT_H

#include <stdbool.h>

#include "lib/model/mark.h"
#include "lib/model/stamp.h"

enum verdict {
	VERDICT_RUN_CLAIMED,	/* its claim is the stamp's nonce: the stamp was advanced for it already, and it
				 * may have run since. If it still stands: put nonce = claim and the stamp's epoch
				 * into the mark, then as RUN_ORIGINAL */
	VERDICT_RUN_ORIGINAL,	/* its nonce is the stamp's: advance the epoch, resume */
	VERDICT_RUN_CERTIFIED,	/* the certificate names its move: advance the epoch, resume */
	VERDICT_BOOT,		/* never run: advance, resume */
	VERDICT_BOOT_UNCLAIMED,	/* never run, but a certificate names a copy that nobody claimed: it must have been
				 * looked for (vm's start does) before this one boots */
	VERDICT_STALE,		/* proved older than the disk: throw it away; a boot from the disk is then judged
				 * anew as a reserved one, for there may be an unclaimed certificate */
	VERDICT_UNDECIDED,	/* same epoch, no certificate: the source may know more */
	VERDICT_OLD_DISK,	/* the disk is older than this memory, or of another line (same epoch, other
				 * nonce), or they contradict each other: keep it paused, somebody must look */
	VERDICT_FOREIGN,	/* another guest's stamp (the uuid differs), or no mark at all */
};
#define VERDICTS (VERDICT_FOREIGN + 1)

/* STAMP is NULL where the area is fresh (STAMP_ABSENT). UUID is the guest's. That the stamp's resource
 * and domain are the caller's is for the caller to check. */
enum verdict verdict_of(const struct mark *m, const char *uuid, const struct stamp *s);
const char *verdict_name(enum verdict v);

#endif
