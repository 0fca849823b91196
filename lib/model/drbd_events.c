/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading the lines of events2 into struct drbd_state; what the state means is in drbd_state.c. */
#include "lib/model/drbd_events.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/model/drbd_words.h"
#include "lib/model/ocf.h"

#define LINE_MAX_BYTES 4096
#define MAX_VOLUME_NUMBER 65535
#define MAX_MINOR 1048575

/* What one line says; a pointer is NULL and a number -1 where it says nothing. */
struct line {
	const char *kind, *object;
	const char *name, *new_name, *conn_name, *connection, *replication, *suspended;
	const char *role, *disk, *peer_disk, *may_promote, *peer_client;
	int64_t volume, minor, size, node_id;
};

static int bad_line(struct ferry_error *e, const char *what, const char *value)
{
	return error_set(e, OCF_ERR_GENERIC, EINVAL, "DRBD's event line has %s \"%.60s\"", what, value);
}

static bool read_number(const char *s, int64_t max, int64_t *ret)
{
	int64_t n = 0;

	if (*s == '\0')
		return false;
	for (; *s >= '0' && *s <= '9'; s++)
		if (__builtin_mul_overflow(n, 10, &n) || __builtin_add_overflow(n, *s - '0', &n))
			return false;
	if (*s != '\0' || n > max)
		return false;
	*ret = n;
	return true;
}

static int take_pair(struct line *l, const char *key, const char *value, struct ferry_error *e)
{
	const struct {
		const char *key;
		const char **text;
	} texts[] = {
		{ "name", &l->name },
		{ "new_name", &l->new_name },
		{ "conn-name", &l->conn_name },
		{ "connection", &l->connection },
		{ "replication", &l->replication },
		{ "suspended", &l->suspended },
		{ "role", &l->role },
		{ "disk", &l->disk },
		{ "peer-disk", &l->peer_disk },
		{ "may_promote", &l->may_promote },
		{ "peer-client", &l->peer_client },
	};
	const struct {
		const char *key;
		int64_t *number, max;
	} numbers[] = {
		{ "volume", &l->volume, MAX_VOLUME_NUMBER },
		{ "minor", &l->minor, MAX_MINOR },
		{ "peer-node-id", &l->node_id, 31 },
		{ "size", &l->size, INT64_MAX / 1024 },
	};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (strcmp(key, texts[i].key) == 0)
			*texts[i].text = value;
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		if (strcmp(key, numbers[i].key) == 0 &&
		    !read_number(value, numbers[i].max, numbers[i].number))
			return bad_line(e, key, value);
	return 0;
}

/* BUF is cut up in place; L points into it. */
static int split_line(char *buf, struct line *l, struct ferry_error *e)
{
	char *save = NULL;

	memset(l, 0, sizeof *l);
	l->volume = l->minor = l->size = l->node_id = -1;
	l->kind = strtok_r(buf, " ", &save);
	l->object = strtok_r(NULL, " ", &save);
	if (!l->kind || !l->object)
		return bad_line(e, "no object after", l->kind ? l->kind : "");
	for (char *word; (word = strtok_r(NULL, " ", &save));) {
		char *colon = strchr(word, ':');
		int r;

		if (!colon)
			continue;	/* no key that we know looks like this */
		*colon = '\0';
		r = take_pair(l, word, colon + 1, e);
		if (r < 0)
			return r;
	}
	return 0;
}

static struct drbd_volume *find_volume(struct drbd_state *s, int volume)
{
	for (unsigned int i = 0; i < s->nvolumes; i++)
		if (s->volumes[i].volume == volume)
			return &s->volumes[i];
	return NULL;
}

static struct drbd_peer *find_peer(struct drbd_state *s, int node_id)
{
	for (unsigned int i = 0; i < s->npeers; i++)
		if (s->peers[i].node_id == node_id)
			return &s->peers[i];
	return NULL;
}

static struct drbd_peer_volume *find_peer_volume(struct drbd_peer *p, int volume)
{
	for (unsigned int i = 0; i < p->nvolumes; i++)
		if (p->volumes[i].volume == volume)
			return &p->volumes[i];
	return NULL;
}

