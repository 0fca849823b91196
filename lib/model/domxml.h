/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Domain XML: what Ferry reads out of it, and the changes that it makes (its mark and the origin, in the metadata; nothing
 * else). Parsed with libxml2 without network, entities or DTD.
 * Source: libvirt's formatdomain.
 */
#ifndef FERRY_DOMXML_H
#define FERRY_DOMXML_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/error.h"
#include "lib/model/domxml_host.h"
#include "lib/model/mark.h"
#include "lib/model/origin.h"

#define DOMXML_MAX (1024 * 1024)
#define DOMXML_MAX_DISKS 64

struct domxml_disk {
	char device[16];	/* disk, cdrom, floppy, lun */
	char type[16];		/* file, block, network, ... */
	char bus[16];		/* virtio, ide, ...; where it is not given, what libvirt takes for its target */
	char source[512];	/* dev=, file= or name=; "" for an empty drive */
	char target[32];	/* vda */
	char format[16];	/* driver type=; "" if not given */
	char cache[24], error_policy[16], rerror_policy[16];
	unsigned int logical_block_size;	/* <blockio>; 0 if not given */
	bool readonly, shareable, backing;	/* backing: a <backingStore> with content */
	bool transient, mirror;			/* mirror: a block job is under way */
	bool geometry;				/* cyls, heads and secs are given */
	bool optional;				/* libvirt may start the guest without its image (startupPolicy) */
};

struct domxml {
	char name[NAME_SIZE];
	char uuid[UUID_SIZE];	/* "" if the XML has none: libvirt would make one up */
	char domain_type[16];	/* qemu, kvm, lxc, ... */
	char on_crash[24];	/* "" if not given (libvirt: destroy) */
	char machine[64];	/* QEMU's, "" if not given */
	char cpu_mode[32];	/* host-passthrough, host-model, custom, maximum; "" if not given */
	struct domxml_host host;
	unsigned int ndisks;
	struct domxml_disk disks[DOMXML_MAX_DISKS];
	struct mark mark;	/* MARK_NONE if it has none */
	struct origin origin;	/* path "" if it has none */
};

int domxml_parse(const char *xml, size_t len, struct domxml *ret_dom, struct ferry_error *e);

/* The <domain> element of the same document with the mark put into <metadata>, replacing an older one
 * (MARK_NONE: only takes it away); caller frees. */
int domxml_with_mark(const char *xml, size_t len, const struct mark *m, char **ret_xml,
		     struct ferry_error *e);
/* The same with where it came from (path "": only takes an older one away). */
int domxml_with_origin(const char *xml, size_t len, const struct origin *o, char **ret_xml, struct ferry_error *e);
/* The same without anything that Ferry has put into it. */
int domxml_plain(const char *xml, size_t len, char **ret_xml, struct ferry_error *e);

/* The document of a <domain>; the caller frees. */
int domxml_read_doc(const char *xml, size_t len, xmlDoc **ret_doc, struct ferry_error *e);

/*
 * What a gated guest must look like (doc/architecture.md): every writable disk raw on
 * /dev/mapper/ferry-RESOURCE-VOLUME, explicit type, no backing chain, cache none or directsync,
 * error_policy and rerror_policy stop, logical blocks of 512 bytes (or not given: the device decides,
 * and whoever makes the gate compares it), the geometry of an IDE or SATA disk pinned (QEMU guesses it from the first
 * sector, which a closed gate does not show), no on_crash=restart, a uuid, nothing that ties it to this host
 * (domxml_host.h). Image files that are only read are allowed. 0, or -EINVAL with the first fault: the element, its
 * value and the cure. Never looks at the host.
 */
int domxml_check_gated(const struct domxml *d, const char *resource, struct ferry_error *e);

#endif
