/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A guest's memory between QEMU and a store. What a restored copy may do is not decided here: it comes back paused with the mark
 * that it was saved with, and guest_let_run() judges it by the disk's stamp like any other copy.
 *
 * Why a checkpoint is restored at most once, and only with its own disk: doc/checkpoints.md.
 */
#ifndef FERRY_CHECKPOINT_H
#define FERRY_CHECKPOINT_H

#include "lib/action/guest.h"
#include "lib/edge/store.h"
#include "lib/model/store_name.h"

struct checkpoint_how {
	bool compress;
	unsigned int bandwidth_mib;	/* 0: no limit */
	const char *why;		/* the manifest's "how" */
};

/* The store that NAME means on this node; PATH (of STORE_NAME_SIZE bytes) keeps its path. A volume is looked up in the configuration of
 * its resource. */
int checkpoint_store(const struct store_name *name, struct ferry_deadline d, char *path, struct store *ret_store,
		     struct ferry_error *e);

/*
 * Room for a checkpoint of DOM, for all of its RAM, is reserved in S: *ret_new, which is for checkpoint_save() or checkpoint_abort(). The
 * guest may run meanwhile. -ENOSPC, and nothing is left. RESERVE false: its image may be much smaller, and is tried.
 */
struct checkpoint_new {
	struct store s;		/* whose path is the caller's */
	struct store_new *n;
	struct manifest m;
};
int checkpoint_begin(struct virt_conn *c, struct virt_dom *dom, const struct store *s, const char *node, bool reserve,
		     struct checkpoint_new *ret_new, struct ferry_error *e);
void checkpoint_abort(struct checkpoint_new *k);

/*
 * Save DOM, which stands still with the mark that it shall be judged by. 0: it exists in the store and QEMU is proved gone; K->m is
 * the caller's to clear. Else there is no checkpoint, and the guest is there as it was, unless E says otherwise; K is cleared.
 */
int checkpoint_save(struct virt_dom *dom, const struct guest_where *w, const struct checkpoint_how *how,
		    struct checkpoint_new *k, struct ferry_error *e);

/*
 * Create the guest, paused, from M in S, if it fits DOMAIN, UUID and this node: nothing that was not verified reaches QEMU. -EINVAL: it
 * does not fit; -EBADMSG: its bytes are not what the manifest says; other errors are libvirt's or the node's. On an error
 * there is no guest.
 */
int checkpoint_restore(struct virt_conn *c, const struct store *s, const struct manifest *m, const char *domain, const char *uuid,
		       struct ferry_deadline d, struct ferry_error *e);

/* An error of checkpoint_restore() that is the checkpoint's own, which another try would meet again. libvirt's words are not told apart: it may
 * be short of memory, or restarted. */
bool checkpoint_refused(int r);

#endif
