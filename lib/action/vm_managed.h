/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libvirt's managed save of a defined guest, which knows of no stamp. */
#ifndef FERRY_VM_MANAGED_H
#define FERRY_VM_MANAGED_H

#include "lib/action/vm.h"

/* A managed save that libvirt keeps of the defined guest of V is older than its disk may be: it is never restored, but kept under
 * another name, which the log tells. Nothing to do without one. */
int vm_managed_set_aside(struct vm_ctx *v, struct ferry_error *e);

#endif
