/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/action/peer.h"

#include <string.h>

#include "lib/action/vm_way.h"
#include "lib/base/cleanup.h"
#include "lib/edge/bounded.h"

struct question {
	const struct vm_opts *o;
	const char *node, *domain;
};

void peer_close(struct peer *p)
{
	virt_dom_free(p->dom);
	virt_close(p->conn);
	memset(p, 0, sizeof *p);
}

int peer_open(const struct vm_opts *o, const char *node, const char *domain, struct peer *ret_peer,
	      struct ferry_error *e)
{
	struct peer p = { .info.run = VIRT_OFF };
	struct way way;
	int r = vm_way(o, node, &way, e);

	if (r == 0)
		r = vm_way_open(&way, &p.conn, e);
	if (r == 0)
		r = virt_lookup(p.conn, domain, &p.dom, e);
	if (r == 0 && p.dom)
		r = virt_look(p.dom, &p.info, e);
	*ret_peer = p;
	return r;
}

static int ask(void *arg, void *reply, struct ferry_error *e)
{
	const struct question *q = arg;
	ferry_cleanup(peer_close) struct peer p;
	int r = peer_open(q->o, q->node, q->domain, &p, e);

	memcpy(reply, &p.info, sizeof p.info);
	return r;
}

int peer_ask(const struct vm_opts *o, const char *node, const char *domain, struct ferry_deadline d,
	     struct virt_info *ret_info, struct ferry_error *e)
{
	struct question q = { o, node, domain };
	struct virt_info info = { .run = VIRT_OFF };
	char what[NAME_SIZE + 24];
	int r;

	snprintf(what, sizeof what, "libvirt on %s", node);
	r = bounded(what, ask, &q, &info, sizeof info, d, e);
	if (r == 0)
		*ret_info = info;
	return r;
}
