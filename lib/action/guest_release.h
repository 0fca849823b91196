/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guest's way is open: memory or disk is decided, and it runs. */
#ifndef FERRY_GUEST_RELEASE_H
#define FERRY_GUEST_RELEASE_H

#include "lib/action/guest.h"

/*
 * Let the guest *DOM run. A reservation, or a copy that is stale, is first exchanged for the guest that the checkpoint is restored to which
 * the stamp names, if that can be had here (*DOM is another handle then). W->plan comes from vm's start. A checkpoint that has
 * served is taken away.
 */
int guest_release(struct virt_conn *c, struct virt_dom **dom, struct guest_where *w, struct ferry_error *e);

#endif
