/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/edge/cluster.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/cleanup.h"
#include "lib/base/io.h"
#include "lib/base/log.h"
#include "lib/edge/run.h"
#include "lib/model/ocf.h"

#define CONTROLLER_MS 10000	/* crmadmin waits half a minute for a controller that is not there */
#define SCORE_DIR "/run/ferry/score"
#define NO_SUCH 105 /* CRM_EX_NOSUCH: crm_attribute's answer for an attribute that is not there */

static int ask(const char *const argv[], const char *const env[], struct ferry_deadline d,
	       struct run_result *res, struct ferry_error *e)
{
	int r = run(argv, env, d, res, e);

	if (r < 0)
		return r;
	if (res->status == 0)
		return 0;
	r = error_set(e, OCF_ERR_GENERIC, EIO, "%s %s failed (%d): %s", argv[0], argv[1], res->status,
		      res->err);
	run_result_clear(res);
	return r;
}

/* Names apart by blanks. */
static int take_names(char *text, struct cluster_view *v, struct ferry_error *e)
{
	char *save = NULL;

	for (char *w = strtok_r(text, " \t\n", &save); w; w = strtok_r(NULL, " \t\n", &save)) {
		if (v->nnodes == CLUSTER_MAX_NODES || !name_valid(w))
			return error_set(e, OCF_ERR_GENERIC, EPROTO,
					 "crm_node --partition: '%.60s' is no node name, or there are too many", w);
		snprintf(v->nodes[v->nnodes++], NAME_SIZE, "%s", w);
	}
	return 0;
}

int cluster_look(struct ferry_deadline d, struct cluster_view *ret_view, struct ferry_error *e)
{
	static const char *const partition[] = { "crm_node", "--partition", NULL };
	static const char *const quorum[] = { "crm_node", "--quorum", NULL };
	struct cluster_view v = { .quorate = false };
	struct run_result res;
	int r = ask(partition, NULL, d, &res, e);

	if (r < 0)
		return r;
	r = take_names(res.out, &v, e);
	run_result_clear(&res);
	if (r == 0)
		r = ask(quorum, NULL, d, &res, e);
	if (r < 0)
		return r;
	v.quorate = res.out[0] == '1';
	run_result_clear(&res);
	if (v.nnodes == 0)
		return error_set(e, OCF_ERR_GENERIC, EPROTO, "crm_node --partition names no node");
	*ret_view = v;
	return 0;
}

bool cluster_has(const struct cluster_view *v, const char *node)
{
	for (unsigned int i = 0; i < v->nnodes; i++)
		if (strcmp(v->nodes[i], node) == 0)
			return true;
	return false;
}

int cluster_idle(struct ferry_deadline d, bool *ret_idle, struct ferry_error *e)
{
	static const char *const who[] = { "crmadmin", "--quiet", "--dc_lookup", NULL };
	char dc[NAME_SIZE];
	const char *const state[] = { "crmadmin", "--quiet", "--status", dc, NULL };
	struct run_result res;
	int n, r = ask(who, NULL, deadline_min(d, CONTROLLER_MS), &res, e);

	if (r < 0)
		return r;
	n = snprintf(dc, sizeof dc, "%.*s", (int)strcspn(res.out, " \t\n"), res.out);
	run_result_clear(&res);
	if ((size_t)n >= sizeof dc || !name_valid(dc))
		return error_set(e, OCF_ERR_GENERIC, EPROTO, "crmadmin --dc_lookup names no node");
	r = ask(state, NULL, deadline_min(d, CONTROLLER_MS), &res, e);
	if (r < 0)
		return r;
	*ret_idle = strstr(res.out, "S_IDLE") != NULL;
	run_result_clear(&res);
	return 0;
}

int cluster_node_attribute(const char *node, const char *name, struct ferry_deadline d, char *ret_value,
			   size_t size, struct ferry_error *e)
{
	static const char *const lifetimes[] = { "forever", "reboot" };

	for (size_t i = 0; i < 2; i++) {
		const char *const argv[] = { "crm_attribute", "--query", "--quiet", "--node", node, "--name", name,
					     "--lifetime", lifetimes[i], NULL };
		struct run_result res;
		int r = run(argv, NULL, d, &res, e);
		size_t len;

		if (r < 0)
			return r;
		len = strcspn(res.out, "\n");
		if (res.status == 0 && len >= size)
			r = error_set(e, OCF_ERR_GENERIC, EMSGSIZE, "attribute %s of node %s is longer than %zu bytes", name,
				      node, size - 1);
		else if (res.status == 0)
			snprintf(ret_value, size, "%.*s", (int)len, res.out);
		else if (res.status != NO_SUCH)
			r = error_set(e, OCF_ERR_GENERIC, EIO, "attribute %s of node %s cannot be read (crm_attribute: %d): %s",
				      name, node, res.status, res.err);
		else
			len = 0;
		run_result_clear(&res);
		if (r < 0 || len > 0)
			return r;
	}
	ret_value[0] = '\0';
	return 0;
}

static bool is_set(const char *path, const char *want)
{
	ferry_autofree char *have = NULL;

	return io_read_file(path, 64, &have, NULL) == 0 && strcmp(have, want) == 0;
}

int cluster_set_promotion(const char *rsc, int score, struct ferry_deadline d, struct ferry_error *e)
{
	char path[256], value[16], instance[NAME_SIZE + 32];
	const char *const set[] = { "crm_attribute", "--promotion", "--lifetime", "reboot", "--update", value, NULL };
	const char *const del[] = { "crm_attribute", "--promotion", "--lifetime", "reboot", "--delete", NULL };
	const char *const env[] = { instance, NULL };
	struct run_result res;
	int r;

	snprintf(value, sizeof value, "%d", score);
	snprintf(instance, sizeof instance, "OCF_RESOURCE_INSTANCE=%s", rsc);
	if ((size_t)snprintf(path, sizeof path, SCORE_DIR "/%s", rsc) >= sizeof path || strchr(rsc, '/'))
		return error_set(e, OCF_ERR_ARGS, EINVAL, "resource instance '%s' cannot be part of a path", rsc);
	if (is_set(path, value))
		return 0;
	r = ask(score == -1 ? del : set, env, d, &res, e);
	if (r < 0)
		return r;
	run_result_clear(&res);
	step("promotion-score", "%s %s", rsc, score == -1 ? "removed" : value);
	/* Only a short cut: without the file the tool is called again. */
	if (io_make_dirs(SCORE_DIR, 0700) < 0 || io_replace_file(path, value, strlen(value), 0600) < 0)
		log_debug("%s could not be written", path);
	return 0;
}

void cluster_forget_promotion(const char *rsc)
{
	char path[256];

	if ((size_t)snprintf(path, sizeof path, SCORE_DIR "/%s", rsc) < sizeof path && !strchr(rsc, '/'))
		io_remove_file(path);
}
