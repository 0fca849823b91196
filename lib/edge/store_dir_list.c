/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What lies in a directory of checkpoints: found, opened, taken away. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/cleanup.h"
#include "lib/base/io.h"
#include "lib/edge/store_dir_priv.h"
#include "lib/edge/store_priv.h"
#include "lib/model/ocf.h"

bool store_dir_parse(const char *name, char ret_domain[NAME_SIZE], char ret_id[NONCE_SIZE], const char **ret_kind)
{
	const char *dot = strrchr(name, '.');
	size_t len = dot ? (size_t)(dot - name) : 0;	/* of "DOMAIN.ID" */

	if (len < 1 + 1 + NONCE_LEN || len - NONCE_LEN - 1 >= NAME_SIZE || name[len - NONCE_LEN - 1] != '.')
		return false;
	memcpy(ret_id, dot - NONCE_LEN, NONCE_LEN);
	ret_id[NONCE_LEN] = '\0';
	len -= NONCE_LEN + 1;
	memcpy(ret_domain, name, len);
	ret_domain[len] = '\0';
	*ret_kind = dot + 1;
	return nonce_valid(ret_id) && name_valid(ret_domain) &&
	       (strcmp(*ret_kind, DIR_DATA) == 0 || strcmp(*ret_kind, DIR_TEXT) == 0 || strcmp(*ret_kind, DIR_PART) == 0);
}

