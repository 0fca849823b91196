/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the files of guest.h. */
#ifndef FERRY_GUEST_PRIV_H
#define FERRY_GUEST_PRIV_H

#include "lib/action/guest.h"
#include "lib/model/stamp.h"

/* The stamp of w->resource. *ret_there: there is one; false where its place is fresh. Something else in its place
 * is an error. */
int guest_read_stamp(const struct guest_where *w, bool *ret_there, struct stamp *ret_stamp, struct ferry_error *e);

/* A guest that was ended is there again, paused and never run: from its definition, or from XML if it is transient. */
int guest_reserve_again(struct virt_conn *c, const struct virt_info *info, const char *xml, struct virt_dom **ret_dom,
			struct ferry_error *e);

#endif
