/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the two kinds of stores share; store.c chooses between them. */
#ifndef FERRY_STORE_PRIV_H
#define FERRY_STORE_PRIV_H

#include "lib/edge/store.h"

#define STORE_GATHER (1024 * 1024)	/* small pieces are written, and read, together */

struct store_new {
	enum store_kind kind;
	char *path;
	char domain[NAME_SIZE], id[NONCE_SIZE];
	int dir;		/* directory, or -1 */
	int fd;			/* data; locked (flock) for as long as it is being written */
	uint64_t base;		/* where the data begins in FD */
	uint64_t off;		/* bytes of data written, without what BUF still holds */
	uint64_t size;		/* of FD, where it cannot grow; else UINT64_MAX */
	uint64_t seq;		/* of the volume's header */
	unsigned char *buf;	/* STORE_GATHER bytes, aligned */
	size_t held;		/* bytes in BUF */
	bool prepared;
	uint64_t text_len, text_xxh3;	/* of the manifest, once it is written: a volume's header names them */
};

/* Like store_each's, but M may be taken: what is left in it is cleared by the caller. */
typedef int (*store_scan_fn)(void *arg, const char *id, struct manifest *m, const struct ferry_error *why);

/* ---- store_io.c: past the page cache where that can be ---- */
void store_io_direct(int fd);	/* ask for it; no matter if it is refused */
int store_io_read(int fd, void *buf, size_t len, uint64_t off);	/* all or -errno; -EIO at the end of the file */
int store_io_write(int fd, const void *buf, size_t len, uint64_t off);
void *store_io_alloc(size_t len);	/* aligned to STORE_BLOCK; free() */

/* ---- one set of these a kind. N->dir, N->fd are -1 before begin; what is open is closed by store.c ---- */
int store_dir_begin(struct store_new *n, uint64_t reserve, struct ferry_error *e);
int store_dir_prepare(struct store_new *n, const char *text, size_t len, struct ferry_error *e);
int store_dir_commit(struct store_new *n, struct ferry_error *e);
void store_dir_abort(struct store_new *n);
int store_dir_scan(const char *path, const char *domain, store_scan_fn fn, void *arg, struct ferry_error *e);
/* The data of M, open to read, and where it begins in it. */
int store_dir_data(const char *path, const struct manifest *m, int *ret_fd, uint64_t *ret_base, struct ferry_error *e);
int store_dir_remove(const char *path, const char *domain, const char *id, struct ferry_error *e);
int store_dir_prune(const char *path, const char *domain, const char *keep, struct ferry_error *e);

int store_volume_begin(struct store_new *n, uint64_t reserve, struct ferry_error *e);
int store_volume_prepare(struct store_new *n, const char *text, size_t len, struct ferry_error *e);
int store_volume_commit(struct store_new *n, struct ferry_error *e);
void store_volume_abort(struct store_new *n);
int store_volume_scan(const char *path, const char *domain, store_scan_fn fn, void *arg, struct ferry_error *e);
int store_volume_data(const char *path, const struct manifest *m, int *ret_fd, uint64_t *ret_base, struct ferry_error *e);
int store_volume_remove(const char *path, const char *domain, const char *id, struct ferry_error *e);
int store_volume_prune(const char *path, const char *domain, const char *keep, struct ferry_error *e);

#endif
