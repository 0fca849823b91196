/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The file of a start's plan, /run/ferry/start/DOMAIN: gone with the node's next boot, as the guest is. */
#ifndef FERRY_START_FILE_H
#define FERRY_START_FILE_H

#include "lib/model/start_plan.h"

/* All empty where there is none, or it cannot be read: then a warning is logged. */
void start_file_read(const char *domain, struct start_plan *ret_plan);
int start_file_write(const char *domain, const struct start_plan *p, struct ferry_error *e);

/* The guest is being exchanged for a restored one: a descriptor that keeps the lock until it is closed, or -errno. */
int start_lock(const char *domain);
bool start_locked(const char *domain);

#endif