/* Remove element I of ARRAY with *N elements, in order. */
#define remove_at(array, n, i) \
	(memmove(&(array)[i], &(array)[(i) + 1], (*(n) - (i) - 1) * sizeof *(array)), --*(n))

static int feed_resource(struct drbd_state *s, const struct line *l, bool gone, struct ferry_error *e)
{
	enum drbd_role role = s->role;

	if (gone) {
		char name[NAME_SIZE];
		bool done = s->initial_done;

		memcpy(name, s->resource, sizeof name);
		drbd_state_init(s, name);
		s->initial_done = done;
		return 0;
	}
	if (l->role && drbd_role_read(l->role, &role) < 0)
		return bad_line(e, "the unknown role", l->role);
	if (l->suspended && strlen(l->suspended) >= sizeof s->suspended_why)
		return bad_line(e, "too long a value of suspended", l->suspended);
	s->exists = true;
	s->role = role;
	if (l->suspended) {
		s->suspended = strcmp(l->suspended, "no") != 0;
		strcpy(s->suspended_why, s->suspended ? l->suspended : "");
	}
	if (l->may_promote) {
		s->may_promote_known = true;
		s->may_promote = strcmp(l->may_promote, "yes") == 0;
	}
	return 0;
}

static int feed_device(struct drbd_state *s, const struct line *l, bool gone, struct ferry_error *e)
{
	struct drbd_volume *v;
	enum drbd_disk disk;
	unsigned int i;

	if (l->volume < 0)
		return bad_line(e, "no volume in", l->object);
	v = find_volume(s, (int)l->volume);
	if (gone) {
		if (v)
			remove_at(s->volumes, &s->nvolumes, (size_t)(v - s->volumes));
		return 0;
	}
	disk = v ? v->disk : DRBD_DISK_UNKNOWN;
	if (l->disk && drbd_disk_read(l->disk, &disk) < 0)
		return bad_line(e, "the unknown disk state", l->disk);
	if (!v) {
		if (s->nvolumes >= DRBD_MAX_VOLUMES)
			return bad_line(e, "more volumes than Ferry keeps in", s->resource);
		for (i = s->nvolumes; i > 0 && s->volumes[i - 1].volume > l->volume; i--)
			s->volumes[i] = s->volumes[i - 1];
		v = &s->volumes[i];
		*v = (struct drbd_volume){ .volume = (int)l->volume, .minor = -1 };
		s->nvolumes++;
	}
	v->disk = disk;
	if (l->minor >= 0)
		v->minor = (int)l->minor;
	if (l->size >= 0)
		v->size_kib = (uint64_t)l->size;
	return 0;
}

/* The peer of a line, made if it is new. */
static int want_peer(struct drbd_state *s, const struct line *l, struct drbd_peer **ret,
		     struct ferry_error *e)
{
	struct drbd_peer *p = find_peer(s, (int)l->node_id);

	if (!p) {
		if (s->npeers >= DRBD_MAX_PEERS)
			return bad_line(e, "more peers than Ferry keeps in", s->resource);
		p = &s->peers[s->npeers++];
		memset(p, 0, sizeof *p);
		p->node_id = (int)l->node_id;
	}
	if (l->conn_name)
		strcpy(p->name, l->conn_name);	/* its length was checked */
	*ret = p;
	return 0;
}

static int feed_connection(struct drbd_state *s, const struct line *l, bool gone, struct ferry_error *e)
{
	struct drbd_peer *p = find_peer(s, (int)l->node_id);
	enum drbd_role role = p ? p->role : DRBD_ROLE_UNKNOWN;
	int r;

	if (gone) {
		if (p)
			remove_at(s->peers, &s->npeers, (size_t)(p - s->peers));
		return 0;
	}
	if (l->role && drbd_role_read(l->role, &role) < 0)
		return bad_line(e, "the unknown role", l->role);
	if (l->connection && strlen(l->connection) >= sizeof p->connection)
		return bad_line(e, "too long a connection state", l->connection);
	r = want_peer(s, l, &p, e);
	if (r < 0)
		return r;
	p->role = role;
	if (l->connection) {
		strcpy(p->connection, l->connection);
		p->connected = strcmp(l->connection, "Connected") == 0;
	}
	return 0;
}

