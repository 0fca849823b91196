/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What Ferry does to a domain, short of migrating it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/cleanup.h"
#include "lib/edge/virt_priv.h"
#include "lib/model/ocf.h"

int virt_set_mark(struct virt_dom *d, const struct mark *m, struct ferry_error *e)
{
	ferry_autofree char *xml = mark_to_xml(m);

	if (!xml)
		return error_set(e, OCF_ERR_GENERIC, ENOMEM, "no memory for the guest's mark");
	if (d->api->virDomainSetMetadata(d->dom, VIR_DOMAIN_METADATA_ELEMENT, xml, MARK_KEY, MARK_URI,
					 VIR_DOMAIN_AFFECT_LIVE) < 0)
		return virt_api_error(d->api, e, "cannot write Ferry's mark into the domain");
	return 0;
}

int virt_suspend(struct virt_dom *d, struct ferry_error *e)
{
	if (d->api->virDomainSuspend(d->dom) < 0)
		return virt_api_error(d->api, e, "cannot pause the guest");
	return 0;
}

int virt_resume(struct virt_dom *d, struct ferry_error *e)
{
	if (d->api->virDomainResume(d->dom) < 0)
		return virt_api_error(d->api, e, "cannot let the guest run");
	return 0;
}

static int get_xml(struct virt_dom *d, unsigned int flags, char **ret_xml, struct ferry_error *e)
{
	char *xml = d->api->virDomainGetXMLDesc(d->dom, flags);

	if (!xml)
		return virt_api_error(d->api, e, "cannot read the domain's XML");
	*ret_xml = xml;
	return 0;
}

int virt_get_xml(struct virt_dom *d, char **ret_xml, struct ferry_error *e)
{
	return get_xml(d, VIR_DOMAIN_XML_SECURE | VIR_DOMAIN_XML_MIGRATABLE, ret_xml, e);
}

int virt_get_live_xml(struct virt_dom *d, char **ret_xml, struct ferry_error *e)
{
	return get_xml(d, 0, ret_xml, e);
}

int virt_create_paused(struct virt_conn *c, const char *xml, struct virt_dom **ret_dom,
		       struct ferry_error *e)
{
	virDomainPtr dom = c->api->virDomainCreateXML(c->conn, xml, VIR_DOMAIN_START_PAUSED);

	if (!dom)
		return virt_api_error(c->api, e, "cannot create the guest");
	return virt_dom_wrap(c->api, dom, ret_dom, e);
}

int virt_start_defined_paused(struct virt_dom *d, struct ferry_error *e)
{
	if (d->api->virDomainCreateWithFlags(d->dom, VIR_DOMAIN_START_PAUSED |
						     VIR_DOMAIN_START_FORCE_BOOT) < 0)
		return virt_api_error(d->api, e, "cannot start the defined guest");
	return 0;
}

int virt_forget_managed_save(struct virt_dom *d, struct ferry_error *e)
{
	if (d->api->virDomainManagedSaveRemove(d->dom, 0) < 0)
		return virt_api_error(d->api, e, "cannot remove the guest's managed save");
	return 0;
}

int virt_define(struct virt_conn *c, const char *xml, struct ferry_error *e)
{
	virDomainPtr dom = c->api->virDomainDefineXML(c->conn, xml);

	if (!dom)
		return virt_api_error(c->api, e, "cannot define the domain");
	c->api->virDomainFree(dom);
	return 0;
}

/* It is what was asked for when the domain has gone meanwhile. */
static int end(struct virt_dom *d, int r, const char *what, struct ferry_error *e)
{
	if (r == 0)
		return 0;
	switch (virt_api_errno(d->api)) {
	case VIR_ERR_NO_DOMAIN:
	case VIR_ERR_OPERATION_INVALID:
		return 0;
	}
	return virt_api_error(d->api, e, what);
}

int virt_shutdown(struct virt_dom *d, struct ferry_error *e)
{
	return end(d, d->api->virDomainShutdownFlags(d->dom, 0), "cannot ask the guest to shut down", e);
}

int virt_destroy(struct virt_dom *d, struct ferry_error *e)
{
	/* Flags 0: SIGTERM, then SIGKILL after libvirt's own wait. */
	return end(d, d->api->virDomainDestroyFlags(d->dom, 0), "cannot end the guest", e);
}
