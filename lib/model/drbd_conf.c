/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/model/drbd_conf.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/model/ocf.h"
#include "lib/model/xml_read.h"

#define CONF_MAX (8 * 1024 * 1024)	/* a node with hundreds of resources has under one MiB */

static int bad_conf(struct ferry_error *e, const char *resource, const char *what)
{
	return error_set(e, OCF_ERR_CONFIGURED, EINVAL, "DRBD resource %s: %s in drbdadm's dump-xml",
			 resource, what);
}

/* Value of the last OPTION in SECTION directly under PARENT ("" if none); the last one wins, as in
 * drbdadm. *FOUND is left alone where there is none. A flag without a value means yes. */
static int read_option(const xmlNode *parent, const char *section, const char *option, char *buf,
		       size_t size, bool *found, struct ferry_error *e)
{
	for (const xmlNode *s = xml_child(parent, "section"); s; s = xml_next(s, "section")) {
		char name[64];
		int r = xml_attr(s, "name", name, sizeof name, e);

		if (r < 0)
			return r;
		if (strcmp(name, section) != 0)
			continue;
		for (const xmlNode *o = xml_child(s, "option"); o; o = xml_next(o, "option")) {
			r = xml_attr(o, "name", name, sizeof name, e);
			if (r < 0)
				return r;
			if (strcmp(name, option) != 0)
				continue;
			r = xml_attr(o, "value", buf, size, e);
			if (r < 0)
				return r;
			*found = true;
		}
	}
	return 0;
}

static bool is_yes(const char *value)
{
	return strcmp(value, "yes") == 0 || value[0] == '\0';
}

/* The options that matter, at one level (common, resource, connection). */
static int read_level(const xmlNode *n, struct drbd_conf *c, struct ferry_error *e)
{
	char value[64] = "";
	bool found = false;
	int r = read_option(n, "net", "protocol", value, sizeof value, &found, e);

	if (r == 0 && found) {
		if (strlen(value) != 1 || !strchr("ABCabc", value[0]))
			return bad_conf(e, c->resource, "an unknown protocol");
		c->protocol = (char)(value[0] & ~0x20);
	}
	found = false;
	if (r == 0)	/* DRBD 8.4 has it in the disk section */
		r = read_option(n, "disk", "fencing", c->fencing, sizeof c->fencing, &found, e);
	if (r == 0)	/* DRBD 9 */
		r = read_option(n, "net", "fencing", c->fencing, sizeof c->fencing, &found, e);
	found = false;
	if (r == 0)
		r = read_option(n, "net", "allow-two-primaries", value, sizeof value, &found, e);
	if (r == 0 && found)
		c->allow_two_primaries = is_yes(value);
	found = false;
	if (r == 0)
		r = read_option(n, "options", "auto-promote", value, sizeof value, &found, e);
	if (r == 0 && found) {
		c->auto_promote = is_yes(value);
		c->auto_promote_set = true;
	}
	found = false;
	if (r == 0)
		r = read_option(n, "handlers", "fence-peer", c->fence_peer, sizeof c->fence_peer, &found, e);
	return r;
}

/*
 * A connection may override the resource's net options. The weakest of all connections is what
 * counts: two primaries on one of them, the least safe protocol, fencing off.
 */
static int read_connections(const xmlNode *res, struct drbd_conf *c, struct ferry_error *e)
{
	struct drbd_conf sum = *c;
	unsigned int n = 0;

	for (const xmlNode *conn = xml_child(res, "connection"); conn; conn = xml_next(conn, "connection")) {
		struct drbd_conf one = *c;
		int r = read_level(conn, &one, e);

		if (r < 0)
			return r;
		if (n++ == 0) {
			sum = one;
			continue;
		}
		if (one.protocol < sum.protocol)
			sum.protocol = one.protocol;
		if (strcmp(one.fencing, "resource-and-stonith") != 0)
			memcpy(sum.fencing, one.fencing, sizeof sum.fencing);
		sum.allow_two_primaries |= one.allow_two_primaries;
	}
	*c = sum;
	return 0;
}

static int read_volumes(const xmlNode *host, int *volumes, int *minors, unsigned int *ret_n,
			const char *resource, struct ferry_error *e)
{
	unsigned int n = 0, i;

	for (const xmlNode *v = xml_child(host, "volume"); v; v = xml_next(v, "volume")) {
		uint64_t number, minor;
		int r = xml_attr_u64(v, "vnr", 65535, &number, e);

		if (r == 0)
			r = xml_attr_u64(xml_child(v, "device"), "minor", 1048575, &minor, e);
		if (r == -ENOENT)
			return bad_conf(e, resource, "a volume without a number or a minor");
		if (r < 0)
			return r;
		if (n >= DRBD_MAX_VOLUMES)
			return bad_conf(e, resource, "more volumes than Ferry keeps");
		for (i = n; i > 0 && volumes[i - 1] > (int)number; i--) {
			volumes[i] = volumes[i - 1];
			minors[i] = minors[i - 1];
		}
		if (i > 0 && volumes[i - 1] == (int)number)
			return bad_conf(e, resource, "one volume twice");
		volumes[i] = (int)number;
		minors[i] = (int)minor;
		n++;
	}
	*ret_n = n;
	return 0;
}

