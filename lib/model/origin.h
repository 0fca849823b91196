/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where a guest's XML came from: the file that it was started from and that file's hash, in the guest's libvirt metadata
 * beside Ferry's mark. It travels with the guest, so that a node which has lost the file, or never had it, knows the guest
 * by the file's path, and tells whether its own file is another.
 *
 *	<ferry-origin:file xmlns:ferry-origin="urn:ferry:origin:1" path="/etc/ferry/vm1.xml" hash="16 hex digits"/>
 */
#ifndef FERRY_ORIGIN_H
#define FERRY_ORIGIN_H

#include <libxml/tree.h>
#include <stddef.h>

#include "lib/base/error.h"

#define ORIGIN_URI "urn:ferry:origin:1"
#define ORIGIN_KEY "ferry-origin"
#define ORIGIN_HASH 17

struct origin {
	char path[512];			/* "" if it was started from no file */
	char hash[ORIGIN_HASH];		/* XXH3 of the file's bytes */
};

/* Of the file PATH with this content. -ENAMETOOLONG. */
int origin_of(const char *path, const void *content, size_t len, struct origin *ret_origin);
/* The one in the <metadata> of a <domain>; path "" if there is none, or none that can be understood. */
void origin_from_domain(const xmlNode *domain, struct origin *ret_origin);
/* Unlinked and owned by the caller, without a namespace; NULL on no memory. */
xmlNode *origin_to_node(const struct origin *o);

#endif
