/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What cli.c (main), cli_args.c (the command line) and cli_value.c (its values) share; nobody else includes it. */
#ifndef FERRY_CLI_PRIV_H
#define FERRY_CLI_PRIV_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/utsname.h>

#include "helpers/cli.h"

struct cli {
	const struct cli_program *program;
	const struct cli_verb *verb;
	const char *given[CLI_MAX_OPTIONS];	/* by place in the option table */
	const char *timeout;
	bool help, version, json, agent;
	int64_t timeout_ms;
	struct ferry_deadline deadline;
	char node[sizeof((struct utsname *)0)->nodename];
	struct json_object *answer;
	struct ferry_error *forgave;	/* the first bad value that a forgiving verb went on with */
};

/* The place of OPTION in the program's table, -1 if it declares no such option. */
int cli_place_of(const struct cli_program *p, const char *option);
/* VALUE of OPTION, which need not be in the table, as a whole number within MIN..MAX. */
int cli_to_int(const struct cli *c, const char *option, const char *value, int64_t min, int64_t max,
	       int64_t *ret_value, struct ferry_error *e);
/* OPTION, which the verb needs, was not given: OCF_ERR_CONFIGURED. */
int cli_missing(const struct cli *c, const char *option, const char *value, struct ferry_error *e);
/* Fill C from the command line: the verb (NULL with --help or --version alone) and what was given. */
int cli_parse(struct cli *c, int argc, char **argv, struct ferry_error *e);
/* Every option that the verb wants is there, and none that it does not take. */
int cli_check_options(const struct cli *c, struct ferry_error *e);

#endif
