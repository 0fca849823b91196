/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/edge/dm.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>

#include "lib/base/cleanup.h"
#include "lib/base/io.h"
#include "lib/base/log.h"
#include "lib/edge/bounded.h"
#include "lib/edge/dm_task.h"
#include "lib/model/ocf.h"

#define PREFIX "ferry-"
#define UUID_PREFIX "FERRY-"
#define DM_NAME_MAX 127	/* DM_NAME_LEN of linux/dm-ioctl.h, with the NUL, is 128 */

int dm_gate_name(const char *resource, int volume, char *ret_name, size_t size)
{
	char name[2 * NAME_SIZE];
	int len = snprintf(name, sizeof name, PREFIX "%s-%d", resource, volume);

	if (len < 0 || len > DM_NAME_MAX || (size_t)len >= size)
		return -ENAMETOOLONG;
	memcpy(ret_name, name, (size_t)len + 1);
	return 0;
}

static void uuid_of(const char *name, char *ret_uuid, size_t size)
{
	snprintf(ret_uuid, size, UUID_PREFIX "%s", name + strlen(PREFIX));
}

/* ---- look ---- */

/* What dm_seen tells and what bringing needs besides. */
struct look {
	struct dm_seen seen;
	bool suspended, loaded;
	unsigned int own_minor;
};

