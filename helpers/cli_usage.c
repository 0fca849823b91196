/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "helpers/cli_usage.h"

#include <stdio.h>
#include <string.h>

bool word_in(const char *words, const char *word)
{
	size_t len = strlen(word);

	while (*words) {
		size_t n = strcspn(words, " ");

		if (n == len && memcmp(words, word, n) == 0)
			return true;
		words += n;
		words += strspn(words, " ");
	}
	return false;
}

void usage_verb_names(const struct cli_program *p, char *buf, size_t size)
{
	size_t len = 0;

	*buf = '\0';
	for (const struct cli_verb *v = p->verbs; v->name && len < size; v++)
		len += (size_t)snprintf(buf + len, size - len, "%s%s", len ? " " : "", v->name);
}

static void print_option(const struct cli_option *o, bool required)
{
	char left[64];

	snprintf(left, sizeof left, "--%s%s%s", o->name, o->value ? " " : "", o->value ? o->value : "");
	printf("  %-34s  %s", left, o->help);
	if (o->def)
		printf(" (default: %s)", o->def);
	else if (required)
		printf(" (required)");
	putchar('\n');
}

static void print_common(void)
{
	static const struct cli_option common[] = {
		{ "timeout", "MS", "20000", "be done, or say why not, within this time" },
		{ "json", NULL, NULL, "answer with one JSON object on standard output" },
		{ "agent", NULL, NULL, "call parameters what the resource agent calls them" },
		{ "help", NULL, NULL, "this text; after a verb, about that verb" },
		{ "version", NULL, NULL, "name and version" },
	};

	for (size_t i = 0; i < sizeof common / sizeof *common; i++)
		print_option(&common[i], false);
}

static void print_program(const struct cli_program *p)
{
	printf("Usage: %s VERB [--OPTION VALUE]...\n\n%s\n\nVerbs:\n", p->name, p->summary);
	for (const struct cli_verb *v = p->verbs; v->name; v++)
		printf("  %-14s  %s\n", v->name, v->summary);
	puts("\nOptions:");
	for (const struct cli_option *o = p->options; o->name; o++)
		print_option(o, false);
	print_common();
	printf("\n%s VERB --help tells which options a verb takes. Exit codes are those of OCF resource "
	       "agents.\n", p->name);
}

static void print_verb(const struct cli_program *p, const struct cli_verb *v)
{
	printf("Usage: %s %s [--OPTION VALUE]...\n\n%s\n\nOptions:\n", p->name, v->name, v->summary);
	for (const struct cli_option *o = p->options; o->name; o++) {
		bool required = v->required && word_in(v->required, o->name);

		if (required || (v->optional && word_in(v->optional, o->name)))
			print_option(o, required);
	}
	print_common();
}

void usage_print(const struct cli_program *p, const struct cli_verb *v)
{
	if (v)
		print_verb(p, v);
	else
		print_program(p);
}
