/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/action/vm_form.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/cleanup.h"
#include "lib/base/io.h"
#include "lib/model/ocf.h"

static int check_there(const struct domxml *d, const char *what, const char *path, struct ferry_error *e)
{
	if (access(path, R_OK) == 0)
		return 0;
	return error_set(e, OCF_ERR_INSTALLED, errno,
			 "domain %s, %s: %s is not on this node (%s); put it on every node that may run the guest, or remove it",
			 d->name, what, path, strerror(errno));
}

/* Every file that the guest only reads. */
static int check_images(const struct domxml *d, struct ferry_error *e)
{
	int r = 0;

	for (unsigned int i = 0; r == 0 && i < d->host.nimages; i++)
		r = check_there(d, d->host.images[i].element, d->host.images[i].path, e);
	for (unsigned int i = 0; r == 0 && i < d->ndisks; i++) {
		const struct domxml_disk *k = &d->disks[i];

		if (k->readonly && !k->optional && k->source[0] == '/' && strcmp(k->type, "network") != 0)
			r = check_there(d, k->target[0] ? k->target : "disk", k->source, e);
	}
	return r;
}

/* Parsed into *ret_dom, which the caller frees; behind a gate its form is checked too. */
static int check_form(const char *gate, const char *xml, size_t len, struct domxml **ret_dom, struct ferry_error *e)
{
	struct domxml *d = malloc(sizeof *d);
	int r;

	if (!d)
		return error_set(e, OCF_ERR_GENERIC, ENOMEM, "no memory for a domain's XML");
	r = domxml_parse(xml, len, d, e);
	if (r == 0 && gate)
		r = domxml_check_gated(d, gate, e);
	if (r < 0)
		free(d);
	else
		*ret_dom = d;
	return r;
}

int vm_form_check(const struct vm_opts *o, const char *xml, size_t len, struct ferry_error *e)
{
	ferry_autofree struct domxml *d = NULL;
	int r = check_form(o->gate, xml, len, &d, e);

	return r < 0 ? r : check_images(d, e);
}

int vm_form_check_file(const struct vm_opts *o, struct ferry_error *e)
{
	ferry_autofree struct domxml *d = NULL;
	ferry_autofree char *xml = NULL;
	size_t len;
	int r;

	if (!o->config || io_read_file(o->config, DOMXML_MAX, &xml, &len) < 0)
		return 0;
	r = check_form(o->gate, xml, len, &d, e);
	if (r == 0)
		return 0;
	error_context(e, "config='%s'", o->config);
	if (e && e->code == OCF_ERR_GENERIC)	/* this node's file is bad: the guest may run elsewhere */
		e->code = OCF_ERR_INSTALLED;
	return r;
}

int vm_form_check_live(const struct vm_ctx *v, struct ferry_error *e)
{
	ferry_autofree struct domxml *d = NULL;
	ferry_autofree char *xml = NULL;
	int r;

	if (!v->o->gate)
		return 0;
	r = virt_get_live_xml(v->dom, &xml, e);
	if (r == 0)
		r = check_form(v->o->gate, xml, strlen(xml), &d, e);
	if (r < 0)
		error_context(e, "the guest, as it runs now, cannot be moved");
	return r;
}
