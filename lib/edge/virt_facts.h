/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a checkpoint's manifest says of the node and the guest it was made on, and what a restore compares it with. */
#ifndef FERRY_VIRT_FACTS_H
#define FERRY_VIRT_FACTS_H

#include "lib/edge/virt.h"
#include "lib/model/manifest.h"

/* Versions of QEMU and libvirt, and the model of the node's CPU ("" where libvirt knows none). */
int virt_host_facts(struct virt_conn *c, struct manifest_host *ret_host, struct ferry_error *e);
/* The guest's RAM, KiB. */
int virt_ram_kib(struct virt_dom *d, uint64_t *ret_kib, struct ferry_error *e);

#endif
