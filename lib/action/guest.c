/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/action/guest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/action/guest_priv.h"
#include "lib/base/cleanup.h"
#include "lib/base/log.h"
#include "lib/edge/cluster.h"
#include "lib/edge/proc.h"
#include "lib/edge/stamp_io.h"
#include "lib/model/ocf.h"

static int write_stamp(const struct guest_where *w, const struct virt_info *info, uint64_t epoch,
		       const char *nonce, struct ferry_error *e)
{
	struct stamp s = { .epoch = epoch };
	int r;

	snprintf(s.resource, sizeof s.resource, "%s", w->resource);
	snprintf(s.domain, sizeof s.domain, "%s", info->name);
	snprintf(s.uuid, sizeof s.uuid, "%s", info->uuid);
	snprintf(s.nonce, sizeof s.nonce, "%s", nonce);
	snprintf(s.node, sizeof s.node, "%s", w->node);
	r = stamp_write(w->stamp_minor, &s, w->deadline, e);
	if (r == 0)
		step("stamp-advanced", "epoch %llu", (unsigned long long)epoch);
	return r;
}

/* The claim is on the stamp: start the CPUs if they stand still, then let the mark say so. */
static int run_claimed(struct virt_dom *dom, const struct virt_info *info, uint64_t epoch,
		       const char *nonce, struct ferry_error *e)
{
	struct mark m = { .state = MARK_RUNNING, .epoch = epoch };
	int r;

	/* Its user's pause outlasts the move. */
	m.user_paused = info->mark.state == MARK_HELD ? info->mark.user_paused : virt_paused_by_user(info);
	if (m.user_paused) {
		step("left-paused", "%s", info->name);
	} else if (info->run != VIRT_RUNNING) {
		r = virt_resume(dom, e);
		if (r < 0)
			return r;
		step("resumed", "%s", info->name);
	}
	snprintf(m.nonce, sizeof m.nonce, "%s", nonce);
	return virt_set_mark(dom, &m, e);
}

static int claim_and_run(struct virt_dom *dom, const struct virt_info *info,
			 const struct guest_where *w, uint64_t disk_epoch, struct ferry_error *e)
{
	struct mark m = info->mark;
	uint64_t epoch = (disk_epoch > m.epoch ? disk_epoch : m.epoch) + 1;
	int r = nonce_make(m.claim, e);

	if (r == 0)
		r = virt_set_mark(dom, &m, e);
	if (r < 0)
		return r;
	step("claim-marked", "%s", info->name);
	r = write_stamp(w, info, epoch, m.claim, e);
	return r < 0 ? r : run_claimed(dom, info, epoch, m.claim, e);
}

/* The claim of an earlier call is on the stamp, so this copy is the original now. */
static int claim_again(struct virt_dom *dom, const struct virt_info *info,
		       const struct guest_where *w, uint64_t disk_epoch, struct ferry_error *e)
{
	struct virt_info original = *info;

	original.mark = mark_held_run(disk_epoch, info->mark.claim);
	original.mark.user_paused = info->mark.state == MARK_HELD && info->mark.user_paused;
	return claim_and_run(dom, &original, w, disk_epoch, e);
}

int guest_end(struct virt_dom *dom, const struct virt_info *info, struct ferry_deadline d,
	      struct ferry_error *e)
{
	pid_t pid = proc_find_qemu(info->name, info->uuid);
	uint64_t start = 0;
	int r;

	if (pid > 0 && proc_start_time(pid, &start, NULL) < 0)
		pid = 0;
	r = virt_destroy(dom, e);
	if (r == 0 && pid > 0)
		r = proc_wait_gone(pid, start, d, e);
	if (r == 0)
		step("ended", "%s", info->name);
	return r;
}

int guest_reserve_again(struct virt_conn *c, const struct virt_info *info, const char *xml, struct virt_dom **ret_dom,
			struct ferry_error *e)
{
	static const struct mark reserved = { .state = MARK_RESERVED };
	ferry_autofree char *marked = NULL;
	int r;

	if (!info->persistent) {
		r = domxml_with_mark(xml, strlen(xml), &reserved, &marked, e);
		return r < 0 ? r : virt_create_paused(c, marked, ret_dom, e);
	}
	r = virt_lookup(c, info->name, ret_dom, e);
	if (r == 0 && !*ret_dom)
		r = error_set(e, OCF_ERR_GENERIC, ENOENT, "the definition of '%s' has gone", info->name);
	if (r == 0)
		r = virt_start_defined_paused(*ret_dom, e);
	return r < 0 ? r : virt_set_mark(*ret_dom, &reserved, e);
}

/* Throw a copy away that is proved worthless, and boot the same guest from its disk instead. */
static int boot_instead(struct virt_conn *c, struct virt_dom *dom, const struct virt_info *info,
			const struct guest_where *w, uint64_t disk_epoch, struct ferry_error *e)
{
	ferry_autofree char *xml = NULL;
	struct virt_dom *fresh = NULL;
	struct virt_info now;
	int r = virt_get_xml(dom, &xml, e);

	if (r == 0)
		r = guest_end(dom, info, w->deadline, e);
	if (r < 0)
		return r;
	step("stale-discarded", "%s epoch %llu, disk epoch %llu", info->name,
	     (unsigned long long)info->mark.epoch, (unsigned long long)disk_epoch);
	r = guest_reserve_again(c, info, xml, &fresh, e);
	if (r == 0)
		r = virt_look(fresh, &now, e);
	if (r == 0)
		r = claim_and_run(fresh, &now, w, disk_epoch, e);
	virt_dom_free(fresh);
	return r;
}

