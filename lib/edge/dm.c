/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/edge/dm.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/edge/dm_priv.h"
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

void dm_uuid_of(const char *name, char *ret_uuid, size_t size)
{
	snprintf(ret_uuid, size, UUID_PREFIX "%s", name + strlen(PREFIX));
}

static enum gate_state foreign(struct dm_seen *l, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static enum gate_state foreign(struct dm_seen *l, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(l->why, sizeof l->why, fmt, ap);
	va_end(ap);
	return GATE_FOREIGN;
}

static enum gate_state classify(const struct dm_gate *g, struct dm_task *t, struct dm_seen *l)
{
	uint64_t start = 0, length = 0;
	char *type = NULL, *params = NULL;
	unsigned long long offset;
	void *next;

	next = dm_get_next_target(t, NULL, &start, &length, &type, &params);
	if (next)
		return foreign(l, "it has more than one target");
	l->sectors = type ? length : 0;
	/* No live table (a crash inside its creation) lets nothing through either. */
	if (!type || strcmp(type, "error") == 0)
		return l->loaded ? GATE_CLOSED_LOADED
		     : l->suspended || !type ? GATE_CLOSED_SUSPENDED : GATE_CLOSED;
	if (strcmp(type, "linear") != 0)
		return foreign(l, "it has a %s target", type);
	if (sscanf(params, "%u:%u %llu", &l->major, &l->minor, &offset) != 3 || offset != 0)
		return foreign(l, "its target is linear %s", params);
	if (g->major != 0 && (l->major != g->major || l->minor != g->minor))
		return foreign(l, "it leads to the device %u:%u instead of %u:%u", l->major, l->minor,
			       g->major, g->minor);
	return l->loaded ? GATE_OPEN_LOADED : l->suspended ? GATE_OPEN_SUSPENDED : GATE_OPEN;
}

int dm_gate_look(const struct dm_gate *g, struct dm_seen *ret_seen, struct ferry_error *e)
{
	auto_dm_task *t = NULL;
	struct dm_seen l = { .state = GATE_ABSENT };
	char uuid[sizeof g->name];
	struct dm_info info;
	const char *found;
	int r;

	r = dm_ask(DM_DEVICE_TABLE, g->name, &t, e);
	if (r == 0 && !dm_task_get_info(t, &info))
		r = error_set(e, OCF_ERR_GENERIC, EIO, "%s: device-mapper gives no information", g->name);
	if (r == -ENXIO || (r == 0 && !info.exists)) {
		*ret_seen = l;
		return 0;
	}
	if (r < 0)
		return r;

	l.open_count = info.open_count;
	l.suspended = info.suspended;
	l.loaded = info.inactive_table;
	l.own_major = info.major;
	l.own_minor = info.minor;
	dm_uuid_of(g->name, uuid, sizeof uuid);
	found = dm_task_get_uuid(t);
	if (!found || strcmp(found, uuid) != 0)
		l.state = foreign(&l, "its device-mapper UUID is \"%.60s\", not Ferry's", found ? found : "");
	else
		l.state = classify(g, t, &l);
	*ret_seen = l;
	return 0;
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
