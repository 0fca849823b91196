/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/action/vm_checkpoint.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/action/checkpoint.h"
#include "lib/action/guest_priv.h"
#include "lib/base/log.h"
#include "lib/edge/stamp_io.h"
#include "lib/model/ocf.h"

#define RESUME_SHARE 4		/* a quarter of the action's time, at most ... */
#define RESUME_MAX_MS 60000	/* ... this, is kept back for letting a guest run again that could not be saved, and shutting it down */

/* Where memory goes that must be saved although this node may not be Primary. */
static void held_name(const struct vm_opts *o, struct store_name *ret_name)
{
	if (vm_checkpoint_name(o, ret_name, NULL) < 0 || ret_name->is_volume)
		store_name_parse(STORE_DEFAULT, ret_name, NULL);
}

/* Its user's pause goes into the mark, and comes back with it. */
static int hold(struct vm_ctx *v, struct ferry_error *e)
{
	struct mark m = v->info.mark;

	if (!virt_paused_by_user(&v->info))
		return guest_hold(v->dom, &v->where, e);
	m.state = MARK_HELD;
	m.user_paused = true;
	return virt_set_mark(v->dom, &m, e);
}

/* The run has ended with its memory saved: whoever boots from this disk shall know. */
static void tell_stamp(const struct vm_ctx *v, const struct manifest *m, const char *store)
{
	struct ferry_error why = FERRY_ERROR_INIT;
	bool there = false;
	struct stamp s;
	int r = guest_read_stamp(&v->where, &there, &s, &why);

	if (r == 0 && there && !s.certified && s.epoch == m->epoch && strcmp(s.nonce, m->nonce) == 0) {
		s.saved = true;
		snprintf(s.checkpoint.id, sizeof s.checkpoint.id, "%s", m->id);
		snprintf(s.checkpoint.store, sizeof s.checkpoint.store, "%s", store);
		snprintf(s.node, sizeof s.node, "%s", v->o->node);
		r = stamp_write(v->where.stamp_minor, &s, v->o->deadline, &why);
		if (r == 0)
			step("stamp-saved", "%s", m->id);
	}
	/* Held memory is often saved where the disk is Primary no more. */
	if (r < 0)
		log_msg(strcmp(m->how, "held") == 0 ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING,
			"%s: the disk's stamp does not tell of the checkpoint %s: %s", v->domain, m->id, why.text);
}

/* Older ones have lost their disk; one that cannot be taken away does no harm but for its room. */
static void prune(const struct vm_ctx *v, const struct store *s, const char *keep)
{
	struct ferry_error why = FERRY_ERROR_INIT;

	if (store_prune(s, v->domain, keep, &why) < 0)
		log_warning("%s: older checkpoints are still there: %s", v->domain, why.text);
}

static int save(struct vm_ctx *v, const struct store_name *name, const char *text, const char *why, struct ferry_error *e)
{
	const struct checkpoint_how how = { v->o->compress, v->o->checkpoint_bandwidth_mib, why };
	char path[STORE_NAME_SIZE], id[NONCE_SIZE];
	/* Held memory has no other way to go: what may not fit is tried. */
	bool must_fit = strcmp(why, "held") != 0;
	struct guest_where w = v->where;
	struct checkpoint_new k;
	struct store s;
	int r = checkpoint_store(name, v->o->deadline, path, &s, e);

	/* One that has arrived and never ran has block nodes that QEMU cannot save yet. */
	if (r == 0 && v->info.run == VIRT_PAUSED_USER)
		r = virt_activate_blocks(v->dom, e);
	if (r == 0)
		r = checkpoint_begin(v->conn, v->dom, &s, v->o->node, must_fit, &k, e);
	if (r < 0)
		return r;
	snprintf(id, sizeof id, "%s", k.m.id);
	r = hold(v, e);
	if (r < 0) {
		checkpoint_abort(&k);
		return r;
	}
	if (v->o->deadline.at != INT64_MAX)
		w.deadline = deadline_keep(v->o->deadline, RESUME_SHARE, RESUME_MAX_MS);
	r = checkpoint_save(v->dom, &w, &how, &k, e);
	if (r < 0)
		return r;
	if (v->where.stamp_minor >= 0 && k.m.nonce[0])
		tell_stamp(v, &k.m, text);
	manifest_clear(&k.m);
	prune(v, &s, id);
	return 0;
}

int vm_checkpoint_stop(struct vm_ctx *v, struct ferry_error *e)
{
	struct ferry_error why = FERRY_ERROR_INIT;
	struct store_name name;
	int r = vm_checkpoint_name(v->o, &name, e);

	if (r == 0)
		r = vm_ctx_disk(v, e);
	if (r == 0 && !v->where.resource)
		r = error_set(e, OCF_ERR_CONFIGURED, EINVAL,
			      "stop_mode='checkpoint': without a gate there is no stamp that could prove saved memory and disk to belong together; set checkpoint_store=volume:RESOURCE/NUMBER");
	if (r == 0)
		r = save(v, &name, v->o->store ? v->o->store : STORE_DEFAULT, "stop", e);
	if (r == 0)
		return 0;
	/* It is paused by us, perhaps, and shall not stay so. */
	if (vm_ctx_connect(v, &why) < 0 || (v->dom && v->info.run == VIRT_PAUSED_USER && v->info.mark.state == MARK_HELD &&
					    vm_run_if_open(v, &why) < 0))
		log_error("%s: %s", v->domain, why.text);
	else
		vm_ctx_connect(v, NULL);
	return r;
}

