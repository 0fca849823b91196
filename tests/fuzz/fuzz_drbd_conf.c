/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `drbdadm dump-xml`: what is accepted is in range and can be judged. */
#include <stdlib.h>

#include "lib/model/drbd_conf.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct drbd_conf c;
	struct ferry_error e = FERRY_ERROR_INIT;
	int r = drbd_conf_parse((const char *)data, size, "r0", &c, &e);

	must(r == 0 || (r < 0 && e.code != 0));
	if (r < 0)
		return 0;
	must(c.nhosts <= DRBD_MAX_HOSTS && c.nvolumes <= DRBD_MAX_VOLUMES);
	must(c.protocol >= 'A' && c.protocol <= 'C');
	for (unsigned int i = 1; i < c.nvolumes; i++)
		must(c.volumes[i - 1] < c.volumes[i]);
	for (int nine = 0; nine <= 1; nine++) {
		error_clear(&e);
		r = drbd_conf_check(&c, nine, &e);
		must(r == 0 || (r < 0 && e.code != 0));
	}
	return 0;
}
