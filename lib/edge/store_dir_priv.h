/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The names in a directory of checkpoints, DOMAIN.ID.KIND, and how it is opened: what its writer and its readers share. */
#ifndef FERRY_STORE_DIR_PRIV_H
#define FERRY_STORE_DIR_PRIV_H

#include <stdbool.h>

#include "lib/base/error.h"
#include "lib/model/ids.h"

#define DIR_DATA "ram"
#define DIR_TEXT "json"
#define DIR_PART "tmp"	/* a manifest that is being written */
#define DIR_NAME_SIZE (NAME_SIZE + NONCE_SIZE + 8)

void store_dir_name(char out[DIR_NAME_SIZE], const char *domain, const char *id, const char *kind);
/* Take a name apart, from its end, because a domain may have dots. *ret_kind points into NAME. False for any that is not ours. */
bool store_dir_parse(const char *name, char ret_domain[NAME_SIZE], char ret_id[NONCE_SIZE], const char **ret_kind);
/* Open it, after making it if MAKE; -ENOENT without E where it is not there. -EPERM for one that others can write to. */
int store_dir_open(const char *path, bool make, int *ret_fd, struct ferry_error *e);

#endif
