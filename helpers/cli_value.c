/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What verbs ask about the command line, and the errors about a value: its name, the value, the cure. */
#include <errno.h>
#include <json-c/json.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "helpers/cli_priv.h"
#include "helpers/cli_usage.h"
#include "lib/model/ids.h"
#include "lib/model/ocf.h"
#include "lib/model/store_name.h"

#define SHOWN_MAX 64	/* of a value in an error: the cure after it must fit */
#define PATH_LEN_MAX 255	/* of a configuration: its copy is kept under its whole path, as one name */
#define URI_LEN_MAX 255

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

/* ---- errors ---- */

/* What Pacemaker gives, and no parameter is. */
static const struct cli_parameter pacemakers[] = {
	{ "timeout", "CRM_meta_timeout" },
	{ "node", "CRM_meta_on_node" },
	{ "target", "CRM_meta_migrate_target" },
	{ "source", "CRM_meta_migrate_source" },
	{ "level", "OCF_CHECK_LEVEL" },
	{ "instance", "OCF_RESOURCE_INSTANCE" },
	{ NULL, NULL },
};

static const char *find_parameter(const struct cli_parameter *p, const char *option)
{
	for (; p && p->option; p++)
		if (strcmp(p->option, option) == 0)
			return p->parameter;
	return NULL;
}

/* --migration-x, or with --agent migration_x. */
static void put_name(const struct cli *c, const char *option, char *buf, size_t size)
{
	const char *known = NULL;

	if (!c->agent) {
		snprintf(buf, size, "--%s", option);
		return;
	}
	known = find_parameter(c->program->parameters, option);
	if (!known)
		known = find_parameter(pacemakers, option);
	snprintf(buf, size, "%s", known ? known : option);
	for (char *p = buf; !known && *p; p++)
		if (*p == '-')
			*p = '_';
}

static int __attribute__((format(printf, 5, 0)))
vrefuse(const struct cli *c, const char *option, const char *value, struct ferry_error *e,
	const char *fmt, va_list ap)
{
	char name[64], cure[320];

	put_name(c, option, name, sizeof name);
	vsnprintf(cure, sizeof cure, fmt, ap);
	return error_set(e, OCF_ERR_CONFIGURED, EINVAL, "%s%s\"%.*s\"%s: %s", name, c->agent ? "=" : " ", SHOWN_MAX,
			 value, strlen(value) > SHOWN_MAX ? "..." : "", cure);
}

static int __attribute__((format(printf, 5, 6)))
refuse(const struct cli *c, const char *option, const char *value, struct ferry_error *e, const char *fmt, ...)
{
	va_list ap;
	int r;

	va_start(ap, fmt);
	r = vrefuse(c, option, value, e, fmt, ap);
	va_end(ap);
	return r;
}

int cli_refuse(const struct cli *c, const char *option, struct ferry_error *e, const char *fmt, ...)
{
	const char *value = cli_get(c, option);
	va_list ap;
	int r;

	va_start(ap, fmt);
	r = vrefuse(c, option, value ? value : "", e, fmt, ap);
	va_end(ap);
	return r;
}

int cli_missing(const struct cli *c, const char *option, const char *value, struct ferry_error *e)
{
	char name[64];

	put_name(c, option, name, sizeof name);
	if (c->agent)
		return error_set(e, OCF_ERR_CONFIGURED, EINVAL, "%s is not set: it is required", name);
	return error_set(e, OCF_ERR_CONFIGURED, EINVAL, "%s wants %s %s; see %s %s --help", c->verb->name, name, value,
			 c->program->name, c->verb->name);
}

/*
 * True, with a warning, if the verb goes on with the default in place of a bad value: a word or a number that was
 * changed while the guest runs must not be what ends it. E holds why the value is bad, and is cleared.
 */
static bool forgives(const struct cli *c)
{
	return c->program->forgiving && word_in(c->program->forgiving, c->verb->name);
}

/* The first of them is told. */
static void forgive(const struct cli *c, const char *how, struct ferry_error *e)
{
	error_set(c->forgave, OCF_DEGRADED, 0, "%s; going on %s", e->text, how);
	error_clear(e);
}

static bool forgiven(const struct cli *c, const char *option, struct ferry_error *e)
{
	const char *def = c->program->options[cli_place_of(c->program, option)].def;
	char how[64];

	if (!forgives(c) || !def || cli_get(c, option) == def)
		return false;
	snprintf(how, sizeof how, "with %s", def);
	forgive(c, how, e);
	return true;
}

/* ---- values ---- */

int cli_to_int(const struct cli *c, const char *option, const char *value, int64_t min, int64_t max,
	       int64_t *ret_value, struct ferry_error *e)
{
	const char *digits = *value == '-' ? value + 1 : value;
	long long n;

	errno = 0;
	n = strtoll(value, NULL, 10);
	if (errno || !*digits || digits[strspn(digits, "0123456789")] || n < min || n > max)
		return refuse(c, option, value, e, "give a whole number from %lld to %lld", (long long)min,
			      (long long)max);
	*ret_value = n;
	return 0;
}

