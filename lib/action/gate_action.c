/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/action/gate_action.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/action/guest_release.h"
#include "lib/action/vm.h"
#include "lib/action/vm_settle.h"
#include "lib/base/log.h"
#include "lib/edge/dm.h"
#include "lib/edge/drbd.h"
#include "lib/edge/proc.h"
#include "lib/edge/start_file.h"
#include "lib/model/ocf.h"

struct gates {
	struct dm_gate g[DRBD_MAX_VOLUMES];
	unsigned int n;
};

/* Let the guest behind the gate run, if there is one here. */
static int release_guest(const struct gate_opts *o, int stamp_minor, struct ferry_error *e)
{
	struct guest_where w = { .resource = o->resource, .stamp_minor = stamp_minor, .node = o->node,
				 .deadline = o->deadline };
	struct virt_conn *c = NULL;
	struct virt_dom *dom = NULL;
	struct virt_info info;
	pid_t pid = proc_find_qemu(o->domain, NULL);
	int r;

	if (pid < 0)
		return error_set(e, OCF_ERR_GENERIC, -pid, "/proc cannot be searched for QEMU: %s", strerror(-pid));
	if (pid == 0) {
		log_info("%s: no guest %s here", o->resource, o->domain);
		return 0;
	}
	start_file_read(o->domain, &w.plan);
	r = virt_open(o->hypervisor, &c, e);
	if (r == 0)
		r = virt_lookup(c, o->domain, &dom, e);
	if (r == 0 && dom)
		r = virt_look(dom, &info, e);
	if (r == 0 && dom && info.run != VIRT_OFF)
		r = guest_release(c, &dom, &w, e);
	virt_dom_free(dom);
	virt_close(c);
	return r;
}

int gate_open(const struct gate_opts *o, struct ferry_error *e)
{
	struct drbd_state s;
	struct drbd_conf c;
	struct gates gates = { .n = 0 };
	int r = drbd_conf_load(o->resource, o->deadline, &c, e);

	if (r == 0)
		r = drbd_state_now(o->resource, o->deadline, &s, e);
	if (r < 0)
		return r;
	/* DRBD 9 with auto-promote would promote itself by being opened: so the role is asked first. */
	if (s.role != DRBD_PRIMARY || !drbd_all_uptodate(&s))
		return error_set(e, OCF_ERR_GENERIC, EROFS,
				 "the gate of '%s' stays closed: DRBD is %s%s here; promote it first", o->resource,
				 drbd_role_name(s.role), s.role == DRBD_PRIMARY ? " with a disk that is not UpToDate" : "");
	r = drbd_gates(&c, gates.g, &gates.n, e);
	for (unsigned int i = 0; r == 0 && i < gates.n; i++)
		r = dm_gate_bring(&gates.g[i], GATE_WANT_OPEN, o->deadline, e);
	if (r < 0)
		return r;
	step("gate-opened", "%s", o->resource);
	return release_guest(o, c.minors[0], e);
}

/* A guest that could still write is paused, its memory kept: then the gate can close under it. */
static int hold_guest(const struct gate_opts *o, struct ferry_error *e)
{
	struct guest_where w = { .resource = o->resource, .stamp_minor = -1, .node = o->node, .deadline = o->deadline };
	struct virt_conn *c = NULL;
	struct virt_dom *dom = NULL;
	pid_t pid = proc_find_qemu(o->domain, NULL);
	struct drbd_conf conf;
	int r;

	if (pid == 0)
		return 0;
	if (pid < 0)
		return error_set(e, OCF_ERR_GENERIC, -pid, "/proc cannot be searched for QEMU: %s", strerror(-pid));
	r = virt_open(o->hypervisor, &c, e);
	if (r == 0)
		r = virt_lookup(c, o->domain, &dom, e);
	if (r == 0 && !dom)
		r = error_set(e, OCF_ERR_GENERIC, EBUSY, "libvirt does not know it");
	if (r == 0 && drbd_conf_load(o->resource, o->deadline, &conf, NULL) == 0 && conf.nvolumes > 0)
		w.stamp_minor = conf.minors[0];
	if (r == 0)
		r = guest_hold(dom, &w, e);
	if (r < 0)
		error_context(e, "QEMU process %d of '%s' can still write through the gate of '%s'", (int)pid,
			      o->domain, o->resource);
	virt_dom_free(dom);
	virt_close(c);
	return r;
}

