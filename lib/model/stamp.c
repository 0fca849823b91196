/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/model/stamp.h"

#include <endian.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <xxhash.h>

#include "lib/model/json_read.h"
#include "lib/model/ocf.h"

#define MAGIC "FERRYSTP"
#define VERSION 1
#define HEADER 32
#define HASHED 24	/* bytes of the header in front of the hash itself */

static const char zero_nonce[NONCE_SIZE] = "00000000000000000000000000000000";

static uint32_t get32(const unsigned char *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof v);
	return le32toh(v);
}

static uint64_t get64(const unsigned char *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof v);
	return le64toh(v);
}

static void put32(unsigned char *p, uint32_t v)
{
	v = htole32(v);
	memcpy(p, &v, sizeof v);
}

static void put64(unsigned char *p, uint64_t v)
{
	v = htole64(v);
	memcpy(p, &v, sizeof v);
}

/* Header and payload lie apart on purpose: the hash field between them is not hashed. */
static uint64_t slot_hash(const unsigned char *slot, uint32_t len)
{
	unsigned char text[HASHED + STAMP_SLOT - HEADER];

	memcpy(text, slot, HASHED);
	memcpy(text + HASHED, slot + HEADER, len);
	return XXH3_64bits(text, HASHED + len);
}

static bool all_zero(const unsigned char *p, size_t len)
{
	return len == 0 || (p[0] == 0 && memcmp(p, p + 1, len - 1) == 0);
}

/* What one slot says must make sense as a whole, when it is read and before it is written. */
static int stamp_check(const struct stamp *s, struct ferry_error *e)
{
	const struct certificate *c = &s->cert;

	if (s->seq == UINT64_MAX || s->epoch >= UINT64_MAX - 1)
		return error_set(e, OCF_ERR_GENERIC, EINVAL, "a counter is at its end");
	if (!name_valid(s->resource) || !name_valid(s->domain) || !name_valid(s->node) ||
	    !uuid_valid(s->uuid) || !nonce_valid(s->nonce))
		return error_set(e, OCF_ERR_GENERIC, EINVAL, "a name, the uuid or the nonce is malformed");
	if ((s->epoch == 0) != (strcmp(s->nonce, zero_nonce) == 0))
		return error_set(e, OCF_ERR_GENERIC, EINVAL, "epoch and nonce disagree on whether it ever ran");
	if (s->saved && (s->epoch == 0 || !nonce_valid(s->checkpoint.id) || !store_name_valid(s->checkpoint.store)))
		return error_set(e, OCF_ERR_GENERIC, EINVAL, "the checkpoint is malformed, or of no run");
	if (!s->certified)
		return 0;
	if (!nonce_valid(c->move) || !name_valid(c->from) || !name_valid(c->to))
		return error_set(e, OCF_ERR_GENERIC, EINVAL, "the certificate's move or node is malformed");
	if (s->epoch == 0 || c->epoch != s->epoch)
		return error_set(e, OCF_ERR_GENERIC, EINVAL, "the certificate is of another run");
	if (c->volumes < 1 || c->volumes > STAMP_MAX_VOLUMES)
		return error_set(e, OCF_ERR_GENERIC, EINVAL, "the certificate names no volume or too many");
	for (unsigned int i = 0; i < c->volumes; i++)
		if (c->volume_bytes[i] == 0 || c->volume_bytes[i] > INT64_MAX)
			return error_set(e, OCF_ERR_GENERIC, EINVAL, "the certificate has an impossible size");
	return 0;
}

static int certificate_read(struct json_object *o, struct certificate *c, struct ferry_error *e)
{
	struct json_object *sizes;
	int r = json_read_string(o, "move", nonce_valid, c->move, sizeof c->move, e);

	if (r == 0)
		r = json_read_u64(o, "epoch", UINT64_MAX, &c->epoch, e);
	if (r == 0)
		r = json_read_string(o, "from", name_valid, c->from, sizeof c->from, e);
	if (r == 0)
		r = json_read_string(o, "to", name_valid, c->to, sizeof c->to, e);
	if (r < 0)
		return r;
	if (!json_object_object_get_ex(o, "volume_bytes", &sizes) ||
	    !json_object_is_type(sizes, json_type_array) ||
	    json_object_array_length(sizes) > STAMP_MAX_VOLUMES)
		return error_set(e, OCF_ERR_GENERIC, EINVAL, "member \"volume_bytes\" is missing or bad");
	c->volumes = (unsigned int)json_object_array_length(sizes);
	for (unsigned int i = 0; i < c->volumes; i++) {
		struct json_object *v = json_object_array_get_idx(sizes, i);

		if (!json_object_is_type(v, json_type_int) || json_object_get_int64(v) <= 0)
			return error_set(e, OCF_ERR_GENERIC, EINVAL, "member \"volume_bytes\" is bad");
		c->volume_bytes[i] = json_object_get_uint64(v);
	}
	return 0;
}

