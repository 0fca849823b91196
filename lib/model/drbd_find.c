/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/model/drbd_find.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* The value of " KEY:" in a line of LEN bytes; *RET_LEN is its length. NULL: the line has none. */
static const char *value_of(const char *line, size_t len, const char *key, size_t *ret_len)
{
	const char *end = line + len;
	size_t n = strlen(key);

	for (const char *p = line; p + n < end; p++)
		if (*p == ' ' && strncmp(p + 1, key, n) == 0) {
			p += n + 1;
			for (*ret_len = 0; p + *ret_len < end && p[*ret_len] != ' ';)
				++*ret_len;
			return p;
		}
	return NULL;
}

int drbd_find_minor(const char *events, int minor, char *ret_resource, size_t size)
{
	static const char kind[] = "exists device ";
	char number[16];
	int want = snprintf(number, sizeof number, "%d", minor);

	for (const char *line = events; *line; line += *line == '\n') {
		size_t len = strcspn(line, "\n"), n = 0, name_len = 0;
		const char *m = value_of(line, len, "minor:", &n);
		const char *name = value_of(line, len, "name:", &name_len);

		if (strncmp(line, kind, sizeof kind - 1) == 0 && m && name && n == (size_t)want &&
		    memcmp(m, number, n) == 0) {
			if (name_len >= size)
				return -ENAMETOOLONG;
			memcpy(ret_resource, name, name_len);
			ret_resource[name_len] = '\0';
			return 0;
		}
		line += len;
	}
	return -ENOENT;
}
