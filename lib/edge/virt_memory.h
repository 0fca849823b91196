/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A guest's memory out of libvirt and back, as a stream through a FIFO in a directory of root's own, while another thread is in
 * libvirt's call. What is read is libvirt's save image as virDomainRestoreFlags wants it, from the first byte to the last.
 *
 * libvirt writes the image's header (92 bytes) with an unfinished magic, the domain's XML and QEMU's stream; then it opens the
 * path once more and writes the header with the finished magic, and with that the domain is gone. So the first FIFO is for the
 * stream, and as soon as it flows another one takes its place at the path, already full: libvirt waits in that last write until
 * virt_save_end() says that all of the stream is safe, or takes the FIFO away, and then the guest is still there.
 * Source: libvirt 9.0, src/qemu/qemu_saveimage.c (qemuSaveImageCreate, struct _virQEMUSaveHeader).
 */
#ifndef FERRY_VIRT_MEMORY_H
#define FERRY_VIRT_MEMORY_H

#include <sys/types.h>

#include "lib/edge/virt.h"

struct virt_save;
struct virt_restore;

/* Begin to save D, which stands still or is paused by this; restored, it will stand still. */
int virt_save_begin(struct virt_dom *d, struct ferry_deadline dl, struct virt_save **ret_s, struct ferry_error *e);
/* The next bytes, at least one; 0 at the end of the image; -errno. ARG is the struct virt_save. */
ssize_t virt_save_read(void *arg, void *buf, size_t len, struct ferry_error *e);
/*
 * The call's end. SAFE: everything was read, to the end, and would survive a crash of this node. 0: libvirt says that the save is
 * complete, and the domain is gone. Else (-ECANCELED, E untouched, where not SAFE) it is still there, paused, or running again if it ran before: look. S is freed in any case; NULL is
 * accepted. -ENODATA: not safe, but libvirt had it finished and ended the guest; only where not even its first byte was read.
 */
int virt_save_end(struct virt_save *s, bool safe, struct ferry_error *e);

/* Begin to restore: the domain will be created, paused, from what is written. */
int virt_restore_begin(struct virt_conn *c, struct ferry_deadline dl, struct virt_restore **ret_r, struct ferry_error *e);
/* LEN bytes of the image. 0, or -errno; what libvirt says of it comes from virt_restore_end(). ARG is the struct virt_restore. */
int virt_restore_write(void *arg, const void *buf, size_t len);
/* WHOLE: all of the image was written. Without it libvirt gets an image that ends too early, and creates nothing. 0: the domain is
 * here, paused. R is freed in any case; NULL is accepted. */
int virt_restore_end(struct virt_restore *r, bool whole, struct ferry_error *e);

#endif
