/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/model/address.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define LABEL_MAX 63

/* Not ctype.h: these are about bytes in a protocol, whatever the locale calls a letter. */
static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* LEN bytes between two dots; *digits: nothing but digits. */
static bool label_valid(const char *s, size_t len, bool *digits)
{
	if (len == 0 || len > LABEL_MAX || s[0] == '-' || s[len - 1] == '-')
		return false;
	*digits = true;
	for (size_t i = 0; i < len; i++) {
		if (!is_word(s[i]) && s[i] != '-')
			return false;
		*digits = *digits && is_digit(s[i]);
	}
	return true;
}

/* A name whose last label is a number would be taken for an address by whoever resolves it. */
static bool name_of_host(const char *s)
{
	bool digits = false;

	for (;;) {
		size_t len = strcspn(s, ".");

		if (!label_valid(s, len, &digits))
			return false;
		if (s[len] == '\0')
			return !digits;
		s += len + 1;
	}
}

/* Four numbers up to 255 without leading zeros, as inet_pton(3) has it. */
static bool is_ipv4(const char *s)
{
	for (int i = 0; i < 4; i++) {
		unsigned int n = 0;
		size_t len = 0;

		if (i > 0 && *s++ != '.')
			return false;
		for (; len < 4 && is_digit(s[len]); len++)
			n = n * 10 + (unsigned int)(s[len] - '0');
		if (len == 0 || len > 3 || n > 255 || (len > 1 && s[0] == '0'))
			return false;
		s += len;
	}
	return *s == '\0';
}

/* RFC 4291 2.2: eight groups of up to four hexadecimal digits; "::" once for one or more groups of zeros; the last two may be IPv4. */
static bool is_ipv6(const char *s)
{
	bool gap = false, behind_group = false;
	int groups = 0;

	while (*s) {
		size_t len;

		if (s[0] == ':' && s[1] == ':') {
			if (gap)
				return false;
			gap = true;
			behind_group = false;
			s += 2;
			continue;
		}
		if ((s[0] == ':') != behind_group)
			return false;
		s += behind_group;
		len = strspn(s, "0123456789abcdefABCDEF");
		if (s[len] == '.')
			return is_ipv4(s) && (gap ? groups < 6 : groups == 6);
		if (len == 0 || len > 4 || ++groups > 8)
			return false;
		behind_group = true;
		s += len;
	}
	return gap ? groups < 8 : groups == 8;
}

enum address_kind address_kind(const char *s)
{
	if (strnlen(s, ADDRESS_SIZE) == ADDRESS_SIZE)
		return ADDRESS_BAD;
	if (is_ipv4(s))
		return ADDRESS_IPV4;
	if (is_ipv6(s))
		return ADDRESS_IPV6;
	return name_of_host(s) ? ADDRESS_NAME : ADDRESS_BAD;
}

int address_in_uri(const char *s, char *ret_host, size_t size)
{
	enum address_kind kind = address_kind(s);
	bool v6 = kind == ADDRESS_IPV6;

	if (kind == ADDRESS_BAD || strlen(s) + (v6 ? 2 : 0) >= size)
		return -EINVAL;
	snprintf(ret_host, size, "%s%s%s", v6 ? "[" : "", s, v6 ? "]" : "");
	return 0;
}