/* What closing has to do: *ret_open where writes can still pass. A closed device may have the table
 * of a start that was cut short loaded beside it, which holds DRBD's device as well. */
static int what_is_left(const struct gates *gates, bool *ret_open, bool *ret_left, struct ferry_error *e)
{
	struct dm_seen seen;

	*ret_open = *ret_left = false;
	for (unsigned int i = 0; i < gates->n; i++) {
		int r = dm_gate_look(&gates->g[i], &seen, e);

		if (r < 0)
			return r;
		if (seen.major != 0)
			*ret_open = true;
		else if (seen.state == GATE_CLOSED_LOADED || seen.state == GATE_CLOSED_SUSPENDED)
			*ret_left = true;
	}
	return 0;
}

int gate_close(const struct gate_opts *o, struct ferry_error *e)
{
	const struct vm_opts vm = { .domain = o->domain, .gate = o->resource, .hypervisor = o->hypervisor,
				    .node = o->node, .transport = "tls", .deadline = o->deadline };
	struct gates gates = { .n = 0 };
	bool open = false, left = false;
	int r = dm_gate_list(o->resource, gates.g, DRBD_MAX_VOLUMES, &gates.n, e);

	if (r == 0)
		r = what_is_left(&gates, &open, &left, e);
	if (r < 0 || (!open && !left))
		return r;
	/* The last moment at which this node can write a certificate that a dead mover owes. */
	if (open)
		r = vm_settle(o->domain, &vm, e);
	if (r == 0 && open)
		r = hold_guest(o, e);
	for (unsigned int i = 0; r == 0 && i < gates.n; i++)
		r = dm_gate_bring(&gates.g[i], GATE_WANT_CLOSED, o->deadline, e);
	if (r == 0)
		step("gate-closed", "%s", o->resource);
	return r;
}

int gate_monitor(const struct gate_opts *o, int *ret_code, struct ferry_error *e)
{
	struct gates gates = { .n = 0 };
	struct dm_seen seen;
	int r = dm_gate_list(o->resource, gates.g, DRBD_MAX_VOLUMES, &gates.n, e);
	int worst = gates.n == 0 ? OCF_NOT_RUNNING : OCF_SUCCESS;
	unsigned int open = 0;

	for (unsigned int i = 0; r == 0 && i < gates.n; i++) {
		int code;

		r = dm_gate_look(&gates.g[i], &seen, e);
		if (r < 0)
			return r;
		code = gate_monitor_code(seen.state);
		if (code == OCF_ERR_GENERIC)
			return error_set(e, OCF_ERR_GENERIC, EIO, "the gate %s is %s%s%s", gates.g[i].name,
					 gate_state_name(seen.state), seen.why[0] ? ": " : "", seen.why);
		open += code == OCF_SUCCESS;
		if (code == OCF_NOT_RUNNING)
			worst = code;
	}
	if (r < 0)
		return r;
	if (open > 0 && open < gates.n)
		return error_set(e, OCF_ERR_GENERIC, EIO, "only %u of the %u gates of '%s' are open", open, gates.n,
				 o->resource);
	*ret_code = worst;
	return 0;
}

int gate_validate(const struct gate_opts *o, int level, struct ferry_error *e)
{
	struct drbd_conf c;
	int r;

	if (level < 10)
		return 0;
	r = drbd_conf_load(o->resource, o->deadline, &c, e);
	return r < 0 ? r : drbd_conf_check(&c, drbd_module_major() == 9, e);
}
