/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/action/guest_release.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "lib/action/checkpoint.h"
#include "lib/action/guest_priv.h"
#include "lib/base/cleanup.h"
#include "lib/base/log.h"
#include "lib/edge/start_file.h"
#include "lib/model/ocf.h"

/*
 * The checkpoint that the stamp names, or, on a volume of the stamp's own resource, one that says of itself that it is of the run which
 * the stamp names (who saved it died before he could tell the stamp). -ENOENT, E untouched: there is none to be had here.
 */
static int find_saved(const struct guest_where *w, const struct virt_info *info, const struct stamp *s, char *path,
		      struct store *ret_store, struct manifest *ret_m, struct ferry_error *e)
{
	const char *text = s->saved ? s->checkpoint.store : w->plan.store, *id = s->saved ? s->checkpoint.id : NULL;
	struct ferry_error none = FERRY_ERROR_INIT;
	struct store_name name;
	int r;

	if (s->certified || s->epoch == 0 || store_name_parse(text, &name, NULL) < 0 || (!name.is_volume && !s->saved))
		return -ENOENT;
	/* Another resource's Primary may be elsewhere: nothing of it is believed here. */
	if (name.is_volume && strcmp(name.resource, w->resource) != 0)
		return -ENOENT;
	r = checkpoint_store(&name, w->deadline, path, ret_store, e);
	if (r < 0)
		return r;
	r = store_find(ret_store, info->name, id, ret_m, &none);
	if (r == 0 && ret_m->epoch == s->epoch && strcmp(ret_m->nonce, s->nonce) == 0)
		return 0;
	manifest_clear(ret_m);
	return r == 0 || r == -ENOENT ? -ENOENT : error_set(e, none.code, none.err, "%s", none.text);
}

/* What stands here has no memory, or one that is proved older than the disk: saved memory that fits goes before it. */
static bool may_go(const struct virt_info *info, const struct stamp *s)
{
	if (info->run != VIRT_PAUSED_USER)
		return false;
	return info->mark.state == MARK_RESERVED ||
	       (info->mark.state == MARK_HELD && verdict_of(&info->mark, info->uuid, s) == VERDICT_STALE);
}

/* The reservation goes, the saved memory comes; if it cannot, there is a reservation again. */
static int exchange(struct virt_conn *c, struct virt_dom **dom, const struct virt_info *info, const struct guest_where *w,
		    const struct store *store, const struct manifest *m, struct ferry_error *e)
{
	struct ferry_error why = FERRY_ERROR_INIT;
	ferry_autofree char *xml = NULL;
	struct virt_dom *fresh = NULL;
	int back, r = virt_get_xml(*dom, &xml, e);

	if (r == 0)
		r = guest_end(*dom, info, w->deadline, e);
	if (r < 0)
		return r;
	r = checkpoint_restore(c, store, m, info->name, info->uuid, w->deadline, e);
	if (r == 0) {
		r = virt_lookup(c, info->name, &fresh, e);
		if (r == 0 && !fresh)
			r = error_set(e, OCF_ERR_GENERIC, ENOENT, "'%s' was restored and has gone again", info->name);
	} else {
		back = guest_reserve_again(c, info, xml, &fresh, &why);
		if (back < 0)
			log_error("%s", why.text);
	}
	if (fresh) {
		virt_dom_free(*dom);
		*dom = fresh;
	}
	return r;
}

static int wake(struct virt_conn *c, struct virt_dom **dom, struct guest_where *w, struct ferry_error *e)
{
	struct ferry_error why = FERRY_ERROR_INIT;
	char path[STORE_NAME_SIZE];
	struct manifest m = { .chunks = NULL };
	struct virt_info info;
	struct store store;
	struct stamp s;
	bool there = false;
	int lock, r = virt_look(*dom, &info, e);

	if (r < 0 || !w->resource || (info.mark.state != MARK_RESERVED && info.mark.state != MARK_HELD))
		return r;
	r = guest_read_stamp(w, &there, &s, e);
	if (r < 0 || !there || !may_go(&info, &s))
		return r;
	r = find_saved(w, &info, &s, path, &store, &m, &why);
	if (r == -ENOENT && !why.code)
		return 0;
	if (r == 0) {
		lock = start_lock(info.name);	/* for the monitor, which must not miss the guest meanwhile */
		r = exchange(c, dom, &info, w, &store, &m, &why);
		if (lock >= 0)
			close(lock);
	}
	if (r == 0) {
		memcpy(w->plan.id, m.id, sizeof w->plan.id);
		if (s.saved)
			snprintf(w->plan.store, sizeof w->plan.store, "%s", s.checkpoint.store);
	}
	manifest_clear(&m);
	if (r == 0)
		return 0;
	if (w->plan.stale_fails || !checkpoint_refused(r))
		return error_set(e, why.code, why.err, "the memory of '%s' is in %s and cannot be used: %s", info.name,
				 s.saved ? s.checkpoint.store : w->plan.store, why.text);
	log_warning("%s: its memory is in %s and cannot be used: %s", info.name, s.saved ? s.checkpoint.store : w->plan.store, why.text);
	return 0;
}

/* Its memory has gone on, or was proved stale: a second restore could only be stale. */
static void served(const char *domain, const struct guest_where *w)
{
	struct ferry_error why = FERRY_ERROR_INIT;
	struct start_plan plan = { .stale_fails = w->plan.stale_fails };
	char path[STORE_NAME_SIZE];
	struct store_name name;
	struct store store;

	if (!w->plan.id[0])
		return;
	if (store_name_parse(w->plan.store, &name, &why) < 0 || checkpoint_store(&name, w->deadline, path, &store, &why) < 0 ||
	    store_remove(&store, domain, w->plan.id, &why) < 0 || start_file_write(domain, &plan, &why) < 0)
		log_warning("the checkpoint %s of %s has served, but is still there: %s", w->plan.id, domain, why.text);
	else
		step("checkpoint-served", "%s", w->plan.id);
}

int guest_release(struct virt_conn *c, struct virt_dom **dom, struct guest_where *w, struct ferry_error *e)
{
	struct virt_info info;
	int r = wake(c, dom, w, e);

	if (r == 0)
		r = guest_let_run(c, *dom, w, NULL, e);
	if (r == 0 && w->plan.id[0] && virt_look(*dom, &info, NULL) == 0)
		served(info.name, w);
	return r;
}
