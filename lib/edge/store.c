/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/edge/store.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/cleanup.h"
#include "lib/edge/store_priv.h"
#include "lib/model/ocf.h"

static const struct kind {
	int (*begin)(struct store_new *n, uint64_t reserve, struct ferry_error *e);
	int (*prepare)(struct store_new *n, const char *text, size_t len, struct ferry_error *e);
	int (*commit)(struct store_new *n, struct ferry_error *e);
	void (*abort)(struct store_new *n);
	int (*scan)(const char *path, const char *domain, store_scan_fn fn, void *arg, struct ferry_error *e);
	int (*remove)(const char *path, const char *domain, const char *id, struct ferry_error *e);
	int (*prune)(const char *path, const char *domain, const char *keep, struct ferry_error *e);
} kinds[] = {
	[STORE_DIRECTORY] = { store_dir_begin, store_dir_prepare, store_dir_commit, store_dir_abort, store_dir_scan, store_dir_remove,
			      store_dir_prune },
	[STORE_VOLUME] = { store_volume_begin, store_volume_prepare, store_volume_commit, store_volume_abort, store_volume_scan,
			   store_volume_remove, store_volume_prune },
};

/* What becomes part of a path, or is compared with one. */
static int names_check(const char *domain, const char *id, struct ferry_error *e)
{
	if (domain && !name_valid(domain))
		return error_set(e, OCF_ERR_GENERIC, EINVAL, "'%.*s' is no name of a guest that a checkpoint can have",
				 NAME_SIZE, domain);
	if (id && !nonce_valid(id))
		return error_set(e, OCF_ERR_GENERIC, EINVAL, "'%.*s' is no checkpoint's id: 32 hex digits", NAME_SIZE, id);
	return 0;
}

/* ---- writing ---- */

static void new_free(struct store_new *n)
{
	if (n->fd >= 0)
		close(n->fd);	/* and unlocked */
	if (n->dir >= 0)
		close(n->dir);
	free(n->buf);
	free(n->path);
	free(n);
}

int store_begin(const struct store *s, const char *domain, const char *id, uint64_t reserve, struct store_new **ret_n,
		struct ferry_error *e)
{
	struct store_new *n;
	int r = names_check(domain, id, e);

	if (r < 0)
		return r;
	if (reserve > INT64_MAX / 2)
		return error_set(e, OCF_ERR_GENERIC, ENOSPC, "no store has %" PRIu64 " bytes", reserve);
	n = calloc(1, sizeof *n);
	if (!n)
		return error_set(e, OCF_ERR_GENERIC, ENOMEM, "no memory to write a checkpoint");
	n->kind = s->kind;
	n->dir = n->fd = -1;
	n->path = strdup(s->path);
	n->buf = store_io_alloc(STORE_GATHER);
	strcpy(n->domain, domain);
	strcpy(n->id, id);
	if (!n->path || !n->buf)
		r = error_set(e, OCF_ERR_GENERIC, ENOMEM, "no memory to write a checkpoint");
	if (r == 0)
		r = kinds[n->kind].begin(n, (reserve + STORE_BLOCK - 1) / STORE_BLOCK * STORE_BLOCK, e);
	if (r < 0)
		new_free(n);
	else
		*ret_n = n;
	return r;
}

static int put_now(struct store_new *n, const void *buf, size_t len, struct ferry_error *e)
{
	int r = 0;

	if (len > n->size - n->base - n->off)
		r = -ENOSPC;
	if (r == 0)
		r = store_io_write(n->fd, buf, len, n->base + n->off);
	if (r == -ENOSPC || r == -EDQUOT || r == -EFBIG)
		return error_set(e, OCF_ERR_GENERIC, ENOSPC, "no room is left for the checkpoint in %s after %" PRIu64 " bytes",
				 n->path, n->off);
	if (r < 0)
		return error_set(e, OCF_ERR_GENERIC, -r, "the checkpoint cannot be written to %s: %s", n->path, strerror(-r));
	n->off += len;
	return 0;
}

static int put_held(struct store_new *n, struct ferry_error *e)
{
	int r = n->held ? put_now(n, n->buf, n->held, e) : 0;

	n->held = 0;
	return r;
}

