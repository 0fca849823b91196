/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/edge/run.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/cleanup.h"
#include "lib/edge/run_priv.h"
#include "lib/model/ocf.h"

#define LINE_MAX_BYTES 65536

struct run_stream {
	struct run_child child;
	size_t begin, end;	/* what was read and not yet handed out */
	char buf[LINE_MAX_BYTES + 1];
};

int run_stream_open(const char *const argv[], struct run_stream **ret_s, struct ferry_error *e)
{
	ferry_autofree struct run_stream *s = calloc(1, sizeof *s);
	int r;

	if (!s)
		return error_set(e, OCF_ERR_GENERIC, ENOMEM, "out of memory");
	r = run_spawn(argv, NULL, false, &s->child, e);
	if (r < 0)
		return r;
	*ret_s = take_ptr(s);
	return 0;
}

static int hand_out(struct run_stream *s, char *newline, const char **ret_line, size_t *ret_len)
{
	*newline = '\0';
	*ret_line = s->buf + s->begin;
	*ret_len = (size_t)(newline - *ret_line);
	s->begin = (size_t)(newline - s->buf) + (newline < s->buf + s->end ? 1 : 0);
	return 1;
}

int run_stream_line(struct run_stream *s, struct ferry_deadline d, const char **ret_line,
		    size_t *ret_len)
{
	struct pollfd p = { .fd = s->child.out, .events = POLLIN };
	size_t searched = s->begin;

	for (;;) {
		char *newline = memchr(s->buf + searched, '\n', s->end - searched);
		ssize_t n;

		if (newline)
			return hand_out(s, newline, ret_line, ret_len);
		if (s->begin > 0) {
			memmove(s->buf, s->buf + s->begin, s->end - s->begin);
			s->end -= s->begin;
			s->begin = 0;
		}
		searched = s->end;
		if (s->end == LINE_MAX_BYTES)
			return -EMSGSIZE;
		n = read(s->child.out, s->buf + s->end, LINE_MAX_BYTES - s->end);
		if (n > 0) {
			s->end += (size_t)n;
			continue;
		}
		if (n == 0)	/* a last line without a newline is one all the same */
			return s->end == s->begin ? 0
						  : hand_out(s, s->buf + s->end, ret_line, ret_len);
		if (errno == EINTR)
			continue;
		if (errno != EAGAIN)
			return -errno;
		if (deadline_passed(d))
			return -ETIMEDOUT;
		if (poll(&p, 1, deadline_poll_ms(d)) < 0 && errno != EINTR)
			return -errno;
	}
}

int run_stream_fd(const struct run_stream *s)
{
	return s->child.out;
}

void run_stream_close(struct run_stream *s)
{
	if (!s)
		return;
	run_child_clear(&s->child);
	free(s);
}
