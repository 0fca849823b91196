/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "helpers/vm_options.h"

#include <errno.h>
#include <string.h>

#include "lib/model/ocf.h"

const struct cli_option vm_options[] = {
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
	{ "stop-mode", "WORD", "shutdown", "shutdown, checkpoint or destroy" },
	{ "store", "PLACE", STORE_DEFAULT, "where checkpoints are kept: a directory, or volume:RESOURCE/NUMBER" },
	{ "compression", "WORD", "none", "of checkpoints: none or zstd" },
	{ "checkpoint-bandwidth", "MIB", "0", "limit of the writing of a checkpoint, MiB/s; 0: none" },
	{ "on-stale", "WORD", "boot", "what follows a checkpoint that cannot be used: boot or fail" },
	{ "on-full", "WORD", "shutdown", "what follows a checkpoint that cannot be written: shutdown or fail" },
	{ "id", "ID", NULL, "of a checkpoint; none: the newest" },
	{ "level", "N", "0", "OCF check level: 0, or 10 for a deep look" },
	{ "yes", NULL, NULL, "yes, give that memory up" },
	{ NULL, NULL, NULL, NULL },
};

static int read_numbers(const struct cli *c, struct vm_opts *o, struct ferry_error *e)
{
	int64_t downtime, bandwidth, parallel, retries, checkpoint;
	const char *word;
	int r = cli_get_int(c, "downtime", 1, 2000000, &downtime, e);

	if (r == 0)
		r = cli_get_int(c, "bandwidth", 0, 1000000, &bandwidth, e);
	if (r == 0)
		r = cli_get_int(c, "parallel", 0, 255, &parallel, e);
	if (r == 0)
		r = cli_get_int(c, "retries", 0, 100, &retries, e);
	if (r == 0)
		r = cli_get_int(c, "checkpoint-bandwidth", 0, 1000000, &checkpoint, e);
	if (r == 0)
		r = cli_get_word(c, "convergence", "none auto-converge", &word, e);
	if (r < 0)
		return r;
	o->checkpoint_bandwidth_mib = (unsigned int)checkpoint;
	o->downtime_ms = (unsigned int)downtime;
	o->bandwidth_mib = (unsigned int)bandwidth;
	o->parallel = (unsigned int)parallel;
	o->retries = (unsigned int)retries;
	o->convergence = strcmp(word, "none") == 0 ? VIRT_CONVERGE_NONE : VIRT_CONVERGE_AUTO;
	return 0;
}

static int read_checkpoint(const struct cli *c, struct vm_opts *o, struct ferry_error *e)
{
	const char *compression, *stale, *full;
	int r = cli_get_word(c, "compression", "none zstd", &compression, e);

	if (r == 0)
		r = cli_get_word(c, "on-stale", "boot fail", &stale, e);
	if (r == 0)
		r = cli_get_word(c, "on-full", "shutdown fail", &full, e);
	if (r == 0)
		r = cli_get_store(c, "store", &o->store, e);
	if (r < 0)
		return r;
	o->compress = strcmp(compression, "zstd") == 0;
	o->stale_fails = strcmp(stale, "fail") == 0;
	o->full_fails = strcmp(full, "fail") == 0;
	return 0;
}

int vm_read_opts(const struct cli *c, struct vm_opts *o, struct ferry_error *e)
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
		r = cli_get_word(c, "stop-mode", "shutdown checkpoint destroy", &mode, e);
	if (r == 0)
		r = read_checkpoint(c, o, e);
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
	o->stop_mode = strcmp(mode, "destroy") == 0    ? VM_STOP_DESTROY :
		       strcmp(mode, "checkpoint") == 0 ? VM_STOP_CHECKPOINT :
							 VM_STOP_SHUTDOWN;
	o->deadline = cli_deadline(c);
	return 0;
}

int vm_read_way(const struct cli *c, struct vm_opts *o, struct ferry_error *e)
{
	if (o->parallel > 0 && strcmp(o->transport, "ssh") == 0)
		return cli_refuse(c, "parallel", e,
				  "by ssh the RAM goes inside libvirt's one connection; leave it at 0, or move by tls or tcp");
	return cli_get(c, "address-attribute") ?
		cli_get_name(c, "address-attribute", &o->address_attribute, e) : 0;
}
