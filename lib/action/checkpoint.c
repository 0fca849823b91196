/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/action/checkpoint.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/cleanup.h"
#include "lib/base/log.h"
#include "lib/edge/drbd.h"
#include "lib/edge/image.h"
#include "lib/edge/proc.h"
#include "lib/edge/stamp_io.h"
#include "lib/edge/virt_facts.h"
#include "lib/edge/virt_memory.h"
#include "lib/model/ocf.h"

#define BEYOND_RAM (32 * 1024 * 1024)	/* of an image: the devices' state, the domain's XML, QEMU's framing */

int checkpoint_store(const struct store_name *name, struct ferry_deadline d, char *path, struct store *ret_store,
		     struct ferry_error *e)
{
	struct drbd_conf conf;
	int r;

	ret_store->path = path;
	if (!name->is_volume) {
		ret_store->kind = STORE_DIRECTORY;
		snprintf(path, STORE_NAME_SIZE, "%s", name->dir);
		return 0;
	}
	ret_store->kind = STORE_VOLUME;
	r = drbd_conf_load(name->resource, d, &conf, e);
	for (unsigned int i = 0; r == 0 && i < conf.nvolumes; i++)
		if (conf.volumes[i] == name->volume) {
			snprintf(path, STORE_NAME_SIZE, "/dev/drbd%d", conf.minors[i]);
			return 0;
		}
	return r < 0 ? r : error_set(e, OCF_ERR_CONFIGURED, ENOENT,
				     "DRBD resource '%s' has no volume %d to keep checkpoints on", name->resource, name->volume);
}

/* What a restore needs to know of guest and node. */
static int describe(struct virt_conn *c, struct virt_dom *dom, const char *node, struct manifest *m, struct ferry_error *e)
{
	struct manifest_host host;
	struct virt_info info;
	ferry_autofree struct domxml *d = malloc(sizeof *d);
	ferry_autofree char *xml = NULL;
	int r = d ? virt_look(dom, &info, e) : error_set(e, OCF_ERR_GENERIC, ENOMEM, "no memory for a domain's XML");

	if (r == 0)
		r = virt_host_facts(c, &host, e);
	if (r == 0)
		r = virt_ram_kib(dom, &m->ram_kib, e);
	if (r == 0)
		r = virt_get_live_xml(dom, &xml, e);
	if (r == 0)
		r = domxml_parse(xml, strlen(xml), d, e);
	if (r == 0)
		r = nonce_make(m->id, e);
	if (r < 0)
		return r;
	m->qemu = host.qemu;
	m->libvirt = host.libvirt;
	snprintf(m->host_cpu, sizeof m->host_cpu, "%s", host.host_cpu);
	snprintf(m->domain, sizeof m->domain, "%s", info.name);
	snprintf(m->uuid, sizeof m->uuid, "%s", info.uuid);
	snprintf(m->node, sizeof m->node, "%s", node);
	snprintf(m->machine, sizeof m->machine, "%s", d->machine);
	snprintf(m->cpu, sizeof m->cpu, "%s", d->cpu_mode);
	return 0;
}

int checkpoint_begin(struct virt_conn *c, struct virt_dom *dom, const struct store *s, const char *node, bool reserve,
		     struct checkpoint_new *ret_new, struct ferry_error *e)
{
	int r;

	memset(ret_new, 0, sizeof *ret_new);
	ret_new->s = *s;
	r = describe(c, dom, node, &ret_new->m, e);
	if (r == 0)
		r = store_begin(s, ret_new->m.domain, ret_new->m.id, reserve ? ret_new->m.ram_kib * 1024 + BEYOND_RAM : 0,
				&ret_new->n, e);
	if (r < 0)
		checkpoint_abort(ret_new);
	return r;
}

void checkpoint_abort(struct checkpoint_new *k)
{
	store_abort(take_ptr(k->n));
	manifest_clear(&k->m);
}

/* The mark that goes with it into the image says which run this memory is of. */
static int bind(struct virt_dom *dom, const struct guest_where *w, const struct checkpoint_how *how, struct manifest *m,
		struct virt_info *ret_info, struct ferry_error *e)
{
	int r = virt_look(dom, ret_info, e);

