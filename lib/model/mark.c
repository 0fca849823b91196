/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/model/mark.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/model/ocf.h"
#include "lib/model/xml_read.h"

#define MARK_MAX 4096	/* bytes of the element's text; ours have under 400 */

static const char *const state_names[] = {
	[MARK_NONE] = "none",
	[MARK_RESERVED] = "reserved",
	[MARK_HELD] = "held",
	[MARK_RUNNING] = "running",
};

const char *mark_state_name(enum mark_state s)
{
	return (unsigned int)s <= MARK_RUNNING ? state_names[s] : "unknown";
}

/* All zeros is the nonce of a disk that never ran: no copy may claim it. */
static bool is_claim(const char *nonce)
{
	return nonce_valid(nonce) && strspn(nonce, "0") != NONCE_LEN;
}

bool mark_valid(const struct mark *m)
{
	bool nonce = m->nonce[0] != '\0', move = m->move[0] != '\0';
	bool source = m->source[0] != '\0', claim = m->claim[0] != '\0';

	if ((nonce && !is_claim(m->nonce)) || (move && !is_claim(m->move)) ||
	    (source && !name_valid(m->source)) || (claim && !is_claim(m->claim)) ||
	    m->epoch >= UINT64_MAX - 1)
		return false;
	switch (m->state) {
	case MARK_NONE:
		return !m->user_paused && m->epoch == 0 && !nonce && !move && !source && !claim;
	case MARK_RESERVED:
		return !m->user_paused && m->epoch == 0 && !nonce && !move && !source;
	case MARK_HELD:
		return move == source && nonce != move && (move || m->epoch > 0);
	case MARK_RUNNING:
		return !move && !source && nonce == (m->epoch > 0) && (nonce || !claim);
	}
	return false;
}

struct mark mark_held_run(uint64_t epoch, const char *nonce)
{
	struct mark m = { .state = MARK_HELD, .epoch = epoch };

	snprintf(m.nonce, sizeof m.nonce, "%s", nonce);
	return m;
}

bool mark_is_node(const xmlNode *node)
{
	return node->type == XML_ELEMENT_NODE && strcmp((const char *)node->name, "mark") == 0 &&
	       (!node->ns || strcmp((const char *)node->ns->href, MARK_URI) == 0);
}

static int state_from_name(const char *name, enum mark_state *ret)
{
	for (enum mark_state s = MARK_RESERVED; s <= MARK_RUNNING; s++) {
		if (strcmp(name, state_names[s]) == 0) {
			*ret = s;
			return 0;
		}
	}
	return -EINVAL;
}

int mark_from_node(const xmlNode *node, struct mark *ret_mark, struct ferry_error *e)
{
	struct mark m;
	char state[16], paused[8];
	int r;

	memset(&m, 0, sizeof m);
	if (!mark_is_node(node))
		return error_set(e, OCF_ERR_GENERIC, EINVAL, "<%s> is not Ferry's mark", (const char *)node->name);
	r = xml_attr(node, "state", state, sizeof state, e);
	if (r < 0)
		return r;
	if (state_from_name(state, &m.state) < 0)
		return error_set(e, OCF_ERR_GENERIC, EINVAL, "Ferry's mark has the unknown state \"%s\"", state);
	r = xml_attr_u64(node, "epoch", UINT64_MAX - 2, &m.epoch, e);
	if (r == -ENOENT)
		return error_set(e, OCF_ERR_GENERIC, EINVAL, "Ferry's mark has no epoch");
	if (r == 0)
		r = xml_attr(node, "nonce", m.nonce, sizeof m.nonce, e);
	if (r == 0)
		r = xml_attr(node, "move", m.move, sizeof m.move, e);
	if (r == 0)
		r = xml_attr(node, "source", m.source, sizeof m.source, e);
	if (r == 0)
		r = xml_attr(node, "claim", m.claim, sizeof m.claim, e);
	if (r == 0)
		r = xml_attr(node, "paused", paused, sizeof paused, e);
	if (r == 0 && paused[0] && strcmp(paused, "user") != 0)
		r = error_set(e, OCF_ERR_GENERIC, EINVAL, "Ferry's mark says that it was paused by \"%s\"", paused);
	m.user_paused = r == 0 && paused[0];
	if (r == 0 && !mark_valid(&m))
		r = error_set(e, OCF_ERR_GENERIC, EINVAL, "Ferry's mark \"%s\" contradicts itself", state);
	if (r == 0)
		*ret_mark = m;
	return r;
}

int mark_from_xml(const char *xml, struct mark *ret_mark, struct ferry_error *e)
{
	xml_autodoc xmlDoc *doc = NULL;
	int r = xml_read_doc(xml, strlen(xml), MARK_MAX, "Ferry's mark", &doc, e);

	return r < 0 ? r : mark_from_node(xmlDocGetRootElement(doc), ret_mark, e);
}

int mark_from_domain(const xmlNode *domain, struct mark *ret_mark, struct ferry_error *e)
{
	struct mark m;
	bool found = false;

	memset(&m, 0, sizeof m);
	for (const xmlNode *md = xml_child(domain, "metadata"); md; md = xml_next(md, "metadata")) {
		for (const xmlNode *n = md->children; n; n = n->next) {
			int r;

			/* Any element in our namespace must be one that we understand. */
			if (n->type != XML_ELEMENT_NODE || !n->ns ||
			    strcmp((const char *)n->ns->href, MARK_URI) != 0)
				continue;
			if (found)
				return error_set(e, OCF_ERR_GENERIC, EINVAL, "the domain has two of Ferry's marks");
			r = mark_from_node(n, &m, e);
			if (r < 0)
				return r;
			found = true;
		}
	}
	*ret_mark = m;
	return 0;
}

static bool add_prop(xmlNode *n, const char *name, const char *value)
{
	return value[0] == '\0' || xmlNewProp(n, (const xmlChar *)name, (const xmlChar *)value);
}

xmlNode *mark_to_node(const struct mark *m)
{
	char epoch[24];
	xmlNode *n;

	if (m->state == MARK_NONE || !mark_valid(m))
		return NULL;
	n = xmlNewNode(NULL, (const xmlChar *)"mark");
	snprintf(epoch, sizeof epoch, "%" PRIu64, m->epoch);
	if (n && add_prop(n, "state", state_names[m->state]) && add_prop(n, "epoch", epoch) &&
	    add_prop(n, "nonce", m->nonce) && add_prop(n, "move", m->move) &&
	    add_prop(n, "source", m->source) && add_prop(n, "claim", m->claim) &&
	    add_prop(n, "paused", m->user_paused ? "user" : ""))
		return n;
	xmlFreeNode(n);
	return NULL;
}

char *mark_to_xml(const struct mark *m)
{
	xmlNode *n = mark_to_node(m);
	xmlBuffer *buf = n ? xmlBufferCreate() : NULL;
	char *copy = NULL;

	if (buf && xmlNodeDump(buf, NULL, n, 0, 0) >= 0)
		copy = strdup((const char *)xmlBufferContent(buf));
	if (buf)
		xmlBufferFree(buf);
	xmlFreeNode(n);
	return copy;
}
