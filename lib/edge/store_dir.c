/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A checkpoint on its way into a directory. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "lib/base/cleanup.h"
#include "lib/base/io.h"
#include "lib/edge/store_dir_priv.h"
#include "lib/edge/store_priv.h"
#include "lib/model/ocf.h"

#define LOCK_TRIES 10

int store_dir_open(const char *path, bool make, int *ret_fd, struct ferry_error *e)
{
	ferry_autoclose int fd = -1;
	struct stat st;
	int r = make ? io_make_dirs(path, 0700) : 0;

	if (r < 0)
		return error_set(e, OCF_ERR_GENERIC, -r, "the directory %s for checkpoints cannot be made: %s", path, strerror(-r));
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT && !make)
		return -ENOENT;
	if (fd < 0 || fstat(fd, &st) < 0)
		return error_set(e, OCF_ERR_GENERIC, errno, "the directory %s for checkpoints cannot be opened: %s", path,
				 strerror(errno));
	/* Who can put a checkpoint there can put anything into a guest's memory. */
	if ((st.st_mode & (S_IWGRP | S_IWOTH)) || (st.st_uid != 0 && st.st_uid != geteuid()))
		return error_set(e, OCF_ERR_GENERIC, EPERM,
				 "others than root can write to the directory %s: it is not used for checkpoints; chown root, chmod 0700", path);
	*ret_fd = take_fd(&fd);
	return 0;
}

void store_dir_name(char out[DIR_NAME_SIZE], const char *domain, const char *id, const char *kind)
{
	snprintf(out, DIR_NAME_SIZE, "%s.%s.%s", domain, id, kind);
}

static int no_room(struct store_new *n, uint64_t want, struct ferry_error *e)
{
	struct statvfs fs;

	if (fstatvfs(n->dir, &fs) < 0)
		return error_set(e, OCF_ERR_GENERIC, ENOSPC, "%s has no room for a checkpoint of %" PRIu64 " bytes", n->path, want);
	return error_set(e, OCF_ERR_GENERIC, ENOSPC, "%s has no room for a checkpoint: %" PRIu64 " bytes are wanted, %" PRIu64 " are free",
			 n->path, want, (uint64_t)fs.f_bavail * fs.f_frsize);
}

static int reserve_room(struct store_new *n, uint64_t want, struct ferry_error *e)
{
	struct statvfs fs;
	int r;

	/* First asked, so that a file system is not filled to its end before it says no. */
	if (want == 0)
		return 0;
	if (fstatvfs(n->dir, &fs) == 0 && (uint64_t)fs.f_bavail * fs.f_frsize < want)
		return no_room(n, want, e);
	do
		r = fallocate(n->fd, 0, 0, (off_t)want) < 0 ? errno : 0;
	while (r == EINTR);
	if (r == 0 || r == EOPNOTSUPP || r == ENOSYS)
		return 0;
	if (r == ENOSPC || r == EDQUOT || r == EFBIG)
		return no_room(n, want, e);
	return error_set(e, OCF_ERR_GENERIC, r, "room for a checkpoint in %s cannot be reserved: %s", n->path, strerror(r));
}

/* A new file that is locked while it still has its name: between the two, a prune may take it for what a crash left. */
static int create_locked(struct store_new *n, const char *name, struct ferry_error *e)
{
	struct stat of_fd, of_name;

	for (int i = 0; i < LOCK_TRIES; i++) {
		n->fd = openat(n->dir, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (n->fd < 0)
			return error_set(e, OCF_ERR_GENERIC, errno, "%s/%s cannot be made: %s", n->path, name, strerror(errno));
		if (flock(n->fd, LOCK_EX) < 0)
			return error_set(e, OCF_ERR_GENERIC, errno, "%s/%s cannot be locked: %s", n->path, name, strerror(errno));
		if (fstat(n->fd, &of_fd) == 0 && fstatat(n->dir, name, &of_name, AT_SYMLINK_NOFOLLOW) == 0 &&
		    of_fd.st_dev == of_name.st_dev && of_fd.st_ino == of_name.st_ino)
			return 0;
		close(take_fd(&n->fd));
	}
	return error_set(e, OCF_ERR_GENERIC, EBUSY, "%s/%s is taken away again and again", n->path, name);
}

int store_dir_begin(struct store_new *n, uint64_t reserve, struct ferry_error *e)
{
	char data[DIR_NAME_SIZE], text[DIR_NAME_SIZE];
	ferry_autoclose int parent = -1;
	struct stat st;
	int r = store_dir_open(n->path, true, &n->dir, e);

	if (r < 0)
		return r;
	/* It may be new, and its own name is in the directory above it. */
	parent = openat(n->dir, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (parent >= 0)
		fsync(parent);
	store_dir_name(data, n->domain, n->id, DIR_DATA);
	store_dir_name(text, n->domain, n->id, DIR_TEXT);
	if (fstatat(n->dir, text, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return error_set(e, OCF_ERR_GENERIC, EEXIST, "%s/%s is there already", n->path, text);
	n->size = UINT64_MAX;
	r = create_locked(n, data, e);
	if (r == 0) {
		store_io_direct(n->fd);
		r = reserve_room(n, reserve, e);
	}
	if (r < 0 && n->fd >= 0)
		store_dir_abort(n);
	return r;
}

static int write_text(struct store_new *n, const char *name, const char *text, size_t len)
{
	ferry_autoclose int fd = openat(n->dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	int r;

	if (fd < 0)
		return -errno;
	r = io_write_all(fd, text, len);
	if (r == 0 && fsync(fd) < 0)
		r = -errno;
	return r;
}

int store_dir_prepare(struct store_new *n, const char *text, size_t len, struct ferry_error *e)
{
	char part[DIR_NAME_SIZE];
	int r;

	store_dir_name(part, n->domain, n->id, DIR_PART);
	if (ftruncate(n->fd, (off_t)n->off) < 0 || fsync(n->fd) < 0)
		return error_set(e, OCF_ERR_GENERIC, errno, "the checkpoint in %s cannot be flushed: %s", n->path, strerror(errno));
	r = write_text(n, part, text, len);
	return r == 0 ? 0 : error_set(e, OCF_ERR_GENERIC, r == -EDQUOT || r == -EFBIG ? ENOSPC : -r,
				      "the manifest cannot be written to %s: %s", n->path, strerror(-r));
}

int store_dir_commit(struct store_new *n, struct ferry_error *e)
{
	char part[DIR_NAME_SIZE], final[DIR_NAME_SIZE];

	store_dir_name(part, n->domain, n->id, DIR_PART);
	store_dir_name(final, n->domain, n->id, DIR_TEXT);
	if (renameat(n->dir, part, n->dir, final) < 0 || fsync(n->dir) < 0)
		return error_set(e, OCF_ERR_GENERIC, errno, "the manifest cannot be renamed in %s: %s", n->path, strerror(errno));
	return 0;
}

void store_dir_abort(struct store_new *n)
{
	static const char *const kinds[] = { DIR_TEXT, DIR_PART, DIR_DATA };
	char name[DIR_NAME_SIZE];

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		store_dir_name(name, n->domain, n->id, kinds[i]);
		unlinkat(n->dir, name, 0);
	}
	fsync(n->dir);
}
