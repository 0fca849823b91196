/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/edge/dual_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/cleanup.h"
#include "lib/base/io.h"
#include "lib/model/ids.h"
#include "lib/model/ocf.h"

#define DUAL_DIR "/run/ferry/dual"

static int path_of(const char *resource, char *ret, size_t size, struct ferry_error *e)
{
	if (!name_valid(resource) || (size_t)snprintf(ret, size, DUAL_DIR "/%s", resource) >= size)
		return error_set(e, OCF_ERR_CONFIGURED, EINVAL, "drbd_resource='%s' cannot be part of a path", resource);
	return 0;
}

int dual_file_read(const char *resource, struct dual_window *ret_w, struct ferry_error *e)
{
	ferry_autofree char *text = NULL;
	char path[256];
	int r = path_of(resource, path, sizeof path, e);

	if (r < 0)
		return r;
	r = io_read_file(path, 256, &text, NULL);
	if (r == -ENOENT) {
		*ret_w = (struct dual_window){ .state = DUAL_CLOSED };
		return 0;
	}
	if (r < 0)
		return error_set(e, OCF_ERR_GENERIC, -r, "%s: %s", path, strerror(-r));
	r = dual_window_parse(text, ret_w, e);
	if (r < 0)
		error_context(e, "%s", path);
	return r;
}

int dual_file_write(const char *resource, const struct dual_window *w, struct ferry_error *e)
{
	char path[256], text[64];
	int r = path_of(resource, path, sizeof path, e);

	if (r < 0)
		return r;
	if (w->state == DUAL_CLOSED) {
		r = io_remove_file(path);
	} else {
		r = dual_window_print(w, text, sizeof text);
		if (r == 0)
			r = io_make_dirs(DUAL_DIR, 0700);
		if (r == 0)
			r = io_replace_file(path, text, strlen(text), 0600);
	}
	return r < 0 ? error_set(e, OCF_ERR_GENERIC, -r, "%s: %s", path, strerror(-r)) : 0;
}
