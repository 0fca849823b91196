/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The manifest's text: what is fed to the parser may be anything that lay on a disk. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "lib/base/cleanup.h"
#include "lib/model/json_read.h"
#include "lib/model/manifest.h"
#include "lib/model/ocf.h"

#define CHUNK_HEX 24
#define HASH_HEX 16
#define FIRST "{\"format\":"
#define CHECK_LEN (sizeof ",\"check\":\"0123456789abcdef\"}" - 1)
#define COMMAS_MAX 4096	/* far more members than any manifest: json-c makes an object of each */

static void check_text(char out[CHECK_LEN + 1], const char *text, size_t len)
{
	snprintf(out, CHECK_LEN + 1, ",\"check\":\"%016" PRIx64 "\"}", (uint64_t)XXH3_64bits(text, len));
}

/* ---- writing ---- */

static void put_hex(char *p, uint64_t v, int digits)
{
	while (digits-- > 0) {
		p[digits] = "0123456789abcdef"[v & 15];
		v >>= 4;
	}
}

static struct json_object *chunks_make(const struct manifest *m)
{
	size_t len = m->nchunks * CHUNK_HEX;	/* at most MANIFEST_TEXT_MAX */
	ferry_autofree char *hex = malloc(len + 1);

	if (!hex)
		return NULL;
	for (size_t i = 0; i < m->nchunks; i++) {
		put_hex(hex + i * CHUNK_HEX, m->chunks[i].xxh3, HASH_HEX);
		put_hex(hex + i * CHUNK_HEX + HASH_HEX, m->chunks[i].stored, CHUNK_HEX - HASH_HEX);
	}
	return json_object_new_string_len(hex, (int)len);
}

static bool add_string(struct json_object *o, const char *key, const char *s)
{
	return json_add(o, key, json_object_new_string(s));
}

static bool add_u64(struct json_object *o, const char *key, uint64_t n)
{
	return json_add(o, key, json_object_new_uint64(n));
}

static bool members_add(struct json_object *o, const struct manifest *m)
{
	char whole[HASH_HEX + 1] = "";

	put_hex(whole, m->whole, HASH_HEX);
	return add_u64(o, "format", MANIFEST_FORMAT) && add_string(o, "id", m->id) &&
	       add_string(o, "domain", m->domain) && add_string(o, "uuid", m->uuid) && add_string(o, "node", m->node) &&
	       json_add(o, "made_ms", json_object_new_int64(m->made_ms)) && add_string(o, "how", m->how) &&
	       add_string(o, "resource", m->resource) && add_u64(o, "epoch", m->epoch) && add_string(o, "nonce", m->nonce) &&
	       add_u64(o, "qemu", m->qemu) && add_u64(o, "libvirt", m->libvirt) && add_string(o, "machine", m->machine) &&
	       add_string(o, "cpu", m->cpu) && add_string(o, "host_cpu", m->host_cpu) && add_u64(o, "ram_kib", m->ram_kib) &&
	       add_u64(o, "image_bytes", m->image_bytes) && add_u64(o, "chunk_bytes", m->chunk_bytes) &&
	       add_string(o, "whole", whole) && add_u64(o, "stored_bytes", m->stored_bytes) &&
	       json_add(o, "chunks", chunks_make(m));
}

int manifest_to_json(const struct manifest *m, char **ret_text, size_t *ret_len, struct ferry_error *e)
{
	json_auto struct json_object *o = NULL;
	const char *body;
	char *text;
	size_t len = 0;
	int r = manifest_check(m, e);

	if (r < 0)
		return r;
	o = json_object_new_object();
	body = o && members_add(o, m) ? json_object_to_json_string_length(o, JSON_C_TO_STRING_PLAIN, &len) : NULL;
	text = body && len > 1 ? malloc(len + CHECK_LEN + 1) : NULL;
	if (!text)
		return error_set(e, OCF_ERR_GENERIC, ENOMEM, "no memory for a manifest");
	len--;	/* its closing brace */
	memcpy(text, body, len);
	check_text(text + len, text, len);
	*ret_text = text;
	*ret_len = len + CHECK_LEN;
	return 0;
}

/* ---- reading ---- */

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool get_hex(const char *p, int digits, uint64_t *ret)
{
	uint64_t v = 0;

	for (int i = 0; i < digits; i++) {
		int d = digit(p[i]);

		if (d < 0)
			return false;
		v = v << 4 | (uint64_t)d;
	}
	*ret = v;
	return true;
}

static bool anything(const char *s)
{
	(void)s;	/* manifest_check() looks at it afterwards */
	return true;
}

static bool hash_valid(const char *s)
{
	uint64_t v;

	return strlen(s) == HASH_HEX && get_hex(s, HASH_HEX, &v);
}

