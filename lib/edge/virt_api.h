/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libvirt's functions, looked up at run time: loading libvirt costs ten times what the healthy
 * path of a monitor does, so it is loaded when the first call needs it and not before. Types come
 * from libvirt's own headers; names that are missing make the load fail with OCF_ERR_INSTALLED.
 */
#ifndef FERRY_VIRT_API_H
#define FERRY_VIRT_API_H

#include <libvirt/libvirt-qemu.h>
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

#include "lib/base/error.h"

#define VIRT_API_CORE(X)                                                                          \
	X(virInitialize) X(virSetErrorFunc) X(virGetLastError)                                     \
	X(virConnectOpen) X(virConnectClose) X(virConnectGetVersion) X(virConnectGetLibVersion) X(virConnectGetCapabilities)  \
	X(virDomainGetInfo)                                                       \
	X(virDomainLookupByName) X(virDomainFree) X(virDomainGetID) X(virDomainGetName) X(virDomainGetUUIDString)    \
	X(virDomainGetState) X(virDomainIsPersistent) X(virDomainGetAutostart)                     \
	X(virDomainHasManagedSaveImage) X(virDomainManagedSaveRemove) X(virDomainGetXMLDesc)                                     \
	X(virDomainGetMetadata) X(virDomainSetMetadata)                                            \
	X(virDomainDefineXML) X(virDomainCreateXML) X(virDomainCreateWithFlags) X(virDomainSuspend) X(virDomainResume)   \
	X(virDomainShutdownFlags) X(virDomainDestroyFlags)                                         \
	X(virDomainSaveFlags) X(virDomainRestoreFlags)                                             \
	X(virDomainMigrateToURI3) X(virDomainMigrateSetMaxDowntime) X(virDomainGetJobStats)        \
	X(virDomainGetJobInfo) X(virDomainAbortJob)                                                \
	X(virTypedParamsAddString) X(virTypedParamsAddULLong) X(virTypedParamsAddInt)              \
	X(virTypedParamsGetULLong)                                                                 \
	X(virTypedParamsFree)

#define VIRT_API_QEMU(X) X(virDomainQemuMonitorCommand)

struct virt_api {
#define VIRT_API_MEMBER(name) __typeof__(&name) name;
	VIRT_API_CORE(VIRT_API_MEMBER)
	VIRT_API_QEMU(VIRT_API_MEMBER)
#undef VIRT_API_MEMBER
};

/* Load once; the table lives as long as the process. */
int virt_api_get(const struct virt_api **ret_api, struct ferry_error *e);

/* Fill E from libvirt's last error of this thread: "WHAT: libvirt's words". Returns -EIO, or -ENOENT
 * for VIR_ERR_NO_DOMAIN, which callers treat as an answer. */
int virt_api_error(const struct virt_api *a, struct ferry_error *e, const char *what);
/* libvirt's last error number of this thread, 0 if none. */
int virt_api_errno(const struct virt_api *a);

#endif
