/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Connections, look-up, and the state of a domain. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/cleanup.h"
#include "lib/edge/virt_priv.h"
#include "lib/model/ocf.h"

int virt_open(const char *uri, struct virt_conn **ret_conn, struct ferry_error *e)
{
	const struct virt_api *api;
	struct virt_conn *c;
	int r = virt_api_get(&api, e);

	if (r < 0)
		return r;
	c = calloc(1, sizeof *c);
	if (!c)
		return error_set(e, OCF_ERR_GENERIC, ENOMEM, "no memory for a libvirt connection");
	c->api = api;
	c->conn = api->virConnectOpen(uri);
	if (!c->conn) {
		free(c);
		/* It answers, and has no driver for this: not the same as no answer. */
		if (virt_api_errno(api) == VIR_ERR_NO_CONNECT)
			return error_set(e, OCF_ERR_GENERIC, EPROTONOSUPPORT,
					 "hypervisor='%s': libvirt on this node has no driver for it; give a URI that virsh -c takes here", uri);
		r = virt_api_error(api, e, "cannot reach libvirt");
		error_context(e, "hypervisor='%s'", uri);
		return r;
	}
	*ret_conn = c;
	return 0;
}

void virt_close(struct virt_conn *c)
{
	if (!c)
		return;
	c->api->virConnectClose(c->conn);
	free(c);
}

int virt_dom_wrap(const struct virt_api *api, virDomainPtr dom, struct virt_dom **ret_dom,
		  struct ferry_error *e)
{
	struct virt_dom *d = calloc(1, sizeof *d);

	if (!d) {
		api->virDomainFree(dom);
		return error_set(e, OCF_ERR_GENERIC, ENOMEM, "no memory for a domain handle");
	}
	d->api = api;
	d->dom = dom;
	*ret_dom = d;
	return 0;
}

int virt_lookup(struct virt_conn *c, const char *name, struct virt_dom **ret_dom,
		struct ferry_error *e)
{
	virDomainPtr dom = c->api->virDomainLookupByName(c->conn, name);

	if (!dom) {
		if (virt_api_errno(c->api) == VIR_ERR_NO_DOMAIN) {
			*ret_dom = NULL;
			return 0;
		}
		return virt_api_error(c->api, e, "cannot look the domain up");
	}
	return virt_dom_wrap(c->api, dom, ret_dom, e);
}

void virt_dom_free(struct virt_dom *d)
{
	if (!d)
		return;
	d->api->virDomainFree(d->dom);
	free(d);
}

static enum virt_run run_of(int state, int reason)
{
	switch (state) {
	case VIR_DOMAIN_RUNNING:
		return VIRT_RUNNING;
	case VIR_DOMAIN_BLOCKED:
		return VIRT_RUNNING;
	case VIR_DOMAIN_SHUTDOWN:
		return VIRT_SHUTTING_DOWN;
	case VIR_DOMAIN_SHUTOFF:
		return VIRT_OFF;
	case VIR_DOMAIN_CRASHED:
		return VIRT_CRASHED;
	case VIR_DOMAIN_PAUSED:
		break;
	default:
		return VIRT_PAUSED_BROKEN;
	}
	switch (reason) {
	case VIR_DOMAIN_PAUSED_USER:
	case VIR_DOMAIN_PAUSED_STARTING_UP:
		return VIRT_PAUSED_USER;
	case VIR_DOMAIN_PAUSED_MIGRATION:
	case VIR_DOMAIN_PAUSED_POSTCOPY:
	case VIR_DOMAIN_PAUSED_SAVE:
	case VIR_DOMAIN_PAUSED_DUMP:
	case VIR_DOMAIN_PAUSED_FROM_SNAPSHOT:
	case VIR_DOMAIN_PAUSED_SNAPSHOT:
		return VIRT_PAUSED_MOVING;
	case VIR_DOMAIN_PAUSED_IOERROR:
		return VIRT_PAUSED_IOERROR;
	default:
		return VIRT_PAUSED_BROKEN;
	}
}

