/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The usage texts, printed from the tables that are the program. */
#ifndef FERRY_CLI_USAGE_H
#define FERRY_CLI_USAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "helpers/cli.h"

/* WORD is one of the blank-separated WORDS. */
bool word_in(const char *words, const char *word);
/* "open close monitor" */
void usage_verb_names(const struct cli_program *p, char *buf, size_t size);
/* On stdout: of the whole program, or of one verb (V not NULL). */
void usage_print(const struct cli_program *p, const struct cli_verb *v);

#endif
