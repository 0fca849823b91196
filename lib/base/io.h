/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whole-file and whole-buffer input and output. All return 0 or -errno. */
#ifndef FERRY_IO_H
#define FERRY_IO_H

#include <stddef.h>
#include <sys/types.h>

/* Read a whole file of at most MAX bytes into a fresh NUL-terminated buffer (caller frees).
 * -EFBIG if it is longer. *ret_len (may be NULL) excludes the NUL. */
int io_read_file(const char *path, size_t max, char **ret_buf, size_t *ret_len);

/* Write all of BUF to FD, over short writes and EINTR. */
int io_write_all(int fd, const void *buf, size_t len);
/* Exactly LEN bytes at OFF; -EIO on a short file. */
int io_pread_all(int fd, void *buf, size_t len, off_t off);
int io_pwrite_all(int fd, const void *buf, size_t len, off_t off);

/* Replace PATH by LEN bytes of BUF: temporary file beside it, mode MODE, fsync, rename, fsync of
 * the directory. Readers see the old file or the new one, never a part. */
int io_replace_file(const char *path, const void *buf, size_t len, mode_t mode);
/* Unlink PATH and fsync its directory. A file that is not there is no error. */
int io_remove_file(const char *path);
/* mkdir -p with MODE for the directories that it makes. */
int io_make_dirs(const char *path, mode_t mode);

#endif
