/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Typed reads of json-c objects for this room's parsers (stamp, move): a member that is missing,
 * of another type or out of range is -EINVAL with its name in the text. Unknown members are none
 * of our business.
 */
#ifndef FERRY_JSON_READ_H
#define FERRY_JSON_READ_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/error.h"

/* One JSON object of exactly LEN bytes (white space may surround it); the caller puts it. NULL
 * with E filled for anything else: trailing bytes, duplicate bytes of garbage, another type. */
struct json_object *json_read_object(const char *text, size_t len, struct ferry_error *e);

/* A string that satisfies VALID and fits into SIZE bytes with its NUL. */
int json_read_string(struct json_object *o, const char *key, bool (*valid)(const char *), char *buf,
		     size_t size, struct ferry_error *e);
/* An integer of 0..MAX, and one of INT64_MIN..INT64_MAX. */
int json_read_u64(struct json_object *o, const char *key, uint64_t max, uint64_t *ret,
		  struct ferry_error *e);
int json_read_i64(struct json_object *o, const char *key, int64_t *ret, struct ferry_error *e);

/* The text of O as one line; caller frees; NULL on no memory. Puts O. */
char *json_write_line(struct json_object *o);
/* Add a member; false when there was no memory (for V too: a NULL V is false). */
bool json_add(struct json_object *o, const char *key, struct json_object *v);

static inline void json_cleanup(struct json_object **o)
{
	json_object_put(*o);
}
#define json_auto __attribute__((cleanup(json_cleanup)))

#endif
