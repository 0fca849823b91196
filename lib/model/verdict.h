/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * May this copy of the guest run on this disk? A pure table over mark and stamp.
 *
 * The rule: a copy may run iff the stamp's nonce is its own (or the one claimed for it), or the
 * stamp's certificate names its move. The stamp is read after the promotion (unreadable is never "absent"); while this node is
 * Primary nobody else can write it, so a certificate that is not there now will not appear.
 */
#ifndef FERRY_VERDICT_H
#define FERRY_VERDICT_H

#include <stdbool.h>

#include "lib/model/mark.h"
#include "lib/model/stamp.h"

enum verdict {
	VERDICT_RUN_CLAIMED,	/* its claim is the stamp's nonce: the stamp was advanced for it already; resume */
	VERDICT_RUN_ORIGINAL,	/* its nonce is the stamp's: advance the epoch, resume */
	VERDICT_RUN_CERTIFIED,	/* the certificate names its move: advance the epoch, resume */
	VERDICT_BOOT,		/* never run: advance, resume */
	VERDICT_BOOT_UNCLAIMED,	/* never run, but a certificate names a copy that nobody claimed: it must have been
				 * looked for (vm's start does) before this one boots */
	VERDICT_STALE,		/* proved older than the disk: throw it away, boot from the disk */
	VERDICT_UNDECIDED,	/* same epoch, no certificate: the source may know more */
	VERDICT_OLD_DISK,	/* the disk is older than this memory: keep it paused, somebody must look */
	VERDICT_FOREIGN,	/* another guest's stamp (uuid or resource differs), or no mark at all */
};

/* STAMP is NULL where the area is fresh (STAMP_ABSENT). UUID is the guest's. */
enum verdict verdict_of(const struct mark *m, const char *uuid, const struct stamp *s);
const char *verdict_name(enum verdict v);

#endif
