/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The libvirt of another node, as this guest's actions need it.
 */
#ifndef FERRY_PEER_H
#define FERRY_PEER_H

#include "lib/action/vm.h"

/*
 * What does NODE's libvirt say of DOMAIN? No such domain is VIRT_OFF. A libvirtd there that accepts and never
 * answers costs the time until D, not this process: it is asked by a child (-ETIMEDOUT). Every error means that
 * the answer is not known.
 */
int peer_ask(const struct vm_opts *o, const char *node, const char *domain, struct ferry_deadline d,
	     struct virt_info *ret_info, struct ferry_error *e);

struct peer {
	struct virt_conn *conn;
	struct virt_dom *dom;	/* NULL: no such domain */
	struct virt_info info;
};

/* The same to go on working with; without a bound of its own, so for a node that has answered peer_ask(). Closed by
 * peer_close() in any case. */
int peer_open(const struct vm_opts *o, const char *node, const char *domain, struct peer *ret_peer,
	      struct ferry_error *e);
void peer_close(struct peer *p);

#endif
