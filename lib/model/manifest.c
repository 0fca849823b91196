/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/model/manifest.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/model/ocf.h"

void manifest_clear(struct manifest *m)
{
	free(m->chunks);
	memset(m, 0, sizeof *m);
}

/* The array doubles when its number of chunks is a power of two, so that no capacity need be kept. */
int manifest_add(struct manifest *m, uint64_t xxh3, uint32_t stored, struct ferry_error *e)
{
	size_t n = m->nchunks;

	if (n >= MANIFEST_CHUNKS_MAX)
		return error_set(e, OCF_ERR_GENERIC, EFBIG, "the image has more than %d chunks of %d bytes: too large for a checkpoint",
				 MANIFEST_CHUNKS_MAX, CHUNK_BYTES);
	if ((n & (n - 1)) == 0) {
		struct manifest_chunk *more = realloc(m->chunks, (n ? 2 * n : 1) * sizeof *more);

		if (!more)
			return error_set(e, OCF_ERR_GENERIC, ENOMEM, "no memory for the list of chunks");
		m->chunks = more;
	}
	m->chunks[n].xxh3 = xxh3;
	m->chunks[n].stored = stored;
	m->nchunks = n + 1;
	return 0;
}

uint64_t manifest_padded(uint32_t stored)
{
	return ((uint64_t)stored + STORE_BLOCK - 1) / STORE_BLOCK * STORE_BLOCK;
}

uint32_t manifest_chunk_len(const struct manifest *m, size_t i)
{
	uint64_t at = (uint64_t)i * m->chunk_bytes;

	if (at >= m->image_bytes)
		return 0;
	return m->image_bytes - at < m->chunk_bytes ? (uint32_t)(m->image_bytes - at) : m->chunk_bytes;
}

static bool word_valid(const char *s)
{
	size_t i;

	for (i = 0; s[i] != '\0'; i++)
		if (i >= MANIFEST_WORD - 1 || s[i] < ' ' || s[i] > '~')
			return false;
	return true;
}

static int bad(struct ferry_error *e, const char *member, const char *why)
{
	return error_set(e, OCF_ERR_GENERIC, EINVAL, "the manifest's \"%s\" %s", member, why);
}

static int check_chunks(const struct manifest *m, struct ferry_error *e)
{
	uint64_t sum = 0;

	if (m->chunk_bytes != CHUNK_BYTES)
		return bad(e, "chunk_bytes", "is of a size that this Ferry does not know");
	if (m->image_bytes == 0 || m->image_bytes > (uint64_t)MANIFEST_CHUNKS_MAX * CHUNK_BYTES)
		return bad(e, "image_bytes", "is impossible");
	if (m->nchunks != (m->image_bytes + CHUNK_BYTES - 1) / CHUNK_BYTES)
		return bad(e, "chunks", "are too few or too many for its image_bytes");
	for (size_t i = 0; i < m->nchunks; i++) {
		if (m->chunks[i].stored > manifest_chunk_len(m, i))
			return error_set(e, OCF_ERR_GENERIC, EINVAL,
					 "the manifest's chunk %zu stores more bytes than it has", i);
		sum += manifest_padded(m->chunks[i].stored);
	}
	if (sum != m->stored_bytes)
		return bad(e, "stored_bytes", "is not the sum of its chunks");
	return 0;
}

int manifest_check(const struct manifest *m, struct ferry_error *e)
{
	if (!nonce_valid(m->id))
		return bad(e, "id", "is no 32 hex digits");
	if (!name_valid(m->domain) || !name_valid(m->node) || !name_valid(m->how))
		return bad(e, "domain, node or how", "is no name");
	if (!uuid_valid(m->uuid))
		return bad(e, "uuid", "is no UUID");
	if (m->resource[0] && !name_valid(m->resource))
		return bad(e, "resource", "is no name");
	if (m->nonce[0] && !nonce_valid(m->nonce))
		return bad(e, "nonce", "is no 32 hex digits");
	if (!m->resource[0] && (m->epoch != 0 || m->nonce[0]))
		return bad(e, "resource", "is missing, though an epoch is named");
	if (m->epoch >= UINT64_MAX - 1 || (m->epoch == 0 && m->nonce[0]))
		return bad(e, "epoch", "is of no run");
	if (!word_valid(m->machine) || !word_valid(m->cpu) || !word_valid(m->host_cpu))
		return bad(e, "machine, cpu or host_cpu", "is too long or not printable");
	/* An unknown version would pass every comparison with the host's. */
	if (m->qemu == 0 || m->qemu > INT64_MAX || m->libvirt == 0 || m->libvirt > INT64_MAX)
		return bad(e, "qemu or libvirt", "is no version");
	if (m->ram_kib == 0 || m->ram_kib > INT64_MAX)
		return bad(e, "ram_kib", "is impossible");
	if (m->made_ms < 0)
		return bad(e, "made_ms", "is before 1970");
	return check_chunks(m, e);
}

static int newer(struct ferry_error *e, const char *what, uint64_t saved, uint64_t here)
{
	return error_set(e, OCF_ERR_GENERIC, EINVAL,
			 "the checkpoint was made by %s %" PRIu64 ".%" PRIu64 ".%" PRIu64 ", here is %" PRIu64 ".%" PRIu64 ".%" PRIu64
			 ", which is older: upgrade this node, or restore on another", what,
			 saved / 1000000, saved / 1000 % 1000, saved % 1000, here / 1000000, here / 1000 % 1000, here % 1000);
}

int manifest_fits(const struct manifest *m, const char *domain, const char *uuid, const struct manifest_host *host,
		  struct ferry_error *e)
{
	if (strcmp(m->domain, domain) != 0)
		return error_set(e, OCF_ERR_GENERIC, EINVAL, "the checkpoint is of the guest %s, not of %s", m->domain, domain);
	if (strcmp(m->uuid, uuid) != 0)
		return error_set(e, OCF_ERR_GENERIC, EINVAL,
				 "the checkpoint is of another guest of the name %s: its uuid is %s, this guest's is %s",
				 domain, m->uuid, uuid);
	if (m->qemu > host->qemu)
		return newer(e, "QEMU", m->qemu, host->qemu);
	if (m->libvirt > host->libvirt)
		return newer(e, "libvirt", m->libvirt, host->libvirt);
	if (strcmp(m->cpu, "host-passthrough") != 0 && strcmp(m->cpu, "maximum") != 0)
		return 0;
	if (m->host_cpu[0] && strcmp(m->host_cpu, host->host_cpu) == 0)
		return 0;
	return error_set(e, OCF_ERR_GENERIC, EINVAL,
			 "the guest uses its host's CPU (%s), and that was '%s' when the checkpoint was made, here it is '%s'",
			 m->cpu, m->host_cpu[0] ? m->host_cpu : "unknown", host->host_cpu[0] ? host->host_cpu : "unknown");
}