int cli_get_int(const struct cli *c, const char *option, int64_t min, int64_t max,
		int64_t *ret_value, struct ferry_error *e)
{
	struct ferry_error why = FERRY_ERROR_INIT;
	const char *value = cli_get(c, option);

	if (!value)
		return cli_missing(c, option, "N", e);
	if (cli_to_int(c, option, value, min, max, ret_value, &why) == 0)
		return 0;
	if (forgiven(c, option, &why))
		return cli_to_int(c, option, c->program->options[cli_place_of(c->program, option)].def, min, max,
				  ret_value, e);
	return error_set(e, why.code, why.err, "%s", why.text);
}

int cli_get_word(const struct cli *c, const char *option, const char *words,
		 const char **ret_value, struct ferry_error *e)
{
	struct ferry_error why = FERRY_ERROR_INIT;
	const char *value = cli_get(c, option);

	if (!value)
		return cli_missing(c, option, "WORD", e);
	if (strchr(value, ' ') || !word_in(words, value)) {
		refuse(c, option, value, &why, "give one of: %s", words);
		if (!forgiven(c, option, &why))
			return error_set(e, why.code, why.err, "%s", why.text);
		value = c->program->options[cli_place_of(c->program, option)].def;
	}
	*ret_value = value;
	return 0;
}

int cli_get_name(const struct cli *c, const char *option, const char **ret_value,
		 struct ferry_error *e)
{
	const char *value = cli_get(c, option);

	if (!value)
		return cli_missing(c, option, "NAME", e);
	if (!name_valid(value))
		return cli_refuse(c, option, e,
				  "a name has 1 to %d of the characters A-Z a-z 0-9 . _ + -, "
				  "and does not begin with . or -", NAME_SIZE - 1);
	*ret_value = value;
	return 0;
}

int cli_get_names(const struct cli *c, const char *option, const char **ret_value,
		  struct ferry_error *e)
{
	struct ferry_error why = FERRY_ERROR_INIT;
	const char *value = cli_get(c, option);
	char name[NAME_SIZE];

	for (const char *p = value; p && *(p += strspn(p, " ")); p += strcspn(p, " ")) {
		int len = (int)strcspn(p, " ");

		if (snprintf(name, sizeof name, "%.*s", len, p) < NAME_SIZE && name_valid(name))
			continue;
		cli_refuse(c, option, &why, "give names with blanks between them, each of the characters A-Z a-z 0-9 . _ + -");
		if (!forgives(c))
			return error_set(e, why.code, why.err, "%s", why.text);
		forgive(c, "without", &why);
		value = NULL;
		break;
	}
	*ret_value = value;
	return 0;
}

/* Bytes that would break a line, a terminal or a file of settings; UTF-8 may stand in a path. */
static bool is_printable(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			return false;
	return true;
}

int cli_get_path(const struct cli *c, const char *option, const char **ret_value,
		 struct ferry_error *e)
{
	const char *value = cli_get(c, option);

	if (value && (*value != '/' || strlen(value) > PATH_LEN_MAX || !is_printable(value)))
		return cli_refuse(c, option, e, "give an absolute path, of at most %d bytes and without control characters",
				  PATH_LEN_MAX);
	*ret_value = value;
	return 0;
}

int cli_get_uri(const struct cli *c, const char *option, const char **ret_value,
		struct ferry_error *e)
{
	const char *value = cli_get(c, option);
	size_t scheme;

	if (!value)
		return cli_missing(c, option, "URI", e);
	scheme = strspn(value, "abcdefghijklmnopqrstuvwxyz0123456789+.-");
	/* A host in it would be another node's libvirt, while /proc is asked on this one. */
	if (scheme == 0 || strncmp(value + scheme, ":///", 4) != 0 || strlen(value) > URI_LEN_MAX ||
	    !is_printable(value) || strchr(value, ' '))
		return cli_refuse(c, option, e,
				  "give the URI of this node's own libvirt, without a host in it, such as qemu:///system");
	*ret_value = value;
	return 0;
}

int cli_get_store(const struct cli *c, const char *option, const char **ret_value, struct ferry_error *e)
{
	struct ferry_error why = FERRY_ERROR_INIT, cure = FERRY_ERROR_INIT;
	const char *value = cli_get(c, option);
	struct store_name name;

	if (!value)
		return cli_missing(c, option, "PLACE", e);
	if (store_name_parse(value, &name, &cure) < 0) {
		cli_refuse(c, option, &why, "%s", cure.text);
		if (!forgiven(c, option, &why))
			return error_set(e, why.code, why.err, "%s", why.text);
		value = c->program->options[cli_place_of(c->program, option)].def;
	}
	*ret_value = value;
	return 0;
}

/* ---- the rest ---- */

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
