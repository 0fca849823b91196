/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ferry-gate: the guest's way to its disk. */
#include <string.h>

#include "helpers/cli.h"
#include "lib/action/gate_action.h"

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
	o->hypervisor = cli_get(c, "hypervisor");
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
	{ "validate", "check the parameters; at level 10 DRBD's configuration too", "drbd-resource domain",
	  GATE_COMMON " level", true, verb_validate },
	{ NULL, NULL, NULL, NULL, false, NULL },
};

static const struct cli_program program = {
	.name = "ferry-gate",
	.summary = "opens and closes a guest's way to its DRBD disk",
	.options = options,
	.verbs = verbs,
};

int main(int argc, char **argv)
{
	return cli_main(&program, argc, argv);
}
