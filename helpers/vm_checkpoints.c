/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "helpers/vm_checkpoints.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "helpers/vm_options.h"
#include "lib/action/checkpoint.h"
#include "lib/model/ocf.h"

struct listing {
	const struct cli *c;
	struct json_object *list;
	unsigned int broken;
};

struct place {
	char path[STORE_NAME_SIZE];
	struct store store;
	const char *domain;	/* NULL: all */
	const char *id;		/* NULL: the newest */
};

static int read_place(const struct cli *c, struct place *p, struct ferry_error *e)
{
	struct store_name name;
	const char *text;
	int r = cli_get_store(c, "store", &text, e);

	p->domain = p->id = NULL;
	if (r == 0)
		r = store_name_parse(text, &name, e);
	if (r == 0)
		r = checkpoint_store(&name, cli_deadline(c), p->path, &p->store, e);
	if (r == 0 && cli_get(c, "domain"))
		r = cli_get_name(c, "domain", &p->domain, e);
	return r;
}

static int read_id(const struct cli *c, struct place *p, struct ferry_error *e)
{
	p->id = cli_get(c, "id");
	return !p->id || nonce_valid(p->id) ? 0 : cli_refuse(c, "id", e, "give the 32 hexadecimal digits that checkpoint list shows");
}

static struct json_object *describe(const struct manifest *m)
{
	struct json_object *o = json_object_new_object();

	json_object_object_add(o, "id", json_object_new_string(m->id));
	json_object_object_add(o, "domain", json_object_new_string(m->domain));
	json_object_object_add(o, "uuid", json_object_new_string(m->uuid));
	json_object_object_add(o, "node", json_object_new_string(m->node));
	json_object_object_add(o, "how", json_object_new_string(m->how));
	json_object_object_add(o, "made_ms", json_object_new_int64(m->made_ms));
	json_object_object_add(o, "resource", json_object_new_string(m->resource));
	json_object_object_add(o, "epoch", json_object_new_uint64(m->epoch));
	json_object_object_add(o, "qemu", json_object_new_uint64(m->qemu));
	json_object_object_add(o, "libvirt", json_object_new_uint64(m->libvirt));
	json_object_object_add(o, "machine", json_object_new_string(m->machine));
	json_object_object_add(o, "cpu", json_object_new_string(m->cpu));
	json_object_object_add(o, "host_cpu", json_object_new_string(m->host_cpu));
	json_object_object_add(o, "ram_kib", json_object_new_uint64(m->ram_kib));
	json_object_object_add(o, "image_bytes", json_object_new_uint64(m->image_bytes));
	json_object_object_add(o, "stored_bytes", json_object_new_uint64(m->stored_bytes));
	json_object_object_add(o, "chunks", json_object_new_uint64(m->nchunks));
	return o;
}

static int list_one(void *arg, const char *id, const struct manifest *m, const struct ferry_error *why)
{
	struct listing *l = arg;
	char when[32];
	struct tm tm;
	time_t at;

	if (!m) {
		l->broken++;
		if (!cli_json(l->c))
			printf("%s is no checkpoint: %s\n", id, why->text);
		return 0;
	}
	if (cli_json(l->c)) {
		json_object_array_add(l->list, describe(m));
		return 0;
	}
	at = (time_t)(m->made_ms / 1000);
	strftime(when, sizeof when, "%Y-%m-%d %H:%M:%S", gmtime_r(&at, &tm));
	printf("%s %s epoch %llu, %s UTC on %s (%s), %llu MiB in %llu\n", m->id, m->domain, (unsigned long long)m->epoch, when,
	       m->node, m->how, (unsigned long long)(m->image_bytes >> 20), (unsigned long long)(m->stored_bytes >> 20));
	return 0;
}

int verb_checkpoint_list(const struct cli *c, int *ret_code, struct ferry_error *e)
{
	struct listing l = { .c = c };
	struct place p;
	int r = read_place(c, &p, e);

	(void)ret_code;
	if (r < 0)
		return r;
	l.list = json_object_new_array();
	r = store_each(&p.store, p.domain, list_one, &l, e);
	cli_answer(c, "checkpoints", l.list);
	cli_answer(c, "broken", json_object_new_int((int)l.broken));
	return r;
}

/* The one that --domain and --id name. */
static int find(const struct cli *c, struct place *p, struct manifest *m, struct ferry_error *e)
{
	int r = read_place(c, p, e);

	memset(m, 0, sizeof *m);
	if (r == 0)
		r = read_id(c, p, e);
	return r < 0 ? r : store_find(&p->store, p->domain, p->id, m, e);
}

int verb_checkpoint_show(const struct cli *c, int *ret_code, struct ferry_error *e)
{
	struct json_object *o;
	struct manifest m;
	struct place p;
	int r = find(c, &p, &m, e);

	(void)ret_code;
	if (r == 0) {
		o = describe(&m);
		if (cli_json(c)) {
			cli_answer(c, "checkpoint", o);
		} else {
			puts(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE));
			json_object_put(o);
		}
	}
	manifest_clear(&m);
	return r;
}

int verb_checkpoint_verify(const struct cli *c, int *ret_code, struct ferry_error *e)
{
	struct manifest m;
	struct place p;
	int r = find(c, &p, &m, e);

	(void)ret_code;
	if (r == 0)
		r = store_read(&p.store, &m, NULL, NULL, e);
	if (r == 0 && !cli_json(c))
		printf("%s: all %zu chunks are what the manifest says\n", m.id, m.nchunks);
	manifest_clear(&m);
	return r;
}

int verb_checkpoint_discard(const struct cli *c, int *ret_code, struct ferry_error *e)
{
	struct place p;
	int r = read_place(c, &p, e);

	(void)ret_code;
	if (r == 0)
		r = read_id(c, &p, e);
	if (r == 0 && !cli_flag(c, "yes"))
		r = error_set(e, OCF_ERR_ARGS, EINVAL, "this gives the guest's memory up: say --yes if that is meant");
	if (r < 0)
		return r;
	return p.id ? store_remove(&p.store, p.domain, p.id, e) : store_prune(&p.store, p.domain, NULL, e);
}

/* By hand, what the agent's stop and start do; what they would do instead of it is an error here. */
int verb_checkpoint_save(const struct cli *c, int *ret_code, struct ferry_error *e)
{
	struct vm_opts o;
	int r = vm_read_opts(c, &o, e);

	(void)ret_code;
	o.stop_mode = VM_STOP_CHECKPOINT;
	o.full_fails = o.must_save = true;
	return r < 0 ? r : vm_stop(&o, e);
}

int verb_checkpoint_restore(const struct cli *c, int *ret_code, struct ferry_error *e)
{
	struct vm_opts o;
	int r = vm_read_opts(c, &o, e);

	(void)ret_code;
	o.stale_fails = true;
	if (r == 0)
		r = vm_read_way(c, &o, e);
	return r < 0 ? r : vm_start(&o, e);
}
