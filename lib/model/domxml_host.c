/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/model/domxml_host.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/model/domxml.h"
#include "lib/model/ocf.h"

#define QEMU_URI "http://libvirt.org/schemas/domain/qemu/1.0"
#define WORD 32

/* Only the first is kept: one fault with its cure at a time. */
__attribute__((format(printf, 2, 3)))
static int tie(struct domxml_host *h, const char *fmt, ...)
{
	va_list ap;

	if (h->tie[0] != '\0')
		return 0;
	va_start(ap, fmt);
	vsnprintf(h->tie, sizeof h->tie, fmt, ap);
	va_end(ap);
	return 0;
}

/* A file that the guest only reads; an empty path is none. */
static int image(struct domxml_host *h, const char *element, const char *path, struct ferry_error *e)
{
	struct domxml_image *i = &h->images[h->nimages];

	if (path[0] == '\0')
		return 0;
	if (h->nimages == DOMXML_MAX_IMAGES)
		return error_set(e, OCF_ERR_CONFIGURED, EINVAL, "the domain's XML names more than %d files that are only read",
				 DOMXML_MAX_IMAGES);
	snprintf(i->element, sizeof i->element, "%s", element);
	snprintf(i->path, sizeof i->path, "%s", path);
	h->nimages++;
	return 0;
}

static int image_of(struct domxml_host *h, const xmlNode *n, struct ferry_error *e)
{
	char path[sizeof h->images[0].path];
	int r = xml_text(n, path, sizeof path, e);

	return r < 0 || !n ? r : image(h, (const char *)n->name, path, e);
}

/* "yes" of an attribute that libvirt takes yes and no for. */
static bool says(const xmlNode *n, const char *attr, const char *word)
{
	char text[WORD];

	return xml_attr(n, attr, text, sizeof text, NULL) == 0 && strcmp(text, word) == 0;
}

/*
 * UEFI keeps its variables in a file of the host. libvirt adds one by itself to <os firmware='efi'> and to a loader in
 * flash, unless that says stateless='yes' (libvirt 8.6 and later).
 */
static int read_firmware(const xmlNode *os, struct domxml_host *h, struct ferry_error *e)
{
	static const char cure[] = "its variables would not follow the guest; use <loader stateless='yes'/>, or BIOS";
	const xmlNode *loader = xml_child(os, "loader");
	bool flash = says(loader, "type", "pflash");
	bool efi = says(os, "firmware", "efi");

	if (xml_child(os, "nvram"))
		return tie(h, "<nvram> is a file that UEFI writes to on this host: %s", cure);
	if (xml_child(os, "varstore"))
		return tie(h, "<varstore> is a file that UEFI writes to on this host: %s", cure);
	if (efi && !says(loader, "stateless", "yes"))
		return tie(h, "<os firmware='efi'>: libvirt adds a file on this host that UEFI writes to: %s", cure);
	if (flash && !says(loader, "stateless", "yes"))
		return tie(h, "<loader type='pflash'>: libvirt adds a file on this host that UEFI writes to: %s", cure);
	if (says(loader, "readonly", "no") || (flash && !efi && !says(loader, "readonly", "yes")))
		return tie(h, "<loader> is a file on this host that the guest may write to; set readonly='yes'");
	return image_of(h, loader, e);
}

static int read_os(const xmlNode *os, struct domxml_host *h, struct ferry_error *e)
{
	const xmlNode *acpi = xml_child(os, "acpi");
	int r = read_firmware(os, h, e);

	if (r == 0)
		r = image_of(h, xml_child(os, "kernel"), e);
	if (r == 0)
		r = image_of(h, xml_child(os, "initrd"), e);
	if (r == 0)
		r = image_of(h, xml_child(os, "dtb"), e);
	for (const xmlNode *t = xml_child(acpi, "table"); r == 0 && t; t = xml_next(t, "table"))
		r = image_of(h, t, e);
	return r;
}

/* <sysinfo type='fwcfg'><entry name= file=/></sysinfo> */
static int read_sysinfo(const xmlNode *domain, struct domxml_host *h, struct ferry_error *e)
{
	for (const xmlNode *s = xml_child(domain, "sysinfo"); s; s = xml_next(s, "sysinfo"))
		for (const xmlNode *n = xml_child(s, "entry"); n; n = xml_next(n, "entry")) {
			char path[sizeof h->images[0].path];
			int r = xml_attr(n, "file", path, sizeof path, e);

			if (r == 0)
				r = image(h, "sysinfo", path, e);
			if (r < 0)
				return r;
		}
	return 0;
}

/* A character device: what it writes to a file stays behind, and what is the host's cannot be taken along. */
static int read_chardev(const xmlNode *n, const char *type, struct domxml_host *h)
{
	const char *name = (const char *)n->name;

	if (strcmp(type, "file") == 0)
		return tie(h, "<%s type='file'> writes to a file on this host; use type='pty' with <log file='...' append='on'/>",
			   name);
	if (strcmp(type, "dev") == 0 || strcmp(type, "pipe") == 0)
		return tie(h, "<%s type='%s'> is a device or pipe of this host; use type='pty', 'tcp' or 'unix'", name,
			   type);
	return 0;
}

