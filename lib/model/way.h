/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The way to another node: how its libvirtd is reached, and where QEMU sends the RAM. What is encrypted:
 *   tls	both connections; the RAM by QEMU's own TLS (VIR_MIGRATE_TLS), with QEMU's own certificates
 *   ssh	both: the RAM goes inside libvirt's connection (VIR_MIGRATE_TUNNELLED), there is no other
 *   tcp	neither
 * None falls back to another. Sources: libvirt's URI, remote and migration documents.
 */
#ifndef FERRY_WAY_H
#define FERRY_WAY_H

#include "lib/base/error.h"
#include "lib/model/address.h"
#include "lib/model/ids.h"

enum way_transport { WAY_TLS, WAY_SSH, WAY_TCP };

struct way {
	enum way_transport transport;
	char node[NAME_SIZE];
	char address[ADDRESS_SIZE];	/* the node's name, or its address on the migration network */
	char libvirt_uri[2 * NAME_SIZE];
	char ram_uri[ADDRESS_SIZE + 16];	/* "": inside libvirt's connection */
	char listen[ADDRESS_SIZE];	/* where QEMU there shall listen; "": everywhere */
};

/*
 * TRANSPORT is "tls", "ssh" or "tcp"; HYPERVISOR the local libvirt's URI, whose driver and path are the peer's as well; ADDRESS
 * what was found for NODE. WHENCE tells, for the error, where ADDRESS came from. Errors: OCF_ERR_CONFIGURED for HYPERVISOR,
 * OCF_ERR_GENERIC for ADDRESS.
 */
int way_make(const char *hypervisor, const char *transport, const char *node, const char *address, const char *whence,
	     struct way *ret_way, struct ferry_error *e);

/* Where to look when libvirtd there could not be reached, and when QEMU's own connection failed before any memory went ("" where
 * there is nothing to say). */
void way_cure(const struct way *w, char *ret_text, size_t size);
void way_ram_cure(const struct way *w, char *ret_text, size_t size);

#endif
