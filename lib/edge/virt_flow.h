/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A libvirt call in a thread of its own, with a FIFO beside it: what virt_save.c and virt_restore.c share; nobody else includes it. */
#ifndef FERRY_VIRT_FLOW_H
#define FERRY_VIRT_FLOW_H

#include <pthread.h>
#include <stdbool.h>

#include "lib/edge/virt_priv.h"

struct virt_flow {
	const struct virt_api *api;
	virDomainPtr dom;	/* save */
	virConnectPtr conn;	/* restore */
	struct ferry_deadline deadline;
	char path[128];		/* of the FIFO, "" if there is none */
	int guard_fd;		/* while it is open, and has said nothing, the guard waits */
	pid_t guard;
	int done_fd;		/* readable once the call has come back */
	pthread_t thread;
	bool begun, over;	/* the thread was started; flow_join() has been there */
	int result;
	struct ferry_error error;
};

/*
 * A new FIFO of root's own, with a guard: a process that does nothing until this one has died, and then lets libvirt go, which may
 * wait at the path for a reader or a writer that will never come, holding the domain.
 */
int flow_init(struct virt_flow *f, struct ferry_deadline d, struct ferry_error *e);
/* Another one beside it, TMP (of the size of f->path). */
int flow_fifo(const struct virt_flow *f, char *ret_tmp, struct ferry_error *e);
/* A directory in the FIFO's place: whoever opens the path to write fails at once. */
void flow_block(struct virt_flow *f);
/* Start the call: CALL(f) returns libvirt's int, in the thread. */
int flow_begin(struct virt_flow *f, int (*call)(struct virt_flow *f), struct ferry_error *e);
/* Wait until FD can EVENTS (poll(2)): 1, or the call has come back: 0; -ETIMEDOUT, -errno. */
int flow_wait(const struct virt_flow *f, int fd, short events);
/* The call has come back, or is waited for. 0 or -errno with libvirt's words. */
int flow_join(struct virt_flow *f, struct ferry_error *e);
void flow_clear(struct virt_flow *f);

#endif
