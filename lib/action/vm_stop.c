/* SPDX-License-Identifier: GPL-2.0-or-later */
/* vm stop and discard: the guest is proved gone when these return 0. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "lib/action/vm.h"
#include "lib/action/vm_saved.h"
#include "lib/action/vm_settle.h"
#include "lib/base/log.h"
#include "lib/edge/move_file.h"
#include "lib/edge/proc.h"
#include "lib/model/ocf.h"

#define DESTROY_SHARE 5		/* a fifth of the action's time, at most ... */
#define DESTROY_MAX_MS 30000	/* ... this, is kept back for ending a guest that does not shut down */
#define TERM_MS 5000		/* between SIGTERM and SIGKILL for a QEMU that libvirt cannot be asked to end */

static struct ferry_deadline shutdown_deadline(struct ferry_deadline d)
{
	int64_t keep = d.at == INT64_MAX ? 0 : (d.at - now_ms()) / DESTROY_SHARE;

	if (d.at == INT64_MAX)
		return deadline_in(DESTROY_MAX_MS);
	return (struct ferry_deadline){ d.at - (keep > DESTROY_MAX_MS ? DESTROY_MAX_MS : keep) };
}

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
	else if (proc_wait_gone(pid, start, shutdown_deadline(v->o->deadline), NULL) == 0)
		return 0;
	else
		log_warning("%s did not shut down in time: it is ended", v->domain);
	return guest_end(v->dom, &v->info, v->o->deadline, e);
}

static int stop_present(struct vm_ctx *v, struct ferry_error *e)
{
	switch (v->info.run) {
	case VIRT_OFF:
		return 0;
	case VIRT_PAUSED_USER:
	case VIRT_PAUSED_IOERROR: /* a shut gate's, then held by its stop */
		if (v->info.mark.state == MARK_HELD)
			return vm_saved_store(v, e);
		break;
	case VIRT_RUNNING:
		if (v->o->stop_mode == VM_STOP_SHUTDOWN)
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
		r = vm_saved_remove(v.domain, e);
	vm_ctx_clear(&v);
	return r;
}