static enum gate_state foreign(struct look *l, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static enum gate_state foreign(struct look *l, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(l->seen.why, sizeof l->seen.why, fmt, ap);
	va_end(ap);
	return GATE_FOREIGN;
}

static enum gate_state classify(const struct dm_gate *g, struct dm_task *t, struct look *l)
{
	uint64_t start = 0, length = 0;
	char *type = NULL, *params = NULL;
	unsigned long long offset;
	void *next;

	next = dm_get_next_target(t, NULL, &start, &length, &type, &params);
	if (next)
		return foreign(l, "it has more than one target");
	l->seen.sectors = type ? length : 0;
	/* No live table (a crash inside its creation) lets nothing through either. */
	if (!type || strcmp(type, "error") == 0)
		return l->loaded ? GATE_CLOSED_LOADED
		     : l->suspended || !type ? GATE_CLOSED_SUSPENDED : GATE_CLOSED;
	if (strcmp(type, "linear") != 0)
		return foreign(l, "it has a %s target", type);
	if (sscanf(params, "%u:%u %llu", &l->seen.major, &l->seen.minor, &offset) != 3 || offset != 0)
		return foreign(l, "its target is linear %s", params);
	if (g->major != 0 && (l->seen.major != g->major || l->seen.minor != g->minor))
		return foreign(l, "it leads to the device %u:%u instead of %u:%u", l->seen.major,
			       l->seen.minor, g->major, g->minor);
	return l->loaded ? GATE_OPEN_LOADED : l->suspended ? GATE_OPEN_SUSPENDED : GATE_OPEN;
}

static int look(const struct dm_gate *g, struct look *ret_look, struct ferry_error *e)
{
	auto_dm_task *t = NULL;
	struct look l = { .seen.state = GATE_ABSENT };
	char uuid[sizeof g->name];
	struct dm_info info;
	const char *found;
	int r;

	r = dm_ask(DM_DEVICE_TABLE, g->name, &t, e);
	if (r == 0 && !dm_task_get_info(t, &info))
		r = error_set(e, OCF_ERR_GENERIC, EIO, "%s: device-mapper gives no information", g->name);
	if (r == -ENXIO || (r == 0 && !info.exists)) {
		*ret_look = l;
		return 0;
	}
	if (r < 0)
		return r;

	l.seen.open_count = info.open_count;
	l.suspended = info.suspended;
	l.loaded = info.inactive_table;
	l.own_minor = info.minor;
	uuid_of(g->name, uuid, sizeof uuid);
	found = dm_task_get_uuid(t);
	if (!found || strcmp(found, uuid) != 0)
		l.seen.state = foreign(&l, "its device-mapper UUID is \"%.60s\", not Ferry's", found ? found : "");
	else
		l.seen.state = classify(g, t, &l);
	*ret_look = l;
	return 0;
}

int dm_gate_look(const struct dm_gate *g, struct dm_seen *ret_seen, struct ferry_error *e)
{
	struct look l;
	int r = look(g, &l, e);

	if (r == 0)
		*ret_seen = l.seen;
	return r;
}

/* The volume number if NAME is ferry-RESOURCE-VOLUME, else -1. */
static int volume_of(const char *name, const char *resource)
{
	size_t len = strlen(resource);
	int volume = -1, end = 0;

	if (strncmp(name, PREFIX, strlen(PREFIX)) != 0)
		return -1;
	name += strlen(PREFIX);
	if (strncmp(name, resource, len) != 0 || name[len] != '-')
		return -1;
	name += len + 1;
	if (*name < '0' || *name > '9' || sscanf(name, "%9d%n", &volume, &end) != 1 || name[end])
		return -1;
	return volume;
}

static void insert(struct dm_gate *gates, unsigned int n, const struct dm_gate *new)
{
	unsigned int i = n;

	for (; i > 0 && gates[i - 1].volume > new->volume; i--)
		gates[i] = gates[i - 1];
	gates[i] = *new;
}

int dm_gate_list(const char *resource, struct dm_gate *ret_gates, unsigned int max,
		 unsigned int *ret_n, struct ferry_error *e)
{
	auto_dm_task *t = NULL;
	struct dm_names *names;
	unsigned int n = 0;
	int r;

	r = dm_ask(DM_DEVICE_LIST, NULL, &t, e);
	if (r < 0)
		return r;
	names = dm_task_get_names(t);
	if (!names)
		return error_set(e, OCF_ERR_GENERIC, EIO, "device-mapper gives no list of devices");
	while (names->dev) {
		struct dm_gate g = { .volume = volume_of(names->name, resource) };

		if (g.volume >= 0) {
			if (n == max)
				return error_set(e, OCF_ERR_GENERIC, EOVERFLOW,
						 "%s has more than %u gate devices", resource, max);
			snprintf(g.name, sizeof g.name, "%s", names->name);
			insert(ret_gates, n++, &g);
		}
		if (!names->next)
			break;
		names = (struct dm_names *)((char *)names + names->next);
	}
	*ret_n = n;
	return 0;
}

/* ---- checks against the device below ---- */

static int device_sectors(unsigned int major, unsigned int minor, uint64_t *ret_sectors)
{
	ferry_autofree char *text = NULL;
	char path[64];
	int r;

	snprintf(path, sizeof path, "/sys/dev/block/%u:%u/size", major, minor);
	r = io_read_file(path, 64, &text, NULL);
	if (r < 0)
		return r;
	return sscanf(text, "%" SCNu64, ret_sectors) == 1 ? 0 : -EINVAL;
}

/* The kernel would accept a table that is longer than its device, or another length than QEMU has
 * seen: so this is compared while the old table is still live. */
static int check_length(const struct dm_gate *g, const struct look *l, struct ferry_error *e)
{
	uint64_t below = 0;
	int r;

	if (g->major == 0 || g->sectors == 0)
		return error_set(e, OCF_ERR_GENERIC, EINVAL, "%s: opened without a device or a length", g->name);
	r = device_sectors(g->major, g->minor, &below);
	if (r < 0)
		return error_set(e, OCF_ERR_GENERIC, -r, "%s: cannot read the size of the device %u:%u below: %s",
				 g->name, g->major, g->minor, strerror(-r));
	if (below < g->sectors)
		return error_set(e, OCF_ERR_GENERIC, EINVAL,
				 "%s: the device %u:%u below has %" PRIu64 " sectors, too few for %" PRIu64,
				 g->name, g->major, g->minor, below, g->sectors);
	if (l->seen.sectors != g->sectors)
		return error_set(e, OCF_ERR_GENERIC, EINVAL,
				 "%s has %" PRIu64 " sectors, its DRBD volume offers %" PRIu64
				 ": the volume was resized; stop the guest, then restart its disk resource on "
				 "this node, which makes the gate anew", g->name, l->seen.sectors, g->sectors);
	return 0;
}

/* ---- bring ---- */

struct swap {
	const struct dm_gate *g;
	const struct look *before;
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

/* The node of the device below, by the name that the kernel gives it: /dev/block is udev's. */
static int below_path(const struct look *l, char *ret_path, size_t size, struct ferry_error *e)
{
	ferry_autofree char *text = NULL;
	char path[64];
	char *name;
	int r;

	snprintf(path, sizeof path, "/sys/dev/block/%u:%u/uevent", l->seen.major, l->seen.minor);
	r = io_read_file(path, 4096, &text, NULL);
	name = r == 0 ? strstr(text, "DEVNAME=") : NULL;
	if (!name)
		return error_set(e, OCF_ERR_GENERIC, ENODEV, "%s does not name the device below the gate", path);
	name += strlen("DEVNAME=");
	snprintf(ret_path, size, "/dev/%.*s", (int)strcspn(name, "\n"), name);
	return 0;
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
	if (s->goal != GATE_WANT_OPEN && s->before->seen.major != 0)
		r = sync_before_close(s, e);
	if (r == 0 && !s->before->suspended && s->before->seen.sectors > 0)
		r = dm_change(DM_DEVICE_SUSPEND, name, NULL, NULL, e);
	if (r == 0)
		r = dm_change(DM_DEVICE_RESUME, name, NULL, NULL, e);
	if (r == 0 && s->goal == GATE_WANT_OPEN)
		r = drop_caches(s->g, e);
	return r;
}

static int load(const struct dm_gate *g, const struct dm_table *table, struct ferry_error *e)
{
	int r = dm_change(DM_DEVICE_RELOAD, g->name, NULL, table, e);

	if (r == 0)
		step("gate-loaded", "%s: %s %s, %" PRIu64 " sectors", g->name, table->target,
		     table->params, table->sectors);
	return r;
}

static int load_error(const struct dm_gate *g, uint64_t sectors, struct ferry_error *e)
{
	const struct dm_table table = { "error", "", sectors };

	return load(g, &table, e);
}

/* After a swap that failed. The error already has its cause; this only says what is left. */
static void recover(const struct dm_gate *g, struct ferry_deadline d, struct ferry_error *e)
{
	struct look l;
	struct swap s = { g, &l, GATE_WANT_CLOSED };

	if (deadline_passed(d) || look(g, &l, NULL) < 0 || l.seen.state == GATE_FOREIGN)
		return;
	/* Not suspended: the old table is live as it was, and only the new one is to be dropped. */
	if (!l.suspended) {
		if (l.loaded)
			dm_change(DM_DEVICE_CLEAR, g->name, NULL, NULL, NULL);
		return;
	}
	/* Suspended: whatever the old table is, an error table takes its place. No flush: it cannot be
	 * had through a suspended device. */
	l.seen.major = 0;
	if (load_error(g, l.seen.sectors, NULL) < 0 ||
	    bounded("resuming it closed", swap_tables, &s, NULL, 0, d, NULL) < 0)
		error_context(e, "%s is left suspended", g->name);
	else
		error_context(e, "%s was closed again", g->name);
}

static int swap(const struct dm_gate *g, const struct look *before, enum gate_goal goal,
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

/* After closing: the kernel lists who holds a block device in its directory of holders. */
static int prove_released(const struct dm_gate *g, const struct look *before, struct ferry_error *e)
{
	char path[96];

	if (before->seen.major == 0)
		return 0;
	snprintf(path, sizeof path, "/sys/dev/block/%u:%u/holders/dm-%u", before->seen.major,
		 before->seen.minor, before->own_minor);
	if (access(path, F_OK) == 0)
		return error_set(e, OCF_ERR_GENERIC, EBUSY, "%s is closed, but the kernel still lists it as a "
				 "holder of the device %u:%u", g->name, before->seen.major,
				 before->seen.minor);
	return 0;
}

static int create_closed(const struct dm_gate *g, struct ferry_error *e)
{
	const struct dm_table table = { "error", "", g->sectors };
	char uuid[sizeof g->name];
	int r;

	if (g->sectors == 0)
		return error_set(e, OCF_ERR_GENERIC, EINVAL, "%s: created without a length", g->name);
	uuid_of(g->name, uuid, sizeof uuid);
	r = dm_change(DM_DEVICE_CREATE, g->name, uuid, &table, e);
	if (r == 0)
		step("gate-created", "%s: %" PRIu64 " sectors", g->name, g->sectors);
	return r;
}

static int load_and_swap(const struct dm_gate *g, const struct look *l, enum gate_goal goal,
			 struct ferry_deadline d, struct ferry_error *e)
{
	char params[48];
	const struct dm_table linear = { "linear", params, g->sectors };
	int r;

	snprintf(params, sizeof params, "%u:%u 0", g->major, g->minor);
	if (goal == GATE_WANT_OPEN)
		r = load(g, &linear, e);
	else	/* the length that QEMU knows; a closed one that is to change it has the wanted one */
		r = load_error(g, l->seen.major != 0 ? l->seen.sectors : g->sectors, e);
	if (r == 0)
		r = swap(g, l, goal, d, e);
	if (r == 0 && goal != GATE_WANT_OPEN)
		r = prove_released(g, l, e);
	return r;
}

/* A device that a crash left without any live table gets its error table first. */
static int resume_closed(const struct dm_gate *g, const struct look *l, struct ferry_deadline d,
			 struct ferry_error *e)
{
	int r = 0;

	if (l->seen.sectors == 0)
		r = g->sectors > 0 ? load_error(g, g->sectors, e)
				   : error_set(e, OCF_ERR_GENERIC, EINVAL, "%s has no table", g->name);
	return r < 0 ? r : swap(g, l, GATE_WANT_CLOSED, d, e);
}

static int refuse(const struct dm_gate *g, const struct look *l, struct ferry_error *e)
{
	return error_set(e, OCF_ERR_GENERIC, EEXIST, "the device-mapper name %s is in use by something that "
			 "is not as Ferry makes it (%s): dmsetup table %s; remove it if it is nobody's", g->name,
			 l->seen.why, g->name);
}

static int remove_device(const struct dm_gate *g, const struct look *l, struct ferry_error *e)
{
	int r;

	if (l->seen.open_count > 0)
		return error_set(e, OCF_ERR_GENERIC, EBUSY, "%s is closed but %d still have it open; stop the "
				 "guest: fuser -v /dev/mapper/%s", g->name, l->seen.open_count, g->name);
	r = dm_change(DM_DEVICE_REMOVE, g->name, NULL, NULL, e);
	if (r == 0)
		step("gate-removed", "%s", g->name);
	return r;
}

/* A closed gate made for another length: nobody has it open, or it is refused. */
static int refit(const struct dm_gate *g, const struct look *l, struct ferry_deadline d,
		 struct ferry_error *e)
{
	if (l->seen.open_count > 0)
		return check_length(g, l, e);
	return load_and_swap(g, l, GATE_WANT_CLOSED, d, e);
}

int dm_gate_bring(const struct dm_gate *g, enum gate_goal goal, struct ferry_deadline d,
		  struct ferry_error *e)
{
	/* The longest way has six steps; going round more often means that somebody else is at it. */
	for (int round = 0; round < 10; round++) {
		struct look l;
		int r = look(g, &l, e);

		if (r < 0)
			return r;
		if (goal == GATE_WANT_CLOSED && l.seen.state == GATE_CLOSED && g->sectors > 0 &&
		    l.seen.sectors != g->sectors) {
			r = refit(g, &l, d, e);
			if (r < 0)
				return r;
			continue;
		}
		/* A device without any table and of no known length: closed as it is. */
		if (goal == GATE_WANT_CLOSED && l.seen.state == GATE_CLOSED_SUSPENDED &&
		    l.seen.sectors == 0 && g->sectors == 0)
			return 0;
		switch (gate_next(l.seen.state, goal)) {
		case GATE_DONE: return 0;
		case GATE_CREATE_CLOSED: r = create_closed(g, e); break;
		case GATE_LOAD_LINEAR:
			r = check_length(g, &l, e);
			if (r == 0)
				r = load_and_swap(g, &l, goal, d, e);
			break;
		case GATE_LOAD_ERROR: r = load_and_swap(g, &l, goal, d, e); break;
		case GATE_CLEAR: r = dm_change(DM_DEVICE_CLEAR, g->name, NULL, NULL, e); break;
		case GATE_SWAP: r = swap(g, &l, goal, d, e); break;
		case GATE_RESUME: r = resume_closed(g, &l, d, e); break;
		case GATE_REMOVE: r = remove_device(g, &l, e); break;
		case GATE_REFUSE: r = refuse(g, &l, e); break;
		}
		if (r < 0)
			return r;
	}
	return error_set(e, OCF_ERR_GENERIC, EBUSY, "%s changes while it is being changed; is somebody using "
			 "dmsetup on it?", g->name);
}
