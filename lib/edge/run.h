/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one door to other programs: argv (no shell), bounded output, a deadline, an own process
 * group that is killed when the deadline passes, LC_ALL=C, stdin from /dev/null, no inherited
 * descriptors beyond stdout and stderr.
 */
#ifndef FERRY_RUN_H
#define FERRY_RUN_H

#include <stddef.h>
#include <sys/types.h>

#include "lib/base/deadline.h"
#include "lib/base/error.h"

#define RUN_OUTPUT_MAX (256 * 1024)

struct run_result {
	int status;		/* exit status, or 128 + signal */
	char *out;		/* stdout, NUL-terminated, at most RUN_OUTPUT_MAX bytes; never NULL on success */
	size_t out_len;
	char err[1024];		/* the beginning of stderr, one line, newlines become "; " */
};

void run_result_clear(struct run_result *r);	/* frees out */

/* Run ARGV (argv[0] looked up in a fixed PATH: /usr/sbin:/usr/bin:/sbin:/bin). EXTRA_ENV is a
 * NULL-terminated array of "NAME=value", or NULL. 0 when the program ran and ended by itself,
 * whatever its status; -ENOENT when it is not installed, -ETIMEDOUT, -EMSGSIZE (too much output). */
int run(const char *const argv[], const char *const extra_env[], struct ferry_deadline d,
	struct run_result *ret_result, struct ferry_error *e);

/* A program whose stdout is read line by line as it comes (drbdsetup events2). */
struct run_stream;
int run_stream_open(const char *const argv[], struct run_stream **ret_s, struct ferry_error *e);
/* The next line (valid until the next call), without its newline. 1 = a line, 0 = end of the
 * stream, -ETIMEDOUT, or another -errno. */
int run_stream_line(struct run_stream *s, struct ferry_deadline d, const char **ret_line,
		    size_t *ret_len);
int run_stream_fd(const struct run_stream *s);	/* for poll(2) */
void run_stream_close(struct run_stream *s);	/* kills and reaps; accepts NULL */

#endif
