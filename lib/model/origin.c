/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/model/origin.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <xxhash.h>

#include "lib/model/xml_read.h"

int origin_of(const char *path, const void *content, size_t len, struct origin *ret_origin)
{
	struct origin o;

	if (strlen(path) >= sizeof o.path)
		return -ENAMETOOLONG;
	strcpy(o.path, path);
	snprintf(o.hash, sizeof o.hash, "%016" PRIx64, (uint64_t)XXH3_64bits(content, len));
	*ret_origin = o;
	return 0;
}

void origin_from_domain(const xmlNode *domain, struct origin *ret_origin)
{
	struct origin o;

	memset(ret_origin, 0, sizeof *ret_origin);
	for (const xmlNode *md = xml_child(domain, "metadata"); md; md = xml_next(md, "metadata"))
		for (const xmlNode *n = md->children; n; n = n->next) {
			if (n->type != XML_ELEMENT_NODE || !n->ns || strcmp((const char *)n->ns->href, ORIGIN_URI) != 0)
				continue;
			if (xml_attr(n, "path", o.path, sizeof o.path, NULL) == 0 && o.path[0] == '/' &&
			    xml_attr(n, "hash", o.hash, sizeof o.hash, NULL) == 0 &&
			    strspn(o.hash, "0123456789abcdef") == ORIGIN_HASH - 1)
				*ret_origin = o;
		}
}

xmlNode *origin_to_node(const struct origin *o)
{
	xmlNode *n = xmlNewNode(NULL, (const xmlChar *)"file");

	if (n && xmlNewProp(n, (const xmlChar *)"path", (const xmlChar *)o->path) &&
	    xmlNewProp(n, (const xmlChar *)"hash", (const xmlChar *)o->hash))
		return n;
	xmlFreeNode(n);
	return NULL;
}
