/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The stamp: which run of the guest this disk belongs to, and who inherits it.
 *
 * It lives in the last MiB of volume 0 of the DRBD resource, outside what the guest sees, so it
 * travels with the disk. Two slots of 4096 bytes at offsets 0 and 4096 of that MiB are written in
 * turn (slot = seq % 2), so a torn write leaves the older one. A slot is
 *
 *   0   8  magic "FERRYSTP"
 *   8   4  layout version, little endian, 1
 *   12  4  length of the payload
 *   16  8  seq
 *   24  8  XXH3-64 of bytes 0..23 and the payload
 *   32  .. JSON payload, then zeros to 4096
 *
 * Unknown members of the payload are ignored; missing ones are errors. `epoch` counts the runs of
 * the guest's virtual CPUs; `nonce` names the copy of the guest that is entitled to run; the
 * certificate, when present, names the move whose arrived copy inherits instead (data-safety rule:
 * a complete copy is not a current one). The checkpoint, when present, says that the run ended with its memory saved, and where:
 * who boots from the disk instead loses that memory, and must mean to. It entitles nobody: the saved copy has the
 * stamp's nonce for that. Advancing the epoch drops both.
 */
#ifndef FERRY_STAMP_H
#define FERRY_STAMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/error.h"
#include "lib/model/ids.h"
#include "lib/model/store_name.h"

#define STAMP_AREA (1024 * 1024)	/* bytes hidden from the guest at the end of volume 0 */
#define STAMP_SLOT 4096			/* bytes of one slot */
#define STAMP_READ (2 * STAMP_SLOT)	/* bytes that stamp_decode wants */
#define STAMP_MAX_VOLUMES 32

struct certificate {
	char move[NONCE_SIZE];	/* move id: 128 random bits */
	uint64_t epoch;		/* the run that ended with this move */
	char from[NAME_SIZE];	/* node that wrote it */
	char to[NAME_SIZE];	/* node that the copy was sent to; it may be relayed unrun from there */
	unsigned int volumes;	/* number of volumes of the resource at the hand-over */
	uint64_t volume_bytes[STAMP_MAX_VOLUMES]; /* size of each gate device, by order of volume number */
};

struct stamp_checkpoint {
	char id[NONCE_SIZE];
	char store[STORE_NAME_SIZE];	/* as the parameter checkpoint_store named it */
};

struct stamp {
	uint64_t seq;
	char resource[NAME_SIZE];
	char domain[NAME_SIZE];
	char uuid[UUID_SIZE];
	uint64_t epoch;		/* 0: initialised, never run */
	char nonce[NONCE_SIZE];	/* of the copy that may run; all zeros while epoch is 0 */
	char node[NAME_SIZE];	/* node that wrote this stamp */
	bool certified;
	struct certificate cert; /* valid if certified */
	bool saved;
	struct stamp_checkpoint checkpoint; /* valid if saved */
};

enum stamp_state {
	STAMP_ABSENT,	/* both slots are all zero: a fresh resource */
	STAMP_VALID,	/* *ret_stamp is the valid slot with the higher seq */
	STAMP_FOREIGN,	/* something else is there: never written over without being told to */
};

/* BUF holds STAMP_READ bytes. Never fails: what cannot be read as a stamp is FOREIGN, and WHY
 * (may be NULL) says what was wrong with each slot. */
enum stamp_state stamp_decode(const void *buf, struct stamp *ret_stamp, char *why, size_t why_size);

/* Fill SLOT (STAMP_SLOT bytes) and tell the offset inside the area at which it goes. S->seq is
 * used as it is: the caller has advanced it. -EINVAL if a field would not decode again. */
int stamp_encode(const struct stamp *s, void *slot, size_t *ret_offset, struct ferry_error *e);

/* One JSON object for people and for --json; caller frees. NULL on no memory. */
char *stamp_to_json(const struct stamp *s);

#endif
