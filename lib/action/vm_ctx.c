/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What every action of the vm agent needs first: name, configuration, disk, libvirt. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/action/vm.h"
#include "lib/base/cleanup.h"
#include "lib/base/io.h"
#include "lib/base/log.h"
#include "lib/edge/dm.h"
#include "lib/edge/drbd.h"
#include "lib/model/ocf.h"

#define KEPT_DIR "/var/lib/ferry/config"

/* Where the copy of a configuration file is kept: its path with '/' as '%'. */
static int kept_path(const char *config, char *ret_path, size_t size)
{
	int n = snprintf(ret_path, size, KEPT_DIR "/%s", config);

	if (n < 0 || (size_t)n >= size)
		return -ENAMETOOLONG;
	for (char *p = ret_path + strlen(KEPT_DIR) + 1; *p; p++)
		if (*p == '/')
			*p = '%';
	return 0;
}

static void keep_copy(const char *config, const char *xml, size_t len)
{
	ferry_autofree char *old = NULL;
	size_t old_len = 0;
	char path[600];

	if (kept_path(config, path, sizeof path) < 0)
		return;
	if (io_read_file(path, DOMXML_MAX, &old, &old_len) == 0 && old_len == len &&
	    memcmp(old, xml, len) == 0)
		return;
	if (io_make_dirs(KEPT_DIR, 0700) < 0 || io_replace_file(path, xml, len, 0600) < 0)
		log_warning("no copy of %s could be kept in %s", config, KEPT_DIR);
}

/* Read and parse PATH into V and *D. */
static int load_from(struct vm_ctx *v, const char *path, struct domxml *d, struct ferry_error *e)
{
	int r = io_read_file(path, DOMXML_MAX, &v->xml, &v->xml_len);

	if (r < 0)
		return error_set(e, OCF_ERR_INSTALLED, -r,
				 "config='%s': %s; put the domain's XML there on every node that may run it", path,
				 strerror(-r));
	r = domxml_parse(v->xml, v->xml_len, d, e);
	if (r == 0)
		return 0;
	free(v->xml);
	v->xml = NULL;
	v->xml_len = 0;
	error_context(e, "config='%s'", path);
	if (e)	/* it is this node's file that is bad: the guest may run elsewhere */
		e->code = OCF_ERR_INSTALLED;
	return r;
}

/* The file, or where this node has lost or damaged it (a crash can leave it empty), the copy that
 * Ferry kept: a guest that runs must be monitored and stopped all the same. */
static int load_config(struct vm_ctx *v, struct domxml *d, struct ferry_error *e)
{
	struct ferry_error why = FERRY_ERROR_INIT;
	char path[600];
	int r = load_from(v, v->o->config, d, &why);

	if (r == 0) {
		keep_copy(v->o->config, v->xml, v->xml_len);
		return 0;
	}
	if (kept_path(v->o->config, path, sizeof path) == 0 && load_from(v, path, d, NULL) == 0) {
		log_warning("%s; using the copy that Ferry kept", why.text);
		return 0;
	}
	return error_set(e, why.code, why.err, "%s", why.text);
}

int vm_ctx_init(struct vm_ctx *v, const struct vm_opts *o, struct ferry_error *e)
{
	struct domxml *d;
	int r;

	memset(v, 0, sizeof *v);
	v->o = o;
	v->where = (struct guest_where){ .resource = o->gate, .stamp_minor = -1, .node = o->node,
					 .deadline = o->deadline };
	if (!o->config) {
		if (!o->domain)
			return error_set(e, OCF_ERR_CONFIGURED, EINVAL,
					 "neither config nor domain is set: give the path of the domain's XML, or the name of a defined domain");
		snprintf(v->domain, sizeof v->domain, "%s", o->domain);
		return 0;
	}
	d = malloc(sizeof *d);
	if (!d)
		return error_set(e, OCF_ERR_GENERIC, ENOMEM, "no memory for a domain's XML");
	r = load_config(v, d, e);
	if (r == 0 && o->domain && strcmp(o->domain, d->name) != 0)
		r = error_set(e, OCF_ERR_CONFIGURED, EINVAL,
			      "domain='%s' but config='%s' describes '%s': make them agree, or leave domain away",
			      o->domain, o->config, d->name);
	if (r == 0)
		memcpy(v->domain, d->name, sizeof v->domain);
	free(d);
	return r;
}

int vm_ctx_disk(struct vm_ctx *v, struct ferry_error *e)
{
	int r;

	if (!v->o->gate || v->where.stamp_minor >= 0)
		return 0;
	r = drbd_conf_load(v->o->gate, v->o->deadline, &v->conf, e);
	if (r < 0)
		return r;
	if (v->conf.nvolumes == 0 || v->conf.volumes[0] != 0)
		return error_set(e, OCF_ERR_CONFIGURED, EINVAL,
				 "DRBD resource '%s' has no volume 0, which is where Ferry keeps its stamp",
				 v->o->gate);
	v->where.stamp_minor = v->conf.minors[0];
	return 0;
}

int vm_ctx_connect(struct vm_ctx *v, struct ferry_error *e)
{
	int r = 0;

	if (!v->conn) {
		step("libvirt-connect", "%s", v->o->hypervisor);
		r = virt_open(v->o->hypervisor, &v->conn, e);
	}
	if (r < 0)
		return r;
	virt_dom_free(v->dom);
	v->dom = NULL;
	memset(&v->info, 0, sizeof v->info);
	r = virt_lookup(v->conn, v->domain, &v->dom, e);
	if (r == 0 && v->dom)
		r = virt_look(v->dom, &v->info, e);
	return r;
}

void vm_ctx_clear(struct vm_ctx *v)
{
	free(v->xml);
	virt_dom_free(v->dom);
	virt_close(v->conn);
	memset(v, 0, sizeof *v);
}

int vm_gate_is_open(const struct vm_ctx *v, bool *ret_open, struct ferry_error *e)
{
	struct dm_gate gates[DRBD_MAX_VOLUMES];
	struct dm_seen seen;
	unsigned int n = 0;
	int r;

	*ret_open = true;
	if (!v->o->gate)
		return 0;
	r = drbd_gates(&v->conf, gates, &n, e);
	for (unsigned int i = 0; r == 0 && i < n; i++) {
		r = dm_gate_look(&gates[i], &seen, e);
		if (r == 0 && seen.state != GATE_OPEN)
			*ret_open = false;
	}
	return r;
}

int vm_run_if_open(struct vm_ctx *v, struct ferry_error *e)
{
	bool open = false;
	int r = vm_gate_is_open(v, &open, e);

	if (r < 0)
		return r;
	if (!open) {
		log_info("%s waits paused for its gate", v->domain);
		return 0;
	}
	return guest_let_run(v->conn, v->dom, &v->where, NULL, e);
}
