/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vm monitor. The healthy path reads libvirt's status file and /proc, a few milliseconds and no
 * child process; libvirt is asked on doubt, under the helper's watchdog.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/action/vm.h"
#include "lib/base/cleanup.h"
#include "lib/base/io.h"
#include "lib/base/log.h"
#include "lib/edge/dm.h"
#include "lib/edge/move_file.h"
#include "lib/edge/proc.h"
#include "lib/edge/start_file.h"
#include "lib/model/domstatus.h"
#include "lib/model/ocf.h"

#define RESUME_TRIES 6	/* looks at a guest that an I/O error has paused behind an open gate ... */
#define RESUME_MS 500	/* ... this far apart */

/* True when the files prove it healthy; nothing else is decided here. */
static bool healthy_by_files(const struct vm_ctx *v)
{
	char path[sizeof VIRT_STATUS_DIR + NAME_SIZE + 8];
	ferry_autofree char *xml = NULL;
	struct domstatus s;
	size_t len;

	snprintf(path, sizeof path, VIRT_STATUS_DIR "/%s.xml", v->domain);
	if (io_read_file(path, DOMXML_MAX, &xml, &len) < 0 || domstatus_parse(xml, len, &s, NULL) < 0)
		return false;
	if (strcmp(s.name, v->domain) != 0 || !proc_is_qemu_of(s.pid, s.name, s.uuid))
		return false;
	if (strcmp(s.state, "running") == 0)
		return true;
	return strcmp(s.state, "paused") == 0 && strcmp(s.reason, "user") == 0 &&
	       (s.mark.state == MARK_HELD || s.mark.state == MARK_RESERVED);
}

/* Its disk is out of reach because its gate is not open: the gate's monitor tells of that, and the gate's
 * start resumes the guest. Failing here as well would restart the guest and throw its memory away. */
static bool gate_is_shut(const struct vm_ctx *v)
{
	struct dm_gate gates[DRBD_MAX_VOLUMES];
	struct dm_seen seen;
	unsigned int n = 0;

	if (!v->o->gate || dm_gate_list(v->o->gate, gates, DRBD_MAX_VOLUMES, &n, NULL) < 0)
		return false;
	for (unsigned int i = 0; i < n; i++)
		if (dm_gate_look(&gates[i], &seen, NULL) == 0 && seen.state != GATE_OPEN)
			return true;
	return false;
}

static int by_libvirt(struct vm_ctx *v, int *ret_code, const char **ret_word, struct ferry_error *e)
{
	struct move m;
	int r = vm_ctx_connect(v, e);

	if (r < 0)
		return r;
	/* A gate that was just opened resumes its guest within a moment: not a failure yet. */
	for (int i = 0; r == 0 && v->info.run == VIRT_PAUSED_IOERROR && v->o->gate && i < RESUME_TRIES && !gate_is_shut(v); i++) {
		deadline_sleep(v->o->deadline, RESUME_MS);
		r = vm_ctx_connect(v, e);
	}
	if (r < 0)
		return r;
	*ret_word = virt_run_name(v->info.run);
	switch (v->info.run) {
	case VIRT_RUNNING:
	case VIRT_SHUTTING_DOWN:
		*ret_code = OCF_SUCCESS;
		return 0;
	case VIRT_PAUSED_USER:
		*ret_code = OCF_SUCCESS;
		if (v->info.mark.state != MARK_HELD && v->info.mark.state != MARK_RESERVED) {
			*ret_code = OCF_DEGRADED;
			error_clear(e);
			error_set(e, OCF_DEGRADED, 0, "'%s' is paused by its user; to let it go on: virsh resume %s", v->domain,
				  v->domain);
		}
		return 0;
	case VIRT_PAUSED_MOVING:
		/* Leaving: it is still ours. Arriving: it is the source's until it is complete. */
		r = move_file_read(v->domain, &m, e);
		*ret_code = r == 0 && m.phase == MOVE_NONE ? OCF_NOT_RUNNING : OCF_SUCCESS;
		return r;
	case VIRT_OFF:
		break;
	case VIRT_PAUSED_IOERROR:
		if (gate_is_shut(v)) {
			log_warning("%s waits for its gate, which is not open", v->domain);
			*ret_code = OCF_SUCCESS;
			return 0;
		}
		__attribute__((fallthrough));
	default:
		return error_set(e, OCF_ERR_GENERIC, EIO, "'%s' is %s", v->domain,
				 virt_run_name(v->info.run));
	}
	if (proc_find_qemu(v->domain, NULL) != 0)
		return error_set(e, OCF_ERR_GENERIC, EIO,
				 "libvirt does not know '%s', but a QEMU process of it is here: restart libvirtd, or end that process",
				 v->domain);
	*ret_code = OCF_NOT_RUNNING;
	return 0;
}

int vm_monitor(const struct vm_opts *o, bool deep, int *ret_code, const char **ret_word,
	       struct ferry_error *e)
{
	const char *word = "off";
	struct vm_ctx v;
	pid_t pid;
	int r = vm_ctx_init(&v, o, e);

	if (r < 0 && v.config_why.code && !v.xml) {
		/* No file, no copy, and no guest here that was started from it: there is none. */
		log_warning("%s", v.config_why.text);
		error_clear(e);
		*ret_code = OCF_NOT_RUNNING;
		r = 0;
	} else if (r == 0 && !deep && healthy_by_files(&v)) {
		*ret_code = OCF_SUCCESS;
		word = "running";
	} else if (r == 0 && start_locked(v.domain)) {
		*ret_code = OCF_SUCCESS;	/* the gate's start restores it */
		word = "waking";
	} else if (r == 0) {
		pid = proc_find_qemu(v.domain, NULL);
		if (pid == 0 && !deep)
			*ret_code = OCF_NOT_RUNNING;	/* no process, no guest: whatever libvirt would say */
		else
			r = by_libvirt(&v, ret_code, &word, e);
	}
	if (ret_word)
		*ret_word = word;
	vm_ctx_clear(&v);
	return r;
}
