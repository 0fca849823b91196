/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/model/start_plan.h"

#include <errno.h>
#include <string.h>

#include "lib/model/json_read.h"
#include "lib/model/ocf.h"

static bool empty_or_store(const char *s)
{
	return s[0] == '\0' || store_name_valid(s);
}

static bool empty_or_nonce(const char *s)
{
	return s[0] == '\0' || nonce_valid(s);
}

char *start_plan_to_json(const struct start_plan *p)
{
	struct json_object *o = json_object_new_object();

	if (o && json_add(o, "stale_fails", json_object_new_int(p->stale_fails)) &&
	    json_add(o, "store", json_object_new_string(p->store)) && json_add(o, "id", json_object_new_string(p->id)))
		return json_write_line(o);
	json_object_put(o);
	return NULL;
}

int start_plan_from_json(const char *text, size_t len, struct start_plan *ret_plan, struct ferry_error *e)
{
	json_auto struct json_object *o = json_read_object(text, len, e);
	struct start_plan p;
	uint64_t fails;
	int r;

	if (!o)
		return -EINVAL;
	memset(&p, 0, sizeof p);
	r = json_read_u64(o, "stale_fails", 1, &fails, e);
	if (r == 0)
		r = json_read_string(o, "store", empty_or_store, p.store, sizeof p.store, e);
	if (r == 0)
		r = json_read_string(o, "id", empty_or_nonce, p.id, sizeof p.id, e);
	if (r == 0 && p.store[0] == '\0' && p.id[0] != '\0')
		r = error_set(e, OCF_ERR_GENERIC, EINVAL, "a checkpoint without a store");
	if (r < 0)
		return r;
	p.stale_fails = fails != 0;
	*ret_plan = p;
	return 0;
}
