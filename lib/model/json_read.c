/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/model/json_read.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "lib/model/ocf.h"

struct json_object *json_read_object(const char *text, size_t len, struct ferry_error *e)
{
	struct json_tokener *tok;
	struct json_object *o;
	enum json_tokener_error why;
	size_t used;

	if (len > INT_MAX) {
		error_set(e, OCF_ERR_GENERIC, EINVAL, "not JSON: too long");
		return NULL;
	}
	tok = json_tokener_new_ex(8);	/* our own texts are two deep: no need to recurse further */
	if (!tok) {
		error_set(e, OCF_ERR_GENERIC, ENOMEM, "out of memory");
		return NULL;
	}
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT);
	o = json_tokener_parse_ex(tok, text, (int)len);
	why = json_tokener_get_error(tok);
	used = json_tokener_get_parse_end(tok);
	json_tokener_free(tok);
	while (used < len && memchr(" \t\r\n", text[used], 4))
		used++;
	if (o && used == len && json_object_is_type(o, json_type_object))
		return o;
	json_object_put(o);
	error_set(e, OCF_ERR_GENERIC, EINVAL, "not one JSON object: %s",
		  why == json_tokener_success ? "wrong type or trailing bytes" :
						json_tokener_error_desc(why));
	return NULL;
}

static int bad_member(struct ferry_error *e, const char *key)
{
	return error_set(e, OCF_ERR_GENERIC, EINVAL, "member \"%s\" is missing or has a bad value", key);
}

int json_read_string(struct json_object *o, const char *key, bool (*valid)(const char *), char *buf,
		     size_t size, struct ferry_error *e)
{
	struct json_object *v;
	const char *s;
	size_t len;

	if (!json_object_object_get_ex(o, key, &v) || !json_object_is_type(v, json_type_string))
		return bad_member(e, key);
	s = json_object_get_string(v);
	len = (size_t)json_object_get_string_len(v);
	/* A NUL inside would make what is checked differ from what was written. */
	if (len >= size || strlen(s) != len || !valid(s))
		return bad_member(e, key);
	memcpy(buf, s, len + 1);
	return 0;
}

int json_read_u64(struct json_object *o, const char *key, uint64_t max, uint64_t *ret,
		  struct ferry_error *e)
{
	struct json_object *v;
	uint64_t n;

	if (!json_object_object_get_ex(o, key, &v) || !json_object_is_type(v, json_type_int))
		return bad_member(e, key);
	/* json-c clamps instead of failing; the extremes are no values that we ever write. */
	if (json_object_get_int64(v) < 0)
		return bad_member(e, key);
	n = json_object_get_uint64(v);
	if (n > max || n == UINT64_MAX)
		return bad_member(e, key);
	*ret = n;
	return 0;
}

int json_read_i64(struct json_object *o, const char *key, int64_t *ret, struct ferry_error *e)
{
	struct json_object *v;

	if (!json_object_object_get_ex(o, key, &v) || !json_object_is_type(v, json_type_int))
		return bad_member(e, key);
	if (json_object_get_uint64(v) > INT64_MAX)	/* here json-c would clamp, too */
		return bad_member(e, key);
	*ret = json_object_get_int64(v);
	return 0;
}

char *json_write_line(struct json_object *o)
{
	const char *s = json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN |
							  JSON_C_TO_STRING_NOSLASHESCAPE);
	char *copy = s ? strdup(s) : NULL;

	json_object_put(o);
	return copy;
}

bool json_add(struct json_object *o, const char *key, struct json_object *v)
{
	if (!v)
		return false;
	if (json_object_object_add(o, key, v) == 0)
		return true;
	json_object_put(v);
	return false;
}
