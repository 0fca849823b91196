/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line: what was given, whether the verb takes it, and what verbs ask about it. */
#include <errno.h>
#include <getopt.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "helpers/cli_priv.h"
#include "helpers/cli_usage.h"
#include "lib/model/ids.h"
#include "lib/model/ocf.h"

/* ---- what verbs ask ---- */

int cli_place_of(const struct cli_program *p, const char *option)
{
	for (int i = 0; p->options[i].name; i++)
		if (strcmp(p->options[i].name, option) == 0)
			return i;
	return -1;
}

const char *cli_get(const struct cli *c, const char *option)
{
	int i = cli_place_of(c->program, option);

	if (i < 0)
		abort();	/* a verb asks for an option that nobody declared */
	return c->given[i] ? c->given[i] : c->program->options[i].def;
}

bool cli_flag(const struct cli *c, const char *option)
{
	return cli_get(c, option) != NULL;
}

int cli_to_int(const char *option, const char *value, int64_t min, int64_t max,
	       int64_t *ret_value, struct ferry_error *e)
{
	char *end;
	long long n;

	errno = 0;
	n = strtoll(value, &end, 10);
	if (errno || end == value || *end || n < min || n > max)
		return error_set(e, OCF_ERR_CONFIGURED, EINVAL,
				 "--%s \"%s\": give a whole number from %lld to %lld", option, value,
				 (long long)min, (long long)max);
	*ret_value = n;
	return 0;
}

static int missing(const char *option, struct ferry_error *e)
{
	return error_set(e, OCF_ERR_CONFIGURED, EINVAL, "--%s is missing; see --help", option);
}

int cli_get_int(const struct cli *c, const char *option, int64_t min, int64_t max,
		int64_t *ret_value, struct ferry_error *e)
{
	const char *value = cli_get(c, option);

	return value ? cli_to_int(option, value, min, max, ret_value, e) : missing(option, e);
}

int cli_get_word(const struct cli *c, const char *option, const char *words,
		 const char **ret_value, struct ferry_error *e)
{
	const char *value = cli_get(c, option);

	if (!value)
		return missing(option, e);
	if (strchr(value, ' ') || !word_in(words, value))
		return error_set(e, OCF_ERR_CONFIGURED, EINVAL, "--%s \"%s\": give one of: %s",
				 option, value, words);
	*ret_value = value;
	return 0;
}

int cli_get_name(const struct cli *c, const char *option, const char **ret_value,
		 struct ferry_error *e)
{
	const char *value = cli_get(c, option);

	if (!value)
		return missing(option, e);
	if (!name_valid(value))
		return error_set(e, OCF_ERR_CONFIGURED, EINVAL,
				 "--%s \"%s\": a name has 1 to %d of the characters A-Z a-z 0-9 . _ + -, "
				 "and does not begin with . or -", option, value, NAME_SIZE - 1);
	*ret_value = value;
	return 0;
}

bool cli_json(const struct cli *c)
{
	return c->json;
}

struct ferry_deadline cli_deadline(const struct cli *c)
{
	return c->deadline;
}

const char *cli_node(const struct cli *c)
{
	const char *node = cli_place_of(c->program, "node") >= 0 ? cli_get(c, "node") : NULL;

	return node ? node : c->node;
}

void cli_answer(const struct cli *c, const char *name, struct json_object *value)
{
	if (c->answer)
		json_object_object_add(c->answer, name, value);
	else
		json_object_put(value);
}
/* ---- the command line ---- */

enum { OPT_HELP = 1000, OPT_VERSION, OPT_JSON, OPT_TIMEOUT };

static void long_options(const struct cli_program *p, struct option *ret_long)
{
	const struct option common[] = {
		{ "help", no_argument, NULL, OPT_HELP },
		{ "version", no_argument, NULL, OPT_VERSION },
		{ "json", no_argument, NULL, OPT_JSON },
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

static int find_verb(struct cli *c, const char *name, struct ferry_error *e)
{
	char verbs[256];

	for (const struct cli_verb *v = c->program->verbs; v->name; v++)
		if (strcmp(v->name, name) == 0) {
			c->verb = v;
			return 0;
		}
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
	struct option lng[CLI_MAX_OPTIONS + 5];
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
		case OPT_TIMEOUT: c->timeout = value; break;
		case 1:
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
			return error_set(e, OCF_ERR_CONFIGURED, EINVAL, "%s wants --%s %s; see %s %s --help",
					 v->name, name, c->program->options[i].value, c->program->name,
					 v->name);
		if (c->given[i] && !required && !(v->optional && word_in(v->optional, name)))
			return error_set(e, OCF_ERR_ARGS, EINVAL, "%s takes no --%s; see %s %s --help",
					 v->name, name, c->program->name, v->name);
	}
	return 0;
}
