/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one error object. It is filled once, where the failure happens; callers may put context in
 * front of the text (error_context) but never overwrite the cause. No allocation, no ownership.
 *
 * A function that can fail in two or more ways takes `struct ferry_error *e` last and returns 0 or
 * -errno. `e` may be NULL. An answer such as "not running" is data in a struct, never an error.
 */
#ifndef FERRY_ERROR_H
#define FERRY_ERROR_H

#include <stdarg.h>

struct ferry_error {
	int code;	/* exit code for the caller's caller (OCF codes in Ferry); 0 = no error yet */
	int err;	/* positive errno, what the function returned negated */
	char text[768];	/* one line: the cause, and after ": " or ";" the cure */
};

#define FERRY_ERROR_INIT { 0, 0, "" }

/* Fill E (first call wins: a filled error keeps its cause) and return -ERR. ERR is a positive
 * errno; CODE an exit code. Newlines and other control characters in the text become spaces. */
int error_set(struct ferry_error *e, int code, int err, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* Put "CONTEXT: " in front of E's text. Does nothing on an empty or NULL error. */
void error_context(struct ferry_error *e, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Forget the error, for a caller that has dealt with it. */
void error_clear(struct ferry_error *e);

#endif
