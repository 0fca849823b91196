/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vm start: memory is looked for before anything boots. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/action/seek.h"
#include "lib/action/shared.h"
#include "lib/action/vm.h"
#include "lib/action/vm_checkpoint.h"
#include "lib/action/vm_config.h"
#include "lib/action/vm_form.h"
#include "lib/action/vm_managed.h"
#include "lib/action/vm_settle.h"
#include "lib/base/cleanup.h"
#include "lib/base/log.h"
#include "lib/edge/dm.h"
#include "lib/edge/drbd.h"
#include "lib/edge/proc.h"
#include "lib/edge/start_file.h"
#include "lib/model/ocf.h"

#define GATE_RETRY_MS 100
#define ARRIVE_RETRY_MS 200

static bool all_present(const struct vm_ctx *v, struct ferry_error *e)
{
	struct dm_gate gates[DRBD_MAX_VOLUMES];
	struct dm_seen seen;
	unsigned int n = 0;

	if (drbd_gates(&v->conf, gates, &n, e) < 0)
		return false;
	for (unsigned int i = 0; i < n; i++) {
		if (dm_gate_look(&gates[i], &seen, e) < 0)
			return false;
		if (seen.state == GATE_ABSENT) {
			error_set(e, OCF_ERR_GENERIC, ENODEV, "/dev/mapper/%s does not exist", gates[i].name);
			return false;
		}
	}
	return true;
}

/* Nothing in the constraint set orders the disk's start before this one: wait for its gates. */
static int wait_gates(const struct vm_ctx *v, struct ferry_error *e)
{
	struct ferry_error why = FERRY_ERROR_INIT;

	while (!all_present(v, &why)) {
		if (deadline_passed(v->o->deadline)) {
			error_set(e, OCF_ERR_GENERIC, ENODEV, "%s", why.text);
			error_context(e, "the gate of '%s' is not there; is the ocf:ferry:drbd resource started on this node?",
				      v->o->gate);
			return -ENODEV;
		}
		error_clear(&why);
		deadline_sleep(v->o->deadline, GATE_RETRY_MS);
	}
	return 0;
}

/* A domain that libvirt has the definition of: nothing may start it behind the cluster's back, nor bring old memory to its disk. */
static int start_defined(struct vm_ctx *v, struct ferry_error *e)
{
	static const struct mark reserved = { .state = MARK_RESERVED };
	ferry_autofree char *xml = NULL;
	int r;

	if (!v->dom)
		return error_set(e, OCF_ERR_INSTALLED, ENOENT,
				 "domain='%s' is not defined in libvirt on this node: define it, or set config to the path of its XML",
				 v->domain);
	if (v->info.autostart)
		return error_set(e, OCF_ERR_INSTALLED, EINVAL,
				 "'%s' is set to autostart on this node, which would start it behind the cluster's back: virsh autostart --disable %s",
				 v->domain, v->domain);
	r = virt_get_xml(v->dom, &xml, e);
	if (r == 0)
		r = vm_form_check(v->o, xml, strlen(xml), e);
	if (r == 0)
		r = vm_checkpoint_check_disks(v, xml, strlen(xml), e);
	if (r == 0)
		r = vm_managed_set_aside(v, e);
	if (r == 0)
		r = virt_start_defined_paused(v->dom, e);
	return r < 0 ? r : virt_set_mark(v->dom, &reserved, e);
}

static int create_reserved(struct vm_ctx *v, struct ferry_error *e)
{
	static const struct mark reserved = { .state = MARK_RESERVED };
	ferry_autofree char *xml = NULL, *full = NULL;
	int r;

	if (!v->xml && v->o->config)
		return error_set(e, v->config_why.code, v->config_why.err, "%s", v->config_why.text);
	if (!v->xml)
		return start_defined(v, e);
	r = vm_form_check(v->o, v->xml, v->xml_len, e);
	if (r < 0)
		error_context(e, "config='%s'", v->o->config);
	if (r == 0)
		r = vm_checkpoint_check_disks(v, v->xml, v->xml_len, e);
	if (r == 0)
		r = vm_config_with_origin(v, &full, e);
	if (r == 0)
		r = domxml_with_mark(full, strlen(full), &reserved, &xml, e);
	return r < 0 ? r : virt_create_paused(v->conn, xml, &v->dom, e);
}

/* Nothing of the guest is known to libvirt here. */
static int start_absent(struct vm_ctx *v, struct ferry_error *e)
{
	struct start_plan plan = { .stale_fails = v->o->stale_fails };
	bool brought = false;
	pid_t pid = proc_find_qemu(v->domain, NULL);
	int r;

	if (pid < 0)
		return error_set(e, OCF_ERR_GENERIC, -pid, "/proc cannot be searched for QEMU: %s", strerror(-pid));
	if (pid > 0)
		return error_set(e, OCF_ERR_GENERIC, EBUSY,
				 "QEMU process %d of '%s' runs here, but libvirt does not know it: restart libvirtd, or end that process",
				 (int)pid, v->domain);
	r = v->o->gate ? seek_memory(v, &brought, e) : shared_alone(v, e);
	/* Without a stamp no saved memory can be proved to belong to the disk. */
	if (r == 0 && !brought && v->where.resource)
		r = vm_checkpoint_start(v, &brought, &plan, e);
	if (r == 0 && v->where.resource)	/* for guest_release(), which decides */
		r = start_file_write(v->domain, &plan, e);
	if (r < 0)
		return r;
	if (!brought) {
		r = create_reserved(v, e);
		if (r < 0)
			return r;
		step("reserved", "%s", v->domain);
	}
	return vm_ctx_connect(v, e);
}

static int adopt(struct vm_ctx *v, struct ferry_error *e)
{
	switch (v->info.run) {
	case VIRT_RUNNING:
	case VIRT_PAUSED_IOERROR:
	case VIRT_PAUSED_USER:
		step("adopt", "%s: %s, mark %s", v->domain, virt_run_name(v->info.run),
		     mark_state_name(v->info.mark.state));
		return vm_run_if_open(v, e);
	default:
		return error_set(e, OCF_ERR_GENERIC, EBUSY, "'%s' is here but %s", v->domain,
				 virt_run_name(v->info.run));
	}
}

/* Without a gate libvirt alone lets an arriving guest run. If its source has died, libvirt ends the copy when it
 * notices; what becomes of it is waited for. */
static int await_arrival(struct vm_ctx *v, struct ferry_error *e)
{
	int r = 0;

	if (!v->o->gate && v->info.run == VIRT_PAUSED_MOVING)
		step("arriving", "%s", v->domain);
	while (r == 0 && !v->o->gate && v->info.run == VIRT_PAUSED_MOVING && !deadline_passed(v->o->deadline)) {
		deadline_sleep(v->o->deadline, ARRIVE_RETRY_MS);
		r = vm_ctx_connect(v, e);
	}
	return r;
}

int vm_start(const struct vm_opts *o, struct ferry_error *e)
{
	struct vm_ctx v;
	int r = vm_ctx_init(&v, o, e);

	if (r == 0)
		r = vm_ctx_disk(&v, e);
	if (r == 0 && o->gate)
		r = wait_gates(&v, e);
	if (r == 0)
		r = vm_settle(v.domain, o, e);
	if (r == 0)
		r = vm_ctx_connect(&v, e);
	if (r == 0)
		r = await_arrival(&v, e);
	if (r == 0 && v.info.run == VIRT_OFF)
		r = start_absent(&v, e);
	if (r == 0)
		r = adopt(&v, e);
	if (r == 0)
		vm_config_give_back(&v);
	vm_ctx_clear(&v);
	return r;
}
