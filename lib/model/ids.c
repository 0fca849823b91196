/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/model/ids.h"

#include <string.h>

/* Not ctype.h: these are about bytes in a protocol, whatever the locale calls a letter. */
static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool nonce_valid(const char *s)
{
	size_t i = 0;

	while (i < NONCE_LEN && is_hex(s[i]))
		i++;
	return i == NONCE_LEN && s[i] == '\0';
}

bool uuid_valid(const char *s)
{
	for (size_t i = 0; i < UUID_SIZE - 1; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (dash ? s[i] != '-' : !is_hex(s[i]))
			return false;
	}
	return s[UUID_SIZE - 1] == '\0';
}

bool name_valid(const char *s)
{
	size_t i;

	if (!is_alnum(s[0]) && (s[0] == '\0' || !strchr("_+", s[0])))
		return false;
	for (i = 0; s[i] != '\0'; i++)
		if (i >= NAME_SIZE - 1 || (!is_alnum(s[i]) && !strchr("._+-", s[i])))
			return false;
	return true;
}