/* A regular file, never what a symbolic link names. -ENOENT without E. */
static int open_file(int dir, const char *path, const char *name, int *ret_fd, uint64_t *ret_size, struct ferry_error *e)
{
	ferry_autoclose int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;

	if (fd < 0 && errno == ENOENT)
		return -ENOENT;
	if (fd < 0 && errno == ELOOP)
		return error_set(e, OCF_ERR_GENERIC, EBADMSG, "%s/%s is a symbolic link: it is not followed", path, name);
	if (fd < 0 || fstat(fd, &st) < 0)
		return error_set(e, OCF_ERR_GENERIC, errno, "%s/%s cannot be opened: %s", path, name, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return error_set(e, OCF_ERR_GENERIC, EBADMSG, "%s/%s is no regular file", path, name);
	*ret_fd = take_fd(&fd);
	*ret_size = (uint64_t)st.st_size;
	return 0;
}

static int load(int dir, const char *path, const char *domain, const char *id, struct manifest *ret_m, struct ferry_error *e)
{
	char name[DIR_NAME_SIZE];
	ferry_autofree char *text = NULL;
	ferry_autoclose int fd = -1;
	struct manifest m;
	uint64_t size;
	int r;

	store_dir_name(name, domain, id, DIR_TEXT);
	r = open_file(dir, path, name, &fd, &size, e);
	if (r < 0)
		return r;
	if (size == 0 || size > MANIFEST_TEXT_MAX)
		return error_set(e, OCF_ERR_GENERIC, EBADMSG, "%s/%s is no manifest: it has %" PRIu64 " bytes", path, name, size);
	text = malloc(size);
	if (!text)
		return error_set(e, OCF_ERR_GENERIC, ENOMEM, "no memory to read %s/%s", path, name);
	r = io_pread_all(fd, text, size, 0);
	if (r < 0)
		return error_set(e, OCF_ERR_GENERIC, -r, "%s/%s cannot be read: %s", path, name, strerror(-r));
	r = manifest_from_json(text, size, &m, e);
	if (r < 0) {
		error_context(e, "%s/%s", path, name);
		return r;
	}
	if (strcmp(m.domain, domain) != 0 || strcmp(m.id, id) != 0) {
		error_set(e, OCF_ERR_GENERIC, EBADMSG, "%s/%s is the manifest of %s.%s: it has been renamed or copied", path, name,
			  m.domain, m.id);
		manifest_clear(&m);
		return -EBADMSG;
	}
	*ret_m = m;
	return 0;
}

/* 0 at the end of the directory, 1 with the next of DOMAIN's files (NULL: anyone's). */
static int next(DIR *d, const char *domain, char of[NAME_SIZE], char id[NONCE_SIZE], const char **ret_kind)
{
	struct dirent *entry;

	for (;;) {
		errno = 0;
		entry = readdir(d);
		if (!entry)
			return -errno;
		if (store_dir_parse(entry->d_name, of, id, ret_kind) && (!domain || strcmp(of, domain) == 0))
			return 1;
	}
}

static int open_list(const char *path, DIR **ret_d, struct ferry_error *e)
{
	ferry_autoclose int fd = -1;
	int r = store_dir_open(path, false, &fd, e);

	if (r < 0)
		return r;
	*ret_d = fdopendir(fd);
	if (!*ret_d)
		return error_set(e, OCF_ERR_GENERIC, errno, "%s cannot be listed: %s", path, strerror(errno));
	take_fd(&fd);
	return 0;
}

static int list_failed(const char *path, int r, struct ferry_error *e)
{
	return error_set(e, OCF_ERR_GENERIC, -r, "%s cannot be listed: %s", path, strerror(-r));
}

int store_dir_scan(const char *path, const char *domain, store_scan_fn fn, void *arg, struct ferry_error *e)
{
	ferry_autoclosedir DIR *d = NULL;
	char of[NAME_SIZE], id[NONCE_SIZE];
	const char *kind;
	int r = open_list(path, &d, e);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	while ((r = next(d, domain, of, id, &kind)) > 0) {
		struct ferry_error why = FERRY_ERROR_INIT;
		struct manifest m;

		if (strcmp(kind, DIR_TEXT) != 0)
			continue;
		memset(&m, 0, sizeof m);
		r = load(dirfd(d), path, of, id, &m, &why);
		if (r == -ENOENT)
			continue;	/* taken away meanwhile */
		r = fn(arg, id, r == 0 ? &m : NULL, &why);
		manifest_clear(&m);
		if (r != 0)
			return r;
	}
	return r == 0 ? 0 : list_failed(path, r, e);
}

int store_dir_data(const char *path, const struct manifest *m, int *ret_fd, uint64_t *ret_base, struct ferry_error *e)
{
	char name[DIR_NAME_SIZE];
	ferry_autoclose int dir = -1, fd = -1;
	uint64_t size;
	int r = store_dir_open(path, false, &dir, e);

	store_dir_name(name, m->domain, m->id, DIR_DATA);
	if (r == 0)
		r = open_file(dir, path, name, &fd, &size, e);
	if (r == -ENOENT)
		return error_set(e, OCF_ERR_GENERIC, EBADMSG, "%s/%s is not there: the checkpoint has lost its data", path, name);
	if (r < 0)
		return r;
	if (size != m->stored_bytes)
		return error_set(e, OCF_ERR_GENERIC, EBADMSG, "%s/%s has %" PRIu64 " bytes, and its manifest names %" PRIu64, path,
				 name, size, m->stored_bytes);
	store_io_direct(fd);
	*ret_fd = take_fd(&fd);
	*ret_base = 0;
	return 0;
}

/* ---- taking away ---- */

static int unlink_kind(int dir, const char *path, const char *domain, const char *id, const char *kind, bool *did,
		       struct ferry_error *e)
{
	char name[DIR_NAME_SIZE];

	store_dir_name(name, domain, id, kind);
	if (unlinkat(dir, name, 0) == 0)
		*did = true;
	else if (errno != ENOENT)
		return error_set(e, OCF_ERR_GENERIC, errno, "%s/%s cannot be removed: %s", path, name, strerror(errno));
	return 0;
}

static int flush_dir(int dir, const char *path, struct ferry_error *e)
{
	return fsync(dir) == 0 ? 0 : error_set(e, OCF_ERR_GENERIC, errno, "%s cannot be flushed: %s", path, strerror(errno));
}

/* -EBUSY without E if a running process writes it. The manifest goes first, and for good, before its data. */
static int take_away(int dir, const char *path, const char *domain, const char *id, struct ferry_error *e)
{
	char name[DIR_NAME_SIZE];
	ferry_autoclose int fd = -1;
	bool text = false, rest = false;
	int r;

	store_dir_name(name, domain, id, DIR_DATA);
	fd = openat(dir, name, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK)
		return -EBUSY;
	r = unlink_kind(dir, path, domain, id, DIR_TEXT, &text, e);
	if (r == 0 && text)
		r = flush_dir(dir, path, e);
	if (r == 0)
		r = unlink_kind(dir, path, domain, id, DIR_PART, &rest, e);
	if (r == 0)
		r = unlink_kind(dir, path, domain, id, DIR_DATA, &rest, e);
	if (r == 0 && rest)
		r = flush_dir(dir, path, e);
	return r;
}

int store_dir_remove(const char *path, const char *domain, const char *id, struct ferry_error *e)
{
	ferry_autoclose int dir = -1;
	int r = store_dir_open(path, false, &dir, e);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	r = take_away(dir, path, domain, id, e);
	if (r == -EBUSY)
		return error_set(e, OCF_ERR_GENERIC, EBUSY, "the checkpoint %s of %s in %s is being written: not removed", id, domain, path);
	return r;
}

int store_dir_prune(const char *path, const char *domain, const char *keep, struct ferry_error *e)
{
	ferry_autoclosedir DIR *d = NULL;
	char of[NAME_SIZE], id[NONCE_SIZE];
	const char *kind;
	int r = open_list(path, &d, e);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	while ((r = next(d, domain, of, id, &kind)) > 0) {
		if (keep && strcmp(id, keep) == 0)
			continue;
		r = take_away(dirfd(d), path, of, id, e);
		if (r < 0 && r != -EBUSY)
			return r;
	}
	return r == 0 ? 0 : list_failed(path, r, e);
}
