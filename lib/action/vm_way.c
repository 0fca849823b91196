/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/action/vm_way.h"

#include <errno.h>
#include <stdio.h>

#include "lib/base/log.h"
#include "lib/edge/cluster.h"
#include "lib/model/ocf.h"

#define ATTRIBUTE_MS 20000	/* what is asked of Pacemaker's own tools takes a tenth of a second */

int vm_way(const struct vm_opts *o, const char *node, struct way *ret_way, struct ferry_error *e)
{
	char value[ADDRESS_SIZE + 8], whence[2 * NAME_SIZE + 32];
	int r;

	if (!o->address_attribute)
		return way_make(o->hypervisor, o->transport, node, node, "the node's name", ret_way, e);
	r = cluster_node_attribute(node, o->address_attribute, deadline_min(o->deadline, ATTRIBUTE_MS), value,
				   sizeof value, e);
	if (r < 0)
		return r;
	if (value[0] == '\0')
		return error_set(e, OCF_ERR_GENERIC, ENODATA,
				 "migration_address_attribute='%s', but node %s has no such attribute, so its address on the migration network is not known; set it: crm node attribute %s set %s ADDRESS",
				 o->address_attribute, node, node, o->address_attribute);
	snprintf(whence, sizeof whence, "attribute %s of node %s", o->address_attribute, node);
	r = way_make(o->hypervisor, o->transport, node, value, whence, ret_way, e);
	if (r == 0)
		step("migration-address", "%s: %s", node, value);
	return r;
}

int vm_way_open(const struct way *w, struct virt_conn **ret_conn, struct ferry_error *e)
{
	struct ferry_error why = FERRY_ERROR_INIT;
	char cure[600];
	int r = virt_open(w->libvirt_uri, ret_conn, &why);

	if (r == 0)
		return 0;
	way_cure(w, cure, sizeof cure);
	return error_set(e, why.code, -r, "%s; %s", why.text, cure);
}
