/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/action/vm_settle.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/action/shared.h"
#include "lib/base/cleanup.h"
#include "lib/base/log.h"
#include "lib/edge/dm.h"
#include "lib/edge/drbd.h"
#include "lib/edge/move_file.h"
#include "lib/edge/proc.h"
#include "lib/edge/stamp_io.h"
#include "lib/model/ocf.h"

#define CANCEL_RETRY_MS 100

int move_advance(struct move *m, enum move_event ev, struct ferry_error *e)
{
	enum move_phase next = move_next(m->phase, ev);

	if (next == MOVE_STATES)
		return error_set(e, OCF_ERR_GENERIC, EINVAL,
				 "the record of the move of '%s' is '%s', where event %d is impossible",
				 m->domain, move_phase_name(m->phase), (int)ev);
	m->phase = next;
	step("move-phase", "%s %s", m->domain, move_phase_name(next));
	return next == MOVE_NONE ? move_file_remove(m->domain, e) : move_file_write(m, e);
}

int move_certify(const struct move *m, const struct drbd_conf *conf, const struct vm_opts *o,
		 struct ferry_error *e)
{
	struct dm_gate gates[DRBD_MAX_VOLUMES];
	enum stamp_state state;
	struct stamp s;
	char why[160];
	unsigned int n = 0;
	int r = stamp_read(conf->minors[0], o->deadline, &state, &s, why, sizeof why, e);

	if (r < 0)
		return r;
	if (state != STAMP_VALID)
		return error_set(e, OCF_ERR_GENERIC, EBADMSG, "the stamp of '%s' has gone: %s", o->gate, why);
	if (s.certified && strcmp(s.cert.move, m->id) == 0)
		return 0;
	if (strcmp(s.nonce, m->nonce) != 0 || s.epoch != m->epoch || strcmp(s.uuid, m->uuid) != 0)
		return error_set(e, OCF_ERR_GENERIC, ESTALE,
				 "the stamp of '%s' (epoch %llu) is not that of the guest that was moved (epoch %llu): no certificate",
				 o->gate, (unsigned long long)s.epoch, (unsigned long long)m->epoch);
	r = drbd_gates(conf, gates, &n, e);
	if (r < 0)
		return r;
	s.certified = true;
	memset(&s.cert, 0, sizeof s.cert);
	memcpy(s.cert.move, m->id, sizeof s.cert.move);
	memcpy(s.cert.from, m->source, sizeof s.cert.from);
	memcpy(s.cert.to, m->target, sizeof s.cert.to);
	s.cert.epoch = m->epoch;
	s.cert.volumes = n;
	for (unsigned int i = 0; i < n; i++)
		s.cert.volume_bytes[i] = gates[i].sectors * 512;
	snprintf(s.node, sizeof s.node, "%s", o->node);
	r = stamp_write(conf->minors[0], &s, o->deadline, e);
	if (r == 0)
		step("certificate-written", "move %.8s epoch %llu to %s", m->id,
		     (unsigned long long)m->epoch, m->target);
	return r;
}

/* The mover died while QEMU is still here: cancel, then make whatever copy it left provably stale. */
static int settle_here(struct vm_ctx *v, struct move *m, struct ferry_error *e)
{
	struct ferry_error why = FERRY_ERROR_INIT;
	int r = vm_ctx_connect(v, e);

	while (r == 0 && v->dom && (r = virt_job_active(v->dom, e)) == 1) {
		step("settle-cancel", "%s", v->domain);
		virt_abort_job(v->dom, NULL);
		if (deadline_passed(v->o->deadline))
			return error_set(e, OCF_ERR_GENERIC, ETIMEDOUT,
					 "the migration job of '%s' could not be cancelled", v->domain);
		deadline_sleep(v->o->deadline, CANCEL_RETRY_MS);
		r = 0;
	}
	if (r == 0)
		r = vm_ctx_connect(v, e);
	if (r < 0)
		return r;
	if (proc_alive(m->qemu_pid, m->qemu_start)) {
		bool open = false, there = false;

		/* Now that the job is cancelled, only its user can have paused it. */
		if (!v->o->gate)
			r = shared_decide(v, m->target, v->info.run == VIRT_PAUSED_USER, &there, e);
		if (r == 0 && there)
			r = move_advance(m, MOVE_EV_SUCCEEDED, e);
		if (r == 0 && there)
			return move_advance(m, MOVE_EV_CERTIFIED, e);
		if (r == 0 && v->o->gate && vm_ctx_disk(v, &why) == 0 && vm_gate_is_open(v, &open, &why) == 0 && open)
			r = guest_confirm_here(v->dom, &v->where, e);
		if (r == 0)
			r = move_advance(m, MOVE_EV_FAILED_HERE, e);
		return r;
	}
	return move_advance(m, MOVE_EV_MOVER_DIED, e);
}

static int settle_locked(struct vm_ctx *v, struct ferry_error *e)
{
	struct move m;
	int r = move_file_read(v->domain, &m, e);

	if (r < 0)
		return r;
	switch (m.phase) {
	case MOVE_SENDING:
		log_warning("%s: the mover of move %.8s to %s died", v->domain, m.id, m.target);
		if (proc_alive(m.qemu_pid, m.qemu_start))
			return settle_here(v, &m, e);
		return move_advance(&m, MOVE_EV_MOVER_DIED, e);
	case MOVE_SENT:
		if (v->o->gate && m.nonce[0])
			r = vm_ctx_disk(v, e);
		if (r == 0 && v->o->gate && m.nonce[0])
			r = move_certify(&m, &v->conf, v->o, e);
		return r < 0 ? r : move_advance(&m, MOVE_EV_CERTIFIED, e);
	default:
		return 0;
	}
}

int vm_settle(const char *domain, const struct vm_opts *o, struct ferry_error *e)
{
	ferry_autoclose int lock = -1;
	struct vm_ctx v = { .o = o };
	struct move m;
	int r = move_file_read(domain, &m, e);

	if (r < 0 || m.phase == MOVE_NONE)
		return r;
	r = move_lock(domain, o->deadline, &lock, e);
	if (r < 0)
		return r;
	snprintf(v.domain, sizeof v.domain, "%s", domain);
	v.where = (struct guest_where){ .resource = o->gate, .stamp_minor = -1, .node = o->node,
					.deadline = o->deadline };
	r = settle_locked(&v, e);
	vm_ctx_clear(&v);
	return r;
}
