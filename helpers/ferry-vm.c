/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ferry-vm: the guest's memory, step by step. */
#include <errno.h>
#include <json-c/json.h>
#include <string.h>

#include "helpers/cli.h"
#include "lib/action/vm.h"
#include "lib/base/log.h"
#include "lib/edge/proc.h"
#include "lib/model/ocf.h"

#define VM_COMMON "domain config gate hypervisor node transport"
#define VM_MOVING " peers address-attribute downtime bandwidth convergence parallel retries"

static const struct cli_option options[] = {
	{ "domain", "NAME", NULL, "the guest; needed unless --config tells its name" },
	{ "config", "PATH", NULL, "XML of the guest's domain" },
	{ "gate", "RESOURCE", NULL, "DRBD resource of its gate; none: its storage needs none" },
	{ "hypervisor", "URI", "qemu:///system", "libvirt of this node" },
	{ "node", "NAME", NULL, "this node's name in the cluster; default: uname -n" },
	{ "peers", "NAMES", NULL, "without a gate: the nodes that may run the guest, with blanks between; default: all" },
	{ "transport", "WORD", "tls", "how libvirtds reach each other: tls, ssh or tcp" },
	{ "address-attribute", "NAME", NULL,
	  "node attribute with the address that moves to that node go to; none: its name" },
	{ "target", "NODE", NULL, "where to move the guest" },
	{ "source", "NODE", NULL, "where it came from" },
	{ "downtime", "MS", "300", "largest switchover that is accepted, milliseconds" },
	{ "bandwidth", "MIB", "0", "limit of the migration, MiB/s; 0: none" },
	{ "convergence", "WORD", "auto-converge", "when RAM changes too fast: none or auto-converge" },
	{ "parallel", "N", "0", "connections for the RAM, up to 255; 0: the usual one" },
	{ "retries", "N", "1", "how often a migration that broke is begun anew, within the time" },
	{ "stop-mode", "WORD", "shutdown", "shutdown or destroy" },
	{ "level", "N", "0", "OCF check level: 0, or 10 for a deep look" },
	{ "yes", NULL, NULL, "yes, give that memory up" },
	{ NULL, NULL, NULL, NULL },
};

static int read_numbers(const struct cli *c, struct vm_opts *o, struct ferry_error *e)
{
	int64_t downtime, bandwidth, parallel, retries;
	const char *word;
	int r = cli_get_int(c, "downtime", 1, 2000000, &downtime, e);

	if (r == 0)
		r = cli_get_int(c, "bandwidth", 0, 1000000, &bandwidth, e);
	if (r == 0)
		r = cli_get_int(c, "parallel", 0, 255, &parallel, e);
	if (r == 0)
		r = cli_get_int(c, "retries", 0, 100, &retries, e);
	if (r == 0)
		r = cli_get_word(c, "convergence", "none auto-converge", &word, e);
	if (r < 0)
		return r;
	o->downtime_ms = (unsigned int)downtime;
	o->bandwidth_mib = (unsigned int)bandwidth;
	o->parallel = (unsigned int)parallel;
	o->retries = (unsigned int)retries;
	o->convergence = strcmp(word, "none") == 0 ? VIRT_CONVERGE_NONE : VIRT_CONVERGE_AUTO;
	return 0;
}

static int read_opts(const struct cli *c, struct vm_opts *o, struct ferry_error *e)
{
	const char *mode;
	int r = 0;

	memset(o, 0, sizeof *o);
	if (cli_get(c, "domain"))
		r = cli_get_name(c, "domain", &o->domain, e);
	if (r == 0 && cli_get(c, "gate"))
		r = cli_get_name(c, "gate", &o->gate, e);
	if (r == 0)
		r = cli_get_word(c, "transport", "tls ssh tcp", &o->transport, e);
	if (r == 0)
		r = cli_get_word(c, "stop-mode", "shutdown destroy", &mode, e);
	if (r == 0)
		r = read_numbers(c, o, e);
	if (r == 0)
		r = cli_get_names(c, "peers", &o->peers, e);
	if (r == 0)
		r = cli_get_path(c, "config", &o->config, e);
	if (r == 0)
		r = cli_get_uri(c, "hypervisor", &o->hypervisor, e);
	if (r < 0)
		return r;
	o->node = cli_node(c);
	o->stop_mode = strcmp(mode, "destroy") == 0 ? VM_STOP_DESTROY : VM_STOP_SHUTDOWN;
	o->deadline = cli_deadline(c);
	return 0;
}

/* For verbs that have to do with other nodes. */
static int read_way(const struct cli *c, struct vm_opts *o, struct ferry_error *e)
{
	if (o->parallel > 0 && strcmp(o->transport, "ssh") == 0)
		return cli_refuse(c, "parallel", e,
				  "by ssh the RAM goes inside libvirt's one connection; leave it at 0, or move by tls or tcp");
	return cli_get(c, "address-attribute") ?
		cli_get_name(c, "address-attribute", &o->address_attribute, e) : 0;
}

static int verb_start(const struct cli *c, int *ret_code, struct ferry_error *e)
{
	struct vm_opts o;
	int r = read_opts(c, &o, e);

	(void)ret_code;
	if (r == 0)
		r = read_way(c, &o, e);
	return r < 0 ? r : vm_start(&o, e);
}

