/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The mark's element: what is accepted is valid, and is the same after another round. */
#include <stdlib.h>
#include <string.h>

#include "lib/base/cleanup.h"
#include "lib/model/mark.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	ferry_autofree char *text = fuzz_text(data, size), *xml = NULL;
	struct mark m, again;
	struct ferry_error e = FERRY_ERROR_INIT;
	int r = mark_from_xml(text, &m, &e);

	must(r == 0 || (r < 0 && e.code != 0));
	if (r < 0)
		return 0;
	must(mark_valid(&m));
	if (m.state == MARK_NONE)
		return 0;
	xml = mark_to_xml(&m);
	must(xml && mark_from_xml(xml, &again, &e) == 0);
	must(again.state == m.state && again.epoch == m.epoch && strcmp(again.nonce, m.nonce) == 0 &&
	     strcmp(again.claim, m.claim) == 0 && strcmp(again.move, m.move) == 0 &&
	     strcmp(again.source, m.source) == 0);
	return 0;
}
