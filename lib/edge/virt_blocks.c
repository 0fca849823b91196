/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * QEMU before 10 aborts (bdrv_inactivate_recurse: Assertion `!(bs->open_flags & BDRV_O_INACTIVE)')
 * when a guest that arrived by migration and never ran is saved or migrated again: its block nodes
 * are still inactive. An NBD export activates the node that it is put on, so one is added to each
 * disk and deleted again. On a guest whose nodes are active this changes nothing.
 * Source: QEMU's QMP reference, "block-export-add".
 */
#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/cleanup.h"
#include "lib/base/log.h"
#include "lib/edge/virt_priv.h"
#include "lib/model/ocf.h"

static void put_json(json_object **o)
{
	json_object_put(*o);
}
#define auto_json ferry_cleanup(put_json)

static json_object *str(const char *s)
{
	return json_object_new_string(s);
}

/* One command; ARGS is consumed. An error of QEMU's is this call's error. */
static int qmp(struct virt_dom *d, const char *command, json_object *args, json_object **ret_return,
	       struct ferry_error *e)
{
	auto_json json_object *cmd = json_object_new_object();
	auto_json json_object *reply = NULL;
	json_object *member = NULL;
	ferry_autofree char *text = NULL;

	json_object_object_add(cmd, "execute", str(command));
	if (args)
		json_object_object_add(cmd, "arguments", args);
	if (d->api->virDomainQemuMonitorCommand(d->dom, json_object_to_json_string(cmd), &text, 0) < 0)
		return virt_api_error(d->api, e, command);
	reply = json_tokener_parse(text);
	if (!reply)
		return error_set(e, OCF_ERR_GENERIC, EPROTO, "%s: QEMU's answer is not JSON", command);
	if (json_object_object_get_ex(reply, "error", &member)) {
		json_object *desc = NULL;

		json_object_object_get_ex(member, "desc", &desc);
		return error_set(e, OCF_ERR_GENERIC, EIO, "%s: QEMU says: %s", command,
				 desc ? json_object_get_string(desc) : "no reason given");
	}
	if (ret_return && json_object_object_get_ex(reply, "return", &member))
		*ret_return = json_object_get(member);
	return 0;
}

static int touch(struct virt_dom *d, const char *node, struct ferry_error *e)
{
	json_object *args = json_object_new_object();
	int r;

	json_object_object_add(args, "type", str("nbd"));
	json_object_object_add(args, "id", str("ferry-activate"));
	json_object_object_add(args, "node-name", str(node));
	json_object_object_add(args, "writable", json_object_new_boolean(0));
	r = qmp(d, "block-export-add", args, NULL, e);
	if (r < 0)
		return r;
	args = json_object_new_object();
	json_object_object_add(args, "id", str("ferry-activate"));
	json_object_object_add(args, "mode", str("hard"));
	return qmp(d, "block-export-del", args, NULL, e);
}

static int touch_all(struct virt_dom *d, json_object *blocks, struct ferry_error *e)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < json_object_array_length(blocks); i++) {
		json_object *inserted = NULL, *node = NULL;

		if (json_object_object_get_ex(json_object_array_get_idx(blocks, i), "inserted", &inserted) &&
		    json_object_object_get_ex(inserted, "node-name", &node))
			r = touch(d, json_object_get_string(node), e);
	}
	return r;
}

/* In the directory that libvirt makes for this one run of the domain, owned by its QEMU. */
static int server_start(struct virt_dom *d, struct ferry_error *e)
{
	json_object *addr = json_object_new_object(), *data = json_object_new_object();
	json_object *args = json_object_new_object();
	char path[108];

	snprintf(path, sizeof path, "/var/lib/libvirt/qemu/domain-%u-%.20s/ferry-nbd.sock",
		 d->api->virDomainGetID(d->dom), d->api->virDomainGetName(d->dom));
	json_object_object_add(data, "path", str(path));
	json_object_object_add(addr, "type", str("unix"));
	json_object_object_add(addr, "data", data);
	json_object_object_add(args, "addr", addr);
	return qmp(d, "nbd-server-start", args, NULL, e);
}

int virt_activate_blocks(struct virt_dom *d, struct ferry_error *e)
{
	auto_json json_object *blocks = NULL;
	int r, r2;

	step("blocks-activate", "%s", d->api->virDomainGetName(d->dom));
	r = qmp(d, "query-block", NULL, &blocks, e);
	if (r == 0 && !json_object_is_type(blocks, json_type_array))
		r = error_set(e, OCF_ERR_GENERIC, EPROTO, "query-block: QEMU's answer is no list");
	if (r == 0)
		r = server_start(d, e);
	if (r < 0)
		return r;
	r = touch_all(d, blocks, e);
	r2 = qmp(d, "nbd-server-stop", NULL, NULL, r < 0 ? NULL : e);
	return r < 0 ? r : r2;
}
