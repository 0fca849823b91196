/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DRBD's words for roles and disk states: 0, or -EINVAL for one that is none of them. */
#ifndef FERRY_DRBD_WORDS_H
#define FERRY_DRBD_WORDS_H

#include "lib/model/drbd_events.h"

int drbd_role_read(const char *word, enum drbd_role *ret);
int drbd_disk_read(const char *word, enum drbd_disk *ret);

#endif