const char *virt_run_name(enum virt_run r)
{
	static const char *const names[] = {
		[VIRT_OFF] = "off",
		[VIRT_RUNNING] = "running",
		[VIRT_PAUSED_USER] = "paused",
		[VIRT_PAUSED_MOVING] = "paused (migration or save under way)",
		[VIRT_PAUSED_IOERROR] = "paused by an I/O error",
		[VIRT_PAUSED_BROKEN] = "paused for a reason that it cannot be resumed from",
		[VIRT_SHUTTING_DOWN] = "shutting down",
		[VIRT_CRASHED] = "crashed",
	};

	return names[r];
}

bool virt_paused_by_user(const struct virt_info *i)
{
	return i->run == VIRT_PAUSED_USER && i->mark.state == MARK_RUNNING &&
	       (i->reason == VIR_DOMAIN_PAUSED_USER || i->mark.user_paused);
}

static int look_mark(struct virt_dom *d, struct mark *ret_mark, struct ferry_error *e)
{
	ferry_autofree char *xml = d->api->virDomainGetMetadata(d->dom, VIR_DOMAIN_METADATA_ELEMENT,
								 MARK_URI, VIR_DOMAIN_AFFECT_LIVE);

	memset(ret_mark, 0, sizeof *ret_mark);
	if (xml)
		return mark_from_xml(xml, ret_mark, e);
	switch (virt_api_errno(d->api)) {
	case VIR_ERR_NO_DOMAIN_METADATA:
	case VIR_ERR_OPERATION_INVALID:	/* it is not active any more */
		return 0;
	}
	return virt_api_error(d->api, e, "cannot read the domain's metadata");
}

/*
 * A guest that was restored paused keeps "migration" for its reason, because its memory came in like one's. It
 * is at rest if libvirt knows of no job: while memory still comes in, it refuses to tell.
 */
static bool at_rest(struct virt_dom *d, const struct virt_info *i)
{
	virDomainJobInfo job;

	return i->run == VIRT_PAUSED_MOVING && i->reason == VIR_DOMAIN_PAUSED_MIGRATION &&
	       (i->mark.state == MARK_HELD || i->mark.user_paused) && d->api->virDomainGetJobInfo(d->dom, &job) == 0 &&
	       job.type == VIR_DOMAIN_JOB_NONE;
}

int virt_look(struct virt_dom *d, struct virt_info *ret_info, struct ferry_error *e)
{
	struct virt_info i = { .run = VIRT_OFF };
	const char *name = d->api->virDomainGetName(d->dom);
	int r;

	if (!name || strlen(name) >= sizeof i.name)
		return error_set(e, OCF_ERR_GENERIC, EINVAL, "the domain has no name that Ferry can use");
	strcpy(i.name, name);
	if (d->api->virDomainGetUUIDString(d->dom, i.uuid) < 0)
		return virt_api_error(d->api, e, "cannot read the domain's UUID");
	if (d->api->virDomainGetState(d->dom, &i.state, &i.reason, 0) < 0) {
		if (virt_api_errno(d->api) != VIR_ERR_NO_DOMAIN)
			return virt_api_error(d->api, e, "cannot read the domain's state");
		*ret_info = i;
		return 0;
	}
	i.run = run_of(i.state, i.reason);
	i.persistent = d->api->virDomainIsPersistent(d->dom) == 1;
	if (i.persistent) {
		int autostart = 0;

		if (d->api->virDomainGetAutostart(d->dom, &autostart) < 0)
			return virt_api_error(d->api, e, "cannot read the domain's autostart flag");
		i.autostart = autostart != 0;
		i.managed_save = d->api->virDomainHasManagedSaveImage(d->dom, 0) == 1;
	}
	if (i.run != VIRT_OFF) {
		r = look_mark(d, &i.mark, e);
		if (r < 0)
			return r;
		if (at_rest(d, &i))
			i.run = VIRT_PAUSED_USER;
	}
	*ret_info = i;
	return 0;
}
