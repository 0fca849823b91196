/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one way in which this room parses XML: from memory, no network, no DTD (a document type
 * declaration is refused as such, so there are no entities to expand), bounded length and depth.
 */
#ifndef FERRY_XML_READ_H
#define FERRY_XML_READ_H

#include <libxml/tree.h>
#include <stdbool.h>
#include <stddef.h>

#include "lib/base/error.h"
#include "lib/model/mark.h"

/* The caller frees the document. WHAT names it in the error. -EINVAL, -EFBIG over MAX, -ENOMEM. */
int xml_read_doc(const char *xml, size_t len, size_t max, const char *what, xmlDoc **ret_doc,
		 struct ferry_error *e);

/* First child element NAME without a namespace (the next one after PREV if that is not NULL). */
xmlNode *xml_child(const xmlNode *parent, const char *name);
xmlNode *xml_next(const xmlNode *prev, const char *name);
bool xml_is(const xmlNode *node, const char *name);

/* Attribute NAME of NODE, or the text inside NODE, copied into BUF with white space at its ends
 * cut off; "" if NODE is NULL or has none. -EINVAL if it does not fit. */
int xml_attr(const xmlNode *node, const char *name, char *buf, size_t size, struct ferry_error *e);
int xml_text(const xmlNode *node, char *buf, size_t size, struct ferry_error *e);
/* A decimal attribute of 0..MAX: 0, -ENOENT if there is none (E untouched), -EINVAL. */
int xml_attr_u64(const xmlNode *node, const char *name, uint64_t max, uint64_t *ret,
		 struct ferry_error *e);

/* Decimal digits and nothing else, at most MAX. */
bool decimal_read(const char *s, uint64_t max, uint64_t *ret);

/* The mark as an element of a document, with and without Ferry's namespace (see mark.h). */
bool mark_is_node(const xmlNode *node);
int mark_from_node(const xmlNode *node, struct mark *ret_mark, struct ferry_error *e);
/* The mark in the <metadata> of a <domain>; MARK_NONE if there is none; two are -EINVAL. */
int mark_from_domain(const xmlNode *domain, struct mark *ret_mark, struct ferry_error *e);
/* Unlinked and owned by the caller; NULL on no memory. */
xmlNode *mark_to_node(const struct mark *m);

static inline void xml_cleanup_doc(xmlDoc **doc)
{
	xmlFreeDoc(*doc);
}
#define xml_autodoc __attribute__((cleanup(xml_cleanup_doc)))

#endif
