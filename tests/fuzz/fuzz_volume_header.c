/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The header of a checkpoint volume: any bytes in the two slots, and, because a checksum keeps chance out, the same bytes as the
 * fields of a slot whose magic, version and sum are right. What is read is in range, can be written, and reads the same.
 */
#include <string.h>
#include <xxhash.h>

#include "lib/model/volume_header.h"
#include "tests/fuzz/fuzz.h"

#define FIELDS 12	/* where they begin: "full", seq, ... */
#define SUM 80

static unsigned char area[VOLUME_HEADERS];

static void round_trip(void)
{
	static unsigned char again[VOLUME_HEADERS];
	unsigned char slot[STORE_BLOCK];
	struct volume_header h, g;
	char why[160];
	enum volume_state s = volume_header_decode(area, &h, why, sizeof why);
	size_t off;

	must(why[0] && (s == VOLUME_VALID || (h.seq == 0 && !h.full)));
	if (s != VOLUME_VALID)
		return;
	must(h.seq > 0 && h.seq < UINT64_MAX);
	if (h.full)
		must(nonce_valid(h.id) && h.text_len > 0 && h.text_len <= MANIFEST_TEXT_MAX && h.text_off >= VOLUME_DATA &&
		     h.text_off + h.text_len < INT64_MAX);
	memset(again, 0, sizeof again);
	off = volume_header_encode(&h, slot);
	must(off == h.seq % 2 * STORE_BLOCK);
	memcpy(again + off, slot, sizeof slot);
	must(volume_header_decode(again, &g, NULL, 0) == VOLUME_VALID);
	must(g.seq == h.seq && g.full == h.full && strcmp(g.id, h.id) == 0 && g.text_off == h.text_off &&
	     g.text_len == h.text_len && g.text_xxh3 == h.text_xxh3);
}

/* Into slot I: the fields, and all that makes them a header. */
static void wrap(unsigned int i, const uint8_t *data, size_t size)
{
	unsigned char *slot = area + i * STORE_BLOCK;
	uint64_t sum;

	memset(slot, 0, STORE_BLOCK);
	memcpy(slot, "FERRYCKV\1\0\0\0", FIELDS);
	memcpy(slot + FIELDS, data, size < SUM - FIELDS ? size : SUM - FIELDS);
	sum = XXH3_64bits(slot, SUM);
	for (unsigned int b = 0; b < 8; b++)
		slot[SUM + b] = (unsigned char)(sum >> (8 * b));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	memset(area, 0, sizeof area);
	memcpy(area, data, size < sizeof area ? size : sizeof area);
	round_trip();
	for (unsigned int i = 0; i < 2; i++) {
		memset(area, 0, sizeof area);
		wrap(i, data, size);
		round_trip();
	}
	if (size > SUM - FIELDS) {
		wrap(0, data + SUM - FIELDS, size - (SUM - FIELDS));
		round_trip();
	}
	return 0;
}