static int chunks_read(struct json_object *o, struct manifest *m, struct ferry_error *e)
{
	struct json_object *v;
	const char *hex;
	size_t len, n;

	if (!json_object_object_get_ex(o, "chunks", &v) || !json_object_is_type(v, json_type_string))
		return error_set(e, OCF_ERR_GENERIC, EINVAL, "member \"chunks\" is missing or has a bad value");
	hex = json_object_get_string(v);
	len = (size_t)json_object_get_string_len(v);
	n = len / CHUNK_HEX;
	if (len % CHUNK_HEX != 0 || n == 0 || n > MANIFEST_CHUNKS_MAX)
		return error_set(e, OCF_ERR_GENERIC, EINVAL, "member \"chunks\" has an impossible length");
	for (size_t i = 0; i < n; i++) {
		uint64_t xxh3, stored;
		int r;

		if (!get_hex(hex, HASH_HEX, &xxh3) || !get_hex(hex + HASH_HEX, CHUNK_HEX - HASH_HEX, &stored))
			return error_set(e, OCF_ERR_GENERIC, EINVAL, "member \"chunks\" holds something else than hex digits");
		r = manifest_add(m, xxh3, (uint32_t)stored, e);
		if (r < 0)
			return r;
		hex += CHUNK_HEX;
	}
	return 0;
}

static int numbers_read(struct json_object *o, struct manifest *m, struct ferry_error *e)
{
	const struct {
		const char *key;
		uint64_t *to;
	} of[] = {
		{ "epoch", &m->epoch }, { "qemu", &m->qemu }, { "libvirt", &m->libvirt }, { "ram_kib", &m->ram_kib },
		{ "image_bytes", &m->image_bytes }, { "stored_bytes", &m->stored_bytes },
	};
	uint64_t chunk_bytes = 0;
	int r = json_read_i64(o, "made_ms", &m->made_ms, e);

	for (size_t i = 0; r == 0 && i < sizeof of / sizeof *of; i++)
		r = json_read_u64(o, of[i].key, UINT64_MAX, of[i].to, e);
	if (r == 0)
		r = json_read_u64(o, "chunk_bytes", UINT32_MAX, &chunk_bytes, e);
	m->chunk_bytes = (uint32_t)chunk_bytes;
	return r;
}

static int strings_read(struct json_object *o, struct manifest *m, struct ferry_error *e)
{
	const struct {
		const char *key;
		char *to;
		size_t size;
	} of[] = {
		{ "id", m->id, sizeof m->id }, { "domain", m->domain, sizeof m->domain }, { "uuid", m->uuid, sizeof m->uuid },
		{ "node", m->node, sizeof m->node }, { "how", m->how, sizeof m->how },
		{ "resource", m->resource, sizeof m->resource }, { "nonce", m->nonce, sizeof m->nonce },
		{ "machine", m->machine, sizeof m->machine }, { "cpu", m->cpu, sizeof m->cpu },
		{ "host_cpu", m->host_cpu, sizeof m->host_cpu },
	};
	char whole[HASH_HEX + 1] = "";
	int r = 0;

	for (size_t i = 0; r == 0 && i < sizeof of / sizeof *of; i++)
		r = json_read_string(o, of[i].key, anything, of[i].to, of[i].size, e);
	if (r == 0)
		r = json_read_string(o, "whole", hash_valid, whole, sizeof whole, e);
	if (r == 0)
		get_hex(whole, HASH_HEX, &m->whole);
	return r;
}

/* Before json-c sees a byte: the format's number, the sum, and that it is not made to use up the memory. */
static int text_check(const char *text, size_t len, struct ferry_error *e)
{
	const size_t first = sizeof FIRST - 1;
	char sum[CHECK_LEN + 1];
	unsigned long long format = 0;
	size_t i = first, commas = 0;

	if (len > MANIFEST_TEXT_MAX)
		return error_set(e, OCF_ERR_GENERIC, EINVAL, "no manifest: longer than %d bytes", MANIFEST_TEXT_MAX);
	if (len < first + CHECK_LEN || memcmp(text, FIRST, first) != 0)
		return error_set(e, OCF_ERR_GENERIC, EINVAL, "no manifest: it does not begin as one");
	for (; i < len && i < first + 9 && digit(text[i]) >= 0 && digit(text[i]) < 10; i++)
		format = 10 * format + (unsigned int)digit(text[i]);
	if (i == first || text[i] != ',')
		return error_set(e, OCF_ERR_GENERIC, EINVAL, "no manifest: it names no format");
	if (format != MANIFEST_FORMAT)
		return error_set(e, OCF_ERR_GENERIC, EINVAL, "a manifest of format %llu, and this Ferry knows %d", format,
				 MANIFEST_FORMAT);
	check_text(sum, text, len - CHECK_LEN);
	if (memcmp(text + len - CHECK_LEN, sum, CHECK_LEN) != 0)
		return error_set(e, OCF_ERR_GENERIC, EINVAL, "the manifest is damaged or cut off: its checksum is wrong or not there");
	for (i = 0; i < len; i++)
		commas += text[i] == ',';
	if (commas > COMMAS_MAX)
		return error_set(e, OCF_ERR_GENERIC, EINVAL, "no manifest: it has too many members");
	return 0;
}

int manifest_from_json(const char *text, size_t len, struct manifest *ret_m, struct ferry_error *e)
{
	json_auto struct json_object *o = NULL;
	struct manifest m;
	int r;

	r = text_check(text, len, e);
	if (r < 0)
		return r;
	o = json_read_object(text, len, e);
	if (!o)
		return -EINVAL;
	memset(&m, 0, sizeof m);
	r = strings_read(o, &m, e);
	if (r == 0)
		r = numbers_read(o, &m, e);
	if (r == 0)
		r = chunks_read(o, &m, e);
	if (r == 0)
		r = manifest_check(&m, e);
	if (r < 0)
		manifest_clear(&m);
	else
		*ret_m = m;
	return r;
}
