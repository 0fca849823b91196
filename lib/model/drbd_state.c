/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a struct drbd_state means (declared in drbd_events.h), and DRBD's words (drbd_words.h). */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/model/drbd_events.h"
#include "lib/model/drbd_words.h"

static const char *const role_names[] = {
	[DRBD_ROLE_UNKNOWN] = "Unknown",
	[DRBD_SECONDARY] = "Secondary",
	[DRBD_PRIMARY] = "Primary",
};

static const char *const disk_names[] = {
	[DRBD_DISKLESS] = "Diskless",
	[DRBD_ATTACHING] = "Attaching",
	[DRBD_DETACHING] = "Detaching",
	[DRBD_FAILED] = "Failed",
	[DRBD_NEGOTIATING] = "Negotiating",
	[DRBD_INCONSISTENT] = "Inconsistent",
	[DRBD_OUTDATED] = "Outdated",
	[DRBD_DISK_UNKNOWN] = "DUnknown",
	[DRBD_CONSISTENT] = "Consistent",
	[DRBD_UPTODATE] = "UpToDate",
};

const char *drbd_role_name(enum drbd_role r)
{
	return (unsigned int)r <= DRBD_PRIMARY ? role_names[r] : "Unknown";
}

const char *drbd_disk_name(enum drbd_disk d)
{
	return (unsigned int)d <= DRBD_UPTODATE ? disk_names[d] : "DUnknown";
}

int drbd_role_read(const char *word, enum drbd_role *ret)
{
	for (enum drbd_role r = DRBD_ROLE_UNKNOWN; r <= DRBD_PRIMARY; r++) {
		if (strcmp(word, role_names[r]) == 0) {
			*ret = r;
			return 0;
		}
	}
	return -EINVAL;
}

int drbd_disk_read(const char *word, enum drbd_disk *ret)
{
	for (enum drbd_disk d = DRBD_DISKLESS; d <= DRBD_UPTODATE; d++) {
		if (strcmp(word, disk_names[d]) == 0) {
			*ret = d;
			return 0;
		}
	}
	return -EINVAL;
}

void drbd_state_init(struct drbd_state *s, const char *resource)
{
	memset(s, 0, sizeof *s);
	snprintf(s->resource, sizeof s->resource, "%s", resource);
}

bool drbd_all_uptodate(const struct drbd_state *s)
{
	for (unsigned int i = 0; i < s->nvolumes; i++)
		if (s->volumes[i].disk != DRBD_UPTODATE)
			return false;
	return s->exists && s->nvolumes > 0;
}

bool drbd_any_peer_primary(const struct drbd_state *s)
{
	for (unsigned int i = 0; i < s->npeers; i++)
		if (s->peers[i].role == DRBD_PRIMARY)
			return true;
	return false;
}

bool drbd_resync_to_here(const struct drbd_state *s)
{
	static const char *const words[] = { "StartingSyncT", "WFSyncUUID", "WFBitMapT", "SyncTarget" };

	for (unsigned int i = 0; i < s->npeers; i++)
		for (unsigned int v = 0; v < s->peers[i].nvolumes; v++)
			for (size_t w = 0; w < sizeof words / sizeof words[0]; w++)
				if (strcmp(s->peers[i].volumes[v].replication, words[w]) == 0)
					return true;
	return false;
}

static const struct drbd_peer_volume *peer_volume(const struct drbd_peer *p, int volume)
{
	for (unsigned int i = 0; i < p->nvolumes; i++)
		if (p->volumes[i].volume == volume)
			return &p->volumes[i];
	return NULL;
}

/* Diskless on purpose for everything: a witness, which keeps no replica. */
static bool peer_is_client(const struct drbd_state *s, const struct drbd_peer *p)
{
	for (unsigned int i = 0; i < s->nvolumes; i++) {
		const struct drbd_peer_volume *v = peer_volume(p, s->volumes[i].volume);

		if (!v || !v->client)
			return false;
	}
	return true;
}

/* What is wrong, as a list in words; BUF may be too short for all of it, never for the first. */
struct faults {
	char *buf;
	size_t size;
	unsigned int count;
};

static void __attribute__((format(printf, 2, 3))) fault(struct faults *f, const char *fmt, ...)
{
	size_t used = f->buf ? strnlen(f->buf, f->size) : 0;
	va_list ap;

	if (f->count++ > 0 && used + 2 < f->size) {
		strcpy(f->buf + used, ", ");
		used += 2;
	}
	if (used >= f->size)
		return;
	va_start(ap, fmt);
	vsnprintf(f->buf + used, f->size - used, fmt, ap);
	va_end(ap);
}

static void peer_faults(const struct drbd_state *s, const struct drbd_peer *p, struct faults *f)
{
	if (!p->connected) {
		/* 8.4 does not tell the name of a peer that it has not talked to. */
		if (p->name[0])
			fault(f, "peer %s is not connected (%s)", p->name, p->connection);
		else
			fault(f, "the peer is not connected (%s)", p->connection);
		return;
	}
	for (unsigned int i = 0; i < s->nvolumes; i++) {
		int volume = s->volumes[i].volume;
		const struct drbd_peer_volume *v = peer_volume(p, volume);

		if (!v) {
			fault(f, "peer %s does not know volume %d", p->name, volume);
			continue;
		}
		if (v->disk != DRBD_UPTODATE)
			fault(f, "volume %d on peer %s is %s", volume, p->name, drbd_disk_name(v->disk));
		if (strcmp(v->replication, "Established") != 0)
			fault(f, "volume %d with peer %s is in state %s", volume, p->name, v->replication);
	}
}

static void all_faults(const struct drbd_state *s, bool want_own_disk, struct faults *f)
{
	unsigned int replicas = 0;

	if (!s->initial_done)
		fault(f, "DRBD has not told its whole state yet");
	if (!s->exists || s->nvolumes == 0) {
		fault(f, "DRBD resource %s is not up", s->resource);
		return;
	}
	if (s->suspended)
		fault(f, "I/O is suspended (%s)", s->suspended_why);
	for (unsigned int i = 0; i < s->nvolumes; i++) {
		enum drbd_disk disk = s->volumes[i].disk;

		if (disk != DRBD_UPTODATE && (want_own_disk || disk != DRBD_DISKLESS))
			fault(f, "volume %d here is %s", s->volumes[i].volume, drbd_disk_name(disk));
	}
	for (unsigned int i = 0; i < s->npeers; i++) {
		if (peer_is_client(s, &s->peers[i]))
			continue;
		replicas++;
		peer_faults(s, &s->peers[i], f);
	}
	if (replicas == 0)
		fault(f, "there is no peer with a replica");
}

bool drbd_fully_redundant(const struct drbd_state *s)
{
	struct faults f = { NULL, 0, 0 };

	all_faults(s, true, &f);
	return f.count == 0;
}

bool drbd_peers_current(const struct drbd_state *s, char *ret_why, size_t size)
{
	struct faults f = { ret_why, size, 0 };

	if (size > 0)
		ret_why[0] = '\0';
	all_faults(s, false, &f);
	return f.count == 0;
}

void drbd_redundancy_text(const struct drbd_state *s, char *buf, size_t size)
{
	struct faults f = { buf, size, 0 };

	if (size == 0)
		return;
	buf[0] = '\0';
	all_faults(s, true, &f);
}
