/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/action/replica_watch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/edge/run.h"
#include "lib/model/ocf.h"

struct replica_watch {
	struct run_stream *stream;
	struct drbd_state state;
};

/* Feed lines until UNTIL_DONE is satisfied or nothing more comes by D. */
static int take_in(struct replica_watch *w, struct ferry_deadline d, bool initial,
		   struct ferry_error *e)
{
	const char *line;
	size_t len;
	int r;

	while (!(initial && w->state.initial_done)) {
		r = run_stream_line(w->stream, d, &line, &len);
		if (r == -ETIMEDOUT && !initial)
			return 0;
		if (r == -ETIMEDOUT)
			return error_set(e, OCF_ERR_GENERIC, ETIMEDOUT, "drbdsetup events2 does not answer");
		if (r == 0)
			return error_set(e, OCF_ERR_GENERIC, EPIPE, "drbdsetup events2 ended");
		if (r < 0)
			return error_set(e, OCF_ERR_GENERIC, -r, "drbdsetup events2: %s", strerror(-r));
		r = drbd_state_feed(&w->state, line, len, e);
		if (r < 0)
			return r;
	}
	return 0;
}

int replica_watch_open(const char *resource, struct ferry_deadline d, struct replica_watch **ret_w,
		       struct ferry_error *e)
{
	const char *const argv[] = { "drbdsetup", "events2", "--statistics", resource, NULL };
	struct replica_watch *w = calloc(1, sizeof *w);
	int r;

	if (!w)
		return error_set(e, OCF_ERR_GENERIC, ENOMEM, "no memory to follow DRBD's events");
	drbd_state_init(&w->state, resource);
	r = run_stream_open(argv, &w->stream, e);
	if (r == 0)
		r = take_in(w, d, true, e);
	if (r < 0) {
		replica_watch_close(w);
		return r;
	}
	*ret_w = w;
	return 0;
}

int replica_watch_poll(struct replica_watch *w, const struct drbd_state **ret_state,
		       struct ferry_error *e)
{
	int r = take_in(w, deadline_in(0), false, e);

	if (r == 0)
		*ret_state = &w->state;
	return r;
}

void replica_watch_close(struct replica_watch *w)
{
	if (!w)
		return;
	run_stream_close(w->stream);
	free(w);
}
