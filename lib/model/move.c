/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/model/move.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "lib/model/json_read.h"
#include "lib/model/ocf.h"

/*
 * Rows are phases, columns events; what is not listed is impossible (MOVE_STATES).
 *
 * A certificate is written in SENT only: the one phase that is reached by the return of the migrate
 * call *and* the proof that QEMU is gone. From LOST_SIGHT no event leads to one, because nobody
 * knows any more whether libvirt resumed the source in between. A record of LOST_SIGHT ends when
 * the guest is proved here after all (FAILED_HERE, RETURNED) or nothing is left here (SETTLED).
 */
#define NO MOVE_STATES
static const enum move_phase next_phase[MOVE_STATES][MOVE_EVENTS] = {
	/* BEGIN, FAILED_HERE, SUCCEEDED, CERTIFIED, NO_REPLICA, RETURNED, MOVER_DIED, SETTLED */
	[MOVE_NONE] = { MOVE_SENDING, NO, NO, NO, NO, NO, NO, MOVE_NONE },
	[MOVE_SENDING] = { NO, MOVE_NONE, MOVE_SENT, NO, NO, NO, MOVE_LOST_SIGHT, NO },
	[MOVE_SENT] = { NO, NO, NO, MOVE_CERTIFIED, MOVE_RETURNING, NO, MOVE_SENT, NO },
	[MOVE_CERTIFIED] = { NO, NO, NO, MOVE_CERTIFIED, NO, NO, MOVE_CERTIFIED, MOVE_NONE },
	[MOVE_RETURNING] = { NO, NO, NO, NO, MOVE_RETURNING, MOVE_NONE, MOVE_RETURNING, MOVE_NONE },
	[MOVE_LOST_SIGHT] = { NO, MOVE_NONE, NO, NO, NO, MOVE_NONE, MOVE_LOST_SIGHT, MOVE_NONE },
};
#undef NO

enum move_phase move_next(enum move_phase p, enum move_event ev)
{
	if ((unsigned int)p >= MOVE_STATES || (unsigned int)ev >= MOVE_EVENTS)
		return MOVE_STATES;
	return next_phase[p][ev];
}

static const char *const phase_names[MOVE_STATES] = {
	[MOVE_NONE] = "none",
	[MOVE_SENDING] = "sending",
	[MOVE_SENT] = "sent",
	[MOVE_CERTIFIED] = "certified",
	[MOVE_RETURNING] = "returning",
	[MOVE_LOST_SIGHT] = "lost-sight",
};

const char *move_phase_name(enum move_phase p)
{
	return (unsigned int)p < MOVE_STATES ? phase_names[p] : "unknown";
}

char *move_to_json(const struct move *m)
{
	struct json_object *o = json_object_new_object();

	if (o && json_add(o, "version", json_object_new_int(1)) &&
	    json_add(o, "phase", json_object_new_string(move_phase_name(m->phase))) &&
	    json_add(o, "id", json_object_new_string(m->id)) &&
	    json_add(o, "domain", json_object_new_string(m->domain)) &&
	    json_add(o, "uuid", json_object_new_string(m->uuid)) &&
	    json_add(o, "source", json_object_new_string(m->source)) &&
	    json_add(o, "target", json_object_new_string(m->target)) &&
	    json_add(o, "epoch", json_object_new_uint64(m->epoch)) &&
	    json_add(o, "nonce", json_object_new_string(m->nonce)) &&
	    json_add(o, "qemu_pid", json_object_new_int64(m->qemu_pid)) &&
	    json_add(o, "qemu_start", json_object_new_uint64(m->qemu_start)) &&
	    json_add(o, "begun_ms", json_object_new_int64(m->begun_ms)))
		return json_write_line(o);
	json_object_put(o);
	return NULL;
}

static bool phase_valid(const char *s)
{
	for (unsigned int i = 0; i < MOVE_STATES; i++)
		if (strcmp(s, phase_names[i]) == 0)
			return true;
	return false;
}

/* See move.h: there may be nothing to certify. */
static bool nonce_valid_or_empty(const char *s)
{
	return s[0] == '\0' || nonce_valid(s);
}

static int members_read(struct json_object *o, struct move *m, struct ferry_error *e)
{
	char phase[16];
	uint64_t version, pid;
	int r = json_read_u64(o, "version", UINT64_MAX, &version, e);

	if (r == 0 && version != 1)
		return error_set(e, OCF_ERR_GENERIC, EINVAL, "the record is of version %llu, this Ferry knows 1",
				 (unsigned long long)version);
	if (r == 0)
		r = json_read_string(o, "phase", phase_valid, phase, sizeof phase, e);
	if (r == 0)
		r = json_read_string(o, "id", nonce_valid, m->id, sizeof m->id, e);
	if (r == 0)
		r = json_read_string(o, "domain", name_valid, m->domain, sizeof m->domain, e);
	if (r == 0)
		r = json_read_string(o, "uuid", uuid_valid, m->uuid, sizeof m->uuid, e);
	if (r == 0)
		r = json_read_string(o, "source", name_valid, m->source, sizeof m->source, e);
	if (r == 0)
		r = json_read_string(o, "target", name_valid, m->target, sizeof m->target, e);
	if (r == 0)
		r = json_read_u64(o, "epoch", UINT64_MAX - 2, &m->epoch, e);
	if (r == 0)
		r = json_read_string(o, "nonce", nonce_valid_or_empty, m->nonce, sizeof m->nonce, e);
	if (r == 0)
		r = json_read_u64(o, "qemu_pid", INT_MAX, &pid, e);
	if (r == 0)
		r = json_read_u64(o, "qemu_start", UINT64_MAX, &m->qemu_start, e);
	if (r == 0)
		r = json_read_i64(o, "begun_ms", &m->begun_ms, e);
	if (r < 0)
		return r;
	m->qemu_pid = (pid_t)pid;
	while (strcmp(phase, phase_names[m->phase]) != 0)
		m->phase++;
	return 0;
}

int move_from_json(const char *text, size_t len, struct move *ret_move, struct ferry_error *e)
{
	json_auto struct json_object *o = json_read_object(text, len, e);
	struct move m;
	int r;

	if (!o)
		return -EINVAL;
	memset(&m, 0, sizeof m);
	r = members_read(o, &m, e);
	if (r < 0)
		return r;
	*ret_move = m;
	return 0;
}
