/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line: what was given, and whether the verb takes it. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helpers/cli_priv.h"
#include "helpers/cli_usage.h"
#include "lib/model/ocf.h"

enum { OPT_HELP = 1000, OPT_VERSION, OPT_JSON, OPT_AGENT, OPT_TIMEOUT };

static void long_options(const struct cli_program *p, struct option *ret_long)
{
	const struct option common[] = {
		{ "help", no_argument, NULL, OPT_HELP },
		{ "version", no_argument, NULL, OPT_VERSION },
		{ "json", no_argument, NULL, OPT_JSON },
		{ "agent", no_argument, NULL, OPT_AGENT },
		{ "timeout", required_argument, NULL, OPT_TIMEOUT },
		{ NULL, 0, NULL, 0 },
	};
	int n = 0;

	for (; p->options[n].name; n++) {
		if (n == CLI_MAX_OPTIONS)
			abort();
		ret_long[n] = (struct option){
			p->options[n].name,
			p->options[n].value ? required_argument : no_argument, NULL, 2000 + n,
		};
	}
	memcpy(ret_long + n, common, sizeof common);
}

static const struct cli_verb *verb_called(const struct cli_program *p, const char *name)
{
	const struct cli_verb *v = p->verbs;

	while (v->name && strcmp(v->name, name) != 0)
		v++;
	return v->name ? v : NULL;
}

static int find_verb(struct cli *c, const char *name, struct ferry_error *e)
{
	char verbs[512];

	c->verb = verb_called(c->program, name);
	if (c->verb)
		return 0;
	usage_verb_names(c->program, verbs, sizeof verbs);
	return error_set(e, OCF_ERR_UNIMPLEMENTED, ENOSYS, "%s knows no verb \"%s\"; it knows: %s",
			 c->program->name, name, verbs);
}

static int bad_option(int opt, char **argv, struct ferry_error *e)
{
	const char *text = argv[optind - 1];

	if (opt == ':')
		return error_set(e, OCF_ERR_ARGS, EINVAL, "%s wants a value", text);
	if (optopt >= OPT_HELP)
		return error_set(e, OCF_ERR_ARGS, EINVAL, "%s takes no value", text);
	return error_set(e, OCF_ERR_ARGS, EINVAL, "unknown or ambiguous option %s; see --help", text);
}

int cli_parse(struct cli *c, int argc, char **argv, struct ferry_error *e)
{
	struct option lng[CLI_MAX_OPTIONS + 6];
	char two[64] = "";
	const char *verb = NULL;
	int opt;

	long_options(c->program, lng);
	optind = 0;
	opterr = 0;
	/* "-": a word that is no option comes as option 1, wherever it stands. */
	while ((opt = getopt_long(argc, argv, "-:", lng, NULL)) != -1) {
		const char *value = optarg && *optarg ? optarg : NULL;

		switch (opt) {
		case OPT_HELP: c->help = true; break;
		case OPT_VERSION: c->version = true; break;
		case OPT_JSON: c->json = true; break;
		case OPT_AGENT: c->agent = true; break;
		case OPT_TIMEOUT: c->timeout = value; break;
		case 1:
			if (verb && !two[0] && !verb_called(c->program, verb) &&
			    (size_t)snprintf(two, sizeof two, "%s-%s", verb, optarg) < sizeof two && verb_called(c->program, two)) {
				verb = two;
				break;
			}
			if (verb)
				return error_set(e, OCF_ERR_ARGS, EINVAL, "unexpected \"%s\" after the verb %s",
						 optarg, verb);
			verb = optarg;
			break;
		case '?':
		case ':':
			return bad_option(opt, argv, e);
		default:
			opt -= 2000;
			c->given[opt] = c->program->options[opt].value ? value : "yes";
		}
	}
	if (optind < argc)
		return error_set(e, OCF_ERR_ARGS, EINVAL, "unexpected \"%s\"", argv[optind]);
	if (verb)
		return find_verb(c, verb, e);
	if (!c->help && !c->version)
		return error_set(e, OCF_ERR_ARGS, EINVAL, "which verb? see %s --help", c->program->name);
	return 0;
}

int cli_check_options(const struct cli *c, struct ferry_error *e)
{
	const struct cli_verb *v = c->verb;

	for (int i = 0; c->program->options[i].name; i++) {
		const char *name = c->program->options[i].name;
		bool required = v->required && word_in(v->required, name);

		if (required && !cli_get(c, name))
			return cli_missing(c, name, c->program->options[i].value, e);
		if (c->given[i] && !required && !(v->optional && word_in(v->optional, name)))
			return error_set(e, OCF_ERR_ARGS, EINVAL, "%s takes no --%s; see %s %s --help",
					 v->name, name, c->program->name, v->name);
	}
	return 0;
}
