/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The stamp: any bytes in the two slots, and, because a checksum keeps chance out, the same bytes as the
 * payload of a slot whose header and checksum are right. What is read can be written, and reads the same.
 */
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "lib/model/stamp.h"
#include "tests/fuzz/fuzz.h"

static unsigned char area[STAMP_READ];

static void le(unsigned char *p, uint64_t v, unsigned int bytes)
{
	for (unsigned int i = 0; i < bytes; i++)
		p[i] = (unsigned char)(v >> (8 * i));
}

static void wrap(const uint8_t *payload, size_t len, uint64_t seq)
{
	unsigned char *slot = area + (seq % 2) * STAMP_SLOT;
	unsigned char sum[STAMP_SLOT];

	if (len > STAMP_SLOT - 32)
		len = STAMP_SLOT - 32;
	memset(area, 0, sizeof area);
	memcpy(slot, "FERRYSTP", 8);
	le(slot + 8, 1, 4);
	le(slot + 12, len, 4);
	le(slot + 16, seq, 8);
	memcpy(slot + 32, payload, len);
	memcpy(sum, slot, 24);
	memcpy(sum + 24, payload, len);
	le(slot + 24, XXH3_64bits(sum, 24 + len), 8);
}

static void round_trip(void)
{
	static unsigned char again[STAMP_READ];
	struct stamp s, t;
	struct ferry_error e = FERRY_ERROR_INIT;
	size_t off;
	char why[256];

	if (stamp_decode(area, &s, why, sizeof why) != STAMP_VALID)
		return;
	memset(again, 0, sizeof again);
	unsigned char slot[STAMP_SLOT];
	must(stamp_encode(&s, slot, &off, &e) == 0);
	must(off == (s.seq % 2) * STAMP_SLOT);
	memcpy(again + off, slot, sizeof slot);
	must(stamp_decode(again, &t, NULL, 0) == STAMP_VALID);
	must(t.seq == s.seq && t.epoch == s.epoch && strcmp(t.nonce, s.nonce) == 0 && t.certified == s.certified && t.saved == s.saved);
	free(stamp_to_json(&s));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	memset(area, 0, sizeof area);
	memcpy(area, data, size < sizeof area ? size : sizeof area);
	round_trip();
	wrap(data, size, 6);
	round_trip();
	wrap(data, size, 7);
	round_trip();
	return 0;
}
