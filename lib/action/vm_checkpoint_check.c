/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parameters about checkpoints, the guest's disks and this node have to do with each other. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "lib/action/checkpoint.h"
#include "lib/action/vm_checkpoint.h"
#include "lib/base/log.h"
#include "lib/edge/drbd.h"
#include "lib/edge/stamp_io.h"
#include "lib/model/domxml.h"
#include "lib/model/ocf.h"

int vm_checkpoint_name(const struct vm_opts *o, struct store_name *ret_name, struct ferry_error *e)
{
	int r = store_name_parse(o->store ? o->store : STORE_DEFAULT, ret_name, e);

	if (r < 0)
		error_context(e, "checkpoint_store='%s'", o->store);
	return r;
}

/* Memory and all of the disk must be promoted together. */
static int check_disks(const struct vm_ctx *v, const struct domxml *d, struct ferry_error *e)
{
	if (d->uuid[0] == '\0')
		return error_set(e, OCF_ERR_INSTALLED, EINVAL,
				 "domain %s: <uuid> is missing, so it would be another guest after each start; give it a fixed one", d->name);
	for (unsigned int i = 0; i < d->ndisks; i++) {
		const struct domxml_disk *k = &d->disks[i];
		struct stat st;
		bool own = false;

		if (k->readonly)
			continue;
		if (stat(k->source, &st) == 0 && S_ISBLK(st.st_mode) && major(st.st_rdev) == DRBD_BLOCK_MAJOR)
			for (unsigned int n = 0; n < v->conf.nvolumes; n++)
				own |= v->conf.minors[n] == (int)minor(st.st_rdev) && v->conf.minors[n] != v->where.stamp_minor;
		if (!own)
			return error_set(e, OCF_ERR_INSTALLED, EINVAL,
					 "domain %s, disk %s (%s): checkpoint_store='%s' wants each disk that the guest writes to on another volume of the same DRBD resource",
					 d->name, k->target, k->source, v->o->store);
	}
	return 0;
}

/* Another volume of the resource of the guest's disk has its stamp, which this start would not advance. */
static int check_left(const struct vm_ctx *v, const struct domxml *d, const struct drbd_conf *c, struct ferry_error *e)
{
	for (unsigned int n = 0; n < c->nvolumes; n++) {
		enum stamp_state state;
		struct stamp s;

		if (stamp_read(c->minors[n], v->o->deadline, &state, &s, NULL, 0, NULL) == 0 && state == STAMP_VALID &&
		    strcmp(s.uuid, d->uuid) == 0)
			return error_set(e, OCF_ERR_INSTALLED, EINVAL,
					 "'%s' has its stamp on volume %d of DRBD resource '%s', and would run without advancing it: set checkpoint_store=volume:%s/%d again, or wipe that volume's last MiB",
					 v->domain, c->volumes[n], c->resource, c->resource, c->volumes[n]);
	}
	return 0;
}

/* Without a stamp of its own: it must not have left one on the other volumes of its disks' resources. */
static int check_none_left(const struct vm_ctx *v, const struct domxml *d, struct ferry_error *e)
{
	int r = 0;

	for (unsigned int i = 0; r == 0 && i < d->ndisks; i++) {
		struct ferry_error why = FERRY_ERROR_INIT;
		char name[NAME_SIZE];
		struct drbd_conf c;
		struct stat st;

		if (d->disks[i].readonly || stat(d->disks[i].source, &st) < 0 || !S_ISBLK(st.st_mode) ||
		    major(st.st_rdev) != DRBD_BLOCK_MAJOR)
			continue;
		if (drbd_resource_of((int)minor(st.st_rdev), v->o->deadline, name, sizeof name, &why) < 0 ||
		    drbd_conf_load(name, v->o->deadline, &c, &why) < 0)
			log_warning("disk %s of '%s': %s", d->disks[i].source, v->domain, why.text);
		else if (c.nvolumes > 1)
			r = check_left(v, d, &c, e);
	}
	return r;
}

int vm_checkpoint_check_disks(const struct vm_ctx *v, const char *xml, size_t len, struct ferry_error *e)
{
	struct domxml *d;
	int r;

	if (v->o->gate)
		return 0;
	d = malloc(sizeof *d);
	if (!d)
		return error_set(e, OCF_ERR_GENERIC, ENOMEM, "no memory for a domain's XML");
	r = domxml_parse(xml, len, d, e);
	if (r == 0)
		r = v->where.resource ? check_disks(v, d, e) : check_none_left(v, d, e);
	free(d);
	return r;
}

static int check_volume(const struct vm_opts *o, const struct store_name *name, const struct domxml *d, struct ferry_error *e)
{
	char gate[NAME_SIZE + 32];

	if (!o->gate)
		return 0;
	if (strcmp(name->resource, o->gate) != 0)
		return error_set(e, OCF_ERR_CONFIGURED, EINVAL,
				 "checkpoint_store='%s': memory and disk must be promoted together: name a volume of '%s', the resource of the gate",
				 o->store, o->gate);
	snprintf(gate, sizeof gate, "/dev/mapper/ferry-%s-%d", name->resource, name->volume);
	for (unsigned int i = 0; d && i < d->ndisks; i++)
		if (strcmp(d->disks[i].source, gate) == 0)
			return error_set(e, OCF_ERR_CONFIGURED, EINVAL,
					 "checkpoint_store='%s': that volume is the guest's disk %s; give checkpoints one of their own",
					 o->store, d->disks[i].target);
	return 0;
}

int vm_checkpoint_check(const struct vm_opts *o, const char *xml, size_t len, struct ferry_error *e)
{
	struct domxml *d;
	struct store_name name;
	int r = vm_checkpoint_name(o, &name, e);

	if (r < 0 || (!name.is_volume && (o->gate || o->stop_mode != VM_STOP_CHECKPOINT)))
		return r;
	if (!name.is_volume)
		return error_set(e, OCF_ERR_CONFIGURED, EINVAL,
				 "stop_mode='checkpoint' with checkpoint_store='%s': without a gate there is no stamp that could prove saved memory and disk to belong together; set checkpoint_store=volume:RESOURCE/NUMBER",
				 o->store);
	d = malloc(sizeof *d);
	if (!d)
		return error_set(e, OCF_ERR_GENERIC, ENOMEM, "no memory for a domain's XML");
	if (xml && domxml_parse(xml, len, d, NULL) < 0)
		xml = NULL;
	r = check_volume(o, &name, xml ? d : NULL, e);
	free(d);
	return r;
}

int vm_checkpoint_check_host(const struct vm_opts *o, struct ferry_error *e)
{
	char path[STORE_NAME_SIZE];
	struct store_name name;
	struct store s;
	int r = vm_checkpoint_name(o, &name, e);

	if (r < 0 || !name.is_volume)
		return r;
	r = checkpoint_store(&name, o->deadline, path, &s, e);
	if (r < 0)
		error_context(e, "checkpoint_store='%s'", o->store);
	return r;
}
