/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/model/store_name.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/model/ocf.h"

#define VOLUME "volume:"
#define CURE "give the absolute path of a directory, or volume:RESOURCE/NUMBER for a DRBD volume that is used raw"

static bool path_valid(const char *p)
{
	if (p[0] != '/' || p[1] == '\0')
		return false;
	for (const char *c = p; *c; c++)
		if (iscntrl((unsigned char)*c))
			return false;
	/* A path that climbs is another than it looks like. */
	return !strstr(p, "/../") && !(strlen(p) >= 3 && strcmp(p + strlen(p) - 3, "/..") == 0);
}

int store_name_parse(const char *text, struct store_name *ret_name, struct ferry_error *e)
{
	struct store_name n = { .volume = -1 };
	const char *slash;
	int len;

	if (strlen(text) >= sizeof n.dir)
		return error_set(e, OCF_ERR_CONFIGURED, EINVAL, "longer than %zu characters; " CURE, sizeof n.dir - 1);
	if (strncmp(text, VOLUME, strlen(VOLUME)) != 0) {
		if (!path_valid(text))
			return error_set(e, OCF_ERR_CONFIGURED, EINVAL, CURE);
		snprintf(n.dir, sizeof n.dir, "%s", text);
		*ret_name = n;
		return 0;
	}
	text += strlen(VOLUME);
	slash = strrchr(text, '/');
	len = slash ? (int)(slash - text) : 0;
	if (slash && (size_t)len < sizeof n.resource)
		snprintf(n.resource, sizeof n.resource, "%.*s", len, text);
	if (!name_valid(n.resource) || strspn(slash + 1, "0123456789") != strlen(slash + 1) || slash[1] == '\0' ||
	    strlen(slash + 1) > 5 || (slash[1] == '0' && slash[2] != '\0'))
		return error_set(e, OCF_ERR_CONFIGURED, EINVAL, CURE);
	n.volume = atoi(slash + 1);
	if (n.volume > 65534)	/* DRBD's own limit */
		return error_set(e, OCF_ERR_CONFIGURED, EINVAL, CURE);
	n.is_volume = true;
	*ret_name = n;
	return 0;
}

bool store_name_valid(const char *text)
{
	struct store_name n;

	return store_name_parse(text, &n, NULL) == 0;
}
