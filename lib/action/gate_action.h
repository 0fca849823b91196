/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The actions of ocf:ferry:gate. Each returns 0 or -errno with the OCF code in E; idempotent. */
#ifndef FERRY_GATE_ACTION_H
#define FERRY_GATE_ACTION_H

#include "lib/base/deadline.h"
#include "lib/base/error.h"
#include "lib/model/gate_state.h"

struct gate_opts {
	const char *resource;
	const char *domain;	/* the guest behind it */
	const char *hypervisor;	/* libvirt URI */
	const char *node;	/* this node's name in the cluster */
	struct ferry_deadline deadline;
};

/* Open every volume's gate (role Primary and sizes checked first), drop caches, then let the guest
 * run if Ferry holds it here and the stamp entitles it (guest_let_run). No guest here: only opened. */
int gate_open(const struct gate_opts *o, struct ferry_error *e);
/* Hold a guest that could still write (paused, mark "held"), close every gate with a flush, prove
 * that DRBD's devices are no longer held by us. If QEMU is here but libvirt cannot be asked: fails. */
int gate_close(const struct gate_opts *o, struct ferry_error *e);
/* *ret_code by gate_monitor_code() over all volumes (the worst). Looks at the tables alone. */
int gate_monitor(const struct gate_opts *o, int *ret_code, struct ferry_error *e);
int gate_validate(const struct gate_opts *o, int level, struct ferry_error *e);

#endif