static int read_hosts(const xmlNode *res, struct drbd_conf *c, struct ferry_error *e)
{
	for (const xmlNode *h = xml_child(res, "host"); h; h = xml_next(h, "host")) {
		int volumes[DRBD_MAX_VOLUMES], minors[DRBD_MAX_VOLUMES];
		unsigned int n = 0;
		int r;

		if (c->nhosts >= DRBD_MAX_HOSTS)
			return bad_conf(e, c->resource, "more hosts than Ferry keeps");
		r = xml_attr(h, "name", c->hosts[c->nhosts], sizeof c->hosts[0], e);
		if (r == 0 && !name_valid(c->hosts[c->nhosts]))
			return bad_conf(e, c->resource, "a host without a usable name");
		if (r == 0)
			r = read_volumes(h, volumes, minors, &n, c->resource, e);
		if (r < 0)
			return r;
		if (c->nhosts == 0) {
			c->nvolumes = n;
			memcpy(c->volumes, volumes, n * sizeof volumes[0]);
			memcpy(c->minors, minors, n * sizeof minors[0]);
		} else if (n != c->nvolumes || memcmp(volumes, c->volumes, n * sizeof volumes[0]) != 0) {
			return bad_conf(e, c->resource, "hosts with different volumes");
		}
		c->nhosts++;
	}
	if (c->nhosts == 0)
		return bad_conf(e, c->resource, "no host");
	if (c->nvolumes == 0)
		return bad_conf(e, c->resource, "no volume");
	return 0;
}

static int find_resource(const xmlNode *root, const char *resource, const xmlNode **ret,
			 struct ferry_error *e)
{
	for (const xmlNode *n = xml_child(root, "resource"); n; n = xml_next(n, "resource")) {
		char name[NAME_SIZE];
		int r = xml_attr(n, "name", name, sizeof name, e);

		if (r < 0)
			return r;
		if (strcmp(name, resource) == 0) {
			*ret = n;
			return 0;
		}
	}
	return error_set(e, OCF_ERR_CONFIGURED, ENOENT,
			 "DRBD resource %s is not in drbdadm's configuration; see /etc/drbd.d", resource);
}

int drbd_conf_parse(const char *xml, size_t len, const char *resource, struct drbd_conf *ret_conf,
		    struct ferry_error *e)
{
	xml_autodoc xmlDoc *doc = NULL;
	const xmlNode *root, *res = NULL;
	struct drbd_conf c;
	int r;

	memset(&c, 0, sizeof c);
	c.protocol = 'C';
	c.auto_promote = true;
	strcpy(c.fencing, "dont-care");
	snprintf(c.resource, sizeof c.resource, "%s", resource);
	r = xml_read_doc(xml, len, CONF_MAX, "drbdadm's dump-xml", &doc, e);
	if (r < 0)
		return r;
	root = xmlDocGetRootElement(doc);
	if (!xml_is(root, "config"))
		return bad_conf(e, resource, "no <config> (ask for all resources: for one, drbdadm leaves out the common section)");
	r = find_resource(root, resource, &res, e);
	if (r == 0)
		r = read_level(xml_child(root, "common"), &c, e);
	if (r == 0)
		r = read_level(res, &c, e);
	if (r == 0)
		r = read_connections(res, &c, e);
	if (r == 0)
		r = read_hosts(res, &c, e);
	if (r == 0)
		*ret_conf = c;
	return r;
}

int drbd_conf_check(const struct drbd_conf *c, bool drbd9, struct ferry_error *e)
{
	if (c->protocol != 'C')
		return error_set(e, OCF_ERR_CONFIGURED, EINVAL,
				 "DRBD resource %s uses protocol %c: the peer may lack the last writes; set \"protocol C;\" in net",
				 c->resource, c->protocol);
	if (strcmp(c->fencing, "resource-and-stonith") != 0)
		return error_set(e, OCF_ERR_CONFIGURED, EINVAL,
				 "DRBD resource %s has fencing %s: a stale replica could be promoted; set \"fencing resource-and-stonith;\" in %s",
				 c->resource, c->fencing, drbd9 ? "net" : "disk");
	if (c->fence_peer[0] == '\0')
		return error_set(e, OCF_ERR_CONFIGURED, EINVAL,
				 "DRBD resource %s has no fence-peer handler: fencing would freeze its I/O for ever; set \"fence-peer /usr/lib/drbd/crm-fence-peer.9.sh;\" in handlers",
				 c->resource);
	if (c->allow_two_primaries)
		return error_set(e, OCF_ERR_CONFIGURED, EINVAL,
				 "DRBD resource %s has allow-two-primaries yes: Ferry moves guests with one Primary; remove it from net",
				 c->resource);
	if (drbd9 && c->auto_promote)
		return error_set(e, OCF_ERR_CONFIGURED, EINVAL,
				 "DRBD resource %s has auto-promote %s: opening the device would promote it; set \"auto-promote no;\" in options",
				 c->resource, c->auto_promote_set ? "yes" : "unset (yes)");
	return 0;
}
