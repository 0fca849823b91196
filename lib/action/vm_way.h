/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The way to another node, as the parameters and the cluster's configuration tell it. */
#ifndef FERRY_VM_WAY_H
#define FERRY_VM_WAY_H

#include "lib/action/vm.h"
#include "lib/model/way.h"

/* To NODE (which may be this one, for memory that is to be brought here). Its address is the node attribute that
 * migration_address_attribute names, or else its name; an attribute that is not set is an error with its cure. */
int vm_way(const struct vm_opts *o, const char *node, struct way *ret_way, struct ferry_error *e);

/* Connect to libvirtd there, without a bound of its own (peer.h has one). What fails is said with its cure. */
int vm_way_open(const struct way *w, struct virt_conn **ret_conn, struct ferry_error *e);

#endif
