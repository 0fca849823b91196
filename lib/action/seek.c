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

int relay_held(struct virt_dom *dom, const char *dest_uri, const char *dest_host, bool tls,
	       struct ferry_deadline d, struct ferry_error *e)
{
	char migrate_uri[NAME_SIZE + 16];
	struct virt_migration m = { .dest_uri = dest_uri, .migrate_uri = migrate_uri, .paused = true,
				    .tls = tls };
	struct virt_migrated done;
	int r = virt_activate_blocks(dom, e);

	if (r < 0)
		return r;
	snprintf(migrate_uri, sizeof migrate_uri, "tcp://%s", dest_host);
	step("relay-begin", "to %s", dest_host);
	r = virt_migrate(dom, &m, d, &done, e);
	if (r == 0)
		step("relay-done", "to %s", dest_host);
	return r;
}

static int bring(struct vm_ctx *v, const char *peer, struct virt_dom *dom, struct ferry_error *e)
{
	char here[256];
	int r = virt_peer_uri(v->o->transport, v->o->node, here, sizeof here, e);

	if (r < 0)
		return r;
	log_info("%s: its memory waits on %s and is brought here", v->domain, peer);
	r = relay_held(dom, here, v->o->node, strcmp(v->o->transport, "tls") == 0, v->o->deadline, e);
	if (r < 0)
		error_context(e, "the memory of '%s' waits paused on %s and could not be brought here",
			      v->domain, peer);
	return r;
}

static int fetch(struct vm_ctx *v, const char *node, struct ferry_error *e)
{
	ferry_cleanup(peer_close) struct peer p;
	int r = peer_open(v->o, node, v->domain, &p, e);

	if (r == 0 && (p.info.run != VIRT_PAUSED_USER || p.info.mark.state != MARK_HELD))
		r = error_set(e, OCF_ERR_GENERIC, EAGAIN, "'%s' is %s on %s now", v->domain,
			      virt_run_name(p.info.run), node);
	return r < 0 ? r : bring(v, node, p.dom, e);
}

/* 1: brought here, 0: nothing there, -EAGAIN: no answer, other -errno: final. */
static int ask(struct vm_ctx *v, const char *node, struct ferry_error *e)
{
	struct virt_info info;
	int r;

	if (peer_ask(v->o, node, v->domain, v->o->deadline, &info, e) < 0)
		return -EAGAIN;
	switch (info.run) {
	case VIRT_OFF:
		return 0;
	case VIRT_PAUSED_USER:
		if (info.mark.state == MARK_HELD) {
			r = fetch(v, node, e);
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
		while ((r = ask(v, peer, &why)) == -EAGAIN && !deadline_passed(v->o->deadline)) {
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
