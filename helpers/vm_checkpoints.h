/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verbs of ferry-vm about checkpoints. */
#ifndef FERRY_VM_CHECKPOINTS_H
#define FERRY_VM_CHECKPOINTS_H

#include "helpers/cli.h"

int verb_checkpoint_save(const struct cli *c, int *ret_code, struct ferry_error *e);
int verb_checkpoint_restore(const struct cli *c, int *ret_code, struct ferry_error *e);
int verb_checkpoint_list(const struct cli *c, int *ret_code, struct ferry_error *e);
int verb_checkpoint_show(const struct cli *c, int *ret_code, struct ferry_error *e);
int verb_checkpoint_verify(const struct cli *c, int *ret_code, struct ferry_error *e);
int verb_checkpoint_discard(const struct cli *c, int *ret_code, struct ferry_error *e);

#endif
