/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the helpers share: a verb table that is the program, its options, its usage text, the
 * watchdog, and the sinks for log, steps and exit reason.
 *
 *   ferry-gate VERB [--option VALUE]...
 *
 * A verb with a hyphen may be given as two words: "checkpoint list" is checkpoint-list.
 * Every option is declared once, in the helper's option table; each verb names those it takes.
 * `--help` (before or after the verb), `--version`, `--timeout` and `--json` are always there. An
 * option given with an empty value counts as not given, so that an agent may pass on what
 * Pacemaker left unset. Exit codes are OCF's. On a failure the last line on stderr is
 * "ocf-exit-reason:TEXT". An error about a value names the option; with --agent, which the agents
 * give, it names the agent's parameter, which is what their users have set, and exit codes from which
 * Pacemaker would draw wrong conclusions are replaced (cli.c).
 *
 * With --json exactly one object goes to stdout: "code", on a failure "reason", and what the verb
 * gave to cli_answer().
 */
#ifndef FERRY_CLI_H
#define FERRY_CLI_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/deadline.h"
#include "lib/base/error.h"

#define CLI_MAX_OPTIONS 32

struct cli_option {
	const char *name;	/* "domain": given as --domain VALUE or --domain=VALUE */
	const char *value;	/* "NAME" in the usage text; NULL: a flag without a value */
	const char *def;	/* default, NULL if none */
	const char *help;	/* one line */
};

struct cli;

struct cli_verb {
	const char *name;
	const char *summary;
	const char *required;	/* option names that must be given, blank-separated */
	const char *optional;	/* and that may be; --timeout and --json always may */
	bool looks;		/* changes nothing: kept out of the trace unless it fails */
	/* Returns 0 or -errno with E filled; *ret_code is the exit code on 0 (OCF_SUCCESS unless set). Where
	 * that is a degraded one, E says why all the same.
	 * Prints its answer on stdout unless cli_json(). */
	int (*run)(const struct cli *c, int *ret_code, struct ferry_error *e);
};

/* What the agent calls an option, where that is not the option's name with '_' for '-'. */
struct cli_parameter {
	const char *option, *parameter;
};

struct cli_program {
	const char *name;	/* "ferry-gate" */
	const char *summary;
	const struct cli_parameter *parameters;	/* ends with option NULL; NULL: there are none */
	/* Verbs that a bad word or number must not stop, because they look after a guest that is here
	 * (blank-separated): they warn, and take the default. NULL: none. */
	const char *forgiving;
	/* The verb that is the agent's stop; and, asked when that was given values that cannot be right:
	 * true if nothing can run here that it would have to stop. */
	const char *stop;
	bool (*nothing_here)(const struct cli *c);
	const struct cli_option *options;	/* ends with name NULL */
	const struct cli_verb *verbs;		/* ends with name NULL */
};

/* The whole of main(): parse, set the sinks up, arm the watchdog, run the verb, print, exit code. */
int cli_main(const struct cli_program *p, int argc, char **argv);

/* Value of an option, its default, or NULL. The option must be in the table (else abort). */
const char *cli_get(const struct cli *c, const char *option);
bool cli_flag(const struct cli *c, const char *option);
/* Fill E: the value of OPTION as it was given, by its name (above), then ": " and what to give
 * instead. OCF_ERR_CONFIGURED; returns -EINVAL. */
int cli_refuse(const struct cli *c, const char *option, struct ferry_error *e, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* A whole number within MIN..MAX; an error names option, value, range (OCF_ERR_CONFIGURED). */
int cli_get_int(const struct cli *c, const char *option, int64_t min, int64_t max,
		int64_t *ret_value, struct ferry_error *e);
/* One of the blank-separated WORDS. */
int cli_get_word(const struct cli *c, const char *option, const char *words,
		 const char **ret_value, struct ferry_error *e);
/* A valid name (name_valid). */
int cli_get_name(const struct cli *c, const char *option, const char **ret_value,
		 struct ferry_error *e);
/* Valid names with blanks between them, NULL if not given. */
int cli_get_names(const struct cli *c, const char *option, const char **ret_value,
		  struct ferry_error *e);
/* An absolute path, NULL if not given. */
int cli_get_path(const struct cli *c, const char *option, const char **ret_value,
		 struct ferry_error *e);
/* Where checkpoints are kept (lib/model/store_name.h). */
int cli_get_store(const struct cli *c, const char *option, const char **ret_value, struct ferry_error *e);
/* The URI of a libvirt on this node: SCHEME:///... */
int cli_get_uri(const struct cli *c, const char *option, const char **ret_value,
		struct ferry_error *e);
bool cli_json(const struct cli *c);
/* From --timeout (ms, the action's own time-out as Pacemaker gives it in
 * OCF_RESKEY_CRM_meta_timeout; default 20 s) less a margin for saying why. */
struct ferry_deadline cli_deadline(const struct cli *c);
/* This node's name: --node (if the program declares it), else uname -n. */
const char *cli_node(const struct cli *c);

/* The member NAME of the object that --json prints; takes VALUE over. Ignored without --json. */
struct json_object;
void cli_answer(const struct cli *c, const char *name, struct json_object *value);

/*
 * The watchdog ends the helper with an exit reason when a call does not come back in time, between
 * cli_deadline() and the action's time-out. A forked child has none (fork(2): timers are not
 * inherited); this is for a process that goes on working after it has told its answer.
 */
void cli_watchdog_disarm(void);

#endif
