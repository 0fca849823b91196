/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/action/vm_config.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/cleanup.h"
#include "lib/base/io.h"
#include "lib/base/log.h"
#include "lib/edge/proc.h"
#include "lib/model/domstatus.h"
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
int vm_config_load(struct vm_ctx *v, struct domxml *d, struct ferry_error *e)
{
	struct ferry_error *why = &v->config_why;
	char path[600];
	int r = load_from(v, v->o->config, d, why);

	if (r == 0) {
		keep_copy(v->o->config, v->xml, v->xml_len);
		return 0;
	}
	if (kept_path(v->o->config, path, sizeof path) == 0 && load_from(v, path, d, NULL) == 0) {
		log_warning("%s; using the copy that Ferry kept", why->text);
		return 0;
	}
	return error_set(e, why->code, why->err, "%s", why->text);
}

/* The guest of one of libvirt's status files, if it was started from PATH and its QEMU is here. */
static bool is_from(const char *file, const char *path, struct domstatus *s)
{
	char full[sizeof VIRT_STATUS_DIR + 1 + sizeof ((struct dirent *)NULL)->d_name];
	ferry_autofree char *xml = NULL;
	size_t len;

	snprintf(full, sizeof full, VIRT_STATUS_DIR "/%s", file);
	return io_read_file(full, 2 * DOMXML_MAX, &xml, &len) == 0 && domstatus_parse(xml, len, s, NULL) == 0 &&
	       strcmp(s->origin.path, path) == 0 && proc_is_qemu_of(s->pid, s->name, s->uuid);
}

int vm_config_find(const char *path, char *ret_name, size_t size)
{
	ferry_autoclosedir DIR *dir = opendir(VIRT_STATUS_DIR);
	const struct dirent *entry;
	struct domstatus s;

	while (dir && (entry = readdir(dir))) {
		const char *dot = strrchr(entry->d_name, '.');

		if (dot && strcmp(dot, ".xml") == 0 && is_from(entry->d_name, path, &s)) {
			snprintf(ret_name, size, "%s", s.name);
			return 0;
		}
	}
	return -ENOENT;
}

int vm_config_with_origin(const struct vm_ctx *v, char **ret_xml, struct ferry_error *e)
{
	struct origin o = { .path = "" };

	origin_of(v->o->config, v->xml, v->xml_len, &o);
	return domxml_with_origin(v->xml, v->xml_len, &o, ret_xml, e);
}

/* Says of which file it stands for: while that one is in use, it is not another. */
static int made_head(const struct vm_ctx *v, const struct origin *o, char *ret, size_t size)
{
	return snprintf(ret, size, "<!-- Given back by Ferry: the guest %s as it ran, for %s (%s). -->\n", v->domain,
			v->o->config, o->hash);
}

/* What the file is to hold: the kept copy if the guest was started from exactly that, else the XML that it runs with. */
static int lost_content(const struct vm_ctx *v, const char *live, const struct origin *o, char **ret, size_t *ret_len,
			struct ferry_error *e)
{
	ferry_autofree char *plain = NULL;
	char head[NAME_SIZE + sizeof o->path + 128];
	struct origin kept;
	int n, r;

	if (v->xml && origin_of(v->o->config, v->xml, v->xml_len, &kept) == 0 && strcmp(kept.hash, o->hash) == 0) {
		*ret = strdup(v->xml);
		*ret_len = v->xml_len;
		return *ret ? 0 : -ENOMEM;
	}
	r = domxml_plain(live, strlen(live), &plain, e);
	if (r < 0)
		return r;
	made_head(v, o, head, sizeof head);
	n = asprintf(ret, "%s%s\n", head, plain);
	if (n < 0)
		return -ENOMEM;
	*ret_len = (size_t)n;
	return 0;
}

static int make_parent(const char *path)
{
	const char *slash = strrchr(path, '/');
	char parent[sizeof ((struct origin *)NULL)->path];

	if (!slash || slash == path)
		return 0;
	if ((size_t)(slash - path) >= sizeof parent)
		return -ENAMETOOLONG;
	memcpy(parent, path, (size_t)(slash - path));
	parent[slash - path] = '\0';
	return io_make_dirs(parent, 0755);
}

static int give_file_back(const struct vm_ctx *v, const char *live, const struct origin *o, struct ferry_error *e)
{
	ferry_autofree char *text = NULL;
	size_t len = 0;
	int r = lost_content(v, live, o, &text, &len, e);

	if (r == 0)
		r = make_parent(v->o->config);
	if (r == 0)
		r = io_replace_file(v->o->config, text, len, 0600);
	if (r < 0)
		return error_set(e, OCF_ERR_GENERIC, -r, "%s", strerror(-r));
	step("config-given-back", "%s", v->o->config);
	log_warning("%s was missing on this node: given back from the guest %s, which runs with it", v->o->config,
		    v->domain);
	return 0;
}

/* The file that is here is not the one that the guest was started from, nor what Ferry once made of that. */
static bool is_another(const struct vm_ctx *v, const char *text, size_t len, const struct origin *o)
{
	char head[NAME_SIZE + sizeof o->path + 128];
	struct origin here;

	if (strcmp(o->path, v->o->config) != 0 || origin_of(v->o->config, text, len, &here) < 0)
		return false;
	made_head(v, o, head, sizeof head);
	return strcmp(here.hash, o->hash) != 0 && strncmp(text, head, strlen(head)) != 0;
}

static int give_back(struct vm_ctx *v, struct ferry_error *e)
{
	ferry_autofree struct domxml *d = malloc(sizeof *d);
	ferry_autofree char *live = NULL, *text = NULL, *plain = NULL;
	size_t len = 0;
	int r = d ? virt_get_xml(v->dom, &live, e) : -ENOMEM;

	if (r == 0)
		r = domxml_parse(live, strlen(live), d, e);
	if (r < 0)
		return r;
	if (!v->o->config) {
		r = domxml_plain(live, strlen(live), &plain, e);
		if (r == 0)
			r = virt_define(v->conn, plain, e);
		if (r == 0)
			step("definition-given-back", "%s", v->domain);
		return r;
	}
	r = io_read_file(v->o->config, DOMXML_MAX, &text, &len);
	if (r == -ENOENT || (r == 0 && len == 0))
		return give_file_back(v, live, &d->origin, e);
	if (r == 0 && is_another(v, text, len, &d->origin))
		log_warning("%s on this node is not the file that the guest %s was started from: it runs on with its own; make them the same on every node",
			    v->o->config, v->domain);
	return 0;
}

void vm_config_give_back(struct vm_ctx *v)
{
	struct ferry_error why = FERRY_ERROR_INIT;

	if (!v->dom || v->info.run == VIRT_OFF || (!v->o->config && v->info.persistent))
		return;
	if (give_back(v, &why) < 0)
		log_warning("%s: %s could not be given back to this node: %s", v->domain,
			    v->o->config ? v->o->config : "its definition", why.text);
}
