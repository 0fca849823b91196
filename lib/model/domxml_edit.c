/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The changes that Ferry makes to a domain's XML (declared in domxml.h): only in its <metadata>. */
#include <errno.h>
#include <string.h>

#include "lib/model/domxml.h"
#include "lib/model/ocf.h"
#include "lib/model/xml_read.h"

static void drop(xmlNode *domain, const char *uri)
{
	for (xmlNode *md = xml_child(domain, "metadata"); md; md = xml_next(md, "metadata")) {
		for (xmlNode *n = md->children, *next; n; n = next) {
			next = n->next;
			if (n->type != XML_ELEMENT_NODE || !n->ns || strcmp((const char *)n->ns->href, uri) != 0)
				continue;
			xmlUnlinkNode(n);
			xmlFreeNode(n);
		}
	}
}

/* Takes NODE over. It declares its namespace on itself, as libvirt wants its metadata. */
static bool put(xmlNode *domain, xmlNode *node, const char *key, const char *uri)
{
	xmlNode *metadata = xml_child(domain, "metadata");
	xmlNs *ns;

	if (node && !metadata)
		metadata = xmlNewChild(domain, NULL, (const xmlChar *)"metadata", NULL);
	if (!node || !metadata) {
		xmlFreeNode(node);
		return false;
	}
	xmlAddChild(metadata, node);
	ns = xmlNewNs(node, (const xmlChar *)uri, (const xmlChar *)key);
	if (ns)
		xmlSetNs(node, ns);
	return ns;
}

static int no_memory(struct ferry_error *e)
{
	return error_set(e, OCF_ERR_GENERIC, ENOMEM, "out of memory");
}

/* The element, not the document: no XML declaration, whose encoding libvirt would have to know. */
static int print(xmlDoc *doc, char **ret_xml, struct ferry_error *e)
{
	xmlBuffer *buf = xmlBufferCreate();
	char *copy = NULL;

	if (buf && xmlNodeDump(buf, doc, xmlDocGetRootElement(doc), 0, 0) >= 0)
		copy = strdup((const char *)xmlBufferContent(buf));
	if (buf)
		xmlBufferFree(buf);
	if (!copy)
		return no_memory(e);
	*ret_xml = copy;
	return 0;
}

int domxml_with_mark(const char *xml, size_t len, const struct mark *m, char **ret_xml, struct ferry_error *e)
{
	xml_autodoc xmlDoc *doc = NULL;
	xmlNode *domain;
	int r = domxml_read_doc(xml, len, &doc, e);

	if (r < 0)
		return r;
	if (m->state != MARK_NONE && !mark_valid(m))
		return error_set(e, OCF_ERR_GENERIC, EINVAL, "a mark that contradicts itself is not written");
	domain = xmlDocGetRootElement(doc);
	drop(domain, MARK_URI);
	if (m->state != MARK_NONE && !put(domain, mark_to_node(m), MARK_KEY, MARK_URI))
		return no_memory(e);
	return print(doc, ret_xml, e);
}

int domxml_with_origin(const char *xml, size_t len, const struct origin *o, char **ret_xml, struct ferry_error *e)
{
	xml_autodoc xmlDoc *doc = NULL;
	xmlNode *domain;
	int r = domxml_read_doc(xml, len, &doc, e);

	if (r < 0)
		return r;
	domain = xmlDocGetRootElement(doc);
	drop(domain, ORIGIN_URI);
	if (o->path[0] && !put(domain, origin_to_node(o), ORIGIN_KEY, ORIGIN_URI))
		return no_memory(e);
	return print(doc, ret_xml, e);
}

int domxml_plain(const char *xml, size_t len, char **ret_xml, struct ferry_error *e)
{
	xml_autodoc xmlDoc *doc = NULL;
	int r = domxml_read_doc(xml, len, &doc, e);

	if (r < 0)
		return r;
	drop(xmlDocGetRootElement(doc), MARK_URI);
	drop(xmlDocGetRootElement(doc), ORIGIN_URI);
	return print(doc, ret_xml, e);
}
