/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/edge/move_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>

#include "lib/base/cleanup.h"
#include "lib/base/io.h"
#include "lib/model/ocf.h"

#define RECORD_DIR "/var/lib/ferry/move"
#define LOCK_DIR "/run/ferry/move"
#define RECORD_MAX 65536
#define LOCK_RETRY_MS 100

static int path_of(const char *dir, const char *domain, const char *suffix, char *ret, size_t size,
		   struct ferry_error *e)
{
	int n = snprintf(ret, size, "%s/%s%s", dir, domain, suffix);

	if (!name_valid(domain) || n < 0 || (size_t)n >= size)
		return error_set(e, OCF_ERR_CONFIGURED, EINVAL,
				 "domain '%s' cannot be part of a path: use letters, digits, '.', '_', '+' and '-'",
				 domain);
	return 0;
}

int move_file_read(const char *domain, struct move *ret_move, struct ferry_error *e)
{
	ferry_autofree char *text = NULL;
	char path[256];
	size_t len;
	int r = path_of(RECORD_DIR, domain, "", path, sizeof path, e);

	if (r < 0)
		return r;
	r = io_read_file(path, RECORD_MAX, &text, &len);
	if (r == -ENOENT) {
		memset(ret_move, 0, sizeof *ret_move);
		return 0;
	}
	if (r < 0)
		return error_set(e, OCF_ERR_GENERIC, -r, "%s: %s", path, strerror(-r));
	r = move_from_json(text, len, ret_move, e);
	if (r < 0)
		error_context(e, "%s", path);
	return r;
}

int move_file_write(const struct move *m, struct ferry_error *e)
{
	ferry_autofree char *text = move_to_json(m);
	char path[256];
	int r = path_of(RECORD_DIR, m->domain, "", path, sizeof path, e);

	if (r < 0)
		return r;
	if (!text)
		return error_set(e, OCF_ERR_GENERIC, ENOMEM, "no memory for the record of a move");
	r = io_make_dirs(RECORD_DIR, 0700);
	if (r == 0)
		r = io_replace_file(path, text, strlen(text), 0600);
	return r < 0 ? error_set(e, OCF_ERR_GENERIC, -r, "%s: %s", path, strerror(-r)) : 0;
}

int move_file_remove(const char *domain, struct ferry_error *e)
{
	char path[256];
	int r = path_of(RECORD_DIR, domain, "", path, sizeof path, e);

	if (r < 0)
		return r;
	r = io_remove_file(path);
	return r < 0 ? error_set(e, OCF_ERR_GENERIC, -r, "%s: %s", path, strerror(-r)) : 0;
}

int move_lock(const char *domain, struct ferry_deadline d, int *ret_fd, struct ferry_error *e)
{
	ferry_autoclose int fd = -1;
	char path[256];
	int r = path_of(LOCK_DIR, domain, ".lock", path, sizeof path, e);

	if (r == 0 && (r = io_make_dirs(LOCK_DIR, 0700)) < 0)
		r = error_set(e, OCF_ERR_GENERIC, -r, "%s: %s", LOCK_DIR, strerror(-r));
	if (r < 0)
		return r;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return error_set(e, OCF_ERR_GENERIC, errno, "%s: %s", path, strerror(errno));
	while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return error_set(e, OCF_ERR_GENERIC, errno, "%s: %s", path, strerror(errno));
		if (deadline_passed(d))
			return error_set(e, OCF_ERR_GENERIC, EBUSY,
					 "a move of '%s' is under way on this node and did not end in time", domain);
		deadline_sleep(d, LOCK_RETRY_MS);
	}
	*ret_fd = take_fd(&fd);
	return 0;
}
