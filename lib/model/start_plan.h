/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What vm's start leaves to the opening of the guest's gate, which decides, after the promotion, whether memory or disk counts:
 * /run/ferry/start/DOMAIN, one JSON object. So the policy is the vm's parameter, and the gate needs none of its own.
 */
#ifndef FERRY_START_PLAN_H
#define FERRY_START_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/error.h"
#include "lib/model/ids.h"
#include "lib/model/store_name.h"

struct start_plan {
	bool stale_fails;		/* on_stale=fail */
	char store[STORE_NAME_SIZE];	/* with an id: where the memory came from that waits here. Without: a volume, which could not
					 * be read yet. "": no checkpoint was restored, nor is there a volume to look at */
	char id[NONCE_SIZE];		/* of the checkpoint that was restored; "" */
};

char *start_plan_to_json(const struct start_plan *p);	/* caller frees; NULL on no memory */
int start_plan_from_json(const char *text, size_t len, struct start_plan *ret_plan, struct ferry_error *e);

#endif
