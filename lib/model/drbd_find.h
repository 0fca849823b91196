/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `drbdsetup events2 --now` of all resources: which one has a device. Source and texts as in drbd_events.h. */
#ifndef FERRY_DRBD_FIND_H
#define FERRY_DRBD_FIND_H

#include <stddef.h>

/* 0 with the name of the resource whose device has MINOR; -ENOENT if none has; -ENAMETOOLONG. */
int drbd_find_minor(const char *events, int minor, char *ret_resource, size_t size);

#endif
