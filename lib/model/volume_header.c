/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/model/volume_header.h"

#include <endian.h>
#include <stdio.h>
#include <string.h>
#include <xxhash.h>

#define MAGIC "FERRYCKV"
#define VERSION 1
#define HASHED 80	/* bytes in front of the hash */
#define USED 88

static uint32_t get32(const unsigned char *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof v);
	return le32toh(v);
}

static uint64_t get64(const unsigned char *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof v);
	return le64toh(v);
}

static void put32(unsigned char *p, uint32_t v)
{
	v = htole32(v);
	memcpy(p, &v, sizeof v);
}

static void put64(unsigned char *p, uint64_t v)
{
	v = htole64(v);
	memcpy(p, &v, sizeof v);
}

static bool all_zero(const unsigned char *p, size_t len)
{
	return p[0] == 0 && memcmp(p, p + 1, len - 1) == 0;
}

/* NULL, or what is wrong with it. */
static const char *slot_read(const unsigned char *slot, unsigned int index, struct volume_header *h)
{
	uint32_t full = get32(slot + 12);

	memset(h, 0, sizeof *h);
	if (all_zero(slot, STORE_BLOCK))
		return "zeros";
	if (memcmp(slot, MAGIC, 8) != 0)
		return "not Ferry's";
	if (get32(slot + 8) != VERSION)
		return "of another layout version";
	if (XXH3_64bits(slot, HASHED) != get64(slot + HASHED))
		return "torn or damaged";
	if (!all_zero(slot + USED, STORE_BLOCK - USED))
		return "bytes behind it";
	h->seq = get64(slot + 16);
	if (h->seq % 2 != index || h->seq == 0 || h->seq == UINT64_MAX)
		return "in the wrong slot";
	if (full == 0)
		return all_zero(slot + 24, HASHED - 24) ? NULL : "empty, yet names a checkpoint";
	memcpy(h->id, slot + 24, NONCE_LEN);
	h->text_off = get64(slot + 56);
	h->text_len = get64(slot + 64);
	h->text_xxh3 = get64(slot + 72);
	if (full != 1 || !nonce_valid(h->id))
		return "no id";
	if (h->text_off < VOLUME_DATA || h->text_off % STORE_BLOCK != 0 || h->text_off > INT64_MAX - MANIFEST_TEXT_MAX ||
	    h->text_len == 0 || h->text_len > MANIFEST_TEXT_MAX)
		return "an impossible place of the manifest";
	h->full = true;
	return NULL;
}

/* A slot that a later Ferry wrote: the other one, which we could read, is then out of date. */
static bool newer(const unsigned char *slot)
{
	return memcmp(slot, MAGIC, 8) == 0 && get32(slot + 8) > VERSION;
}

/* Written by Ferry, if perhaps not to its end. */
static bool ours(const unsigned char *slot)
{
	return memcmp(slot, MAGIC, 8) == 0 || all_zero(slot, STORE_BLOCK);
}

enum volume_state volume_header_decode(const void *buf, struct volume_header *ret_h, char *why, size_t why_size)
{
	const unsigned char *slot[2] = { buf, (const unsigned char *)buf + STORE_BLOCK };
	struct volume_header h[2];
	const char *wrong[2];

	for (unsigned int i = 0; i < 2; i++)
		wrong[i] = slot_read(slot[i], i, &h[i]);
	if (why && why_size > 0)
		snprintf(why, why_size, "slot 0: %s; slot 1: %s", wrong[0] ? wrong[0] : "valid", wrong[1] ? wrong[1] : "valid");
	memset(ret_h, 0, sizeof *ret_h);
	if (newer(slot[0]) || newer(slot[1]))
		return VOLUME_FOREIGN;
	if (!wrong[0] || !wrong[1]) {
		*ret_h = wrong[0] || (!wrong[1] && h[1].seq > h[0].seq) ? h[1] : h[0];
		return VOLUME_VALID;
	}
	if (all_zero(buf, VOLUME_HEADERS))
		return VOLUME_ABSENT;
	return ours(slot[0]) && ours(slot[1]) ? VOLUME_DAMAGED : VOLUME_FOREIGN;
}

size_t volume_header_encode(const struct volume_header *h, void *slot)
{
	unsigned char *p = slot;

	memset(p, 0, STORE_BLOCK);
	memcpy(p, MAGIC, 8);
	put32(p + 8, VERSION);
	put64(p + 16, h->seq);
	if (h->full) {
		put32(p + 12, 1);
		memcpy(p + 24, h->id, NONCE_LEN);
		put64(p + 56, h->text_off);
		put64(p + 64, h->text_len);
		put64(p + 72, h->text_xxh3);
	}
	put64(p + HASHED, XXH3_64bits(p, HASHED));
	return h->seq % 2 * STORE_BLOCK;
}
