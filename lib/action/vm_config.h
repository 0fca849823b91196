/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The file with a guest's XML (parameter config). It may be missing or damaged on a node that the guest runs on: then the
 * copy that Ferry kept at the last use serves, and if this node never had it, the guest that came here tells its own name
 * and gives the file back.
 */
#ifndef FERRY_VM_CONFIG_H
#define FERRY_VM_CONFIG_H

#include "lib/action/vm.h"
#include "lib/model/domxml.h"

/* The file, else the kept copy, into V->xml and *D. V->config_why tells what is wrong with the file. */
int vm_config_load(struct vm_ctx *v, struct domxml *d, struct ferry_error *e);
/* The name of the guest that is here and was started from the file PATH, wherever that was: 0, or -ENOENT. Libvirt need not
 * answer. */
int vm_config_find(const char *path, char *ret_name, size_t size);
/* The XML that the guest is created from, V->xml, with where it came from; caller frees. */
int vm_config_with_origin(const struct vm_ctx *v, char **ret_xml, struct ferry_error *e);
/* The guest is here: where its file, or the definition of a defined domain, is missing on this node, it is given back, from
 * what runs. A file that is there is never changed; if it is another than the guest was started from, the log says so. What
 * cannot be given back is a warning. */
void vm_config_give_back(struct vm_ctx *v);

#endif
