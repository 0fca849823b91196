/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One table in the place of another, with what must be flushed before and be gone after it. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/base/cleanup.h"
#include "lib/base/log.h"
#include "lib/edge/blockdev.h"
#include "lib/edge/bounded.h"
#include "lib/edge/dm_priv.h"
#include "lib/model/ocf.h"

struct swap {
	const struct dm_gate *g;
	const struct dm_seen *before;
	enum gate_goal goal;
};

static int sync_path(const char *path, struct ferry_error *e)
{
	ferry_autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fsync(fd) < 0)
		return error_set(e, OCF_ERR_GENERIC, errno,
				 "cannot flush %s: %s; what the guest wrote last may not be on the disk", path,
				 strerror(errno));
	return 0;
}

/* The node of the device below. */
static int below_path(const struct dm_seen *l, char *ret_path, size_t size, struct ferry_error *e)
{
	int r = blockdev_path(l->major, l->minor, ret_path, size);

	return r < 0 ? error_set(e, OCF_ERR_GENERIC, ENODEV,
				 "/sys/dev/block/%u:%u/uevent does not name the device below the gate", l->major,
				 l->minor) : 0;
}

/* A suspended gate would block fsync(2); what waits in it was never acknowledged. */
static int sync_before_close(const struct swap *s, struct ferry_error *e)
{
	char path[64 + sizeof s->g->name];
	int r = 0;

	if (!s->before->suspended) {
		snprintf(path, sizeof path, "/dev/mapper/%s", s->g->name);
		r = sync_path(path, e);
	}
	if (r == 0)
		r = below_path(s->before, path, sizeof path, e);
	return r == 0 ? sync_path(path, e) : r;
}

/* So that no page that was read through the `error` table is ever served. */
static int drop_caches(const struct dm_gate *g, struct ferry_error *e)
{
	char path[64 + sizeof g->name];
	ferry_autoclose int fd = -1;

	snprintf(path, sizeof path, "/dev/mapper/%s", g->name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || ioctl(fd, BLKFLSBUF, 0) < 0)
		return error_set(e, OCF_ERR_GENERIC, errno, "cannot drop the caches of %s: %s", path,
				 strerror(errno));
	return 0;
}

/* Runs in a child: each of these can wait for I/O that DRBD has frozen. */
static int swap_tables(void *arg, void *reply, struct ferry_error *e)
{
	const struct swap *s = arg;
	const char *name = s->g->name;
	int r = 0;

	(void)reply;
	if (s->goal != GATE_WANT_OPEN && s->before->major != 0)
		r = sync_before_close(s, e);
	if (r == 0 && !s->before->suspended && s->before->sectors > 0)
		r = dm_change(DM_DEVICE_SUSPEND, name, NULL, NULL, e);
	if (r == 0)
		r = dm_change(DM_DEVICE_RESUME, name, NULL, NULL, e);
	if (r == 0 && s->goal == GATE_WANT_OPEN)
		r = drop_caches(s->g, e);
	return r;
}

int dm_load(const struct dm_gate *g, const struct dm_table *table, struct ferry_error *e)
{
	int r = dm_change(DM_DEVICE_RELOAD, g->name, NULL, table, e);

	if (r == 0)
		step("gate-loaded", "%s: %s %s, %" PRIu64 " sectors", g->name, table->target,
		     table->params, table->sectors);
	return r;
}

int dm_load_error(const struct dm_gate *g, uint64_t sectors, struct ferry_error *e)
{
	const struct dm_table table = { "error", "", sectors };

	return dm_load(g, &table, e);
}

/* After a swap that failed. The error already has its cause; this only says what is left. */
static void recover(const struct dm_gate *g, struct ferry_deadline d, struct ferry_error *e)
{
	struct dm_seen l;
	struct swap s = { g, &l, GATE_WANT_CLOSED };

	if (deadline_passed(d)) {
		error_context(e, "%s may be left suspended: a repetition goes on from there", g->name);
		return;
	}
	if (dm_gate_look(g, &l, NULL) < 0 || l.state == GATE_FOREIGN || l.sectors == 0)
		return;
	/* Not suspended: the old table is live as it was, and only the new one is to be dropped. */
	if (!l.suspended) {
		if (l.loaded)
			dm_change(DM_DEVICE_CLEAR, g->name, NULL, NULL, NULL);
		return;
	}
	/* Suspended: whatever the old table is, an error table takes its place. No flush: it cannot be
	 * had through a suspended device. */
	l.major = 0;
	if (dm_load_error(g, l.sectors, NULL) < 0 ||
	    bounded("resuming it closed", swap_tables, &s, NULL, 0, d, NULL) < 0)
		error_context(e, "%s is left suspended", g->name);
	else
		error_context(e, "%s was closed again", g->name);
}

int dm_swap(const struct dm_gate *g, const struct dm_seen *before, enum gate_goal goal,
	    struct ferry_deadline d, struct ferry_error *e)
{
	struct swap s = { g, before, goal };
	char what[64 + sizeof g->name];
	int r;

	snprintf(what, sizeof what, "%s the gate %s", goal == GATE_WANT_OPEN ? "opening" : "closing", g->name);
	r = bounded(what, swap_tables, &s, NULL, 0, d, e);
	if (r < 0) {
		recover(g, d, e);
		return r;
	}
	step("gate-swapped", "%s", g->name);
	return 0;
}

/* The kernel lists who holds a block device in its directory of holders. */
int dm_prove_released(const struct dm_gate *g, const struct dm_seen *before, struct ferry_error *e)
{
	char path[96];

	if (before->major == 0)
		return 0;
	snprintf(path, sizeof path, "/sys/dev/block/%u:%u/holders/dm-%u", before->major, before->minor,
		 before->own_minor);
	if (access(path, F_OK) == 0)
		return error_set(e, OCF_ERR_GENERIC, EBUSY, "%s is closed, but the kernel still lists it as a "
				 "holder of the device %u:%u", g->name, before->major, before->minor);
	return 0;
}
