/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dual_primary=during_move: two Primaries are allowed while a move is under way, and at no other time. What is
 * decided when is in lib/model/dual.h; doc/architecture.md, "Two Primaries during a move", has the whole of it.
 */
#ifndef FERRY_DISK_DUAL_H
#define FERRY_DISK_DUAL_H

#include "lib/action/disk_action.h"

/* TYPE_OP as in disk_notify(). Allows before a promotion that makes a second Primary, clears after a demotion or
 * a stop, and before a peer's start. */
int disk_dual_notify(const struct disk_opts *o, const char *type_op, const struct drbd_state *s, struct ferry_error *e);
/* Clears what was left behind, and sets the score. True, with the reason in E: two Primaries at two looks while the
 * cluster had nothing under way. QUALITY: the score of the single-primary shape. */
bool disk_dual_monitor(const struct disk_opts *o, const struct drbd_state *s, int quality, struct ferry_error *e);
/* The score where nobody looks whether the guest is here: nothing is taken away. TYPE_OP: "" for no notification. */
void disk_dual_offer(const struct disk_opts *o, const struct drbd_state *s, int quality, const char *type_op);
/* The resource has just come up or gone down: the permission, if there was one, is gone with its connections. */
void disk_dual_over(const struct disk_opts *o);

#endif
