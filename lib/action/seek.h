/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Look for a guest's memory on the peers before anything boots, and bring what waits there here.
 */
#ifndef FERRY_SEEK_H
#define FERRY_SEEK_H

#include "lib/action/vm_way.h"

/*
 * Ask every peer of the DRBD resource that is in this partition. A peer outside the partition is
 * ignored: Pacemaker starts nothing before it is fenced. A peer inside that does not answer by the
 * deadline is an error: silence is never "not there".
 * - the guest runs there: an error that names the node.
 * - a held copy waits there: it is brought here, still held; *ret_brought is true.
 * - nothing: *ret_brought is false.
 */
int seek_memory(struct vm_ctx *v, bool *ret_brought, struct ferry_error *e);

/* Move the held (or reserved) domain DOM, which never ran where it is, by WAY (to its node), with its mark as it is. */
int relay_held(struct virt_dom *dom, const struct way *way, struct ferry_deadline d, struct ferry_error *e);

#endif
