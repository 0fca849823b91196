/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libvirt's status file: whatever is in it, what is accepted is in range. */
#include <stdlib.h>

#include "lib/model/domstatus.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct domstatus s;
	struct ferry_error e = FERRY_ERROR_INIT;
	int r = domstatus_parse((const char *)data, size, &s, &e);

	must(r == 0 || (r < 0 && e.code != 0));
	if (r == 0)
		must(s.pid > 0 && s.name[0] && uuid_valid(s.uuid) && mark_valid(&s.mark));
	return 0;
}
