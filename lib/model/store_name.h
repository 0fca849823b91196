/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What checkpoint_store says: an absolute path of a directory, or "volume:RESOURCE/NUMBER", a DRBD volume that is used raw. */
#ifndef FERRY_STORE_NAME_H
#define FERRY_STORE_NAME_H

#include <stdbool.h>

#include "lib/base/error.h"
#include "lib/model/ids.h"

#define STORE_NAME_SIZE 512
#define STORE_DEFAULT "/var/lib/ferry/checkpoint"

struct store_name {
	bool is_volume;
	char dir[STORE_NAME_SIZE];	/* "" for a volume */
	char resource[NAME_SIZE];	/* "" for a directory */
	int volume;			/* -1 for a directory */
};

/* -EINVAL with the cure in E (OCF_ERR_CONFIGURED); the caller puts the parameter's name in front. */
int store_name_parse(const char *text, struct store_name *ret_name, struct ferry_error *e);
/* The same as a predicate, for what is read from a disk. */
bool store_name_valid(const char *text);

#endif