/* The run that the stamp names ended with its memory saved, and this guest would boot without it: may it? */
static int boots_unrestored(const struct virt_info *info, const struct guest_where *w, const struct stamp *s, struct ferry_error *e)
{
	if (w->plan.stale_fails)
		return error_set(e, OCF_ERR_GENERIC, EKEYREJECTED,
				 "on_stale='fail': the memory of '%s' was saved on %s in %s (checkpoint %s) and was not restored here: start it where that is, or give it up with: on_stale=boot",
				 info->name, s->node, s->checkpoint.store, s->checkpoint.id);
	log_warning("%s: its memory was saved on %s in %s (checkpoint %s) and was not restored here: booting from the disk",
		    info->name, s->node, s->checkpoint.store, s->checkpoint.id);
	return 0;
}

/* Same epoch, no certificate: only the source could have written one. */
static int undecided(struct virt_conn *c, struct virt_dom *dom, const struct virt_info *info,
		     const struct guest_where *w, uint64_t disk_epoch, struct ferry_error *e)
{
	struct cluster_view view;
	int r = cluster_look(w->deadline, &view, e);

	if (r < 0)
		return r;
	if (info->mark.source[0] && !cluster_has(&view, info->mark.source)) {
		log_warning("%s: the source %s of the waiting copy is gone and never certified it: booting from the disk",
			    info->name, info->mark.source);
		return boot_instead(c, dom, info, w, disk_epoch, e);
	}
	return error_set(e, OCF_ERR_GENERIC, EKEYREJECTED,
			 "the copy of '%s' that waits here (move %.8s from %s) has no hand-over certificate on this disk, so it may be older than the disk: it stays paused, its memory is kept; look at the guest on %s, then either move it again, or give this copy up with: ferry-vm discard --domain %s --yes",
			 info->name, info->mark.move, info->mark.source, info->mark.source, info->name);
}

static int act(struct virt_conn *c, struct virt_dom *dom, const struct virt_info *info,
	       const struct guest_where *w, enum verdict v, const struct stamp *s,
	       struct ferry_error *e)
{
	uint64_t disk_epoch = s ? s->epoch : 0;

	switch (v) {
	case VERDICT_RUN_CLAIMED:
		if (info->run == VIRT_RUNNING)
			return run_claimed(dom, info, disk_epoch, info->mark.claim, e);
		/* A twin with the same claim may exist where a reply was lost: claim anew. */
		return claim_again(dom, info, w, disk_epoch, e);
	case VERDICT_BOOT_UNCLAIMED:
		log_warning("%s: a certified copy (move %.8s to %s) was never claimed and was found on no node: booting from the disk",
			    info->name, s->cert.move, s->cert.to);
		return claim_and_run(dom, info, w, disk_epoch, e);
	case VERDICT_BOOT:
	{
		int r = s && s->saved ? boots_unrestored(info, w, s, e) : 0;

		return r < 0 ? r : claim_and_run(dom, info, w, disk_epoch, e);
	}
	case VERDICT_RUN_ORIGINAL:
	case VERDICT_RUN_CERTIFIED:
		return claim_and_run(dom, info, w, disk_epoch, e);
	case VERDICT_STALE:
		if (s && s->certified)
			return error_set(e, OCF_ERR_GENERIC, EKEYREJECTED,
					 "the copy of '%s' that waits here (move %.8s) is not the heir: the disk's certificate names move %.8s to %s; bring that copy here, or give this one up with: ferry-vm discard --domain %s --yes",
					 info->name, info->mark.move, s->cert.move, s->cert.to, info->name);
		if (w->plan.id[0] && w->plan.stale_fails)
			return error_set(e, OCF_ERR_GENERIC, EKEYREJECTED,
					 "on_stale='fail': the memory of '%s' that was restored from %s (epoch %llu) is older than its disk (epoch %llu), and stays paused; give it up with: ferry-vm discard --domain %s --yes, or boot instead with on_stale=boot",
					 info->name, w->plan.store, (unsigned long long)info->mark.epoch,
					 (unsigned long long)disk_epoch, info->name);
		if (s && s->saved) {
			int r = boots_unrestored(info, w, s, e);

			if (r < 0)
				return r;
		}
		return boot_instead(c, dom, info, w, disk_epoch, e);
	case VERDICT_UNDECIDED:
		return undecided(c, dom, info, w, disk_epoch, e);
	case VERDICT_OLD_DISK:
		return error_set(e, OCF_ERR_GENERIC, EKEYREJECTED,
				 "the disk of '%s' (epoch %llu) is older than the memory that waits here (epoch %llu): it stays paused; find the newer replica of '%s' and connect it",
				 info->name, (unsigned long long)disk_epoch,
				 (unsigned long long)info->mark.epoch, w->resource);
	case VERDICT_FOREIGN:
		break;
	}
	return error_set(e, OCF_ERR_GENERIC, EKEYREJECTED,
			 "'%s' is not let run: its mark (%s) and the stamp of '%s' (guest '%s', uuid %s) do not belong together; was it started outside Ferry, or is the resource another guest's?",
			 info->name, mark_state_name(info->mark.state), w->resource,
			 s ? s->domain : "none", s ? s->uuid : "none");
}

