/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where checkpoints are kept. Two kinds:
 *
 * a directory: DOMAIN.ID.ram holds the chunks, DOMAIN.ID.json the manifest, written last by rename. Root's alone (0700, 0600).
 *
 * a volume, a block device used raw: two header slots, written in turn with a sequence number and a checksum
 * (lib/model/volume_header.h); the data from VOLUME_DATA on, the manifest's text behind it. A header names place, length and
 * XXH3 of the manifest, or says "empty". It holds one checkpoint: a new one first writes the header "empty", and so takes the old one
 * away, even if it then fails. On a Primary only. A volume whose first MiB is neither zeros nor Ferry's is never written to, nor is one that
 * holds another domain's checkpoint. Its last MiB is left alone: there a guest without a gate has its stamp.
 *
 * Files are written past the page cache (O_DIRECT) where the file system can. All calls may block for as long as the disk does.
 * Errors: 0 or -errno with OCF_ERR_GENERIC; -ENOSPC where there is not enough room, -EPERM for a directory that others can write to,
 * -EEXIST for a volume with another domain's checkpoint, -EBUSY where a running process writes the same.
 */
#ifndef FERRY_STORE_H
#define FERRY_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/error.h"
#include "lib/model/manifest.h"

enum store_kind { STORE_DIRECTORY, STORE_VOLUME };

struct store {
	enum store_kind kind;
	const char *path;	/* the directory (made if it is missing), or the block device */
};

/* ---- writing ---- */
struct store_new;
/* Begin checkpoint ID of DOMAIN and reserve RESERVE bytes for it (fallocate; a volume: its size). -ENOSPC tells how many bytes
 * are wanted and how many there are, and leaves nothing. */
int store_begin(const struct store *s, const char *domain, const char *id, uint64_t reserve, struct store_new **ret_n,
		struct ferry_error *e);
/* Append LEN bytes, a multiple of STORE_BLOCK, of a buffer that is aligned to STORE_BLOCK. A failure may be told by a later call. */
int store_put(struct store_new *n, const void *buf, size_t len, struct ferry_error *e);
/* Data and manifest are in the store and would survive a crash; yet the checkpoint does not exist. The caller still has N. */
int store_prepare(struct store_new *n, const struct manifest *m, struct ferry_error *e);
/* The last step, a rename or one header: from here on it exists. First prepared with M, if that was not done. N is freed, also on
 * failure, which leaves nothing. */
int store_commit(struct store_new *n, const struct manifest *m, struct ferry_error *e);
/* Leave nothing. Accepts NULL. */
void store_abort(struct store_new *n);

/* ---- reading ---- */
/* Call EACH for every checkpoint of DOMAIN (NULL: of all); a file that is no manifest is handed over with M NULL and WHY filled.
 * EACH returns 0 to go on. A directory that does not exist has none. */
int store_each(const struct store *s, const char *domain,
	       int (*each)(void *arg, const char *id, const struct manifest *m, const struct ferry_error *why), void *arg,
	       struct ferry_error *e);
/* The checkpoint ID (NULL: the one of the highest epoch, then the latest) of DOMAIN; *ret_m to be cleared. -ENOENT without one. Where there
 * is none but a file that should be one and is not, another -errno says why: never -ENOENT for what could not be looked at. */
int store_find(const struct store *s, const char *domain, const char *id, struct manifest *ret_m, struct ferry_error *e);
/*
 * Read the image of M, in order: each chunk is verified before WRITE (may be NULL) gets it, and the whole at the end (before
 * WRITE gets the last chunk). -EBADMSG names the chunk. WRITE is called in the caller's thread; 0, or -errno to stop. Reading ahead,
 * unpacking and verifying are done by threads of their own.
 */
int store_read(const struct store *s, const struct manifest *m, int (*write)(void *arg, const void *buf, size_t len), void *arg,
	       struct ferry_error *e);
/* Take checkpoint ID of DOMAIN away; the manifest first. 0 also if it is not there; -EBUSY while it is being written. */
int store_remove(const struct store *s, const char *domain, const char *id, struct ferry_error *e);
/* Take away every checkpoint of DOMAIN but KEEP (NULL: all), and data without a manifest that no running process writes. */
int store_prune(const struct store *s, const char *domain, const char *keep, struct ferry_error *e);

#endif