static int feed_peer_device(struct drbd_state *s, const struct line *l, bool gone, struct ferry_error *e)
{
	struct drbd_peer *p = find_peer(s, (int)l->node_id);
	struct drbd_peer_volume *v = p && l->volume >= 0 ? find_peer_volume(p, (int)l->volume) : NULL;
	enum drbd_disk disk = v ? v->disk : DRBD_DISK_UNKNOWN;
	int r;

	if (l->volume < 0)
		return bad_line(e, "no volume in", l->object);
	if (gone) {
		if (v)
			remove_at(p->volumes, &p->nvolumes, (size_t)(v - p->volumes));
		return 0;
	}
	if (l->peer_disk && drbd_disk_read(l->peer_disk, &disk) < 0)
		return bad_line(e, "the unknown disk state", l->peer_disk);
	if (l->replication && strlen(l->replication) >= sizeof v->replication)
		return bad_line(e, "too long a replication state", l->replication);
	if (p && !v && p->nvolumes >= DRBD_MAX_VOLUMES)
		return bad_line(e, "more volumes than Ferry keeps in", s->resource);
	r = want_peer(s, l, &p, e);
	if (r < 0)
		return r;
	if (!v) {
		v = &p->volumes[p->nvolumes++];
		*v = (struct drbd_peer_volume){ .volume = (int)l->volume };
	}
	v->disk = disk;
	if (l->replication)
		strcpy(v->replication, l->replication);
	if (l->peer_client)
		v->client = strcmp(l->peer_client, "yes") == 0;
	return 0;
}

static int feed_rename(struct drbd_state *s, const struct line *l, struct ferry_error *e)
{
	if (strcmp(l->name, s->resource) == 0)
		return feed_resource(s, l, true, e);
	/* Now it has our name, and nothing is known about it: the stream must be begun anew. */
	if (l->new_name && strcmp(l->new_name, s->resource) == 0)
		return bad_line(e, "another resource renamed to", l->new_name);
	return 0;
}

int drbd_state_feed(struct drbd_state *s, const char *line, size_t len, struct ferry_error *e)
{
	char buf[LINE_MAX_BYTES];
	struct line l;
	bool gone;
	int r;

	if (len >= sizeof buf || memchr(line, '\0', len))
		return error_set(e, OCF_ERR_GENERIC, EINVAL, "DRBD's event line is too long or not text");
	memcpy(buf, line, len);
	buf[len] = '\0';
	r = split_line(buf, &l, e);
	if (r < 0)
		return r;
	if (strcmp(l.object, "-") == 0) {
		if (strcmp(l.kind, "exists") == 0)
			s->initial_done = true;
		return 0;
	}
	gone = strcmp(l.kind, "destroy") == 0;
	if (strcmp(l.kind, "rename") == 0 && l.name)
		return feed_rename(s, &l, e);
	if (!gone && strcmp(l.kind, "exists") != 0 && strcmp(l.kind, "create") != 0 &&
	    strcmp(l.kind, "change") != 0)
		return 0;
	if (!l.name)
		return bad_line(e, "no name in", l.object);
	if (strcmp(l.name, s->resource) != 0)
		return 0;
	if (strcmp(l.object, "resource") == 0)
		return feed_resource(s, &l, gone, e);
	if (strcmp(l.object, "device") == 0)
		return feed_device(s, &l, gone, e);
	if (strcmp(l.object, "connection") != 0 && strcmp(l.object, "peer-device") != 0)
		return 0;
	if (l.node_id < 0)
		return bad_line(e, "no peer-node-id in", l.object);
	if (l.conn_name && strlen(l.conn_name) >= NAME_SIZE)
		return bad_line(e, "too long a connection name", l.conn_name);
	return strcmp(l.object, "connection") == 0 ? feed_connection(s, &l, gone, e) :
						     feed_peer_device(s, &l, gone, e);
}
