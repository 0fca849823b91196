/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A guest is held: paused with a mark that says whose memory it is, so that its gate can close under it. */
#include <errno.h>
#include <string.h>

#include "lib/action/guest_priv.h"
#include "lib/base/log.h"
#include "lib/edge/stamp_io.h"
#include "lib/model/ocf.h"

int guest_read_stamp(const struct guest_where *w, bool *ret_there, struct stamp *ret_stamp, struct ferry_error *e)
{
	enum stamp_state state;
	char why[160];
	int r = stamp_read(w->stamp_minor, w->deadline, &state, ret_stamp, why, sizeof why, e);

	if (r < 0)
		return r;
	if (state == STAMP_FOREIGN)
		return error_set(e, OCF_ERR_GENERIC, EBADMSG,
				 "the last MiB of volume 0 of '%s' holds something that is no stamp (%s); if the guest's data ends before it, run: ferry-drbd stamp-init --drbd-resource %s --yes",
				 w->resource, why, w->resource);
	*ret_there = state == STAMP_VALID;
	return 0;
}

/* The mark of a guest that may be running, for the time that its gate is closed. Where its claim is on the stamp, its
 * memory is that of the run which the stamp names, whatever the mark says: whoever resumed it died before it could say so. */
static struct mark held_mark(const struct virt_info *info, const struct guest_where *w)
{
	struct ferry_error why = FERRY_ERROR_INIT;
	struct mark m = info->mark;
	bool there = false;
	struct stamp s;

	if (m.claim[0] && w->stamp_minor >= 0) {
		if (guest_read_stamp(w, &there, &s, &why) < 0)
			log_warning("%s", why.text);
		else if (there && !s.certified && strcmp(s.nonce, m.claim) == 0)
			return mark_held_run(s.epoch, s.nonce);
	}
	if (m.state == MARK_RUNNING) {
		m.state = MARK_HELD;
		m.user_paused = false;	/* it runs: that is over */
	}
	return m;
}

int guest_hold(struct virt_dom *dom, const struct guest_where *w, struct ferry_error *e)
{
	struct virt_info info;
	struct mark m;
	int r = virt_look(dom, &info, e);

	if (r < 0)
		return r;
	if (info.mark.state == MARK_NONE)
		return 0;	/* not ours to pause */
	if (info.run != VIRT_RUNNING && info.run != VIRT_PAUSED_IOERROR)
		return 0;
	m = held_mark(&info, w);
	if (m.state != info.mark.state || m.epoch != info.mark.epoch)
		r = virt_set_mark(dom, &m, e);
	if (r == 0 && info.run == VIRT_RUNNING)
		r = virt_suspend(dom, e);
	if (r == 0)
		step("held", "%s", info.name);
	return r;
}
