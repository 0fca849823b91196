/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vm stop and discard: the guest is proved gone when these return 0. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "lib/action/vm.h"
#include "lib/action/vm_checkpoint.h"
#include "lib/action/vm_settle.h"
#include "lib/base/log.h"
#include "lib/edge/move_file.h"
#include "lib/edge/proc.h"
#include "lib/edge/store.h"
#include "lib/model/ocf.h"

#define DESTROY_SHARE 5		/* a fifth of the action's time, at most ... */
#define DESTROY_MAX_MS 30000	/* ... this, is kept back for ending a guest that does not shut down */
#define TERM_MS 5000		/* between SIGTERM and SIGKILL for a QEMU that libvirt cannot be asked to end */

/* libvirt cannot be asked, but a QEMU of this guest is here and must end: as libvirt would do it. */
static int end_without_libvirt(const struct vm_ctx *v, pid_t pid, struct ferry_error *e)
{
	uint64_t start;

	if (proc_start_time(pid, &start, NULL) < 0)
		return 0;
	log_warning("libvirt does not answer: QEMU process %d of %s is ended by signal", (int)pid, v->domain);
	kill(pid, SIGTERM);
	if (proc_wait_gone(pid, start, deadline_min(v->o->deadline, TERM_MS), NULL) == 0)
		return 0;
	if (proc_alive(pid, start))
		kill(pid, SIGKILL);
	return proc_wait_gone(pid, start, v->o->deadline, e);
}

static int shut_down(struct vm_ctx *v, struct ferry_error *e)
{
	pid_t pid = proc_find_qemu(v->domain, v->info.uuid);
	uint64_t start;

	if (pid <= 0 || proc_start_time(pid, &start, NULL) < 0)
		return 0;
	step("shutdown-asked", "%s", v->domain);
	if (virt_shutdown(v->dom, NULL) < 0)
		log_warning("%s cannot be asked to shut down: it will be ended", v->domain);
	else if (proc_wait_gone(pid, start, deadline_keep(v->o->deadline, DESTROY_SHARE, DESTROY_MAX_MS), NULL) == 0)
		return 0;
	else
		log_warning("%s did not shut down in time: it is ended", v->domain);
	return guest_end(v->dom, &v->info, v->o->deadline, e);
}

/* Saved and gone; or, where that cannot be, what on_full says. */
static int save_or_shut_down(struct vm_ctx *v, struct ferry_error *e)
{
	struct ferry_error why = FERRY_ERROR_INIT;
	int r = vm_checkpoint_stop(v, &why);

	if (r == 0)
		return 0;
	if (v->o->full_fails)
		return error_set(e, why.code, why.err, "on_full='fail', and no checkpoint could be made: %s", why.text);
	log_warning("%s: no checkpoint could be made, so it is shut down: %s", v->domain, why.text);
	if (!v->dom || v->info.run == VIRT_OFF)
		return 0;
	if (v->info.run == VIRT_RUNNING)
		return shut_down(v, e);
	/* It could not even be let run again. */
	if (v->info.mark.state == MARK_HELD && vm_checkpoint_held(v, NULL) == 0)
		return 0;
	return guest_end(v->dom, &v->info, v->o->deadline, e);
}

/*
 * Whoever let it run, held or saved it died half-way: behind an open gate that is brought to its end first, which gives it a run of its own
 * again. QEMU cannot save a second time what it has saved and not let run since.
 */
static void finish_claim(struct vm_ctx *v)
{
	struct ferry_error why = FERRY_ERROR_INIT;
	const struct mark *m = &v->info.mark;
	bool open = false;

	if (v->o->stop_mode == VM_STOP_DESTROY || !(m->state == MARK_HELD || m->state == MARK_RESERVED) ||
	    (v->info.run != VIRT_RUNNING && !(v->info.run == VIRT_PAUSED_USER && m->nonce[0])))
		return;
	if (vm_ctx_disk(v, &why) < 0 || !v->where.resource || vm_gate_is_open(v, &open, &why) < 0 || !open ||
	    vm_run_if_open(v, &why) < 0 || vm_ctx_connect(v, &why) < 0)
		log_info("%s: %s", v->domain, why.code ? why.text : "its gate is closed");
}

