/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The header of a volume that keeps a checkpoint raw (lib/edge/store.h). Two slots of STORE_BLOCK bytes at 0 and STORE_BLOCK are
 * written in turn (slot = seq % 2), so a torn write leaves the older one. A slot is, little endian,
 *
 *   0   8  magic "FERRYCKV"
 *   8   4  layout version, 1
 *   12  4  1: it holds a checkpoint; 0: it is empty, and all below is zero
 *   16  8  seq
 *   24  32 the checkpoint's id, hex digits
 *   56  8  offset of the manifest's text in the volume
 *   64  8  its length
 *   72  8  its XXH3-64
 *   80  8  XXH3-64 of bytes 0..79
 *   88  .. zeros to STORE_BLOCK
 */
#ifndef FERRY_VOLUME_HEADER_H
#define FERRY_VOLUME_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/model/ids.h"
#include "lib/model/manifest.h"

#define VOLUME_HEADERS (2 * STORE_BLOCK)	/* bytes that volume_header_decode wants */
#define VOLUME_DATA (1024 * 1024)		/* where the chunks begin, the manifest's text behind them */

struct volume_header {
	uint64_t seq;
	bool full;
	char id[NONCE_SIZE];
	uint64_t text_off, text_len, text_xxh3;
};

enum volume_state {
	VOLUME_ABSENT,	/* both slots are all zero */
	VOLUME_VALID,
	VOLUME_DAMAGED,	/* Ferry's, but neither slot is whole: it holds nothing, and may be written over */
	VOLUME_FOREIGN,	/* something else, or a later Ferry's: never written over */
};

/* Never fails. *ret_h is the valid slot of the higher seq, or empty with seq 0; WHY (may be NULL) says what is wrong with each slot. */
enum volume_state volume_header_decode(const void *buf, struct volume_header *ret_h, char *why, size_t why_size);
/* Fill SLOT (STORE_BLOCK bytes); returns the offset at which it goes. */
size_t volume_header_encode(const struct volume_header *h, void *slot);

#endif
