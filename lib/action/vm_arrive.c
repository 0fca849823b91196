/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vm migrate_from, and what can be said of a configuration before anything is done. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/action/vm.h"
#include "lib/action/vm_checkpoint.h"
#include "lib/action/vm_config.h"
#include "lib/action/vm_form.h"
#include "lib/action/vm_settle.h"
#include "lib/action/vm_way.h"
#include "lib/base/cleanup.h"
#include "lib/base/log.h"
#include "lib/edge/drbd.h"
#include "lib/edge/move_file.h"
#include "lib/model/ocf.h"

#define ARRIVE_RETRY_MS 50

static int check_arrived(const struct vm_ctx *v, const char *source, struct ferry_error *e)
{
	const struct virt_info *i = &v->info;

	if (i->run == VIRT_RUNNING)
		return 0;
	if (i->run == VIRT_OFF)
		return error_set(e, OCF_ERR_GENERIC, ENOENT, "'%s' has not arrived on this node", v->domain);
	if (i->run != VIRT_PAUSED_USER)
		return error_set(e, OCF_ERR_GENERIC, EIO, "'%s' has arrived, but it is %s", v->domain,
				 virt_run_name(i->run));
	if (!v->o->gate)	/* its user had paused it */
		return 0;
	if (i->mark.state != MARK_HELD && i->mark.state != MARK_RESERVED)
		return error_set(e, OCF_ERR_GENERIC, EINVAL,
				 "'%s' is paused here without Ferry's mark: it is not the copy of a move", v->domain);
	/* A copy that was passed on unrun keeps the mark of the node that it first left. */
	if (source && i->mark.source[0] && strcmp(i->mark.source, source) != 0)
		log_info("%s: a copy of the move from %s, passed on by %s", v->domain, i->mark.source, source);
	return 0;
}

int vm_migrate_from(const struct vm_opts *o, const char *source, struct ferry_error *e)
{
	struct vm_ctx v;
	struct move old;
	int r = vm_ctx_init(&v, o, e);

	if (r == 0)
		r = vm_ctx_connect(&v, e);
	while (r == 0 && v.info.run == VIRT_PAUSED_MOVING && !deadline_passed(o->deadline)) {
		deadline_sleep(o->deadline, ARRIVE_RETRY_MS);
		r = vm_ctx_connect(&v, e);
	}
	if (r == 0)
		r = check_arrived(&v, source, e);
	/* It came back to a node that it once left: that move's record has served. */
	if (r == 0)
		r = move_file_read(v.domain, &old, e);
	if (r == 0 && (old.phase == MOVE_CERTIFIED || old.phase == MOVE_LOST_SIGHT))
		r = move_advance(&old, MOVE_EV_SETTLED, e);
	if (r == 0)
		vm_config_give_back(&v);
	if (r == 0)
		step("arrived", "%s from %s", v.domain, source ? source : "?");
	vm_ctx_clear(&v);
	return r;
}

static int validate_xml(const struct vm_ctx *v, struct ferry_error *e)
{
	ferry_autofree char *xml = NULL;
	int r = 0;

	if (v->xml)
		r = vm_form_check(v->o, v->xml, v->xml_len, e);
	else if (v->dom && (r = virt_get_xml(v->dom, &xml, e)) == 0)
		r = vm_form_check(v->o, xml, strlen(xml), e);
	if (r < 0 && v->xml)
		error_context(e, "config='%s'", v->o->config);
	if (r == 0)
		r = vm_checkpoint_check(v->o, v->xml ? v->xml : xml, v->xml ? v->xml_len : xml ? strlen(xml) : 0, e);
	return r;
}

static int validate_host(struct vm_ctx *v, struct ferry_error *e)
{
	int major, r = vm_ctx_disk(v, e);
	struct way here;

	if (r == 0 && v->o->gate) {
		major = drbd_module_major();
		r = drbd_conf_check(&v->conf, major == 9, e);
	}
	if (r == 0)
		r = vm_ctx_connect(v, e);
	if (r == -EPROTONOSUPPORT && e)	/* an answer: it is the URI that is wrong */
		e->code = OCF_ERR_CONFIGURED;
	if (r == 0 && !v->xml && !v->dom)
		r = error_set(e, OCF_ERR_INSTALLED, ENOENT, "domain='%s' is not defined in libvirt on this node",
			      v->domain);
	if (r == 0 && v->info.autostart)
		r = error_set(e, OCF_ERR_CONFIGURED, EINVAL,
			      "'%s' is set to autostart, which would start it behind the cluster's back: virsh autostart --disable %s",
			      v->domain, v->domain);
	if (r == 0 && v->info.managed_save)
		r = error_set(e, OCF_ERR_CONFIGURED, EINVAL,
			      "'%s' has a managed save, which may be older than its disk: virsh managedsave-remove %s",
			      v->domain, v->domain);
	if (r == 0)
		r = vm_checkpoint_check_host(v->o, e);
	if (r == 0)	/* where others would move it to: this node */
		r = vm_way(v->o, v->o->node, &here, e);
	return r;
}

int vm_validate(const struct vm_opts *o, int level, struct ferry_error *e)
{
	struct vm_ctx v;
	int r;

	if (o->gate && o->peers)
		return error_set(e, OCF_ERR_CONFIGURED, EINVAL,
				 "peers='%s': leave it away, because behind a gate the DRBD resource '%s' names the nodes",
				 o->peers, o->gate);
	r = vm_checkpoint_check(o, NULL, 0, e);
	if (r < 0)
		return r;
	/* Level 0 must not look at the host: of it, the XML's text is read if the file is here. */
	if (level < 10)
		return o->config || o->domain ? vm_form_check_file(o, e) :
			error_set(e, OCF_ERR_CONFIGURED, EINVAL,
				  "neither config nor domain is set: give the path of the domain's XML, or the name of a defined domain");
	r = vm_ctx_init(&v, o, e);
	if (r == 0 && o->config && !v.xml)
		r = error_set(e, v.config_why.code, v.config_why.err, "%s", v.config_why.text);
	if (r == 0 && v.xml)
		r = validate_xml(&v, e);
	if (r == 0)
		r = validate_host(&v, e);
	if (r == 0 && !v.xml)
		r = validate_xml(&v, e);
	vm_ctx_clear(&v);
	return r;
}
