/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A stream of events, fed line by line: a refused line changes nothing, and what is kept is in range. */
#include <stdlib.h>
#include <string.h>

#include "lib/model/drbd_events.h"
#include "tests/fuzz/fuzz.h"

static void check(const struct drbd_state *s)
{
	char why[512];

	must(s->nvolumes <= DRBD_MAX_VOLUMES && s->npeers <= DRBD_MAX_PEERS);
	for (unsigned int i = 1; i < s->nvolumes; i++)
		must(s->volumes[i - 1].volume < s->volumes[i].volume);
	for (unsigned int i = 0; i < s->npeers; i++)
		must(s->peers[i].nvolumes <= DRBD_MAX_VOLUMES);
	must(!drbd_fully_redundant(s) || (s->exists && drbd_all_uptodate(s)));
	drbd_redundancy_text(s, why, sizeof why);
	must(drbd_fully_redundant(s) == (*why == '\0'));
	must(drbd_peers_current(s, why, sizeof why) == (*why == '\0'));
	must(!drbd_fully_redundant(s) || drbd_peers_current(s, why, sizeof why));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct drbd_state s, before;	/* large */
	const char *p = (const char *)data, *end = p + size;

	drbd_state_init(&s, "r0");
	while (p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		size_t len = (size_t)((nl ? nl : end) - p);
		struct ferry_error e = FERRY_ERROR_INIT;

		memcpy(&before, &s, sizeof s);
		if (drbd_state_feed(&s, p, len, &e) < 0) {
			must(e.code != 0);
			must(memcmp(&before, &s, sizeof s) == 0);
		}
		p += len + 1;
	}
	check(&s);
	return 0;
}
