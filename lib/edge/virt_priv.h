/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the libvirt edge share among themselves; nobody else includes it. */
#ifndef FERRY_VIRT_PRIV_H
#define FERRY_VIRT_PRIV_H

#include "lib/edge/virt.h"
#include "lib/edge/virt_api.h"

struct virt_conn {
	const struct virt_api *api;
	virConnectPtr conn;
};

struct virt_dom {
	const struct virt_api *api;
	virDomainPtr dom;
};

/* Wrap DOM (owned from now on, also on failure). */
int virt_dom_wrap(const struct virt_api *api, virDomainPtr dom, struct virt_dom **ret_dom,
		  struct ferry_error *e);

#endif
