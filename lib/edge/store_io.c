/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "lib/base/io.h"
#include "lib/edge/store_priv.h"

void store_io_direct(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	/* Not at open(): tmpfs refuses O_DIRECT only after it has made the file. */
	if (flags >= 0)
		fcntl(fd, F_SETFL, flags | O_DIRECT);
}

/* Some file systems refuse it as late as at the first transfer, or for the rest of one that was cut short. */
static bool undirect(int fd, int r)
{
	int flags = r == -EINVAL ? fcntl(fd, F_GETFL) : -1;

	return flags >= 0 && (flags & O_DIRECT) && fcntl(fd, F_SETFL, flags & ~O_DIRECT) == 0;
}

int store_io_read(int fd, void *buf, size_t len, uint64_t off)
{
	int r = io_pread_all(fd, buf, len, (off_t)off);

	return undirect(fd, r) ? io_pread_all(fd, buf, len, (off_t)off) : r;
}

int store_io_write(int fd, const void *buf, size_t len, uint64_t off)
{
	int r = io_pwrite_all(fd, buf, len, (off_t)off);

	return undirect(fd, r) ? io_pwrite_all(fd, buf, len, (off_t)off) : r;
}

void *store_io_alloc(size_t len)
{
	void *p = NULL;

	return posix_memalign(&p, STORE_BLOCK, len) == 0 ? p : NULL;
}
