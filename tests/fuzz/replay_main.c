/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * main() of a fuzz target where libFuzzer is not linked: feeds it each file named on the command
 * line, as libFuzzer itself does, so that the corpora are replayed by every compiler.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/cleanup.h"
#include "lib/base/io.h"
#include "tests/fuzz/fuzz.h"

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		ferry_autofree char *buf = NULL;
		ferry_autofree uint8_t *exact = NULL;
		size_t len;
		int r = io_read_file(argv[i], 1 << 24, &buf, &len);

		if (r < 0) {
			fprintf(stderr, "%s: %s\n", argv[i], strerror(-r));
			return 1;
		}
		/* Without the NUL behind it, so that a parser that counts on one is caught. */
		exact = malloc(len ? len : 1);
		if (!exact)
			return 1;
		memcpy(exact, buf, len);
		LLVMFuzzerTestOneInput(exact, len);
	}
	return 0;
}
