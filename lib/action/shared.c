/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/action/shared.h"

#include <errno.h>
#include <string.h>

#include "lib/action/peer.h"
#include "lib/base/cleanup.h"
#include "lib/base/log.h"
#include "lib/model/ocf.h"

#define RETRY_MS 500
#define ASK_SHARE 2	/* after a failure: half of what is left for asking, the rest for acting on the answer */

static bool names_peers(const struct vm_opts *o)
{
	return o->peers && o->peers[strspn(o->peers, " ")];
}

bool shared_may_run(const struct vm_opts *o, const char *node)
{
	size_t len = strlen(node);

	if (o->gate || !names_peers(o))
		return true;
	for (const char *p = o->peers; *p; p += strcspn(p, " ")) {
		p += strspn(p, " ");
		if (strncmp(p, node, len) == 0 && (p[len] == ' ' || p[len] == '\0'))
			return true;
	}
	return false;
}

static bool ran(enum virt_run run)
{
	return run == VIRT_RUNNING || run == VIRT_PAUSED_IOERROR || run == VIRT_SHUTTING_DOWN;
}

/* 0: not there, -EAGAIN: no answer, other -errno: it is there. */
static int ask(struct vm_ctx *v, const char *node, struct ferry_error *e)
{
	struct virt_info info;

	if (peer_ask(v->o, node, v->domain, v->o->deadline, &info, e) < 0)
		return -EAGAIN;
	if (info.run == VIRT_OFF || (info.run == VIRT_PAUSED_USER && info.mark.state == MARK_RESERVED))
		return 0;
	return error_set(e, OCF_ERR_GENERIC, EBUSY,
			 "'%s' is %s on %s: it is not started a second time; stop it there first", v->domain,
			 virt_run_name(info.run), node);
}

int shared_alone(struct vm_ctx *v, struct ferry_error *e)
{
	struct cluster_view view;
	int r;

	if (v->o->gate)
		return 0;
	/* Its disk is on DRBD, with its stamp, and can be opened on the Primary alone: a guest elsewhere would have kept this node from
	 * its promotion. Only who allows two Primaries has to name peers. */
	if (v->where.resource && !names_peers(v->o))
		return 0;
	if (!shared_may_run(v->o, v->o->node))	/* this node's affair: the guest may run on the others */
		return error_set(e, OCF_ERR_INSTALLED, EINVAL,
				 "peers='%s' does not name this node, %s: name every node that may run '%s', and keep it from the others with a location constraint",
				 v->o->peers, v->o->node, v->domain);
	r = cluster_look(v->o->deadline, &view, e);
	for (unsigned int i = 0; r == 0 && i < view.nnodes; i++) {
		const char *peer = view.nodes[i];
		struct ferry_error why = FERRY_ERROR_INIT;

		if (strcmp(peer, v->o->node) == 0 || !shared_may_run(v->o, peer))
			continue;
		step("seek", "%s on %s", v->domain, peer);
		while ((r = ask(v, peer, &why)) == -EAGAIN && !deadline_passed(v->o->deadline)) {
			error_clear(&why);
			deadline_sleep(v->o->deadline, RETRY_MS);
		}
		if (r == 0)
			continue;
		error_set(e, OCF_ERR_GENERIC, -r, "%s", why.text);
		if (r == -EAGAIN)
			error_context(e, "node %s is online but does not tell whether '%s' runs there, so nothing is booted; mend libvirtd there, fence the node, or, if it can never run the guest, leave it out of peers",
				      peer, v->domain);
	}
	return r;
}

static int end_there(struct vm_ctx *v, const char *target, struct ferry_error *e)
{
	ferry_cleanup(peer_close) struct peer p;
	int r = peer_open(v->o, target, v->domain, &p, e);

	if (r == 0 && p.info.run != VIRT_OFF)
		r = virt_destroy(p.dom, e);
	if (r == 0)
		step("copy-ended", "%s on %s", v->domain, target);
	return r;
}

static struct ferry_deadline ask_deadline(struct ferry_deadline d)
{
	return d.at == INT64_MAX ? d : deadline_min(d, (d.at - now_ms()) / ASK_SHARE);
}

int shared_went(const struct vm_opts *o, const char *domain, const char *target, const char *said, struct ferry_error *e)
{
	struct ferry_error why = FERRY_ERROR_INIT;
	struct virt_info there;

	if (peer_ask(o, target, domain, ask_deadline(o->deadline), &there, &why) < 0)
		return error_set(e, OCF_ERR_GENERIC, EAGAIN,
				 "%s; the guest's QEMU is gone from this node, and %s does not tell whether it runs there (%s)",
				 said, target, why.text);
	if (!ran(there.run))
		return error_set(e, OCF_ERR_GENERIC, EIO,
				 "%s; the guest's QEMU is gone from this node, and on %s it is %s: its memory is lost; crm resource refresh %s lets the cluster start it from its disk",
				 said, target, virt_run_name(there.run), domain);
	log_warning("%s runs on %s, though its move was not seen to succeed: %s", domain, target, said);
	return 0;
}

int shared_decide(struct vm_ctx *v, const char *target, bool user_paused, bool *ret_there, struct ferry_error *e)
{
	struct ferry_error why = FERRY_ERROR_INIT;
	struct virt_info there;
	bool stands = v->info.run == VIRT_PAUSED_MOVING || (v->info.run == VIRT_PAUSED_USER && !user_paused);
	int r = peer_ask(v->o, target, v->domain, ask_deadline(v->o->deadline), &there, &why);

	*ret_there = false;
	if (r < 0 && !stands) {
		log_warning("%s runs on here; whether a copy of it is left on %s is not known: %s", v->domain, target,
			    why.text);
		return 0;
	}
	if (r < 0)
		return error_set(e, OCF_ERR_GENERIC, EAGAIN,
				 "'%s' stands still here, and %s does not tell whether it runs there (%s): it is not let run; if it does not run there, say here: virsh resume %s",
				 v->domain, target, why.text, v->domain);
	step("looked", "%s here: %s; on %s: %s", v->domain, virt_run_name(v->info.run), target, virt_run_name(there.run));
	if (ran(there.run) && stands) {
		*ret_there = true;
		return guest_end(v->dom, &v->info, v->o->deadline, e);
	}
	if (ran(there.run))
		log_error("%s ran here and on %s at the same time; the copy there is ended: check its disk", v->domain,
			target);
	if (there.run != VIRT_OFF)
		r = end_there(v, target, e);
	if (r == 0 && stands)
		r = virt_resume(v->dom, e);
	return r;
}
