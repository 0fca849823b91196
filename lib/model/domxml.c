/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/model/domxml.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "lib/model/ocf.h"
#include "lib/model/xml_read.h"

/* Where each type of disk keeps the name of what it is on; the first that is there counts. */
static int read_source(const xmlNode *disk, struct domxml_disk *d, struct ferry_error *e)
{
	static const char *const attrs[] = { "dev", "file", "name", "volume", "dir" };
	const xmlNode *source = xml_child(disk, "source");

	for (size_t i = 0; i < sizeof attrs / sizeof *attrs; i++) {
		int r = xml_attr(source, attrs[i], d->source, sizeof d->source, e);

		if (r < 0 || d->source[0] != '\0')
			return r;
	}
	return 0;
}

/* libvirt writes an empty <backingStore/> to say that the chain ends here. */
static bool has_backing(const xmlNode *disk)
{
	for (const xmlNode *b = xml_child(disk, "backingStore"); b; b = xml_next(b, "backingStore"))
		if (xml_child(b, "source") || xml_child(b, "format"))
			return true;
	return false;
}

/* Where <target> names no bus, libvirt takes one by the device's name. */
static int read_target(const xmlNode *target, struct domxml_disk *d, struct ferry_error *e)
{
	static const char *const buses[][2] = {
		{ "hd", "ide" }, { "vd", "virtio" }, { "sd", "scsi" }, { "fd", "fdc" }, { "xvd", "xen" },
	};
	int r = xml_attr(target, "dev", d->target, sizeof d->target, e);

	if (r == 0)
		r = xml_attr(target, "bus", d->bus, sizeof d->bus, e);
	for (size_t i = 0; r == 0 && d->bus[0] == '\0' && i < sizeof buses / sizeof buses[0]; i++)
		if (strncmp(d->target, buses[i][0], strlen(buses[i][0])) == 0)
			strcpy(d->bus, buses[i][1]);
	return r;
}

static void read_flags(const xmlNode *n, struct domxml_disk *d)
{
	const xmlNode *geometry = xml_child(n, "geometry");
	char policy[24];

	d->readonly = xml_child(n, "readonly") || strcmp(d->device, "cdrom") == 0;
	d->shareable = xml_child(n, "shareable");
	d->transient = xml_child(n, "transient");
	d->mirror = xml_child(n, "mirror");
	d->backing = has_backing(n);
	d->geometry = geometry && xmlHasProp(geometry, (const xmlChar *)"cyls") &&
		      xmlHasProp(geometry, (const xmlChar *)"heads") && xmlHasProp(geometry, (const xmlChar *)"secs");
	d->optional = xml_attr(xml_child(n, "source"), "startupPolicy", policy, sizeof policy, NULL) == 0 &&
		      strcmp(policy, "optional") == 0;
}

static int read_disk(const xmlNode *n, struct domxml_disk *d, struct ferry_error *e)
{
	const xmlNode *driver = xml_child(n, "driver");
	uint64_t block = 0;
	int r;

	memset(d, 0, sizeof *d);
	r = xml_attr(n, "device", d->device, sizeof d->device, e);
	if (r == 0 && d->device[0] == '\0')
		strcpy(d->device, "disk");	/* formatdomain's default */
	if (r == 0)
		r = xml_attr(n, "type", d->type, sizeof d->type, e);
	if (r == 0)
		r = read_source(n, d, e);
	if (r == 0)
		r = read_target(xml_child(n, "target"), d, e);
	if (r == 0)
		r = xml_attr(driver, "type", d->format, sizeof d->format, e);
	if (r == 0)
		r = xml_attr(driver, "cache", d->cache, sizeof d->cache, e);
	if (r == 0)
		r = xml_attr(driver, "error_policy", d->error_policy, sizeof d->error_policy, e);
	if (r == 0)
		r = xml_attr(driver, "rerror_policy", d->rerror_policy, sizeof d->rerror_policy, e);
	if (r == 0)
		r = xml_attr_u64(xml_child(n, "blockio"), "logical_block_size", UINT32_MAX, &block, e);
	if (r < 0 && r != -ENOENT)
		return r;
	d->logical_block_size = (unsigned int)block;
	read_flags(n, d);
	return 0;
}

