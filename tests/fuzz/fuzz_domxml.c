/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Domain XML: what is accepted can be checked, and comes back the same with another mark. A mark put in is
 * the mark read out.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/cleanup.h"
#include "lib/model/domxml.h"
#include "tests/fuzz/fuzz.h"

static const struct mark held = {
	.state = MARK_HELD,
	.epoch = 7,
	.move = "0123456789abcdef0123456789abcdef",
	.source = "node1",
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct domxml d, again;	/* large */
	struct ferry_error e = FERRY_ERROR_INIT;
	ferry_autofree char *xml = NULL, *plain = NULL;
	int r = domxml_parse((const char *)data, size, &d, &e);

	must(r == 0 || (r < 0 && e.code != 0));
	if (r < 0)
		return 0;
	must(d.name[0] && d.ndisks <= DOMXML_MAX_DISKS && mark_valid(&d.mark));
	error_clear(&e);
	r = domxml_check_gated(&d, "r0", &e);
	must(r == 0 || (r < 0 && e.code != 0));
	error_clear(&e);
	if (domxml_with_mark((const char *)data, size, &held, &xml, &e) < 0)
		return 0;
	/* What grew beyond the limit by the mark is refused, never half read. */
	if (domxml_parse(xml, strlen(xml), &again, &e) < 0)
		return 0;
	must(strcmp(again.name, d.name) == 0 && again.ndisks == d.ndisks);
	must(strcmp(again.origin.path, d.origin.path) == 0 && strcmp(again.host.tie, d.host.tie) == 0);
	must(again.mark.state == held.state && again.mark.epoch == held.epoch &&
	     strcmp(again.mark.move, held.move) == 0 && strcmp(again.mark.source, held.source) == 0);
	must(domxml_plain(xml, strlen(xml), &plain, &e) == 0 && domxml_parse(plain, strlen(plain), &again, &e) == 0);
	must(again.mark.state == MARK_NONE && again.origin.path[0] == '\0');
	return 0;
}
