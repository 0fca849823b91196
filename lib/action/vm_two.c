/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vm migrate_to without a gate, of a guest whose disks are DRBD's own devices: both QEMUs have them open during the
 * move, so both nodes must be Primary before it begins. Which they are is looked up by the devices' numbers.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "lib/action/vm_move.h"
#include "lib/base/cleanup.h"
#include "lib/edge/drbd.h"
#include "lib/model/domxml.h"
#include "lib/model/ocf.h"

/* The peer on TARGET; 8.4 does not tell its name. */
static const struct drbd_peer *peer_on(const struct drbd_state *s, const char *target)
{
	for (unsigned int i = 0; i < s->npeers; i++)
		if (strcmp(s->peers[i].name, target) == 0)
			return &s->peers[i];
	return s->npeers == 1 ? &s->peers[0] : NULL;
}

static int check_device(const struct mover *m, const char *path, int minor, struct ferry_error *e)
{
	const struct drbd_peer *peer;
	char name[NAME_SIZE], text[160];
	struct drbd_state s;
	int r = drbd_resource_of(minor, m->v.o->deadline, name, sizeof name, e);

	if (r == 0)
		r = drbd_state_now(name, m->v.o->deadline, &s, e);
	if (r < 0) {
		error_context(e, "disk %s of '%s'", path, m->v.domain);
		return r;
	}
	if (!drbd_peers_current(&s, text, sizeof text))
		return error_set(e, OCF_ERR_GENERIC, ENOTCONN,
				 "DRBD resource '%s', disk %s of '%s', is not up to date on its peer (%s): wait for the resync or mend the connection",
				 name, path, m->v.domain, text);
	peer = peer_on(&s, m->target);
	if (s.role == DRBD_PRIMARY && peer && peer->role == DRBD_PRIMARY)
		return 0;
	return error_set(e, OCF_ERR_GENERIC, EROFS,
			 "DRBD resource '%s', disk %s of '%s', is %s here and %s on %s: without a gate a guest moves between two Primaries only; set dual_primary=during_move for it, and move the guest's place as in doc/examples/dual-primary.crm",
			 name, path, m->v.domain, drbd_role_name(s.role), peer ? drbd_role_name(peer->role) : "not", m->target);
}

int move_check_two(const struct mover *m, struct ferry_error *e)
{
	ferry_autofree struct domxml *d = malloc(sizeof *d);
	ferry_autofree char *xml = NULL;
	struct stat st;
	int r;

	if (!d)
		return error_set(e, OCF_ERR_GENERIC, ENOMEM, "no memory for a domain's XML");
	r = virt_get_xml(m->v.dom, &xml, e);
	if (r == 0)
		r = domxml_parse(xml, strlen(xml), d, e);
	for (unsigned int i = 0; r == 0 && i < d->ndisks; i++) {
		const struct domxml_disk *disk = &d->disks[i];

		if (!disk->readonly && strcmp(disk->type, "block") == 0 && stat(disk->source, &st) == 0 &&
		    S_ISBLK(st.st_mode) && major(st.st_rdev) == DRBD_BLOCK_MAJOR)
			r = check_device(m, disk->source, (int)minor(st.st_rdev), e);
	}
	return r;
}
