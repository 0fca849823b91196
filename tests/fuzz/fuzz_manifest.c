/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The manifest: any bytes, and, because a checksum keeps chance out, the same bytes with the sum that belongs to them.
 * What is accepted is in range, and is the same after another round.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "lib/base/cleanup.h"
#include "lib/model/manifest.h"
#include "tests/fuzz/fuzz.h"

static void round_trip(const char *text, size_t len)
{
	struct ferry_error e = FERRY_ERROR_INIT;
	struct manifest m, again;
	struct manifest_host host = { .qemu = 1 };
	ferry_autofree char *json = NULL;
	size_t n;
	int r = manifest_from_json(text, len, &m, &e);

	must(r == 0 || (r < 0 && e.code != 0));
	if (r < 0)
		return;
	must(manifest_check(&m, &e) == 0 && name_valid(m.domain) && nonce_valid(m.id));
	manifest_fits(&m, "vm1", m.uuid, &host, &e);
	error_clear(&e);
	must(manifest_to_json(&m, &json, &n, &e) == 0);
	must(manifest_from_json(json, n, &again, &e) == 0);
	must(again.nchunks == m.nchunks);
	for (size_t i = 0; i < m.nchunks; i++)
		must(again.chunks[i].xxh3 == m.chunks[i].xxh3 && again.chunks[i].stored == m.chunks[i].stored);
	must(again.epoch == m.epoch && again.whole == m.whole && strcmp(again.nonce, m.nonce) == 0);
	manifest_clear(&again);
	manifest_clear(&m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ferry_autofree char *summed = malloc(size + 64);
	size_t len = size;

	must(summed);
	round_trip((const char *)data, size);
	/* A corpus file is the text in front of the sum, with or without the brace and newline of an editor's. */
	while (len > 0 && (data[len - 1] == '\n' || data[len - 1] == '}'))
		len--;
	memcpy(summed, data, len);
	round_trip(summed, len + (size_t)sprintf(summed + len, ",\"check\":\"%016" PRIx64 "\"}",
						 (uint64_t)XXH3_64bits(summed, len)));
	return 0;
}