static int stop_present(struct vm_ctx *v, struct ferry_error *e)
{
	finish_claim(v);
	if (v->o->stop_mode == VM_STOP_CHECKPOINT && v->info.mark.state == MARK_RUNNING &&
	    (v->info.run == VIRT_RUNNING || virt_paused_by_user(&v->info)))
		return save_or_shut_down(v, e);
	if (v->o->must_save && v->info.mark.state != MARK_HELD)
		return error_set(e, OCF_ERR_GENERIC, EINVAL,
				 "'%s' cannot be saved: it is %s, and its mark says '%s'; a guest that Ferry let run can", v->domain,
				 virt_run_name(v->info.run), mark_state_name(v->info.mark.state));
	switch (v->info.run) {
	case VIRT_OFF:
		return 0;
	case VIRT_PAUSED_USER:
	case VIRT_PAUSED_IOERROR: /* a shut gate's, then held by its stop */
		if (v->info.mark.state == MARK_HELD)
			return vm_checkpoint_held(v, e);
		break;
	case VIRT_RUNNING:
		if (v->o->stop_mode != VM_STOP_DESTROY)
			return shut_down(v, e);
		break;
	default:
		break;
	}
	return guest_end(v->dom, &v->info, v->o->deadline, e);
}

/* Nothing of it may be left, whatever libvirt says. */
static int prove_gone(const struct vm_ctx *v, struct ferry_error *e)
{
	pid_t pid = proc_find_qemu(v->domain, NULL);

	if (pid < 0)
		return error_set(e, OCF_ERR_GENERIC, -pid, "/proc cannot be searched for QEMU: %s",
				 strerror(-pid));
	return pid == 0 ? 0 : end_without_libvirt(v, pid, e);
}

/* The record has served once nothing of the guest is left here. */
static int forget_move(const char *domain, struct ferry_error *e)
{
	struct move m;
	int r = move_file_read(domain, &m, e);

	if (r < 0 || m.phase == MOVE_NONE || m.phase == MOVE_SENDING || m.phase == MOVE_SENT)
		return r;
	return move_advance(&m, MOVE_EV_SETTLED, e);
}

int vm_stop(const struct vm_opts *o, struct ferry_error *e)
{
	struct ferry_error why = FERRY_ERROR_INIT;
	struct vm_ctx v;
	int r = vm_ctx_init(&v, o, &why);

	if (r < 0 && v.config_why.code && !v.xml) {
		/* No file, no copy, and no guest here that was started from it. Failing would fence this node. */
		log_warning("%s; no guest of that file is here, so nothing is stopped", why.text);
		r = 0;
		goto out;
	}
	if (r < 0) {
		error_set(e, why.code, why.err, "%s", why.text);
		goto out;
	}
	if (proc_find_qemu(v.domain, NULL) != 0) {
		r = vm_settle(v.domain, o, e);
		if (r < 0)
			goto out;
		if (vm_ctx_connect(&v, &why) < 0)
			log_warning("%s", why.text);
		else if (v.dom)
			r = stop_present(&v, e);
	} else if (o->must_save) {
		r = error_set(e, OCF_ERR_GENERIC, ENOENT, "'%s' is not here, so there is nothing to save", v.domain);
	} else {
		/* Gone: by a move, then its certificate must be on the disk before the gate closes. */
		r = vm_settle(v.domain, o, e);
	}
	if (r == 0)
		r = prove_gone(&v, e);
	if (r == 0)
		r = forget_move(v.domain, e);
	if (r == 0)
		step("stopped", "%s", v.domain);
out:
	vm_ctx_clear(&v);
	return r;
}

/* Saved memory of it, in every place where a start of this node would look. */
static int discard_saved(const struct vm_ctx *v, struct ferry_error *e)
{
	struct store_name own, held;
	int r = store_name_parse(v->o->store ? v->o->store : STORE_DEFAULT, &own, e);

	if (r == 0)
		r = store_name_parse(STORE_DEFAULT, &held, e);
	if (r == 0 && !own.is_volume)
		r = store_prune(&(struct store){ STORE_DIRECTORY, own.dir }, v->domain, NULL, e);
	return r < 0 ? r : store_prune(&(struct store){ STORE_DIRECTORY, held.dir }, v->domain, NULL, e);
}

int vm_discard(const struct vm_opts *o, struct ferry_error *e)
{
	struct vm_ctx v;
	int r = vm_ctx_init(&v, o, e);

	if (r == 0)
		r = vm_ctx_connect(&v, e);
	if (r == 0 && v.info.run == VIRT_RUNNING)
		r = error_set(e, OCF_ERR_GENERIC, EBUSY,
			      "'%s' runs here: discard gives up held copies only; to stop the guest use crm resource stop",
			      v.domain);
	if (r == 0 && v.info.run != VIRT_OFF) {
		log_warning("%s: the copy held here (epoch %llu) is given up by its operator", v.domain,
			    (unsigned long long)v.info.mark.epoch);
		r = guest_end(v.dom, &v.info, o->deadline, e);
	}
	if (r == 0)
		r = discard_saved(&v, e);
	vm_ctx_clear(&v);
	return r;
}
