/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/base/deadline.h"

#include <errno.h>
#include <limits.h>
#include <time.h>

static int64_t clock_ms(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t now_ms(void)
{
	return clock_ms(CLOCK_MONOTONIC);
}

int64_t wall_ms(void)
{
	return clock_ms(CLOCK_REALTIME);
}

struct ferry_deadline deadline_in(int64_t ms)
{
	int64_t at;

	if (__builtin_add_overflow(now_ms(), ms > 0 ? ms : 0, &at))
		return deadline_never();
	return (struct ferry_deadline){ at };
}

struct ferry_deadline deadline_never(void)
{
	return (struct ferry_deadline){ INT64_MAX };
}

struct ferry_deadline deadline_min(struct ferry_deadline d, int64_t ms)
{
	struct ferry_deadline other = deadline_in(ms);

	return other.at < d.at ? other : d;
}

struct ferry_deadline deadline_keep(struct ferry_deadline d, int share, int64_t max_ms)
{
	int64_t keep;

	if (d.at == INT64_MAX)
		return deadline_in(max_ms);
	keep = (d.at - now_ms()) / share;
	return (struct ferry_deadline){ d.at - (keep > max_ms ? max_ms : keep) };
}

bool deadline_passed(struct ferry_deadline d)
{
	return now_ms() >= d.at;
}

int deadline_poll_ms(struct ferry_deadline d)
{
	int64_t left;

	if (d.at == INT64_MAX)
		return -1;
	left = d.at - now_ms();
	if (left < 0)
		return 0;
	return left > INT_MAX ? INT_MAX : (int)left;
}

void deadline_sleep(struct ferry_deadline d, int64_t ms)
{
	struct ferry_deadline until = deadline_min(d, ms);
	struct timespec ts = { until.at / 1000, (until.at % 1000) * 1000000 };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL) == EINTR)
		;
}
