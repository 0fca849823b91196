/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What Ferry asks the cluster, through Pacemaker's own tools: who is in this partition, whether it
 * has quorum, whether it is at work, and promotion scores. Sources: crm_node(8), crmadmin(8), crm_attribute(8).
 */
#ifndef FERRY_CLUSTER_H
#define FERRY_CLUSTER_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/deadline.h"
#include "lib/base/error.h"
#include "lib/model/ids.h"

#define CLUSTER_MAX_NODES 64

struct cluster_view {
	bool quorate;
	unsigned int nnodes;
	char nodes[CLUSTER_MAX_NODES][NAME_SIZE];	/* members of this partition */
};

/* An answer that cannot be had is an error, never "offline". */
int cluster_look(struct ferry_deadline d, struct cluster_view *ret_view, struct ferry_error *e);
bool cluster_has(const struct cluster_view *v, const char *node);

/* The cluster has no transition under way: its controller says S_IDLE. That nobody answers is an error, and no yes. */
int cluster_idle(struct ferry_deadline d, bool *ret_idle, struct ferry_error *e);

/* The value of a node's attribute, a permanent one before a transient one; "" if it has neither. What comes back is as the
 * CIB has it: the caller validates it. -EMSGSIZE if it does not fit. */
int cluster_node_attribute(const char *node, const char *name, struct ferry_deadline d, char *ret_value,
			   size_t size, struct ferry_error *e);

/* Promotion score of the clone instance RSC on this node; SCORE -1 removes it. Only calls the
 * tool when the score differs from what was last set (remembered in /run/ferry/score/RSC). */
int cluster_set_promotion(const char *rsc, int score, struct ferry_deadline d, struct ferry_error *e);

/* Forget what was last set: Pacemaker drops transient attributes when it restarts on a node, so a
 * start and a probe set them anew. */
void cluster_forget_promotion(const char *rsc);

#endif
