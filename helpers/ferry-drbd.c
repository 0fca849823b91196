/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ferry-drbd: the replicated disk, its role and its stamp. */
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helpers/cli.h"
#include "lib/action/disk_action.h"
#include "lib/base/cleanup.h"
#include "lib/edge/drbd.h"
#include "lib/edge/stamp_io.h"
#include "lib/model/ocf.h"

static const struct cli_option options[] = {
	{ "drbd-resource", "NAME", NULL, "DRBD resource" },
	{ "instance", "NAME", NULL, "the cluster's name of this resource, for its promotion score; none: no score" },
	{ "dual-primary", "WORD", "never", "when two Primaries are allowed: never or during_move" },
	{ "event", "NAME", NULL, "Pacemaker's notification, such as post-promote" },
	{ "promoting", "NODES", NULL, "with pre-promote: the nodes that are to be promoted" },
	{ "probe", NULL, NULL, "the first look after the cluster's start: set the promotion score anew" },
	{ "level", "N", "0", "OCF check level: 0, or 10 for a look at the host" },
	{ "yes", NULL, NULL, "yes, write over what stands where the stamp goes" },
	{ NULL, NULL, NULL, NULL },
};

static int read_opts(const struct cli *c, struct disk_opts *o, struct ferry_error *e)
{
	const char *dual;
	int r;

	memset(o, 0, sizeof *o);
	r = cli_get_word(c, "dual-primary", "never during_move", &dual, e);
	if (r < 0)
		return r;
	o->during_move = strcmp(dual, "during_move") == 0;
	o->instance = cli_get(c, "instance");
	o->probe = cli_flag(c, "probe");
	o->deadline = cli_deadline(c);
	return cli_get_name(c, "drbd-resource", &o->resource, e);
}

static int simple(const struct cli *c, int (*act)(const struct disk_opts *o, struct ferry_error *e),
		  struct ferry_error *e)
{
	struct disk_opts o;
	int r = read_opts(c, &o, e);

	return r < 0 ? r : act(&o, e);
}

#define SIMPLE_VERB(name, act)                                                                   \
	static int name(const struct cli *c, int *ret_code, struct ferry_error *e)                \
	{                                                                                         \
		(void)ret_code;                                                                   \
		return simple(c, act, e);                                                         \
	}
SIMPLE_VERB(verb_start, disk_start)
SIMPLE_VERB(verb_stop, disk_stop)
SIMPLE_VERB(verb_promote, disk_promote)
SIMPLE_VERB(verb_demote, disk_demote)

static json_object *volumes_json(const struct drbd_state *s)
{
	json_object *list = json_object_new_array();

	for (unsigned int i = 0; i < s->nvolumes; i++) {
		json_object *v = json_object_new_object();

		json_object_object_add(v, "volume", json_object_new_int(s->volumes[i].volume));
		json_object_object_add(v, "minor", json_object_new_int(s->volumes[i].minor));
		json_object_object_add(v, "disk", json_object_new_string(drbd_disk_name(s->volumes[i].disk)));
		json_object_array_add(list, v);
	}
	return list;
}

static json_object *peers_json(const struct drbd_state *s)
{
	json_object *list = json_object_new_array();

	for (unsigned int i = 0; i < s->npeers; i++) {
		json_object *p = json_object_new_object();

		json_object_object_add(p, "name", json_object_new_string(s->peers[i].name));
		json_object_object_add(p, "connection", json_object_new_string(s->peers[i].connection));
		json_object_object_add(p, "role", json_object_new_string(drbd_role_name(s->peers[i].role)));
		json_object_array_add(list, p);
	}
	return list;
}

static void print_state(const struct cli *c, const struct drbd_state *s)
{
	char text[200];

	cli_answer(c, "resource", json_object_new_string(s->resource));
	cli_answer(c, "up", json_object_new_boolean(s->exists));
	if (s->exists) {
		cli_answer(c, "role", json_object_new_string(drbd_role_name(s->role)));
		cli_answer(c, "suspended", json_object_new_boolean(s->suspended));
		cli_answer(c, "uptodate", json_object_new_boolean(drbd_all_uptodate(s)));
		cli_answer(c, "redundant", json_object_new_boolean(drbd_fully_redundant(s)));
		cli_answer(c, "score", json_object_new_int(disk_score(s)));
		cli_answer(c, "volumes", volumes_json(s));
		cli_answer(c, "peers", peers_json(s));
	}
	if (cli_json(c))
		return;
	if (!s->exists) {
		printf("%s: down\n", s->resource);
		return;
	}
	drbd_redundancy_text(s, text, sizeof text);
	printf("%s: %s, score %d, %s\n", s->resource, drbd_role_name(s->role), disk_score(s),
	       text[0] ? text : "redundant");
}

static int verb_monitor(const struct cli *c, int *ret_code, struct ferry_error *e)
{
	struct drbd_state s;
	struct disk_opts o;
	int r = read_opts(c, &o, e);

	if (r == 0)
		r = disk_monitor(&o, ret_code, &s, e);
	if (r == 0)
		print_state(c, &s);
	return r;
}