/* Compressed chunks are small, and each write waits for the disk, or for the peer of a replicated one: they go together. */
int store_put(struct store_new *n, const void *buf, size_t len, struct ferry_error *e)
{
	int r = 0;

	if (n->held + len > STORE_GATHER)
		r = put_held(n, e);
	if (r < 0)
		return r;
	if (n->held == 0 && len > STORE_GATHER / 2)
		return put_now(n, buf, len, e);
	memcpy(n->buf + n->held, buf, len);
	n->held += len;
	return 0;
}

int store_prepare(struct store_new *n, const struct manifest *m, struct ferry_error *e)
{
	ferry_autofree char *text = NULL;
	size_t len = 0;
	int r = put_held(n, e);

	if (r == 0)
		r = manifest_to_json(m, &text, &len, e);
	if (r == 0 && (strcmp(m->domain, n->domain) != 0 || strcmp(m->id, n->id) != 0 || m->stored_bytes != n->off))
		r = error_set(e, OCF_ERR_GENERIC, EINVAL,
			      "the manifest is not of what was written: %s with %" PRIu64 " bytes, not %s with %" PRIu64, m->id,
			      m->stored_bytes, n->id, n->off);
	if (r == 0)
		r = kinds[n->kind].prepare(n, text, len, e);
	n->prepared = r == 0;
	return r;
}

int store_commit(struct store_new *n, const struct manifest *m, struct ferry_error *e)
{
	int r = n->prepared ? 0 : store_prepare(n, m, e);

	if (r == 0)
		r = kinds[n->kind].commit(n, e);
	if (r < 0)
		kinds[n->kind].abort(n);
	new_free(n);
	return r;
}

void store_abort(struct store_new *n)
{
	if (!n)
		return;
	kinds[n->kind].abort(n);
	new_free(n);
}

/* ---- looking ---- */

struct each {
	int (*each)(void *arg, const char *id, const struct manifest *m, const struct ferry_error *why);
	void *arg;
};

static int each_one(void *arg, const char *id, struct manifest *m, const struct ferry_error *why)
{
	const struct each *x = arg;

	return x->each(x->arg, id, m, why);
}

int store_each(const struct store *s, const char *domain,
	       int (*each)(void *arg, const char *id, const struct manifest *m, const struct ferry_error *why), void *arg,
	       struct ferry_error *e)
{
	struct each x = { each, arg };
	int r = names_check(domain, NULL, e);

	return r < 0 ? r : kinds[s->kind].scan(s->path, domain, each_one, &x, e);
}

struct find {
	const char *id;
	struct manifest best;
	bool found;
	struct ferry_error why;	/* of one that cannot be read */
};

static int find_one(void *arg, const char *id, struct manifest *m, const struct ferry_error *why)
{
	struct find *f = arg;

	if (!m) {
		/* A volume that is none has no id. */
		if (f->why.code == 0 && (!f->id || !id[0] || strcmp(f->id, id) == 0))
			f->why = *why;
		return 0;
	}
	if (f->id ? strcmp(f->id, m->id) != 0
		  : f->found && (m->epoch < f->best.epoch || (m->epoch == f->best.epoch && m->made_ms <= f->best.made_ms)))
		return 0;
	manifest_clear(&f->best);
	f->best = *m;
	m->chunks = NULL;	/* taken */
	f->found = true;
	return 0;
}

int store_find(const struct store *s, const char *domain, const char *id, struct manifest *ret_m, struct ferry_error *e)
{
	struct find f;
	int r = names_check(domain, id, e);

	memset(&f, 0, sizeof f);
	f.id = id;
	if (r == 0)
		r = kinds[s->kind].scan(s->path, domain, find_one, &f, e);
	if (r < 0) {
		manifest_clear(&f.best);
		return r;
	}
	if (f.found) {
		*ret_m = f.best;
		return 0;
	}
	if (f.why.code != 0)
		return error_set(e, f.why.code, f.why.err, "%s", f.why.text);
	return error_set(e, OCF_ERR_GENERIC, ENOENT, "%s has no checkpoint%s%s of %s", s->path, id ? " " : "", id ? id : "", domain);
}

/* ---- taking away ---- */

int store_remove(const struct store *s, const char *domain, const char *id, struct ferry_error *e)
{
	int r = names_check(domain, id, e);

	return r < 0 ? r : kinds[s->kind].remove(s->path, domain, id, e);
}

int store_prune(const struct store *s, const char *domain, const char *keep, struct ferry_error *e)
{
	int r = names_check(domain, keep, e);

	return r < 0 ? r : kinds[s->kind].prune(s->path, domain, keep, e);
}
