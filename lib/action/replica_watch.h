/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Follow a DRBD resource's events while something else is going on, without a process a look. */
#ifndef FERRY_REPLICA_WATCH_H
#define FERRY_REPLICA_WATCH_H

#include "lib/base/deadline.h"
#include "lib/base/error.h"
#include "lib/model/drbd_events.h"

struct replica_watch;

/* Opens the event stream and reads the initial state. */
int replica_watch_open(const char *resource, struct ferry_deadline d, struct replica_watch **ret_w,
		       struct ferry_error *e);
/* Take in what has come since, without waiting; *ret_state is the watch's own and stays valid. */
int replica_watch_poll(struct replica_watch *w, const struct drbd_state **ret_state,
		       struct ferry_error *e);
void replica_watch_close(struct replica_watch *w);	/* accepts NULL */

#endif
