/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What every action of the vm agent needs first: name, configuration, disk, libvirt. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/action/guest_release.h"
#include "lib/action/vm.h"
#include "lib/action/vm_config.h"
#include "lib/base/log.h"
#include "lib/edge/dm.h"
#include "lib/edge/drbd.h"
#include "lib/edge/start_file.h"
#include "lib/model/ocf.h"

int vm_ctx_init(struct vm_ctx *v, const struct vm_opts *o, struct ferry_error *e)
{
	char found[NAME_SIZE];
	struct domxml *d;
	int r;

	memset(v, 0, sizeof *v);
	v->o = o;
	v->where = (struct guest_where){ .resource = o->gate, .stamp_minor = -1, .node = o->node,
					 .deadline = o->deadline };
	if (!o->config) {
		if (!o->domain)
			return error_set(e, OCF_ERR_CONFIGURED, EINVAL,
					 "neither config nor domain is set: give the path of the domain's XML, or the name of a defined domain");
		snprintf(v->domain, sizeof v->domain, "%s", o->domain);
		return 0;
	}
	d = malloc(sizeof *d);
	if (!d)
		return error_set(e, OCF_ERR_GENERIC, ENOMEM, "no memory for a domain's XML");
	r = vm_config_load(v, d, e);
	if (r < 0 && (o->domain || vm_config_find(o->config, found, sizeof found) == 0)) {
		/* Neither file nor copy, but the guest is known: what is here can be looked after. */
		error_clear(e);
		snprintf(v->domain, sizeof v->domain, "%s", o->domain ? o->domain : found);
		log_warning("%s; going on for '%s' without it", v->config_why.text, v->domain);
		r = 0;
		goto out;
	}
	if (r == 0 && o->domain && strcmp(o->domain, d->name) != 0)
		r = error_set(e, OCF_ERR_CONFIGURED, EINVAL,
			      "domain='%s' but config='%s' describes '%s': make them agree, or leave domain away",
			      o->domain, o->config, d->name);
	if (r == 0)
		memcpy(v->domain, d->name, sizeof v->domain);
out:
	free(d);
	return r;
}

/* Without a gate the guest sees all of its disk: then the stamp is at the end of the volume that its checkpoints are kept on. */
static const char *stamp_place(const struct vm_opts *o, struct store_name *store)
{
	if (o->gate)
		return o->gate;
	if (!o->store || store_name_parse(o->store, store, NULL) < 0 || !store->is_volume)
		return NULL;
	return store->resource;
}

int vm_ctx_disk(struct vm_ctx *v, struct ferry_error *e)
{
	struct store_name store = { .volume = -1 };
	const char *resource = stamp_place(v->o, &store);
	int want = v->o->gate ? 0 : store.volume;
	int r;

	if (!resource || v->where.stamp_minor >= 0)
		return 0;
	r = drbd_conf_load(resource, v->o->deadline, &v->conf, e);
	if (r < 0 && e && e->code == OCF_ERR_CONFIGURED)
		error_context(e, "%s='%s'", v->o->gate ? "gate" : "checkpoint_store", v->o->gate ? v->o->gate : v->o->store);
	if (r < 0)
		return r;
	if (!v->o->gate)
		v->where.resource = v->conf.resource;
	for (unsigned int i = 0; i < v->conf.nvolumes; i++)
		if (v->conf.volumes[i] == want)
			v->where.stamp_minor = v->conf.minors[i];
	return v->where.stamp_minor >= 0 ? 0 :
		error_set(e, OCF_ERR_CONFIGURED, EINVAL, "DRBD resource '%s' has no volume %d, which is where Ferry keeps its stamp",
			  resource, want);
}

int vm_ctx_connect(struct vm_ctx *v, struct ferry_error *e)
{
	struct ferry_error why = FERRY_ERROR_INIT;
	int r = 0;

	virt_dom_free(v->dom);
	v->dom = NULL;
	memset(&v->info, 0, sizeof v->info);
	if (v->conn && virt_lookup(v->conn, v->domain, &v->dom, &why) < 0) {
		/* libvirtd was restarted since */
		virt_close(v->conn);
		v->conn = NULL;
	} else if (v->conn) {
		return v->dom ? virt_look(v->dom, &v->info, e) : 0;
	}
	step("libvirt-connect", "%s", v->o->hypervisor);
	r = virt_open(v->o->hypervisor, &v->conn, e);
	if (r == 0)
		r = virt_lookup(v->conn, v->domain, &v->dom, e);
	if (r == 0 && v->dom)
		r = virt_look(v->dom, &v->info, e);
	return r;
}

void vm_ctx_clear(struct vm_ctx *v)
{
	free(v->xml);
	virt_dom_free(v->dom);
	virt_close(v->conn);
	memset(v, 0, sizeof *v);
}

int vm_gate_is_open(const struct vm_ctx *v, bool *ret_open, struct ferry_error *e)
{
	struct dm_gate gates[DRBD_MAX_VOLUMES];
	struct dm_seen seen;
	unsigned int n = 0;
	int r;

	*ret_open = true;
	if (!v->o->gate)
		return 0;
	r = drbd_gates(&v->conf, gates, &n, e);
	for (unsigned int i = 0; r == 0 && i < n; i++) {
		r = dm_gate_look(&gates[i], &seen, e);
		if (r == 0 && seen.state != GATE_OPEN)
			*ret_open = false;
	}
	return r;
}

int vm_run_if_open(struct vm_ctx *v, struct ferry_error *e)
{
	bool open = false;
	int r = vm_gate_is_open(v, &open, e);

	if (r < 0)
		return r;
	if (!open) {
		log_info("%s waits paused for its gate", v->domain);
		return 0;
	}
	/* Without a gate libvirt may have moved it here, running, and the stamp does not know: there is nothing to decide. */
	if (!v->o->gate && v->info.run == VIRT_RUNNING && v->info.mark.state == MARK_RUNNING)
		return 0;
	start_file_read(v->domain, &v->where.plan);
	return guest_release(v->conn, &v->dom, &v->where, e);
}
