/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Time: int64_t milliseconds of CLOCK_MONOTONIC. One deadline is made from the action's own
 * time-out, less a margin for saying why, and is passed down; nobody makes a second one except by
 * deadline_min() (an earlier bound inside the same action).
 */
#ifndef FERRY_DEADLINE_H
#define FERRY_DEADLINE_H

#include <stdbool.h>
#include <stdint.h>

struct ferry_deadline {
	int64_t at;	/* ms of CLOCK_MONOTONIC; INT64_MAX = never */
};

int64_t now_ms(void);	/* CLOCK_MONOTONIC */
int64_t wall_ms(void);	/* CLOCK_REALTIME since the epoch, for records that people read */

struct ferry_deadline deadline_in(int64_t ms);
struct ferry_deadline deadline_never(void);
/* The earlier of D and now + MS. */
struct ferry_deadline deadline_min(struct ferry_deadline d, int64_t ms);
/* D less a SHAREth of the time that is left, at most MAX_MS of it: so much is kept back for what follows a failure. With "never" it is
 * MAX_MS from now. */
struct ferry_deadline deadline_keep(struct ferry_deadline d, int share, int64_t max_ms);
bool deadline_passed(struct ferry_deadline d);
/* Milliseconds left, at least 0, at most INT_MAX: the argument for poll(2); -1 for "never". */
int deadline_poll_ms(struct ferry_deadline d);
/* Sleep MS or until D, whichever is earlier: only between retries of what has no event. */
void deadline_sleep(struct ferry_deadline d, int64_t ms);

#endif
