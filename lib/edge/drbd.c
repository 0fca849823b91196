/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a DRBD resource is: its configuration, its state, its devices. */
#include "lib/edge/drbd.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/cleanup.h"
#include "lib/base/io.h"
#include "lib/edge/dm.h"
#include "lib/edge/run.h"
#include "lib/model/drbd_find.h"
#include "lib/model/dual.h"
#include "lib/model/ocf.h"
#include "lib/model/stamp.h"

int drbd_conf_load(const char *resource, struct ferry_deadline d, struct drbd_conf *ret_conf,
		   struct ferry_error *e)
{
	/* Without a resource's name: with one, drbdadm leaves <common> out. */
	static const char *const argv[] = { "drbdadm", "dump-xml", NULL };
	struct run_result res;
	int r = run(argv, NULL, d, &res, e);

	if (r == -ENOENT)
		error_context(e, "install drbd-utils");
	if (r < 0)
		return r;
	if (res.status != 0)
		r = error_set(e, OCF_ERR_CONFIGURED, EINVAL, "drbdadm dump-xml failed (%d): %s", res.status,
			      res.err);
	else
		r = drbd_conf_parse(res.out, res.out_len, resource, ret_conf, e);
	run_result_clear(&res);
	return r;
}

int drbd_module_major(void)
{
	ferry_autofree char *text = NULL;
	int major;

	if (access("/sys/module/drbd", F_OK) < 0 && errno == ENOENT && access("/sys/module", F_OK) == 0)
		return -ENODEV;
	if (io_read_file("/sys/module/drbd/version", 64, &text, NULL) == 0)
		return sscanf(text, "%d", &major) == 1 ? major : -EINVAL;
	if (io_read_file("/proc/drbd", 65536, &text, NULL) == 0)
		return sscanf(text, "version: %d", &major) == 1 ? major : -EINVAL;
	return -EIO;
}

struct drbd_watch {
	struct run_stream *stream;
	struct drbd_state state;
};

int drbd_watch_open(const char *resource, struct drbd_watch **ret_w, struct ferry_error *e)
{
	const char *const argv[] = { "drbdsetup", "events2", "--statistics", resource, NULL };
	struct drbd_watch *w = calloc(1, sizeof *w);
	int r;

	if (!w)
		return error_set(e, OCF_ERR_GENERIC, ENOMEM, "out of memory");
	r = run_stream_open(argv, &w->stream, e);
	if (r < 0) {
		free(w);
		return r;
	}
	drbd_state_init(&w->state, resource);
	*ret_w = w;
	return 0;
}

int drbd_watch_until(struct drbd_watch *w, bool (*done)(const struct drbd_state *s, void *arg), void *arg,
		     struct ferry_deadline d, struct drbd_state *ret_state, struct ferry_error *e)
{
	const char *line;
	size_t len;
	int r = 0;

	while (!w->state.initial_done || (done && !done(&w->state, arg))) {
		r = run_stream_line(w->stream, d, &line, &len);
		if (r == 1)
			r = drbd_state_feed(&w->state, line, len, e);
		else if (r == 0)
			r = error_set(e, OCF_ERR_GENERIC, EPIPE, "drbdsetup events2 ended by itself");
		else if (r == -ETIMEDOUT)
			error_set(e, OCF_ERR_GENERIC, ETIMEDOUT,
				  "DRBD resource '%s' did not come to the wanted state in time", w->state.resource);
		else
			error_set(e, OCF_ERR_GENERIC, -r, "drbdsetup events2: %s", strerror(-r));
		if (r < 0)
			break;
	}
	*ret_state = w->state;
	return r;
}

void drbd_watch_close(struct drbd_watch *w)
{
	if (!w)
		return;
	run_stream_close(w->stream);
	free(w);
}

int drbd_wait(const char *resource, bool (*done)(const struct drbd_state *s, void *arg), void *arg,
	      struct ferry_deadline d, struct drbd_state *ret_state, struct ferry_error *e)
{
	struct drbd_watch *w;
	int r = drbd_watch_open(resource, &w, e);

	if (r < 0)
		return r;
	r = drbd_watch_until(w, done, arg, d, ret_state, e);
	drbd_watch_close(w);
	return r;
}

static int feed_all(const struct run_result *res, struct drbd_state *s, struct ferry_error *e)
{
	const char *line = res->out, *end = res->out + res->out_len;
	int r = 0;

	while (r == 0 && line < end) {
		const char *newline = memchr(line, '\n', (size_t)(end - line));

		if (!newline)
			newline = end;
		r = drbd_state_feed(s, line, (size_t)(newline - line), e);
		line = newline + 1;
	}
	/* Only a whole dump proves that something is not there. */
	if (r == 0 && !s->initial_done)
		r = error_set(e, OCF_ERR_GENERIC, EPROTO, "drbdsetup events2 --now ended before it told all");
	return r;
}

int drbd_state_now(const char *resource, struct ferry_deadline d, struct drbd_state *ret_state,
		   struct ferry_error *e)
{
	const char *const argv[] = { "drbdsetup", "events2", "--now", "--statistics", resource, NULL };
	struct run_result res;
	int r;

