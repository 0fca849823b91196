/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/action/vm_saved.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/io.h"
#include "lib/base/log.h"
#include "lib/model/ocf.h"

#define SAVED_DIR "/var/lib/ferry/held"

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
