/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ferry-gate: the guest's way to its disk. */
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "helpers/cli.h"
#include "lib/action/gate_action.h"
#include "lib/action/gate_status.h"
#include "lib/model/ocf.h"

#define GATE_COMMON "hypervisor node"

static const struct cli_option options[] = {
	{ "drbd-resource", "NAME", NULL, "DRBD resource; its volumes are /dev/mapper/ferry-NAME-VOLUME" },
	{ "domain", "NAME", NULL, "the guest behind the gate" },
	{ "hypervisor", "URI", "qemu:///system", "libvirt of this node" },
	{ "node", "NAME", NULL, "this node's name in the cluster; default: uname -n" },
	{ "level", "N", "0", "OCF check level: 0, or 10 for a look at the host" },
	{ NULL, NULL, NULL, NULL },
};

static int read_opts(const struct cli *c, struct gate_opts *o, struct ferry_error *e)
{
	int r = cli_get_name(c, "drbd-resource", &o->resource, e);

	if (r == 0 && cli_get(c, "domain"))
		r = cli_get_name(c, "domain", &o->domain, e);
	if (r == 0)
		r = cli_get_uri(c, "hypervisor", &o->hypervisor, e);
	o->node = cli_node(c);
	o->deadline = cli_deadline(c);
	return r;
}

static int verb_open(const struct cli *c, int *ret_code, struct ferry_error *e)
{
	struct gate_opts o = { 0 };
	int r = read_opts(c, &o, e);

	(void)ret_code;
	return r < 0 ? r : gate_open(&o, e);
}

static int verb_close(const struct cli *c, int *ret_code, struct ferry_error *e)
{
	struct gate_opts o = { 0 };
	int r = read_opts(c, &o, e);

	(void)ret_code;
	return r < 0 ? r : gate_close(&o, e);
}

static int verb_monitor(const struct cli *c, int *ret_code, struct ferry_error *e)
{
	struct gate_opts o = { 0 };
	int r = read_opts(c, &o, e);

	return r < 0 ? r : gate_monitor(&o, ret_code, e);
}

static json_object *text_or_null(const char *text)
{
	return *text ? json_object_new_string(text) : NULL;
}

static json_object *below_json(const struct gate_volume *v)
{
	json_object *o = json_object_new_object();

	json_object_object_add(o, "device", json_object_new_string(v->below));
	json_object_object_add(o, "major", json_object_new_int64(v->seen.major));
	json_object_object_add(o, "minor", json_object_new_int64(v->seen.minor));
	json_object_object_add(o, "sectors", json_object_new_int64((int64_t)v->below_sectors));
	return o;
}

static json_object *volume_json(const struct gate_volume *v)
{
	char device[32 + sizeof v->gate.name];
	json_object *o = json_object_new_object();

	snprintf(device, sizeof device, "/dev/mapper/%s", v->gate.name);
	json_object_object_add(o, "volume", json_object_new_int(v->gate.volume));
	json_object_object_add(o, "device", json_object_new_string(device));
	json_object_object_add(o, "state", json_object_new_string(gate_status_word(v->seen.state)));
	json_object_object_add(o, "detail", text_or_null(gate_status_detail(&v->seen)));
	json_object_object_add(o, "suspended", json_object_new_boolean(v->seen.suspended));
	json_object_object_add(o, "loaded", json_object_new_boolean(v->seen.loaded));
	json_object_object_add(o, "sectors", json_object_new_int64((int64_t)v->seen.sectors));
	json_object_object_add(o, "leads_to", v->below[0] ? below_json(v) : NULL);
	json_object_object_add(o, "openers", json_object_new_int(v->seen.open_count));
	json_object_object_add(o, "holder", text_or_null(v->holder));
	return o;
}