	drbd_state_init(ret_state, resource);
	if (drbd_module_major() == -ENODEV)
		return 0;	/* no module, no resource: proved */
	r = run(argv, NULL, d, &res, e);
	if (r < 0)
		return r;
	/* 8.4 dumps nothing for a resource that is not there; 9 may call it unknown by this number. */
	if (res.status == 10 && strstr(res.err, "(158)"))
		r = 0;
	else if (res.status != 0)
		r = error_set(e, OCF_ERR_GENERIC, EIO, "drbdsetup events2 failed (%d): %s", res.status, res.err);
	else
		r = feed_all(&res, ret_state, e);
	run_result_clear(&res);
	return r;
}

int drbd_two_primaries_get(const char *resource, struct ferry_deadline d, bool *ret_allowed, struct ferry_error *e)
{
	const char *const argv[] = { "drbdsetup", "show", "--show-defaults", resource, NULL };
	struct run_result res;
	int r = run(argv, NULL, d, &res, e);

	if (r < 0)
		return r;
	if (res.status != 0)
		r = error_set(e, OCF_ERR_GENERIC, EIO, "drbdsetup show %s failed (%d): %s", resource, res.status, res.err);
	else
		*ret_allowed = dual_allowed_in(res.out);
	run_result_clear(&res);
	return r;
}

int drbd_resource_of(int minor, struct ferry_deadline d, char *ret_resource, size_t size, struct ferry_error *e)
{
	static const char *const argv[] = { "drbdsetup", "events2", "--now", NULL };
	struct run_result res;
	int r = run(argv, NULL, d, &res, e);

	if (r < 0)
		return r;
	if (res.status != 0)
		r = error_set(e, OCF_ERR_GENERIC, EIO, "drbdsetup events2 failed (%d): %s", res.status, res.err);
	else
		r = drbd_find_minor(res.out, minor, ret_resource, size);
	if (r == -ENOENT || r == -ENAMETOOLONG)
		error_set(e, OCF_ERR_GENERIC, -r, "no DRBD resource on this node has /dev/drbd%d", minor);
	run_result_clear(&res);
	return r;
}

static int read_number(int minor, const char *file, uint64_t *ret, struct ferry_error *e)
{
	ferry_autofree char *text = NULL;
	char path[96];
	int r;

	snprintf(path, sizeof path, "/sys/block/drbd%d/%s", minor, file);
	r = io_read_file(path, 64, &text, NULL);
	if (r == 0 && sscanf(text, "%" SCNu64, ret) != 1)
		r = -EINVAL;
	return r < 0 ? error_set(e, OCF_ERR_GENERIC, r == -ENOENT ? ENXIO : -r, "%s: %s", path,
				 strerror(-r)) : 0;
}

int drbd_device_limits(int minor, uint64_t *ret_bytes, unsigned int *ret_logical_block,
		       struct ferry_error *e)
{
	uint64_t sectors, block;
	int r = read_number(minor, "size", &sectors, e);

	if (r == 0)
		r = read_number(minor, "queue/logical_block_size", &block, e);
	if (r < 0)
		return r;
	if (sectors == 0)
		return error_set(e, OCF_ERR_GENERIC, ENXIO, "/dev/drbd%d has no size: it is not attached", minor);
	*ret_bytes = sectors * 512;
	*ret_logical_block = (unsigned int)block;
	return 0;
}

static int fill_gate(const struct drbd_conf *c, unsigned int i, struct dm_gate *g, struct ferry_error *e)
{
	unsigned int block;
	uint64_t bytes;
	int r = drbd_device_limits(c->minors[i], &bytes, &block, e);

	if (r < 0)
		return r;
	if (block != 512)
		return error_set(e, OCF_ERR_CONFIGURED, EINVAL,
				 "/dev/drbd%d has logical blocks of %u bytes; a closed gate has 512, and a guest that learned 512 cannot write to it: put DRBD on a device with 512-byte blocks on every node",
				 c->minors[i], block);
	if (c->volumes[i] == 0) {
		if (bytes < 2 * STAMP_AREA)
			return error_set(e, OCF_ERR_CONFIGURED, ENOSPC,
					 "/dev/drbd%d has %" PRIu64 " bytes: too small for a guest's disk and the stamp's MiB",
					 c->minors[i], bytes);
		bytes -= STAMP_AREA;
	}
	memset(g, 0, sizeof *g);
	g->volume = c->volumes[i];
	g->sectors = bytes / 512;
	g->major = DRBD_BLOCK_MAJOR;
	g->minor = (unsigned int)c->minors[i];
	r = dm_gate_name(c->resource, g->volume, g->name, sizeof g->name);
	return r < 0 ? error_set(e, OCF_ERR_CONFIGURED, -r, "the name '%s' is too long for a gate device",
				 c->resource) : 0;
}

int drbd_gates(const struct drbd_conf *c, struct dm_gate *ret_gates, unsigned int *ret_n,
	       struct ferry_error *e)
{
	for (unsigned int i = 0; i < c->nvolumes; i++) {
		int r = fill_gate(c, i, &ret_gates[i], e);

		if (r < 0)
			return r;
	}
	*ret_n = c->nvolumes;
	return 0;
}
