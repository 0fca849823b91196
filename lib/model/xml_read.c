/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/model/xml_read.h"

#include <ctype.h>
#include <errno.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <limits.h>
#include <string.h>

#include "lib/model/ocf.h"

/* Called at "<!DOCTYPE": nothing that Ferry reads has one, and all of XML's traps need one. */
static void refuse_dtd(void *arg, const xmlChar *name, const xmlChar *external, const xmlChar *system)
{
	(void)name;
	(void)external;
	(void)system;
	xmlStopParser(arg);
}

int xml_read_doc(const char *xml, size_t len, size_t max, const char *what, xmlDoc **ret_doc,
		 struct ferry_error *e)
{
	xmlParserCtxt *ctxt;
	xmlDoc *doc;
	int r = 0;

	if (len > max || len > INT_MAX)
		return error_set(e, OCF_ERR_GENERIC, EFBIG, "%s: %zu bytes are more than the %zu that Ferry reads",
				 what, len, max);
	ctxt = xmlNewParserCtxt();
	if (!ctxt)
		return error_set(e, OCF_ERR_GENERIC, ENOMEM, "out of memory");
	ctxt->sax->internalSubset = refuse_dtd;
	doc = xmlCtxtReadMemory(ctxt, xml, (int)len, "memory.xml", NULL,
				XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	if (ctxt->errNo == XML_ERR_USER_STOP || (doc && (doc->intSubset || doc->extSubset))) {
		r = error_set(e, OCF_ERR_GENERIC, EINVAL, "%s: a document type declaration is not accepted", what);
	} else if (!doc || !xmlDocGetRootElement(doc)) {
		const xmlError *x = xmlCtxtGetLastError(ctxt);

		r = error_set(e, OCF_ERR_GENERIC, EINVAL, "%s is not well-formed XML: line %d: %s", what,
			      x ? x->line : 0, x && x->message ? x->message : "no root element");
	}
	xmlFreeParserCtxt(ctxt);
	if (r < 0)
		xmlFreeDoc(doc);
	else
		*ret_doc = doc;
	return r;
}

bool xml_is(const xmlNode *node, const char *name)
{
	return node->type == XML_ELEMENT_NODE && !node->ns && strcmp((const char *)node->name, name) == 0;
}

static xmlNode *first_named(xmlNode *n, const char *name)
{
	while (n && !xml_is(n, name))
		n = n->next;
	return n;
}

xmlNode *xml_child(const xmlNode *parent, const char *name)
{
	return parent ? first_named(parent->children, name) : NULL;
}

xmlNode *xml_next(const xmlNode *prev, const char *name)
{
	return prev ? first_named(prev->next, name) : NULL;
}

static int copy_trimmed(const char *s, const xmlNode *node, const char *name, char *buf, size_t size,
			struct ferry_error *e)
{
	size_t len;

	while (isspace((unsigned char)*s))
		s++;
	len = strlen(s);
	while (len > 0 && isspace((unsigned char)s[len - 1]))
		len--;
	if (len >= size)
		return error_set(e, OCF_ERR_GENERIC, EINVAL, "<%s>: %s is longer than %zu bytes",
				 (const char *)node->name, name, size - 1);
	memcpy(buf, s, len);
	buf[len] = '\0';
	return 0;
}

int xml_attr(const xmlNode *node, const char *name, char *buf, size_t size, struct ferry_error *e)
{
	xmlChar *v;
	int r;

	buf[0] = '\0';
	v = node ? xmlGetNoNsProp(node, (const xmlChar *)name) : NULL;
	if (!v)
		return 0;
	r = copy_trimmed((const char *)v, node, name, buf, size, e);
	xmlFree(v);
	return r;
}

int xml_text(const xmlNode *node, char *buf, size_t size, struct ferry_error *e)
{
	xmlChar *v;
	int r;

	buf[0] = '\0';
	v = node ? xmlNodeGetContent(node) : NULL;
	if (!v)
		return 0;
	r = copy_trimmed((const char *)v, node, "its text", buf, size, e);
	xmlFree(v);
	return r;
}

bool decimal_read(const char *s, uint64_t max, uint64_t *ret)
{
	uint64_t n = 0;

	if (*s == '\0')
		return false;
	for (; *s != '\0'; s++) {
		unsigned int digit = (unsigned int)(*s - '0');

		if (*s < '0' || *s > '9' || __builtin_mul_overflow(n, 10, &n) ||
		    __builtin_add_overflow(n, digit, &n))
			return false;
	}
	if (n > max)
		return false;
	*ret = n;
	return true;
}

int xml_attr_u64(const xmlNode *node, const char *name, uint64_t max, uint64_t *ret,
		 struct ferry_error *e)
{
	char text[32];
	int r;

	if (!node || !xmlHasProp(node, (const xmlChar *)name))
		return -ENOENT;
	r = xml_attr(node, name, text, sizeof text, e);
	if (r < 0)
		return r;
	if (!decimal_read(text, max, ret))
		return error_set(e, OCF_ERR_GENERIC, EINVAL, "<%s>: %s=\"%s\" is not a number in range",
				 (const char *)node->name, name, text);
	return 0;
}
