/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/edge/start_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>

#include "lib/base/cleanup.h"
#include "lib/base/io.h"
#include "lib/base/log.h"
#include "lib/model/ocf.h"

#define PLAN_DIR "/run/ferry/start"
#define PLAN_MAX 4096

#define LOCK_DIR "/run/ferry/waking"

static bool path_in(const char *dir, const char *domain, char *ret_path, size_t size)
{
	return name_valid(domain) && (size_t)snprintf(ret_path, size, "%s/%s", dir, domain) < size;
}

void start_file_read(const char *domain, struct start_plan *ret_plan)
{
	struct ferry_error why = FERRY_ERROR_INIT;
	ferry_autofree char *text = NULL;
	char path[sizeof PLAN_DIR + NAME_SIZE + 2];
	size_t len;
	int r;

	memset(ret_plan, 0, sizeof *ret_plan);
	if (!path_in(PLAN_DIR, domain, path, sizeof path))
		return;
	r = io_read_file(path, PLAN_MAX, &text, &len);
	if (r == -ENOENT)
		return;
	if (r == 0)
		r = start_plan_from_json(text, len, ret_plan, &why);
	if (r < 0)
		log_warning("%s: %s", path, why.code ? why.text : strerror(-r));
}

int start_file_write(const char *domain, const struct start_plan *p, struct ferry_error *e)
{
	ferry_autofree char *text = start_plan_to_json(p);
	char path[sizeof PLAN_DIR + NAME_SIZE + 2];
	int r = text ? 0 : -ENOMEM;

	if (!path_in(PLAN_DIR, domain, path, sizeof path))
		return error_set(e, OCF_ERR_CONFIGURED, EINVAL, "domain '%s' cannot be part of a path", domain);
	if (r == 0)
		r = io_make_dirs(PLAN_DIR, 0700);
	if (r == 0)
		r = io_replace_file(path, text, strlen(text), 0600);
	return r < 0 ? error_set(e, OCF_ERR_GENERIC, -r, "%s: %s", path, strerror(-r)) : 0;
}

int start_lock(const char *domain)
{
	char path[sizeof LOCK_DIR + NAME_SIZE + 2];
	int fd, r = io_make_dirs(LOCK_DIR, 0700);

	if (r == 0 && !path_in(LOCK_DIR, domain, path, sizeof path))
		r = -EINVAL;
	if (r < 0)
		return r;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	r = -errno;
	if (fd >= 0)
		close(fd);
	return r;
}

bool start_locked(const char *domain)
{
	char path[sizeof LOCK_DIR + NAME_SIZE + 2];
	ferry_autoclose int fd = path_in(LOCK_DIR, domain, path, sizeof path) ? open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;

	return fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) < 0 && errno == EWOULDBLOCK;
}