int vm_checkpoint_held(struct vm_ctx *v, struct ferry_error *e)
{
	struct ferry_error why = FERRY_ERROR_INIT;
	struct store_name name;
	int r;

	held_name(v->o, &name);
	if (vm_ctx_disk(v, &why) < 0)
		log_warning("%s: %s", v->domain, why.text);
	r = save(v, &name, name.dir, "held", e);
	if (r == 0)
		log_warning("%s: its memory was held, and is saved in %s", v->domain, name.dir);
	return r;
}

/* ---- and back ---- */

static int uuid_of(const struct vm_ctx *v, char ret_uuid[UUID_SIZE], struct ferry_error *e)
{
	struct domxml *d;
	int r;

	ret_uuid[0] = '\0';
	if (v->dom)
		memcpy(ret_uuid, v->info.uuid, UUID_SIZE);
	if (v->dom || !v->xml)
		return 0;
	d = malloc(sizeof *d);
	if (!d)
		return error_set(e, OCF_ERR_GENERIC, ENOMEM, "no memory for a domain's XML");
	r = domxml_parse(v->xml, v->xml_len, d, e);
	if (r == 0)
		memcpy(ret_uuid, d->uuid, UUID_SIZE);
	free(d);
	return r;
}

struct found {
	struct manifest m;
	struct store store;
	char path[STORE_NAME_SIZE];
	char name[STORE_NAME_SIZE];	/* the store, as the parameter names it */
	bool there;
};

/* The newer of *F and what is in the directory NAME. */
static int look_in(const struct vm_ctx *v, const struct store_name *name, struct found *f, struct ferry_error *e)
{
	struct ferry_error why = FERRY_ERROR_INIT;
	char path[STORE_NAME_SIZE];
	struct manifest m = { .chunks = NULL };
	struct store s;
	int r = checkpoint_store(name, v->o->deadline, path, &s, e);

	if (r == 0)
		r = store_find(&s, v->domain, NULL, &m, &why);
	if (r == -ENOENT)
		return 0;
	if (checkpoint_refused(r) && !v->o->stale_fails) {	/* what is there is no checkpoint */
		log_warning("%s: %s", v->domain, why.text);
		return 0;
	}
	if (r < 0)
		return error_set(e, why.code, why.err, "%s", why.text);
	if (f->there && (m.epoch < f->m.epoch || (m.epoch == f->m.epoch && m.made_ms <= f->m.made_ms))) {
		manifest_clear(&m);
		return 0;
	}
	manifest_clear(&f->m);
	f->m = m;
	memcpy(f->path, path, sizeof f->path);
	f->store = (struct store){ s.kind, f->path };
	snprintf(f->name, sizeof f->name, "%s", name->dir);
	f->there = true;
	return 0;
}

static int look_in_directories(const struct vm_ctx *v, struct found *f, struct ferry_error *e)
{
	struct store_name own, held;
	int r = vm_checkpoint_name(v->o, &own, e);

	if (r == 0 && !own.is_volume)
		r = look_in(v, &own, f, e);
	store_name_parse(STORE_DEFAULT, &held, NULL);
	if (r == 0 && (own.is_volume || strcmp(own.dir, held.dir) != 0))
		r = look_in(v, &held, f, e);
	return r;
}

int vm_checkpoint_start(struct vm_ctx *v, bool *ret_there, struct start_plan *plan, struct ferry_error *e)
{
	struct ferry_error why = FERRY_ERROR_INIT;
	struct found f = { .there = false };
	struct store_name own;
	char uuid[UUID_SIZE];
	int r = uuid_of(v, uuid, e);

	memset(plan, 0, sizeof *plan);
	plan->stale_fails = v->o->stale_fails;
	*ret_there = false;
	if (r == 0)
		r = vm_checkpoint_name(v->o, &own, e);
	if (r == 0 && own.is_volume)
		snprintf(plan->store, sizeof plan->store, "%s", v->o->store);
	if (r == 0)
		r = look_in_directories(v, &f, e);
	if (r < 0 || !f.there)
		return r;
	r = checkpoint_restore(v->conn, &f.store, &f.m, v->domain, uuid, v->o->deadline, &why);
	if (r == 0) {
		snprintf(plan->store, sizeof plan->store, "%s", f.name);
		memcpy(plan->id, f.m.id, sizeof plan->id);
		*ret_there = true;
	} else if (checkpoint_refused(r) && !v->o->stale_fails) {
		log_warning("%s: its memory in %s (checkpoint %s) cannot be used: %s", v->domain, f.name, f.m.id, why.text);
		r = 0;
	} else {
		error_set(e, why.code, why.err, "the memory of '%s' in %s (checkpoint %s) cannot be used: %s", v->domain, f.name, f.m.id,
			  why.text);
	}
	manifest_clear(&f.m);
	return r;
}