static int read_devices(const xmlNode *domain, struct domxml *dom, struct ferry_error *e)
{
	const xmlNode *devices = xml_child(domain, "devices");

	for (const xmlNode *n = xml_child(devices, "disk"); n; n = xml_next(n, "disk")) {
		int r;

		if (dom->ndisks >= DOMXML_MAX_DISKS)
			return error_set(e, OCF_ERR_CONFIGURED, EINVAL, "domain %s has more than %d disks",
					 dom->name, DOMXML_MAX_DISKS);
		r = read_disk(n, &dom->disks[dom->ndisks], e);
		if (r < 0)
			return r;
		dom->ndisks++;
	}
	return 0;
}

static int read_domain(const xmlNode *domain, struct domxml *dom, struct ferry_error *e)
{
	int r = xml_text(xml_child(domain, "name"), dom->name, sizeof dom->name, e);

	if (r == 0 && dom->name[0] == '\0')
		return error_set(e, OCF_ERR_CONFIGURED, EINVAL, "the domain's XML has no <name>");
	if (r == 0)
		r = xml_text(xml_child(domain, "uuid"), dom->uuid, sizeof dom->uuid, e);
	for (char *c = dom->uuid; r == 0 && *c; c++)	/* libvirt takes upper case, and gives lower */
		if (*c >= 'A' && *c <= 'F')
			*c = (char)(*c - 'A' + 'a');
	if (r == 0 && dom->uuid[0] != '\0' && !uuid_valid(dom->uuid))
		return error_set(e, OCF_ERR_CONFIGURED, EINVAL,
				 "domain %s: <uuid>%s</uuid> is not of the form 8-4-4-4-12", dom->name, dom->uuid);
	if (r == 0)
		r = xml_attr(domain, "type", dom->domain_type, sizeof dom->domain_type, e);
	if (r == 0)
		r = xml_text(xml_child(domain, "on_crash"), dom->on_crash, sizeof dom->on_crash, e);
	if (r == 0)
		r = xml_attr(xml_child(xml_child(domain, "os"), "type"), "machine", dom->machine, sizeof dom->machine, e);
	if (r == 0)
		r = xml_attr(xml_child(domain, "cpu"), "mode", dom->cpu_mode, sizeof dom->cpu_mode, e);
	if (r == 0)
		r = domxml_read_host(domain, &dom->host, e);
	if (r == 0)
		r = read_devices(domain, dom, e);
	if (r == 0)
		r = mark_from_domain(domain, &dom->mark, e);
	origin_from_domain(domain, &dom->origin);
	return r;
}

int domxml_read_doc(const char *xml, size_t len, xmlDoc **ret_doc, struct ferry_error *e)
{
	int r = xml_read_doc(xml, len, DOMXML_MAX, "the domain's XML", ret_doc, e);

	if (r == 0 && !xml_is(xmlDocGetRootElement(*ret_doc), "domain"))
		r = error_set(e, OCF_ERR_CONFIGURED, EINVAL, "the domain's XML begins with <%s>, not <domain>",
			      (const char *)xmlDocGetRootElement(*ret_doc)->name);
	return r;
}

int domxml_parse(const char *xml, size_t len, struct domxml *ret_dom, struct ferry_error *e)
{
	xml_autodoc xmlDoc *doc = NULL;
	struct domxml dom;
	int r = domxml_read_doc(xml, len, &doc, e);

	memset(&dom, 0, sizeof dom);
	if (r == 0)
		r = read_domain(xmlDocGetRootElement(doc), &dom, e);
	if (r == 0)
		*ret_dom = dom;
	return r;
}
