/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The actions of ocf:ferry:vm. Each returns 0 or -errno with the OCF code in E, and is idempotent.
 */
#ifndef FERRY_VM_H
#define FERRY_VM_H

#include <stdbool.h>

#include "lib/action/guest.h"
#include "lib/base/deadline.h"
#include "lib/base/error.h"
#include "lib/edge/cluster.h"
#include "lib/edge/virt.h"
#include "lib/model/drbd_conf.h"

enum vm_stop_mode { VM_STOP_SHUTDOWN, VM_STOP_CHECKPOINT, VM_STOP_DESTROY };

struct vm_opts {
	const char *domain;	/* name of the domain; NULL: read from CONFIG */
	const char *config;	/* path of its XML; NULL: the domain is defined in libvirt */
	const char *gate;	/* DRBD resource of its gate; NULL: its storage needs none */
	const char *hypervisor;	/* libvirt URI of this node */
	const char *node;	/* this node's name */
	const char *peers;	/* without a gate: nodes that may run it, by blanks; NULL: any */
	const char *transport;	/* tls, ssh, tcp: how libvirtds reach each other */
	const char *address_attribute;	/* node attribute with the address that others move to; NULL: the node's name */
	unsigned int downtime_ms, bandwidth_mib;
	unsigned int parallel;	/* connections for the RAM; 0: the usual one */
	unsigned int retries;	/* of a migration that broke */
	enum virt_convergence convergence;
	enum vm_stop_mode stop_mode;
	const char *store;	/* where checkpoints are kept (lib/model/store_name.h); NULL: STORE_DEFAULT */
	bool compress;		/* them */
	unsigned int checkpoint_bandwidth_mib;	/* 0: unlimited */
	bool stale_fails;	/* a checkpoint that cannot be used is an error, and no reason to boot */
	bool full_fails;	/* one that cannot be written fails the stop, instead of a shutdown */
	bool must_save;		/* so does a guest that cannot have one, or is not here: saving is what was asked for */
	struct ferry_deadline deadline;
};

/* Look for the guest's memory (here, then on every online peer), adopt or bring it; else create the
 * guest paused as a reservation. Behind an open gate (or without one) it is let run. */
int vm_start(const struct vm_opts *o, struct ferry_error *e);
/* By stop mode; memory that is held is saved whatever it says, never thrown away. 0 = proved gone. */
int vm_stop(const struct vm_opts *o, struct ferry_error *e);
/* *ret_code: 0, 7 (only where /proc proves that no QEMU of it is here), 1, or 190 with the reason in E for a guest
 * that its user has paused. DEEP asks libvirt always.
 * WORD (may be NULL) gets a static word for the state. */
int vm_monitor(const struct vm_opts *o, bool deep, int *ret_code, const char **ret_word,
	       struct ferry_error *e);
/* Move the running (or held) guest to node TARGET. Fails only when the guest is here again, or says
 * where its memory is. The work is done by a detached mover. */
int vm_migrate_to(const struct vm_opts *o, const char *target, struct ferry_error *e);
/* 0 only if the guest is here: held and complete, of a move from SOURCE (NULL: any), or running. */
int vm_migrate_from(const struct vm_opts *o, const char *source, struct ferry_error *e);
/* LEVEL 0: parameters, and the text of the domain XML where it is; 10: host and DRBD as well. */
int vm_validate(const struct vm_opts *o, int level, struct ferry_error *e);
/* Give a held copy up, by an operator's decision. Refuses a guest that runs. */
int vm_discard(const struct vm_opts *o, struct ferry_error *e);

/* ---- between the files of vm's actions ---- */

struct vm_ctx {
	const struct vm_opts *o;
	char domain[NAME_SIZE];
	char *xml;			/* of CONFIG, or of the copy that was kept of it; NULL without one */
	size_t xml_len;
	struct ferry_error config_why;	/* what is wrong with CONFIG; code 0 if nothing is */
	struct drbd_conf conf;		/* valid with a gate */
	struct guest_where where;	/* stamp_minor valid with a gate */
	struct virt_conn *conn;		/* NULL until vm_ctx_connect */
	struct virt_dom *dom;		/* NULL: no such domain */
	struct virt_info info;		/* VIRT_OFF without a domain */
};

/* The guest's name, from --domain or the configuration. A configuration that this node has lost is
 * taken from the copy that Ferry kept; without one, the name is that of the guest here that was started from it. */
int vm_ctx_init(struct vm_ctx *v, const struct vm_opts *o, struct ferry_error *e);
/* The DRBD configuration behind the gate, if there is one. */
int vm_ctx_disk(struct vm_ctx *v, struct ferry_error *e);
/* Connect and look the domain up; may be called again to look anew. */
int vm_ctx_connect(struct vm_ctx *v, struct ferry_error *e);
void vm_ctx_clear(struct vm_ctx *v);

/* Every gate of the resource is open here (true without a gate). */
int vm_gate_is_open(const struct vm_ctx *v, bool *ret_open, struct ferry_error *e);
/* Let the guest run if its gate is open; leave it as it is otherwise. */
int vm_run_if_open(struct vm_ctx *v, struct ferry_error *e);

#endif