/* Optional members that are there but cannot be read make a broken slot: they are not taken for absent. */
static int endings_read(struct json_object *o, struct stamp *s, struct ferry_error *e)
{
	struct json_object *cert, *saved;
	int r = 0;

	if (json_object_object_get_ex(o, "certificate", &cert)) {
		if (!json_object_is_type(cert, json_type_object))
			return error_set(e, OCF_ERR_GENERIC, EINVAL, "member \"certificate\" is not an object");
		s->certified = true;
		r = certificate_read(cert, &s->cert, e);
	}
	if (r < 0 || !json_object_object_get_ex(o, "checkpoint", &saved))
		return r;
	if (!json_object_is_type(saved, json_type_object))
		return error_set(e, OCF_ERR_GENERIC, EINVAL, "member \"checkpoint\" is not an object");
	s->saved = true;
	r = json_read_string(saved, "id", nonce_valid, s->checkpoint.id, sizeof s->checkpoint.id, e);
	return r < 0 ? r : json_read_string(saved, "store", store_name_valid, s->checkpoint.store,
					    sizeof s->checkpoint.store, e);
}

static int payload_read(const char *text, size_t len, struct stamp *s, struct ferry_error *e)
{
	json_auto struct json_object *o = json_read_object(text, len, e);
	int r;

	if (!o)
		return -EINVAL;
	r = json_read_string(o, "resource", name_valid, s->resource, sizeof s->resource, e);
	if (r == 0)
		r = json_read_string(o, "domain", name_valid, s->domain, sizeof s->domain, e);
	if (r == 0)
		r = json_read_string(o, "uuid", uuid_valid, s->uuid, sizeof s->uuid, e);
	if (r == 0)
		r = json_read_u64(o, "epoch", UINT64_MAX, &s->epoch, e);
	if (r == 0)
		r = json_read_string(o, "nonce", nonce_valid, s->nonce, sizeof s->nonce, e);
	if (r == 0)
		r = json_read_string(o, "node", name_valid, s->node, sizeof s->node, e);
	return r < 0 ? r : endings_read(o, s, e);
}

/* 0, or -EINVAL with what is wrong; *RET is untouched on failure. */
static int slot_read(const unsigned char *slot, unsigned int index, struct stamp *ret,
		     struct ferry_error *e)
{
	struct stamp s;
	uint32_t len;
	int r;

	memset(&s, 0, sizeof s);
	if (all_zero(slot, STAMP_SLOT))
		return error_set(e, OCF_ERR_GENERIC, EINVAL, "empty");
	if (memcmp(slot, MAGIC, 8) != 0)
		return error_set(e, OCF_ERR_GENERIC, EINVAL, "not a stamp (no magic)");
	if (get32(slot + 8) != VERSION)
		return error_set(e, OCF_ERR_GENERIC, EINVAL, "stamp of layout version %u, this Ferry knows %d",
				 get32(slot + 8), VERSION);
	len = get32(slot + 12);
	if (len > STAMP_SLOT - HEADER)
		return error_set(e, OCF_ERR_GENERIC, EINVAL, "payload length %u is impossible", len);
	if (slot_hash(slot, len) != get64(slot + HASHED))
		return error_set(e, OCF_ERR_GENERIC, EINVAL, "checksum mismatch (torn or damaged)");
	if (!all_zero(slot + HEADER + len, STAMP_SLOT - HEADER - len))
		return error_set(e, OCF_ERR_GENERIC, EINVAL, "bytes behind the payload");
	s.seq = get64(slot + 16);
	if (s.seq % 2 != index)
		return error_set(e, OCF_ERR_GENERIC, EINVAL, "seq %llu lies in the wrong slot",
				 (unsigned long long)s.seq);
	r = payload_read((const char *)slot + HEADER, len, &s, e);
	if (r == 0)
		r = stamp_check(&s, e);
	if (r == 0)
		*ret = s;
	return r;
}

/* A slot that a later Ferry wrote: the other one, which we could read, is then out of date. */
static bool newer_version(const unsigned char *slot)
{
	return memcmp(slot, MAGIC, 8) == 0 && get32(slot + 8) > VERSION;
}