/*
 * A mark that says "running" is true on the node that wrote the stamp, and nowhere else: a plain
 * `virsh migrate` takes mark and nonce along, and if its last reply is lost both copies have them. Such a
 * copy is stopped where it stands and loses the nonce, so that no later hold or restore makes it the heir.
 */
static int check_runs_here(struct virt_dom *dom, const struct virt_info *info, const struct guest_where *w,
			   const struct stamp *s, struct ferry_error *e)
{
	struct mark m = info->mark;

	if (m.state != MARK_RUNNING || strcmp(s->node, w->node) == 0)
		return 0;
	if (info->run == VIRT_RUNNING)
		virt_suspend(dom, NULL);
	m.claim[0] = '\0';
	if (nonce_make(m.nonce, NULL) == 0 && virt_set_mark(dom, &m, NULL) == 0)
		step("disinherited", "%s", info->name);
	return error_set(e, OCF_ERR_GENERIC, EKEYREJECTED,
			 "'%s' (%s here) was last let run on %s and did not come here by Ferry: a copy there may have run on since, so this one is not let run; give it up with: ferry-vm discard --domain %s --yes",
			 info->name, virt_run_name(info->run), s->node, info->name);
}

/* Without a stamp there is nothing to decide: resume what Ferry holds. */
static int run_plain(struct virt_dom *dom, const struct virt_info *info, struct ferry_error *e)
{
	if (info->mark.state == MARK_RUNNING || info->mark.state == MARK_NONE)
		return 0;
	return run_claimed(dom, info, 0, "", e);
}

int guest_let_run(struct virt_conn *c, struct virt_dom *dom, const struct guest_where *w,
		  enum verdict *ret_verdict, struct ferry_error *e)
{
	struct virt_info info;
	struct stamp s;
	bool there = false;
	enum verdict v;
	int r = virt_look(dom, &info, e);

	if (r < 0)
		return r;
	switch (info.run) {
	case VIRT_RUNNING:
	case VIRT_PAUSED_IOERROR:
		break;
	case VIRT_PAUSED_USER:
		if (info.mark.state == MARK_RUNNING) {
			log_info("%s is paused by its user: left as it is", info.name);
			return 0;
		}
		break;
	default:
		return error_set(e, OCF_ERR_GENERIC, EAGAIN, "'%s' cannot be let run: it is %s",
				 info.name, virt_run_name(info.run));
	}
	if (!w->resource)
		return run_plain(dom, &info, e);
	r = guest_read_stamp(w, &there, &s, e);
	if (r < 0)
		return r;
	v = verdict_of(&info.mark, info.uuid, there ? &s : NULL);
	if (v == VERDICT_RUN_ORIGINAL || v == VERDICT_RUN_CLAIMED) {
		r = check_runs_here(dom, &info, w, &s, e);
		if (r < 0)
			return r;
	}
	if (info.run == VIRT_RUNNING && v == VERDICT_RUN_ORIGINAL)
		return info.mark.state == MARK_RUNNING ?
			0 : run_claimed(dom, &info, info.mark.epoch, info.mark.nonce, e);
	step("verdict", "%s: %s", info.name, verdict_name(v));
	if (info.run == VIRT_RUNNING && v != VERDICT_RUN_CLAIMED)
		return error_set(e, OCF_ERR_GENERIC, EKEYREJECTED,
				 "'%s' runs here although it is not entitled to (%s): it was let run outside Ferry; pause or end it",
				 info.name, verdict_name(v));
	if (ret_verdict)
		*ret_verdict = v;
	return act(c, dom, &info, w, v, there ? &s : NULL, e);
}

int guest_confirm_here(struct virt_dom *dom, const struct guest_where *w, struct ferry_error *e)
{
	struct virt_info info;
	struct stamp s;
	bool there = false;
	enum verdict v;
	int r = virt_look(dom, &info, e);

	if (r == 0)
		r = guest_read_stamp(w, &there, &s, e);
	if (r < 0)
		return r;
	v = verdict_of(&info.mark, info.uuid, there ? &s : NULL);
	if (v != VERDICT_RUN_ORIGINAL && v != VERDICT_RUN_CLAIMED)
		return error_set(e, OCF_ERR_GENERIC, EKEYREJECTED,
				 "'%s' is here, but the stamp of '%s' is not its own (%s)", info.name,
				 w->resource, verdict_name(v));
	r = check_runs_here(dom, &info, w, &s, e);
	return r < 0 ? r : claim_and_run(dom, &info, w, s.epoch, e);
}
