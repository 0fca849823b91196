/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The manifest of a checkpoint: which guest, which run of it, and what every byte of its saved memory must be. It is written last;
 * a checkpoint without a complete, self-consistent manifest does not exist. JSON, one object:
 *
 *   "format"      1; another number is another format, and refused by its number
 *   "id"          this checkpoint: 128 random bits as 32 hex digits
 *   "domain", "uuid", "node", "made_ms", "how"
 *   "resource", "epoch", "nonce"          the run that the memory comes from, as the disk's stamp named it when the memory froze
 *                                         ("" and 0 where no stamp exists: a guest without a gate)
 *   "qemu", "libvirt", "machine", "cpu", "host_cpu", "ram_kib"   what a restore needs
 *   "image_bytes", "chunk_bytes", "whole" the image as libvirt wants it back: its length and its XXH3-64
 *   "stored_bytes"                        what it takes in the store, with padding
 *   "chunks"      one string: 24 hex digits for each chunk, 16 of its XXH3-64 and 8 of the bytes stored for it. 0: all zeros, nothing
 *                 stored; the chunk's own length: as it is; less: one zstd frame
 *   "check"       the last member: 16 hex digits, XXH3-64 of all the text in front of its comma
 *
 * "format" is the first member, so that a later format is told before anything else is tried. Unknown members are ignored,
 * missing ones and bad values are errors.
 */
#ifndef FERRY_MANIFEST_H
#define FERRY_MANIFEST_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/error.h"
#include "lib/model/ids.h"

#define MANIFEST_FORMAT 1
#define MANIFEST_WORD 64			/* QEMU's machine, a CPU's model */
#define MANIFEST_TEXT_MAX (64 * 1024 * 1024)	/* bytes of its JSON: 2.6 million chunks */
#define MANIFEST_CHUNKS_MAX ((MANIFEST_TEXT_MAX - 65536) / 24)
#define CHUNK_BYTES (1024 * 1024)		/* of the image; the last one may be shorter */
#define STORE_BLOCK 4096			/* what is stored of a chunk is padded with zeros to this */

struct manifest_chunk {
	uint64_t xxh3;		/* of the chunk of the image, not of what is stored of it */
	uint32_t stored;	/* bytes, without padding */
};

struct manifest {
	char id[NONCE_SIZE];
	char domain[NAME_SIZE], uuid[UUID_SIZE], node[NAME_SIZE];
	char how[NAME_SIZE];		/* "stop", "held" */
	int64_t made_ms;		/* wall clock of the node, for people */
	char resource[NAME_SIZE];	/* "": no stamp */
	uint64_t epoch;
	char nonce[NONCE_SIZE];		/* "": no stamp, or an arrived copy that its mark alone binds */
	uint64_t qemu, libvirt;		/* versions as libvirt counts them: major * 1000000 + minor * 1000 + release */
	char machine[MANIFEST_WORD], cpu[MANIFEST_WORD], host_cpu[MANIFEST_WORD]; /* cpu: its mode in the XML, or "" */
	uint64_t ram_kib;
	uint64_t image_bytes, stored_bytes;
	uint32_t chunk_bytes;		/* CHUNK_BYTES */
	uint64_t whole;
	size_t nchunks;			/* ceil(image_bytes / chunk_bytes) */
	struct manifest_chunk *chunks;	/* owned */
};

void manifest_clear(struct manifest *m);
/* Append a chunk; -ENOMEM, or -EFBIG beyond what MANIFEST_TEXT_MAX can hold. */
int manifest_add(struct manifest *m, uint64_t xxh3, uint32_t stored, struct ferry_error *e);
/* Bytes that a chunk takes in the store: STORED rounded up to STORE_BLOCK. */
uint64_t manifest_padded(uint32_t stored);
/* Length of chunk I of the image. */
uint32_t manifest_chunk_len(const struct manifest *m, size_t i);

/* What every manifest holds to, written or read: -EINVAL names the member that does not. */
int manifest_check(const struct manifest *m, struct ferry_error *e);

/* Its text, with its length; caller frees. -EINVAL for what would not decode again, -ENOMEM. */
int manifest_to_json(const struct manifest *m, char **ret_text, size_t *ret_len, struct ferry_error *e);
/* From exactly LEN bytes; *ret_m is to be cleared by the caller. -EINVAL says what is wrong. Everything is checked: names, the sum
 * over the text, number and sizes of the chunks against image_bytes and stored_bytes. */
int manifest_from_json(const char *text, size_t len, struct manifest *ret_m, struct ferry_error *e);

/* What the node offers on which it shall be restored. */
struct manifest_host {
	uint64_t qemu, libvirt;
	char host_cpu[MANIFEST_WORD];
};

/* May this checkpoint be restored as the guest DOMAIN with UUID on HOST? -EINVAL names what differs: another domain, the same name with
 * another uuid, a newer QEMU or libvirt than here, another CPU, or one that is not known, where the guest uses the host's (cpu
 * "host-passthrough" or "maximum"). */
int manifest_fits(const struct manifest *m, const char *domain, const char *uuid, const struct manifest_host *host,
		  struct ferry_error *e);

#endif
