/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/action/seek.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/action/peer.h"
#include "lib/base/cleanup.h"
#include "lib/base/log.h"
#include "lib/model/ocf.h"

#define RETRY_MS 500
#define REACH_MS 20000	/* for an answer by the network for migrations, before another way is tried */

int relay_held(struct virt_dom *dom, const struct way *way, struct ferry_deadline d, struct ferry_error *e)
{
	struct virt_migration m = { .way = way, .paused = true };
	struct virt_migrated done;
	int r = virt_activate_blocks(dom, e);

	if (r < 0)
		return r;
	step("relay-begin", "to %s", way->node);
	r = virt_migrate(dom, &m, d, &done, e);
	if (r == 0)
		step("relay-done", "to %s", way->node);
	return r;
}

static int bring(struct vm_ctx *v, const char *peer, struct virt_dom *dom, struct ferry_error *e)
{
	struct way here;
	int r = vm_way(v->o, v->o->node, &here, e);

	if (r < 0)
		return r;
	log_info("%s: its memory waits on %s and is brought here", v->domain, peer);
	r = relay_held(dom, &here, v->o->deadline, e);
	if (r < 0)
		error_context(e, "the memory of '%s' waits paused on %s and could not be brought here",
			      v->domain, peer);
	return r;
}

/* O tells which way. */
static int fetch(struct vm_ctx *v, const struct vm_opts *o, const char *node, struct ferry_error *e)
{
	ferry_cleanup(peer_close) struct peer p;
	int r = peer_open(o, node, v->domain, &p, e);

	if (r == 0 && (p.info.run != VIRT_PAUSED_USER || p.info.mark.state != MARK_HELD))
		r = error_set(e, OCF_ERR_GENERIC, EAGAIN, "'%s' is %s on %s now", v->domain,
			      virt_run_name(p.info.run), node);
	return r < 0 ? r : bring(v, node, p.dom, e);
}

/* 1: brought here, 0: nothing there, -EAGAIN: no answer, other -errno: final. O tells which way to ask. */
static int ask(struct vm_ctx *v, const struct vm_opts *o, const char *node, struct ferry_error *e)
{
	struct virt_info info;
	int r;

	if (peer_ask(o, node, v->domain, o->address_attribute ? deadline_min(o->deadline, REACH_MS) : o->deadline, &info, e) < 0)
		return -EAGAIN;
	switch (info.run) {
	case VIRT_OFF:
		return 0;
	case VIRT_PAUSED_USER:
		if (info.mark.state == MARK_HELD) {
			r = fetch(v, o, node, e);
			return r < 0 ? r : 1;
		}
		if (info.mark.state == MARK_RESERVED)
			return 0;	/* never ran: no memory worth keeping */
		break;
	case VIRT_PAUSED_MOVING:
		return error_set(e, OCF_ERR_GENERIC, EAGAIN, "'%s' is being moved to or from %s", v->domain,
				 node);
	default:
		break;
	}
	return error_set(e, OCF_ERR_GENERIC, EBUSY,
			 "'%s' is %s on %s: it is not started a second time; stop it there first", v->domain,
			 virt_run_name(info.run), node);
}

/* A network for migrations that has failed must not keep a guest from being started: whether there is memory is asked by the
 * node's name as well. It is brought by that network alone. */
static int ask_either_way(struct vm_ctx *v, const char *peer, struct ferry_error *e)
{
	struct vm_opts by_name = *v->o;
	struct ferry_error why = FERRY_ERROR_INIT;
	int r = ask(v, v->o, peer, &why);

	if (r == -EAGAIN && v->o->address_attribute) {
		log_info("%s: %s; asking %s by its name", v->domain, why.text, peer);
		error_clear(&why);
		by_name.address_attribute = NULL;
		r = ask(v, &by_name, peer, &why);
	}
	if (r < 0)
		error_set(e, why.code, -r, "%s", why.text);
	return r;
}

int seek_memory(struct vm_ctx *v, bool *ret_brought, struct ferry_error *e)
{
	struct cluster_view view;
	int r = cluster_look(v->o->deadline, &view, e);

	*ret_brought = false;
	if (r < 0)
		return r;
	for (unsigned int i = 0; i < v->conf.nhosts; i++) {
		const char *peer = v->conf.hosts[i];
		struct ferry_error why = FERRY_ERROR_INIT;

		if (strcmp(peer, v->o->node) == 0 || !cluster_has(&view, peer))
			continue;
		step("seek", "%s on %s", v->domain, peer);
		while ((r = ask_either_way(v, peer, &why)) == -EAGAIN && !deadline_passed(v->o->deadline)) {
			error_clear(&why);
			deadline_sleep(v->o->deadline, RETRY_MS);
		}
		if (r < 0) {
			error_set(e, OCF_ERR_GENERIC, -r, "%s", why.text);
			if (r == -EAGAIN)
				error_context(e, "node %s is online but does not tell whether it holds the memory of '%s', so nothing is booted; mend libvirtd there, or fence the node",
					      peer, v->domain);
			return r;
		}
		if (r == 1) {
			*ret_brought = true;
			return 0;
		}
	}
	return 0;
}
