/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/action/vm_saved.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/deadline.h"
#include "lib/base/io.h"
#include "lib/base/log.h"
#include "lib/model/ocf.h"

#define SAVED_DIR "/var/lib/ferry/held"
#define MANAGED_DIR "/var/lib/libvirt/qemu/save"	/* of qemu:///system */

static void saved_path(const char *domain, const char *suffix, char *ret_path, size_t size)
{
	snprintf(ret_path, size, SAVED_DIR "/%s.save%s", domain, suffix);
}

int vm_saved_store(struct vm_ctx *v, struct ferry_error *e)
{
	char part[sizeof SAVED_DIR + NAME_SIZE + 16], path[sizeof part];
	int r = io_make_dirs(SAVED_DIR, 0700);

	if (r < 0)
		return error_set(e, OCF_ERR_GENERIC, -r, "%s: %s", SAVED_DIR, strerror(-r));
	saved_path(v->domain, ".part", part, sizeof part);
	saved_path(v->domain, "", path, sizeof path);
	if (v->info.mark.move[0]) {
		r = virt_activate_blocks(v->dom, e);
		if (r < 0)
			return r;
	}
	io_remove_file(part);
	step("save-held", "%s", path);
	r = virt_save_paused(v->dom, part, e);
	if (r < 0) {
		io_remove_file(part);
		return r;
	}
	if (rename(part, path) < 0)
		return error_set(e, OCF_ERR_GENERIC, errno, "%s: %s", path, strerror(errno));
	log_warning("%s: its memory was held for a move and is saved in %s", v->domain, path);
	return 0;
}

int vm_saved_restore(struct vm_ctx *v, bool *ret_there, struct ferry_error *e)
{
	char path[sizeof SAVED_DIR + NAME_SIZE + 16];
	int r;

	saved_path(v->domain, "", path, sizeof path);
	*ret_there = false;
	if (access(path, F_OK) < 0)
		return errno == ENOENT ? 0 :
			error_set(e, OCF_ERR_GENERIC, errno, "%s: %s", path, strerror(errno));
	step("restore-held", "%s", path);
	r = virt_restore_paused(v->conn, path, e);
	if (r < 0) {
		error_context(e, "the memory of '%s' saved in %s", v->domain, path);
		return r;
	}
	/* The copy is in QEMU now and carries its mark; a second restore of the file would be stale. */
	*ret_there = true;
	return io_remove_file(path) < 0 ?
		error_set(e, OCF_ERR_GENERIC, EIO, "%s could not be removed", path) : 0;
}

int vm_saved_remove(const char *domain, struct ferry_error *e)
{
	char path[sizeof SAVED_DIR + NAME_SIZE + 16];
	int r;

	saved_path(domain, "", path, sizeof path);
	r = io_remove_file(path);
	return r < 0 ? error_set(e, OCF_ERR_GENERIC, -r, "%s: %s", path, strerror(-r)) : 0;
}

int vm_saved_set_aside(struct vm_ctx *v, struct ferry_error *e)
{
	char path[sizeof MANAGED_DIR + NAME_SIZE + 8], aside[sizeof path + 32];
	int r;

	if (!v->info.managed_save)
		return 0;
	snprintf(path, sizeof path, MANAGED_DIR "/%s.save", v->domain);
	snprintf(aside, sizeof aside, "%s.set-aside-%lld", path, (long long)wall_ms());
	/* A second name for it first: libvirt deletes the one that it knows. */
	if (link(path, aside) < 0)
		return error_set(e, OCF_ERR_GENERIC, errno,
				 "'%s' has a managed save, which may be older than its disk, and %s cannot be set aside (%s): keep a copy of it if you need it, then: virsh managedsave-remove %s",
				 v->domain, path, strerror(errno), v->domain);
	r = virt_forget_managed_save(v->dom, e);
	if (r < 0)
		return r;
	step("set-aside", "%s", aside);
	log_warning("%s had a managed save, which may be older than its disk: it is not restored, and is kept as %s",
		    v->domain, aside);
	return 0;
}