static int read_interface(const char *type, struct domxml_host *h)
{
	if (strcmp(type, "hostdev") == 0 || strcmp(type, "vdpa") == 0)
		return tie(h, "<interface type='%s'> is a device of this host; use type='bridge' or 'network'", type);
	return 0;
}

/* A device element's fault, if it is one. TYPE is the attribute that tells its kind. */
static int read_device(const xmlNode *n, struct domxml_host *h, struct ferry_error *e)
{
	static const struct {
		const char *element, *attr, *value, *why;	/* value NULL: whatever it is */
	} ties[] = {
		{ "hostdev", "type", NULL, "is a device of this host; remove it" },
		{ "filesystem", "type", NULL, "is a directory of this host; put its files on a disk, or mount them over the network" },
		{ "shmem", "name", NULL, "is memory shared with processes of this host; remove it" },
		{ "pstore", "backend", NULL, "keeps its content in a file on this host; remove it" },
		{ "memory", "model", "nvdimm", "keeps its content in a file on this host; use a disk" },
		{ "memory", "model", "virtio-pmem", "keeps its content in a file on this host; use a disk" },
		{ "memory", "model", "sgx-epc", "is memory of this host's processor; remove it" },
		{ "input", "type", "passthrough", "is a device of this host; remove it" },
		{ "input", "type", "evdev", "is a device of this host; remove it" },
		{ "smartcard", "mode", "host", "is a device of this host; use mode='passthrough'" },
		{ "smartcard", "mode", "host-certificates", "needs files of this host; use mode='passthrough'" },
		{ "audio", "type", "file", "writes to a file on this host; use type='none'" },
	};
	static const char *const chardevs[] = { "serial", "parallel", "console", "channel", "redirdev", "smartcard" };
	const char *name = (const char *)n->name;
	char kind[WORD];
	int r;

	if (strcmp(name, "tpm") == 0)
		return tie(h, "<tpm>: its state is kept on this host and does not follow the guest; remove it");
	for (size_t i = 0; i < sizeof ties / sizeof ties[0]; i++) {
		if (strcmp(name, ties[i].element) != 0)
			continue;
		r = xml_attr(n, ties[i].attr, kind, sizeof kind, e);
		if (r < 0)
			return r;
		if (!ties[i].value || strcmp(kind, ties[i].value) == 0)
			return tie(h, "<%s %s='%s'> %s", name, ties[i].attr, kind, ties[i].why);
	}
	r = xml_attr(n, "type", kind, sizeof kind, e);
	if (r == 0 && strcmp(name, "interface") == 0)
		return read_interface(kind, h);
	for (size_t i = 0; r == 0 && i < sizeof chardevs / sizeof chardevs[0]; i++)
		if (strcmp(name, chardevs[i]) == 0)
			return read_chardev(n, kind, h);
	return r;
}

/* Arguments for QEMU itself: libvirt does not know what they do, nor does Ferry, so they may name no file. */
static int read_arguments(const xmlNode *domain, struct domxml_host *h)
{
	for (const xmlNode *c = domain->children; c; c = c->next) {
		if (c->type != XML_ELEMENT_NODE || !c->ns || strcmp((const char *)c->ns->href, QEMU_URI) != 0 ||
		    strcmp((const char *)c->name, "commandline") != 0)
			continue;
		for (const xmlNode *n = c->children; n; n = n->next) {
			xmlChar *v = n->type == XML_ELEMENT_NODE ? xmlGetNoNsProp(n, (const xmlChar *)"value") : NULL;
			bool path = v && strcmp((const char *)n->name, "arg") == 0 &&
				    (v[0] == '/' || strstr((const char *)v, "=/"));

			if (path)
				tie(h, "<qemu:arg value='%.120s'> names a file of this host, which Ferry cannot judge; remove it",
				    (const char *)v);
			xmlFree(v);
		}
	}
	return 0;
}

int domxml_read_host(const xmlNode *domain, struct domxml_host *h, struct ferry_error *e)
{
	const xmlNode *devices = xml_child(domain, "devices");
	const xmlNode *backing = xml_child(domain, "memoryBacking");
	int r = read_os(xml_child(domain, "os"), h, e);

	if (r == 0 && says(xml_child(backing, "source"), "type", "file"))
		tie(h, "<memoryBacking>: <source type='file'/> keeps the guest's memory in a file on this host; set type='memfd', or leave it away");
	if (r == 0 && xml_child(domain, "launchSecurity"))
		tie(h, "<launchSecurity>: memory that is encrypted by this host's processor cannot be sent; remove it");
	if (r == 0)
		r = read_sysinfo(domain, h, e);
	for (const xmlNode *n = devices ? devices->children : NULL; r == 0 && n; n = n->next)
		if (n->type == XML_ELEMENT_NODE && !n->ns)
			r = read_device(n, h, e);
	if (r == 0)
		r = read_arguments(domain, h);
	return r;
}
