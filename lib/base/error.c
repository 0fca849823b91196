/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/base/error.h"

#include <stdio.h>
#include <string.h>

static void one_line(char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			*s = ' ';
}

int error_set(struct ferry_error *e, int code, int err, const char *fmt, ...)
{
	va_list ap;

	if (e && e->code == 0) {
		e->code = code;
		e->err = err;
		va_start(ap, fmt);
		vsnprintf(e->text, sizeof e->text, fmt, ap);
		va_end(ap);
		one_line(e->text);
	}
	return -err;
}

void error_context(struct ferry_error *e, const char *fmt, ...)
{
	char front[256], rest[sizeof e->text];
	va_list ap;

	if (!e || e->code == 0)
		return;
	va_start(ap, fmt);
	vsnprintf(front, sizeof front, fmt, ap);
	va_end(ap);
	one_line(front);
	memcpy(rest, e->text, sizeof rest);
	snprintf(e->text, sizeof e->text, "%s: %.*s", front,
		 (int)(sizeof e->text - strlen(front) - 3), rest);
}

void error_clear(struct ferry_error *e)
{
	if (e)
		memset(e, 0, sizeof *e);
}
