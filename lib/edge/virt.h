/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libvirt, by its API, loaded when first needed (virt_api.h). Calls that
 * libvirt can block on for ever are bounded by the helper's watchdog (helpers/cli.h).
 * Answers such as "no such domain" are data; errors are recognised by their number.
 */
#ifndef FERRY_VIRT_H
#define FERRY_VIRT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/base/deadline.h"
#include "lib/base/error.h"
#include "lib/model/domxml.h"
#include "lib/model/mark.h"
#include "lib/model/way.h"

#define VIRT_STATUS_DIR "/run/libvirt/qemu"	/* NAME.xml: libvirt's own account of each guest that is here */

struct virt_conn;
struct virt_dom;

/* Open URI ("qemu:///system", "qemu+tls://node2/system"). Errors: OCF_ERR_GENERIC (unreachable),
 * OCF_ERR_INSTALLED (no libvirt library). */
int virt_open(const char *uri, struct virt_conn **ret_conn, struct ferry_error *e);
void virt_close(struct virt_conn *c);	/* accepts NULL */

/* *ret_dom is NULL when there is no such domain: that is an answer. */
int virt_lookup(struct virt_conn *c, const char *name, struct virt_dom **ret_dom, struct ferry_error *e);
void virt_dom_free(struct virt_dom *d);	/* accepts NULL */

enum virt_run {
	VIRT_OFF,		/* defined, not running; also "no such domain" in virt_look() */
	VIRT_RUNNING,
	VIRT_PAUSED_USER,	/* also what a guest arrives as that was migrated or restored paused; the mark tells */
	VIRT_PAUSED_MOVING,	/* migration still coming in, or at the switchover of its own, or saving */
	VIRT_PAUSED_IOERROR,
	VIRT_PAUSED_BROKEN,	/* post-copy failed, watchdog, crashed, unknown reasons */
	VIRT_SHUTTING_DOWN,
	VIRT_CRASHED,
};

struct virt_info {
	enum virt_run run;
	int state, reason;	/* libvirt's numbers */
	bool persistent;
	bool autostart, managed_save;	/* only of a persistent domain */
	char name[NAME_SIZE], uuid[UUID_SIZE];
	struct mark mark;	/* MARK_NONE when off or unmarked */
};

/* State, reason and mark of a domain handle. A domain that vanished meanwhile is VIRT_OFF. */
int virt_look(struct virt_dom *d, struct virt_info *ret_info, struct ferry_error *e);
const char *virt_run_name(enum virt_run r);
/* Paused, and it was not Ferry: by its user, here or before a move that kept it so. */
bool virt_paused_by_user(const struct virt_info *i);

int virt_set_mark(struct virt_dom *d, const struct mark *m, struct ferry_error *e);
int virt_suspend(struct virt_dom *d, struct ferry_error *e);
int virt_resume(struct virt_dom *d, struct ferry_error *e);
/* The inactive, migratable XML with secrets; caller frees. */
int virt_get_xml(struct virt_dom *d, char **ret_xml, struct ferry_error *e);
/* The domain as it is at this moment, with what was plugged in since its start; caller frees. */
int virt_get_live_xml(struct virt_dom *d, char **ret_xml, struct ferry_error *e);

/* Create a transient domain from XML, or start a defined one, paused, with force-boot (a managed
 * save is never silently restored). */
int virt_create_paused(struct virt_conn *c, const char *xml, struct virt_dom **ret_dom,
		       struct ferry_error *e);
int virt_start_defined_paused(struct virt_dom *d, struct ferry_error *e);
/* Delete the image of a managed save that libvirt keeps of a defined domain. */
int virt_forget_managed_save(struct virt_dom *d, struct ferry_error *e);
/* Define a domain, or make one persistent that runs as a transient one. */
int virt_define(struct virt_conn *c, const char *xml, struct ferry_error *e);

/* Ask the guest's operating system to power off. */
int virt_shutdown(struct virt_dom *d, struct ferry_error *e);
/* End it now. *ret_gone style: 0 also when it was gone already. */
int virt_destroy(struct virt_dom *d, struct ferry_error *e);

/* Make the block nodes of a guest that arrived and never ran usable for saving or migrating again
 * (QEMU before 10 aborts otherwise: data-safety 9): adds and deletes an NBD export for each disk
 * through QMP. Harmless on a guest that needs none. */
int virt_activate_blocks(struct virt_dom *d, struct ferry_error *e);

/* ---- migration (virt_migrate.c) ---- */
enum virt_convergence { VIRT_CONVERGE_NONE, VIRT_CONVERGE_AUTO };

struct virt_progress {
	int64_t elapsed_ms;
	uint64_t total, processed, remaining;	/* bytes of RAM */
	uint64_t dirty_rate_pages, page_size;	/* pages per second */
	int64_t expected_downtime_ms;		/* -1 unknown */
	unsigned int iteration;
};

struct virt_migration {
	const struct way *way;		/* to the target's libvirtd, as the source's libvirtd goes it */
	const char *dest_xml;		/* with the mark that it shall arrive with */
	bool paused;			/* leave it paused on the target */
	unsigned int downtime_ms;	/* 0: QEMU's default */
	unsigned int bandwidth_mib;	/* 0: unlimited */
	unsigned int parallel;		/* connections that QEMU sends the RAM by; 0: the usual one */
	enum virt_convergence convergence;
	/* Called a few times a second while it runs, from the calling thread; a non-zero answer cancels
	 * the job, and WHY is what the error then says. NULL: none. */
	int (*watch)(void *arg, const struct virt_progress *p, struct ferry_error *why);
	void *arg;
};

struct virt_migrated {
	struct virt_progress last;
	int64_t downtime_ms;	/* as libvirt tells it afterwards; -1 unknown */
};

/*
 * Live, peer to peer, abort on error. 0: libvirt says that it succeeded (the caller still proves
 * that the source's QEMU is gone). An error says nothing about where the guest is: look.
 * -ECONNRESET: a connection or the other end broke, and another try may succeed; any other error
 * is for good (refused, cancelled, out of time).
 */
int virt_migrate(struct virt_dom *d, const struct virt_migration *m, struct ferry_deadline dl,
		 struct virt_migrated *ret_done, struct ferry_error *e);
/* Cancel whatever job D has; 0 also if it has none. */
int virt_abort_job(struct virt_dom *d, struct ferry_error *e);
/* 1 a job is active, 0 none, -errno. */
int virt_job_active(struct virt_dom *d, struct ferry_error *e);

#endif
