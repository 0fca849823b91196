/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The record of a move: what is accepted is in range, and is the same after another round. */
#include <stdlib.h>
#include <string.h>

#include "lib/base/cleanup.h"
#include "lib/model/move.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ferry_autofree char *json = NULL;
	struct move m, again;
	struct ferry_error e = FERRY_ERROR_INIT;
	int r = move_from_json((const char *)data, size, &m, &e);

	must(r == 0 || (r < 0 && e.code != 0));
	if (r < 0)
		return 0;
	must(m.phase < MOVE_STATES && nonce_valid(m.id) && name_valid(m.domain) && name_valid(m.target));
	for (int ev = 0; ev < MOVE_EVENTS; ev++)
		must(move_next(m.phase, (enum move_event)ev) <= MOVE_STATES);
	json = move_to_json(&m);
	must(json && move_from_json(json, strlen(json), &again, &e) == 0);
	must(again.phase == m.phase && again.epoch == m.epoch && strcmp(again.id, m.id) == 0 &&
	     again.qemu_pid == m.qemu_pid && again.qemu_start == m.qemu_start);
	return 0;
}
