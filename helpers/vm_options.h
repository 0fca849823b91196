/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options of ferry-vm, and what they make. */
#ifndef FERRY_VM_OPTIONS_H
#define FERRY_VM_OPTIONS_H

#include "helpers/cli.h"
#include "lib/action/vm.h"

#define VM_COMMON "domain config gate hypervisor node transport"
#define VM_SAVING " store compression checkpoint-bandwidth on-full"
#define VM_WAKING " store on-stale"
#define VM_MOVING " peers address-attribute downtime bandwidth convergence parallel retries"

extern const struct cli_option vm_options[];

int vm_read_opts(const struct cli *c, struct vm_opts *o, struct ferry_error *e);
/* For verbs that have to do with other nodes. */
int vm_read_way(const struct cli *c, struct vm_opts *o, struct ferry_error *e);

#endif