static int verb_stop(const struct cli *c, int *ret_code, struct ferry_error *e)
{
	struct vm_opts o;
	int r = read_opts(c, &o, e);

	(void)ret_code;
	return r < 0 ? r : vm_stop(&o, e);
}

static int verb_monitor(const struct cli *c, int *ret_code, struct ferry_error *e)
{
	const char *word = "";
	struct vm_opts o;
	int64_t level;
	int r = read_opts(c, &o, e);

	if (r == 0)
		r = cli_get_int(c, "level", 0, 20, &level, e);
	if (r == 0)
		r = vm_monitor(&o, level >= 10, ret_code, &word, e);
	if (r == 0)
		cli_answer(c, "state", json_object_new_string(word));
	return r;
}

static int verb_migrate_to(const struct cli *c, int *ret_code, struct ferry_error *e)
{
	const char *target;
	struct vm_opts o;
	int r = read_opts(c, &o, e);

	(void)ret_code;
	if (r == 0)
		r = cli_get_name(c, "target", &target, e);
	if (r == 0)
		r = read_way(c, &o, e);
	return r < 0 ? r : vm_migrate_to(&o, target, e);
}

static int verb_migrate_from(const struct cli *c, int *ret_code, struct ferry_error *e)
{
	const char *source = NULL;
	struct vm_opts o;
	int r = read_opts(c, &o, e);

	(void)ret_code;
	if (r == 0 && cli_get(c, "source"))
		r = cli_get_name(c, "source", &source, e);
	return r < 0 ? r : vm_migrate_from(&o, source, e);
}

/* Parameters are read anew by each action, so there is nothing to take over: only to warn of what is wrong. Never a failure
 * for a word or a number: Pacemaker would restart the guest for it. */
static int verb_reload(const struct cli *c, int *ret_code, struct ferry_error *e)
{
	struct ferry_error why = FERRY_ERROR_INIT;
	struct vm_opts o;
	int r = read_opts(c, &o, e);

	(void)ret_code;
	if (r == 0 && read_way(c, &o, &why) < 0)
		log_warning("%s", why.text);
	return r;
}

static int verb_validate(const struct cli *c, int *ret_code, struct ferry_error *e)
{
	struct vm_opts o;
	int64_t level;
	int r = read_opts(c, &o, e);

	(void)ret_code;
	if (r == 0)
		r = cli_get_int(c, "level", 0, 20, &level, e);
	if (r == 0)
		r = read_way(c, &o, e);
	return r < 0 ? r : vm_validate(&o, (int)level, e);
}

static int verb_discard(const struct cli *c, int *ret_code, struct ferry_error *e)
{
	struct vm_opts o;
	int r = read_opts(c, &o, e);

	(void)ret_code;
	if (r == 0 && !cli_flag(c, "yes"))
		r = error_set(e, OCF_ERR_ARGS, EINVAL, "this gives the guest's memory up: say --yes if that is meant");
	return r < 0 ? r : vm_discard(&o, e);
}

static const struct cli_verb verbs[] = {
	{ "start", "look for the guest's memory, adopt or bring it, else boot behind its gate", "",
	  VM_COMMON " peers address-attribute", false, verb_start },
	{ "stop", "shut the guest down, or end it; memory that is held for a move is saved", "",
	  VM_COMMON " stop-mode", false, verb_stop },
	{ "monitor", "tell whether the guest is here: 0, 7 or 1", "",
	  VM_COMMON VM_MOVING " stop-mode level", true, verb_monitor },
	{ "migrate-to", "move the guest to another node, live", "target",
	  VM_COMMON VM_MOVING, false, verb_migrate_to },
	{ "migrate-from", "check that the guest has arrived here", "", VM_COMMON " source", false, verb_migrate_from },
	{ "reload", "warn of what is wrong with parameters that were changed", "",
	  VM_COMMON VM_MOVING " stop-mode", true, verb_reload },
	{ "validate", "check the parameters; at level 10 the host too", "",
	  VM_COMMON VM_MOVING " stop-mode level", true, verb_validate },
	{ "discard", "give up a copy that is held here", "", VM_COMMON " yes", false, verb_discard },
	{ NULL, NULL, NULL, NULL, false, NULL },
};

static const struct cli_parameter parameters[] = {
	{ "transport", "migration_transport" },
	{ "address-attribute", "migration_address_attribute" },
	{ "downtime", "migration_downtime" },
	{ "bandwidth", "migration_bandwidth" },
	{ "convergence", "migration_convergence" },
	{ "parallel", "migration_parallel" },
	{ "retries", "migration_retries" },
	{ NULL, NULL },
};

/* No guest can have a name that is none; /proc proves it for one that can. */
static bool nothing_here(const struct cli *c)
{
	const char *domain;

	return cli_get_name(c, "domain", &domain, NULL) < 0 || proc_find_qemu(domain, NULL) == 0;
}

static const struct cli_program program = {
	.stop = "stop",
	.nothing_here = nothing_here,
	.name = "ferry-vm",
	.parameters = parameters,
	.forgiving = "stop monitor migrate-from reload",
	.summary = "moves, starts and stops a guest without losing its memory",
	.options = options,
	.verbs = verbs,
};

int main(int argc, char **argv)
{
	return cli_main(&program, argc, argv);
}
