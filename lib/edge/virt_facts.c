/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/edge/virt_facts.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/cleanup.h"
#include "lib/edge/virt_priv.h"
#include "lib/model/ocf.h"
#include "lib/model/xml_read.h"

#define CAPABILITIES_MAX (4 * 1024 * 1024)

/* <capabilities><host><cpu><model> */
static int host_cpu(const char *xml, char *ret_model, size_t size, struct ferry_error *e)
{
	xml_autodoc xmlDoc *doc = NULL;
	int r = xml_read_doc(xml, strlen(xml), CAPABILITIES_MAX, "libvirt's account of this node", &doc, e);

	if (r < 0)
		return r;
	return xml_text(xml_child(xml_child(xml_child(xmlDocGetRootElement(doc), "host"), "cpu"), "model"), ret_model, size, e);
}

int virt_host_facts(struct virt_conn *c, struct manifest_host *ret_host, struct ferry_error *e)
{
	ferry_autofree char *xml = NULL;
	unsigned long qemu, libvirt;

	memset(ret_host, 0, sizeof *ret_host);
	if (c->api->virConnectGetVersion(c->conn, &qemu) < 0 || c->api->virConnectGetLibVersion(c->conn, &libvirt) < 0)
		return virt_api_error(c->api, e, "cannot ask for the versions of QEMU and libvirt");
	xml = c->api->virConnectGetCapabilities(c->conn);
	if (!xml)
		return virt_api_error(c->api, e, "cannot ask for the node's CPU");
	ret_host->qemu = qemu;
	ret_host->libvirt = libvirt;
	return host_cpu(xml, ret_host->host_cpu, sizeof ret_host->host_cpu, e);
}

int virt_ram_kib(struct virt_dom *d, uint64_t *ret_kib, struct ferry_error *e)
{
	virDomainInfo info;

	if (d->api->virDomainGetInfo(d->dom, &info) < 0)
		return virt_api_error(d->api, e, "cannot ask for the guest's RAM");
	*ret_kib = info.maxMem;
	return 0;
}