	if (r < 0)
		return r;
	if (ret_info->mark.state != MARK_HELD)
		return error_set(e, OCF_ERR_GENERIC, EINVAL, "'%s' is not held, so nothing says which run its memory is of",
				 ret_info->name);
	if (!w->resource)
		return error_set(e, OCF_ERR_GENERIC, EINVAL, "'%s' has no DRBD resource whose stamp its memory could be bound to",
				 ret_info->name);
	m->epoch = ret_info->mark.epoch;
	m->made_ms = wall_ms();
	snprintf(m->resource, sizeof m->resource, "%s", w->resource);
	snprintf(m->nonce, sizeof m->nonce, "%s", ret_info->mark.nonce);
	snprintf(m->how, sizeof m->how, "%s", how->why);
	return 0;
}

/* The call's end has failed: is the guest still there? If not, the checkpoint is all that is left of it, and stays. */
static int judge_end(const struct checkpoint_new *k, pid_t pid, uint64_t start, int r, struct ferry_error *e)
{
	struct ferry_error why = FERRY_ERROR_INIT;

	if (r == 0 || pid == 0 || !proc_alive(pid, start))
		return 0;
	if (store_remove(&k->s, k->m.domain, k->m.id, &why) < 0)
		log_warning("the checkpoint %s is still there, though its guest is too: %s", k->m.id, why.text);
	return r < 0 ? r : error_set(e, OCF_ERR_GENERIC, EIO, "the save ended, but the guest is still there");
}

int checkpoint_save(struct virt_dom *dom, const struct guest_where *w, const struct checkpoint_how *how,
		    struct checkpoint_new *k, struct ferry_error *e)
{
	const struct image_how pack = { .compress = how->compress, .bandwidth_mib = how->bandwidth_mib };
	struct image_source src = { .read = virt_save_read };
	struct virt_save *s = NULL;
	struct virt_info info;
	uint64_t start = 0;
	pid_t pid = 0;
	bool exists = false;
	int end, r = bind(dom, w, how, &k->m, &info, e);

	if (r == 0) {
		pid = proc_find_qemu(info.name, info.uuid);
		if (pid > 0 && proc_start_time(pid, &start, NULL) < 0)
			pid = 0;
		step("checkpoint-begin", "%s %s", info.name, k->m.id);
		r = virt_save_begin(dom, w->deadline, &s, e);
	}
	src.arg = s;
	if (r == 0)
		r = image_pack(&src, &pack, k->n, &k->m, e);
	if (r == 0)
		r = store_prepare(k->n, &k->m, e);
	if (r == 0) {
		step("checkpoint-stored", "%s", k->m.id);
		/* Before libvirt may end the guest: killed from here on, there is always the one or the other, and the stamp decides
		 * which. A guest that is let run again advances it first. */
		r = store_commit(take_ptr(k->n), &k->m, e);
		exists = r == 0;
	}
	if (exists)
		step("checkpoint-written", "%s %s: %llu bytes of RAM in %llu", info.name, k->m.id,
		     (unsigned long long)k->m.image_bytes, (unsigned long long)k->m.stored_bytes);
	end = virt_save_end(s, exists, e);
	if (exists && end == 0 && pid > 0)
		end = proc_wait_gone(pid, start, w->deadline, e);
	if (exists)
		r = judge_end(k, pid, start, end, e);
	else if (end == -ENODATA && e)
		error_context(e, "'%s' has lost its memory", info.name);
	if (r < 0)
		checkpoint_abort(k);
	return r;
}

int checkpoint_restore(struct virt_conn *c, const struct store *s, const struct manifest *m, const char *domain, const char *uuid,
		       struct ferry_deadline d, struct ferry_error *e)
{
	struct ferry_error why = FERRY_ERROR_INIT;
	struct virt_restore *v = NULL;
	struct manifest_host host;
	int end, r = virt_host_facts(c, &host, e);

	if (r == 0)
		r = manifest_fits(m, domain, uuid, &host, e);
	if (r == 0) {
		step("restore-begin", "%s %s", domain, m->id);
		r = virt_restore_begin(c, d, &v, e);
	}
	if (r < 0)
		return r;
	r = store_read(s, m, virt_restore_write, v, &why);
	if (r == -EIO)	/* the disk's word about a chunk: it is as good as damaged */
		r = -EBADMSG;
	end = virt_restore_end(v, r == 0, e);
	if (r == -ECANCELED && end < 0)		/* libvirt did not want more of it: its words are in E */
		r = end;
	else if (r < 0 && e)
		*e = why;			/* libvirt's words are only about an image that ended early */
	else if (r == 0)
		r = end;
	if (r == 0)
		step("restored", "%s %s", domain, m->id);
	return r;
}

bool checkpoint_refused(int r)
{
	return r == -EINVAL || r == -EBADMSG;
}
