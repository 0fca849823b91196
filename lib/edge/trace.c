/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/edge/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/base/cleanup.h"
#include "lib/base/deadline.h"
#include "lib/base/io.h"

static void put(struct json_object *o, const char *name, const char *text)
{
	if (text)
		json_object_object_add(o, name, json_object_new_string(text));
}

static struct json_object *record(const struct trace *t, const char *step, const char *detail)
{
	struct json_object *o = json_object_new_object();

	if (!o)
		return NULL;
	json_object_object_add(o, "wall", json_object_new_int64(wall_ms()));
	json_object_object_add(o, "mono", json_object_new_int64(now_ms()));
	json_object_object_add(o, "pid", json_object_new_int64(getpid()));
	put(o, "program", t->program);
	put(o, "verb", t->verb);
	put(o, "resource", t->resource);
	put(o, "domain", t->domain);
	put(o, "step", step);
	put(o, "detail", *detail ? detail : NULL);
	return o;
}

/* Two writers may both find the file too long; the second rename then sets a short file aside,
 * which costs history and nothing else. */
static int open_file(const char *program)
{
	char path[PATH_MAX], old[PATH_MAX];
	struct stat st;
	int flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW;
	int fd;

	if ((size_t)snprintf(path, sizeof path, "%s/%s.jsonl", TRACE_DIR, program) >= sizeof path ||
	    (size_t)snprintf(old, sizeof old, "%s/%s.jsonl.1", TRACE_DIR, program) >= sizeof old)
		return -1;
	if (stat(path, &st) == 0 && st.st_size >= TRACE_MAX)
		rename(path, old);
	fd = open(path, flags, 0640);
	if (fd < 0 && errno == ENOENT && io_make_dirs(TRACE_DIR, 0755) == 0)
		fd = open(path, flags, 0640);
	return fd;
}

void trace_step(const struct trace *t, const char *step, const char *detail)
{
	ferry_autoclose int fd = open_file(t->program);
	ferry_autofree char *line = NULL;
	struct json_object *o;
	int len;

	if (fd < 0)
		return;
	o = record(t, step, detail);
	if (!o)
		return;
	len = asprintf(&line, "%s\n",
		       json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN |
						      JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(o);
	if (len < 0) {
		line = NULL;
		return;
	}
	/* One write, so that lines of several processes never mix. */
	if (write(fd, line, (size_t)len) < 0)
		return;
}