static void print_volume(const struct gate_volume *v)
{
	const char *detail = gate_status_detail(&v->seen);

	printf("/dev/mapper/%s: %s%s%s%s\n", v->gate.name, gate_status_word(v->seen.state), *detail ? " (" : "",
	       detail, *detail ? ")" : "");
	if (v->seen.sectors > 0)
		printf("  length     %" PRIu64 " sectors\n", v->seen.sectors);
	if (v->below[0])
		printf("  leads to   %s (%u:%u), %" PRIu64 " sectors\n", v->below, v->seen.major, v->seen.minor,
		       v->below_sectors);
	else
		printf("  leads to   nothing\n");
	printf("  suspended  %s\n", v->seen.suspended ? "yes" : "no");
	if (v->seen.open_count > 0)
		printf("  open       %d time%s: %s\n", v->seen.open_count, v->seen.open_count == 1 ? "" : "s",
		       v->holder);
	else
		printf("  open       not by anybody\n");
}

static int verb_status(const struct cli *c, int *ret_code, struct ferry_error *e)
{
	struct gate_volume volumes[DRBD_MAX_VOLUMES];
	struct gate_opts o = { 0 };
	json_object *list;
	unsigned int n = 0;
	int r = read_opts(c, &o, e);

	(void)ret_code;
	if (r == 0)
		r = gate_status(&o, volumes, &n, e);
	if (r < 0)
		return r;
	list = json_object_new_array();
	for (unsigned int i = 0; i < n; i++)
		json_object_array_add(list, volume_json(&volumes[i]));
	cli_answer(c, "resource", json_object_new_string(o.resource));
	cli_answer(c, "volumes", list);
	if (cli_json(c))
		return 0;
	if (n == 0)
		printf("%s: no gate on this node\n", o.resource);
	for (unsigned int i = 0; i < n; i++)
		print_volume(&volumes[i]);
	return 0;
}

static int verb_validate(const struct cli *c, int *ret_code, struct ferry_error *e)
{
	struct gate_opts o = { 0 };
	int64_t level;
	int r = read_opts(c, &o, e);

	(void)ret_code;
	if (r == 0)
		r = cli_get_int(c, "level", 0, 20, &level, e);
	return r < 0 ? r : gate_validate(&o, (int)level, e);
}

static const struct cli_verb verbs[] = {
	{ "open", "open the gate on a Primary, then let the guest run if it is entitled to",
	  "drbd-resource domain", GATE_COMMON, false, verb_open },
	{ "close", "hold the guest if it runs here, close the gate with a flush, let DRBD's devices go",
	  "drbd-resource domain", GATE_COMMON, false, verb_close },
	{ "monitor", "0 if every volume's gate is open, 7 if closed or absent, 1 if damaged", "drbd-resource",
	  "domain " GATE_COMMON, true, verb_monitor },
	{ "status", "print how each volume's gate is, where it leads and who has it open", "drbd-resource", "", true,
	  verb_status },
	{ "validate", "check the parameters; at level 10 DRBD's configuration too", "drbd-resource domain",
	  GATE_COMMON " level", true, verb_validate },
	{ NULL, NULL, NULL, NULL, false, NULL },
};

/* No gate can have a name that is none, nor be where the kernel has no device-mapper; and what is not open holds no guest,
 * whatever that is called. */
static bool nothing_here(const struct cli *c)
{
	struct gate_opts o = { .node = cli_node(c), .deadline = cli_deadline(c) };
	struct ferry_error why = FERRY_ERROR_INIT;
	int code = OCF_SUCCESS;

	if (cli_get_name(c, "drbd-resource", &o.resource, NULL) < 0)
		return true;
	return gate_monitor(&o, &code, &why) < 0 ? why.code == OCF_ERR_INSTALLED : code == OCF_NOT_RUNNING;
}

static const struct cli_program program = {
	.stop = "close",
	.nothing_here = nothing_here,
	.name = "ferry-gate",
	.summary = "opens and closes a guest's way to its DRBD disk",
	.options = options,
	.verbs = verbs,
};

int main(int argc, char **argv)
{
	return cli_main(&program, argc, argv);
}
