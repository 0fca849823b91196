/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/edge/virt_api.h"

#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>

#include "lib/model/ocf.h"

struct symbol {
	const char *name;
	size_t offset;
};

#define SYMBOL(fn) { #fn, offsetof(struct virt_api, fn) },
static const struct symbol core[] = { VIRT_API_CORE(SYMBOL) };
static const struct symbol qemu[] = { VIRT_API_QEMU(SYMBOL) };
#undef SYMBOL

static void silent(void *arg, virErrorPtr err)
{
	(void)arg;
	(void)err;
}

static int load(const char *soname, const struct symbol *s, size_t n, struct virt_api *api,
		struct ferry_error *e)
{
	void *lib = dlopen(soname, RTLD_NOW | RTLD_GLOBAL);

	if (!lib)
		return error_set(e, OCF_ERR_INSTALLED, ENOENT,
				 "cannot load %s: %s; install libvirt's client library (Debian: libvirt0, Fedora: libvirt-libs)",
				 soname, dlerror());
	for (size_t i = 0; i < n; i++) {
		void *sym = dlsym(lib, s[i].name);

		if (!sym)
			return error_set(e, OCF_ERR_INSTALLED, ENOSYS,
					 "%s has no %s: libvirt 9.0 or later is needed", soname, s[i].name);
		*(void **)((char *)api + s[i].offset) = sym;
	}
	return 0;
}

int virt_api_get(const struct virt_api **ret_api, struct ferry_error *e)
{
	static struct virt_api api;
	static int loaded;
	int r;

	if (!loaded) {
		r = load("libvirt.so.0", core, sizeof core / sizeof core[0], &api, e);
		if (r == 0)
			r = load("libvirt-qemu.so.0", qemu, sizeof qemu / sizeof qemu[0], &api, e);
		if (r < 0)
			return r;
		if (api.virInitialize() < 0)
			return error_set(e, OCF_ERR_INSTALLED, EIO, "libvirt's client library does not initialise");
		api.virSetErrorFunc(NULL, silent);
		loaded = 1;
	}
	*ret_api = &api;
	return 0;
}

int virt_api_errno(const struct virt_api *a)
{
	virErrorPtr err = a->virGetLastError();

	return err ? err->code : 0;
}

int virt_api_error(const struct virt_api *a, struct ferry_error *e, const char *what)
{
	virErrorPtr err = a->virGetLastError();
	int no = err && err->code == VIR_ERR_NO_DOMAIN ? ENOENT : EIO;

	return error_set(e, OCF_ERR_GENERIC, no, "%s: %s", what,
			 err && err->message ? err->message : "libvirt gave no reason");
}