static int verb_notify(const struct cli *c, int *ret_code, struct ferry_error *e)
{
	struct disk_opts o;
	int r = read_opts(c, &o, e);

	(void)ret_code;
	o.promoting = cli_get(c, "promoting");
	return r < 0 ? r : disk_notify(&o, cli_get(c, "event") ? cli_get(c, "event") : "", e);
}

static int verb_validate(const struct cli *c, int *ret_code, struct ferry_error *e)
{
	struct disk_opts o;
	int64_t level;
	int r = read_opts(c, &o, e);

	(void)ret_code;
	if (r == 0)
		r = cli_get_int(c, "level", 0, 20, &level, e);
	return r < 0 ? r : disk_validate(&o, (int)level, e);
}

static int stamp_minor(const struct disk_opts *o, int *ret_minor, struct ferry_error *e)
{
	struct drbd_conf conf;
	int r = drbd_conf_load(o->resource, o->deadline, &conf, e);

	if (r == 0 && (conf.nvolumes == 0 || conf.volumes[0] != 0))
		r = error_set(e, OCF_ERR_CONFIGURED, EINVAL, "DRBD resource '%s' has no volume 0", o->resource);
	if (r == 0)
		*ret_minor = conf.minors[0];
	return r;
}

static int verb_stamp_show(const struct cli *c, int *ret_code, struct ferry_error *e)
{
	ferry_autofree char *json = NULL;
	enum stamp_state state;
	struct stamp s;
	struct disk_opts o;
	char why[160];
	int minor, r = read_opts(c, &o, e);

	(void)ret_code;
	if (r == 0)
		r = stamp_minor(&o, &minor, e);
	if (r == 0)
		r = stamp_read(minor, o.deadline, &state, &s, why, sizeof why, e);
	if (r < 0)
		return r;
	if (state == STAMP_FOREIGN)
		return error_set(e, OCF_ERR_GENERIC, EBADMSG,
				 "the last MiB of volume 0 of '%s' holds something that is no stamp: %s", o.resource, why);
	if (state == STAMP_ABSENT) {
		cli_answer(c, "stamp", NULL);
		if (!cli_json(c))
			puts("no stamp: the resource is fresh");
		return 0;
	}
	json = stamp_to_json(&s);
	if (!json)
		return error_set(e, OCF_ERR_GENERIC, ENOMEM, "no memory to print a stamp");
	cli_answer(c, "stamp", json_tokener_parse(json));
	if (!cli_json(c))
		puts(json);
	return 0;
}

static int verb_stamp_init(const struct cli *c, int *ret_code, struct ferry_error *e)
{
	struct disk_opts o;
	int minor, r = read_opts(c, &o, e);

	(void)ret_code;
	if (r == 0 && !cli_flag(c, "yes"))
		r = error_set(e, OCF_ERR_ARGS, EINVAL,
			      "this writes over the first 8 KiB of the last MiB of volume 0: say --yes if the guest's data ends before it");
	if (r == 0)
		r = stamp_minor(&o, &minor, e);
	return r < 0 ? r : stamp_clear(minor, o.deadline, e);
}

static const struct cli_verb verbs[] = {
	{ "start", "bring the resource up and create its closed gates", "drbd-resource", "instance dual-primary", false,
	  verb_start },
	{ "stop", "remove the gates and take the resource down", "drbd-resource", "instance dual-primary", false,
	  verb_stop },
	{ "promote", "make it Primary here; never by force", "drbd-resource", "instance dual-primary", false,
	  verb_promote },
	{ "demote", "make it Secondary here", "drbd-resource", "instance dual-primary", false, verb_demote },
	{ "monitor", "0 Secondary, 8 Primary, 7 down, 1 or 9 failed", "drbd-resource",
	  "instance dual-primary probe", true, verb_monitor },
	{ "notify", "what a change of a peer asks for: score, two Primaries", "drbd-resource",
	  "instance dual-primary event promoting", true, verb_notify },
	{ "validate", "check the parameters; at level 10 DRBD's configuration too", "drbd-resource",
	  "instance dual-primary level", true, verb_validate },
	{ "stamp-show", "print the stamp, on a Primary", "drbd-resource", "", true, verb_stamp_show },
	{ "stamp-init", "make the stamp's place empty, on a Primary", "drbd-resource", "yes", false,
	  verb_stamp_init },
	{ NULL, NULL, NULL, NULL, false, NULL },
};

/* No DRBD resource can have a name that is none. */
static bool nothing_here(const struct cli *c)
{
	const char *resource;

	return cli_get_name(c, "drbd-resource", &resource, NULL) < 0;
}

static const struct cli_program program = {
	.stop = "stop",
	.nothing_here = nothing_here,
	.name = "ferry-drbd",
	.forgiving = "stop demote",
	.summary = "brings a guest's DRBD resource up, switches its role, shows its stamp",
	.options = options,
	.verbs = verbs,
};

int main(int argc, char **argv)
{
	return cli_main(&program, argc, argv);
}
