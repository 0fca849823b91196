/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ferry-vm: the guest's memory, step by step. */
#include <errno.h>
#include <json-c/json.h>
#include <string.h>

#include "helpers/cli.h"
#include "helpers/vm_checkpoints.h"
#include "helpers/vm_options.h"
#include "lib/action/vm.h"
#include "lib/base/log.h"
#include "lib/edge/proc.h"
#include "lib/model/ocf.h"

static int verb_start(const struct cli *c, int *ret_code, struct ferry_error *e)
{
	struct vm_opts o;
	int r = vm_read_opts(c, &o, e);

	(void)ret_code;
	if (r == 0)
		r = vm_read_way(c, &o, e);
	return r < 0 ? r : vm_start(&o, e);
}

static int verb_stop(const struct cli *c, int *ret_code, struct ferry_error *e)
{
	struct vm_opts o;
	int r = vm_read_opts(c, &o, e);

	(void)ret_code;
	return r < 0 ? r : vm_stop(&o, e);
}

static int verb_monitor(const struct cli *c, int *ret_code, struct ferry_error *e)
{
	const char *word = "";
	struct vm_opts o;
	int64_t level;
	int r = vm_read_opts(c, &o, e);

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
	int r = vm_read_opts(c, &o, e);

	(void)ret_code;
	if (r == 0)
		r = cli_get_name(c, "target", &target, e);
	if (r == 0)
		r = vm_read_way(c, &o, e);
	return r < 0 ? r : vm_migrate_to(&o, target, e);
}

static int verb_migrate_from(const struct cli *c, int *ret_code, struct ferry_error *e)
{
	const char *source = NULL;
	struct vm_opts o;
	int r = vm_read_opts(c, &o, e);

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
	int r = vm_read_opts(c, &o, e);

	(void)ret_code;
	if (r == 0 && vm_read_way(c, &o, &why) < 0)
		log_warning("%s", why.text);
	return r;
}

static int verb_validate(const struct cli *c, int *ret_code, struct ferry_error *e)
{
	struct vm_opts o;
	int64_t level;
	int r = vm_read_opts(c, &o, e);

	(void)ret_code;
	if (r == 0)
		r = cli_get_int(c, "level", 0, 20, &level, e);
	if (r == 0)
		r = vm_read_way(c, &o, e);
	return r < 0 ? r : vm_validate(&o, (int)level, e);
}

static int verb_discard(const struct cli *c, int *ret_code, struct ferry_error *e)
{
	struct vm_opts o;
	int r = vm_read_opts(c, &o, e);

	(void)ret_code;
	if (r == 0 && !cli_flag(c, "yes"))
		r = error_set(e, OCF_ERR_ARGS, EINVAL, "this gives the guest's memory up: say --yes if that is meant");
	return r < 0 ? r : vm_discard(&o, e);
}

static const struct cli_verb verbs[] = {
	{ "start", "look for the guest's memory, adopt or bring it, else boot behind its gate", "",
	  VM_COMMON VM_WAKING " peers address-attribute", false, verb_start },
	{ "stop", "shut the guest down, save or end it; memory that is held is saved in any case", "",
	  VM_COMMON VM_SAVING " stop-mode", false, verb_stop },
	{ "monitor", "tell whether the guest is here: 0, 7 or 1", "",
	  VM_COMMON VM_MOVING VM_SAVING " stop-mode on-stale level", true, verb_monitor },
	{ "migrate-to", "move the guest to another node, live", "target",
	  VM_COMMON VM_MOVING, false, verb_migrate_to },
	{ "migrate-from", "check that the guest has arrived here", "", VM_COMMON " source", false, verb_migrate_from },
	{ "reload", "warn of what is wrong with parameters that were changed", "",
	  VM_COMMON VM_MOVING VM_SAVING " stop-mode on-stale", true, verb_reload },
	{ "validate", "check the parameters; at level 10 the host too", "",
	  VM_COMMON VM_MOVING VM_SAVING " stop-mode on-stale level", true, verb_validate },
	{ "discard", "give up a copy that is held here", "", VM_COMMON " store yes", false, verb_discard },
	{ "checkpoint-save", "save the guest's memory and end it, or fail with the guest running", "",
	  VM_COMMON " store compression checkpoint-bandwidth", false, verb_checkpoint_save },
	{ "checkpoint-restore", "as start, but fail where saved memory cannot be used", "",
	  VM_COMMON " store peers address-attribute", false, verb_checkpoint_restore },
	{ "checkpoint-list", "the saved memory that there is, of one guest or of all", "",
	  "domain store", true, verb_checkpoint_list },
	{ "checkpoint-show", "what the manifest of a checkpoint says", "domain", "store id", true, verb_checkpoint_show },
	{ "checkpoint-verify", "read a checkpoint and compare every byte with its manifest", "domain",
	  "store id", true, verb_checkpoint_verify },
	{ "checkpoint-discard", "give a checkpoint up, or all of a guest's", "domain", "store id yes", false,
	  verb_checkpoint_discard },
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
	{ "store", "checkpoint_store" },
	{ "compression", "checkpoint_compression" },
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
	.options = vm_options,
	.verbs = verbs,
};

int main(int argc, char **argv)
{
	return cli_main(&program, argc, argv);
}