enum stamp_state stamp_decode(const void *buf, struct stamp *ret_stamp, char *why, size_t why_size)
{
	const unsigned char *area = buf;
	struct ferry_error err[2] = { FERRY_ERROR_INIT, FERRY_ERROR_INIT };
	struct stamp s[2];
	int r[2];

	if (why && why_size > 0)
		why[0] = '\0';
	if (all_zero(area, STAMP_READ))
		return STAMP_ABSENT;
	for (unsigned int i = 0; i < 2; i++)
		r[i] = slot_read(area + i * STAMP_SLOT, i, &s[i], &err[i]);
	if (why && why_size > 0)
		snprintf(why, why_size, "slot 0: %s; slot 1: %s", r[0] < 0 ? err[0].text : "valid",
			 r[1] < 0 ? err[1].text : "valid");
	if ((r[0] < 0 && r[1] < 0) || newer_version(area) || newer_version(area + STAMP_SLOT))
		return STAMP_FOREIGN;
	if (r[0] == 0 && r[1] == 0)
		*ret_stamp = s[s[1].seq > s[0].seq];
	else
		*ret_stamp = s[r[0] < 0];
	return STAMP_VALID;
}

static bool certificate_add(struct json_object *o, const struct certificate *c)
{
	struct json_object *cert = json_object_new_object(), *sizes;

	if (!json_add(o, "certificate", cert))
		return false;
	sizes = json_object_new_array();
	if (!json_add(cert, "move", json_object_new_string(c->move)) ||
	    !json_add(cert, "epoch", json_object_new_uint64(c->epoch)) ||
	    !json_add(cert, "from", json_object_new_string(c->from)) ||
	    !json_add(cert, "to", json_object_new_string(c->to)) ||
	    !json_add(cert, "volume_bytes", sizes))
		return false;
	for (unsigned int i = 0; i < c->volumes && i < STAMP_MAX_VOLUMES; i++) {
		struct json_object *v = json_object_new_uint64(c->volume_bytes[i]);

		if (!v || json_object_array_add(sizes, v) < 0) {
			json_object_put(v);
			return false;
		}
	}
	return true;
}

static bool checkpoint_add(struct json_object *o, const struct stamp_checkpoint *c)
{
	struct json_object *saved = json_object_new_object();

	return json_add(o, "checkpoint", saved) && json_add(saved, "id", json_object_new_string(c->id)) &&
	       json_add(saved, "store", json_object_new_string(c->store));
}

static struct json_object *payload_make(const struct stamp *s)
{
	struct json_object *o = json_object_new_object();

	if (o && json_add(o, "resource", json_object_new_string(s->resource)) &&
	    json_add(o, "domain", json_object_new_string(s->domain)) &&
	    json_add(o, "uuid", json_object_new_string(s->uuid)) &&
	    json_add(o, "epoch", json_object_new_uint64(s->epoch)) &&
	    json_add(o, "nonce", json_object_new_string(s->nonce)) &&
	    json_add(o, "node", json_object_new_string(s->node)) &&
	    (!s->certified || certificate_add(o, &s->cert)) && (!s->saved || checkpoint_add(o, &s->checkpoint)))
		return o;
	json_object_put(o);
	return NULL;
}

int stamp_encode(const struct stamp *s, void *slot, size_t *ret_offset, struct ferry_error *e)
{
	unsigned char out[STAMP_SLOT] = { 0 };
	json_auto struct json_object *o = NULL;
	const char *text;
	size_t len;
	int r = stamp_check(s, e);

	if (r < 0)
		return r;
	o = payload_make(s);
	text = o ? json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN) : NULL;
	if (!text)
		return error_set(e, OCF_ERR_GENERIC, ENOMEM, "out of memory");
	len = strlen(text);
	if (len > sizeof out - HEADER)
		return error_set(e, OCF_ERR_GENERIC, EINVAL, "the stamp does not fit into its slot");
	memcpy(out, MAGIC, 8);
	put32(out + 8, VERSION);
	put32(out + 12, (uint32_t)len);
	put64(out + 16, s->seq);
	memcpy(out + HEADER, text, len);
	put64(out + HASHED, slot_hash(out, (uint32_t)len));
	memcpy(slot, out, sizeof out);
	*ret_offset = (size_t)(s->seq % 2) * STAMP_SLOT;
	return 0;
}

char *stamp_to_json(const struct stamp *s)
{
	struct json_object *o = payload_make(s);

	if (o && !json_add(o, "seq", json_object_new_uint64(s->seq))) {
		json_object_put(o);
		o = NULL;
	}
	return o ? json_write_line(o) : NULL;
}
