/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Recorded texts from tests/fixtures. */
#ifndef FERRY_TEST_FIXTURE_H
#define FERRY_TEST_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>

#include "lib/base/io.h"

/* The whole of tests/fixtures/NAME; caller frees. */
static inline char *fixture_read(const char *name, size_t *ret_len)
{
	const char *top = getenv("FERRY_SRCDIR");
	char path[4096], *text = NULL;

	snprintf(path, sizeof path, "%s/tests/fixtures/%s", top ? top : ".", name);
	if (io_read_file(path, 1024 * 1024, &text, ret_len) < 0) {
		fprintf(stderr, "cannot read %s\n", path);
		abort();
	}
	return text;
}

#endif
