/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Steps and the watchdog: the part of the command line that goes on while a verb runs. */
#ifndef FERRY_CLI_WATCH_H
#define FERRY_CLI_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/edge/trace.h"

struct cli_watch {
	struct trace trace;
	bool json;		/* the watchdog's answer goes to stdout as well */
	int64_t after_ms;	/* when it barks, from now */
};

/* Install the step sink and arm the watchdog; W must live until the process ends. */
void cli_watch_begin(const struct cli_watch *w);

#endif
