/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The migrate call, watched. libvirt's call blocks until the guest is there or the job failed, so
 * it runs in a thread of its own while the caller's thread asks for progress and may cancel.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "lib/base/cleanup.h"
#include "lib/base/log.h"
#include "lib/edge/virt_priv.h"
#include "lib/model/ocf.h"

#define LIBVIRT_SAID 320 /* bytes of it, beside a cure */
#define WATCH_MS 200 /* between two looks at the progress of the job */

struct call {
	struct virt_dom *d;
	const struct virt_migration *m;
	virTypedParameterPtr params;
	int nparams;
	unsigned int flags;
	int done_fd;
	int result, number;	/* libvirt's error number */
	bool sent;		/* some memory went */
	struct ferry_error error;
};

static void *call_main(void *arg)
{
	struct call *c = arg;
	const uint64_t one = 1;

	c->result = c->d->api->virDomainMigrateToURI3(c->d->dom, c->m->way->libvirt_uri, c->params,
						      (unsigned int)c->nparams, c->flags);
	if (c->result < 0) {	/* libvirt keeps its last error per thread */
		c->number = virt_api_errno(c->d->api);
		virt_api_error(c->d->api, &c->error, "migration");
	}
	if (write(c->done_fd, &one, sizeof one) < 0)
		abort();	/* an eventfd takes a one at any time */
	return NULL;
}

static int call_params(struct call *c, struct ferry_error *e)
{
	const struct virt_api *a = c->d->api;
	const struct virt_migration *m = c->m;
	int max = 0, r = 0;

	c->flags = VIR_MIGRATE_LIVE | VIR_MIGRATE_PEER2PEER | VIR_MIGRATE_ABORT_ON_ERROR;
	if (m->paused)
		c->flags |= VIR_MIGRATE_PAUSED;
	if (m->way->transport == WAY_TLS)
		c->flags |= VIR_MIGRATE_TLS;
	if (m->way->transport == WAY_SSH)
		c->flags |= VIR_MIGRATE_TUNNELLED;
	if (m->parallel)
		c->flags |= VIR_MIGRATE_PARALLEL;
	if (m->convergence == VIRT_CONVERGE_AUTO)
		c->flags |= VIR_MIGRATE_AUTO_CONVERGE;
	if (m->way->ram_uri[0])
		r |= a->virTypedParamsAddString(&c->params, &c->nparams, &max, VIR_MIGRATE_PARAM_URI,
						m->way->ram_uri);
	if (m->way->listen[0])
		r |= a->virTypedParamsAddString(&c->params, &c->nparams, &max, VIR_MIGRATE_PARAM_LISTEN_ADDRESS,
						m->way->listen);
	if (m->parallel)
		r |= a->virTypedParamsAddInt(&c->params, &c->nparams, &max, VIR_MIGRATE_PARAM_PARALLEL_CONNECTIONS,
					     (int)m->parallel);
	if (m->dest_xml)
		r |= a->virTypedParamsAddString(&c->params, &c->nparams, &max, VIR_MIGRATE_PARAM_DEST_XML,
						m->dest_xml);
	if (m->bandwidth_mib)
		r |= a->virTypedParamsAddULLong(&c->params, &c->nparams, &max, VIR_MIGRATE_PARAM_BANDWIDTH,
						m->bandwidth_mib);
	if (r < 0)
		return virt_api_error(a, e, "migration parameters");
	return 0;
}

static uint64_t stat_of(struct virt_dom *d, virTypedParameterPtr p, int n, const char *name)
{
	unsigned long long v = 0;

	d->api->virTypedParamsGetULLong(p, n, name, &v);
	return v;
}

/* 1: a migration job is active and *ret is filled, 0: none, -errno. */
static int progress_of(struct virt_dom *d, struct virt_progress *ret)
{
	virTypedParameterPtr p = NULL;
	int n = 0, type = VIR_DOMAIN_JOB_NONE;
	unsigned long long v;

	if (d->api->virDomainGetJobStats(d->dom, &type, &p, &n, 0) < 0)
		return -EIO;
	if (type != VIR_DOMAIN_JOB_NONE) {
		memset(ret, 0, sizeof *ret);
		ret->elapsed_ms = (int64_t)stat_of(d, p, n, VIR_DOMAIN_JOB_TIME_ELAPSED);
		ret->total = stat_of(d, p, n, VIR_DOMAIN_JOB_MEMORY_TOTAL);
		ret->processed = stat_of(d, p, n, VIR_DOMAIN_JOB_MEMORY_PROCESSED);
		ret->remaining = stat_of(d, p, n, VIR_DOMAIN_JOB_MEMORY_REMAINING);
		ret->dirty_rate_pages = stat_of(d, p, n, VIR_DOMAIN_JOB_MEMORY_DIRTY_RATE);
		ret->page_size = stat_of(d, p, n, VIR_DOMAIN_JOB_MEMORY_PAGE_SIZE);
		ret->iteration = (unsigned int)stat_of(d, p, n, VIR_DOMAIN_JOB_MEMORY_ITERATION);
		ret->expected_downtime_ms = -1;
		if (d->api->virTypedParamsGetULLong(p, n, VIR_DOMAIN_JOB_DOWNTIME, &v) == 1)
			ret->expected_downtime_ms = (int64_t)v;
	}
	d->api->virTypedParamsFree(p, n);
	return type != VIR_DOMAIN_JOB_NONE;
}

/* Watch the job until the call is done; cancel it at the deadline or when the watcher says so. */
static void watch(struct call *c, struct ferry_deadline dl, struct virt_progress *last,
		  struct ferry_error *why)
{
	struct pollfd p = { .fd = c->done_fd, .events = POLLIN };
	bool cancelled = false, set_downtime = false;

	while (poll(&p, 1, WATCH_MS) <= 0) {
		struct virt_progress now;
		int active = progress_of(c->d, &now);

		if (active == 1)
			*last = now;
		if (active == 1 && !c->sent && now.processed > 0) {
			c->sent = true;
			step("precopy-running", "%llu MiB to send", (unsigned long long)(now.total >> 20));
		}
		if (active == 1 && !set_downtime && c->m->downtime_ms) {
			/* QEMU takes it while the job runs; a refusal leaves QEMU's default. */
			if (c->d->api->virDomainMigrateSetMaxDowntime(c->d->dom, c->m->downtime_ms, 0) < 0)
				log_warning("the downtime limit could not be set: QEMU's default holds");
			set_downtime = true;
		}
		if (!cancelled && deadline_passed(dl))
			error_set(why, OCF_ERR_GENERIC, ETIMEDOUT,
				  "the memory did not arrive in time (%llu MiB of %llu MiB still to send after %lld s); raise migrate_to's timeout, migration_bandwidth or migration_downtime",
				  (unsigned long long)(last->remaining >> 20),
				  (unsigned long long)(last->total >> 20),
				  (long long)(last->elapsed_ms / 1000));
		else if (!cancelled && c->m->watch)
			c->m->watch(c->m->arg, last, why);
		if (!cancelled && why->code) {
			step("precopy-cancel", "%s", why->text);
			cancelled = true;
		}
		if (cancelled)	/* again and again: the job may not have begun yet */
			c->d->api->virDomainAbortJob(c->d->dom);
	}
}

/*
 * Whether an error of this number may be one of a connection or a process that broke: libvirt has no number of its own for
 * that. Refusals (of the configuration, the CPU, the arguments, a certificate) have theirs, and so has a job that somebody
 * else cancelled.
 */
static bool may_have_broken(int number)
{
	switch (number) {
	case VIR_ERR_OPERATION_FAILED:
	case VIR_ERR_OPERATION_TIMEOUT:
	case VIR_ERR_INTERNAL_ERROR:
	case VIR_ERR_SYSTEM_ERROR:
	case VIR_ERR_NO_CONNECT:
	case VIR_ERR_RPC:
		return true;
	default:
		return false;
	}
}

static int failed(const struct call *c, const struct ferry_error *why, struct ferry_error *e)
{
	char cure[600] = "";

	if (why->code)	/* says more than libvirt's "operation aborted" */
		return error_set(e, why->code, why->err, "%s", why->text);
	if (!c->sent && may_have_broken(c->number))
		way_ram_cure(c->m->way, cure, sizeof cure);
	/* libvirt may pass on all that QEMU has said, which must not push the cure out of the line. */
	return error_set(e, c->error.code, may_have_broken(c->number) ? ECONNRESET : c->error.err, "%.*s%s%s",
			 cure[0] ? LIBVIRT_SAID : (int)sizeof c->error.text, c->error.text, cure[0] ? "; " : "", cure);
}

int virt_migrate(struct virt_dom *d, const struct virt_migration *m, struct ferry_deadline dl,
		 struct virt_migrated *ret_done, struct ferry_error *e)
{
	struct call c = { .d = d, .m = m, .done_fd = -1, .error = FERRY_ERROR_INIT };
	struct ferry_error why = FERRY_ERROR_INIT;
	struct virt_migrated done = { .downtime_ms = -1 };
	pthread_t thread;
	int r;

	r = call_params(&c, e);
	if (r == 0) {
		c.done_fd = eventfd(0, EFD_CLOEXEC);
		if (c.done_fd < 0)
			r = error_set(e, OCF_ERR_GENERIC, errno, "eventfd: %s", strerror(errno));
	}
	if (r == 0 && m->downtime_ms)
		d->api->virDomainMigrateSetMaxDowntime(d->dom, m->downtime_ms, 0);
	if (r == 0) {
		r = -pthread_create(&thread, NULL, call_main, &c);
		if (r < 0)
			error_set(e, OCF_ERR_GENERIC, -r, "cannot start a thread: %s", strerror(-r));
	}
	if (r == 0) {
		watch(&c, dl, &done.last, &why);
		pthread_join(thread, NULL);
		if (c.result < 0)
			r = failed(&c, &why, e);
		else
			*ret_done = done;
	}
	if (c.done_fd >= 0)
		close(c.done_fd);
	d->api->virTypedParamsFree(c.params, c.nparams);
	return r;
}

int virt_job_active(struct virt_dom *d, struct ferry_error *e)
{
	virDomainJobInfo info;

	if (d->api->virDomainGetJobInfo(d->dom, &info) < 0) {
		if (virt_api_errno(d->api) == VIR_ERR_NO_DOMAIN ||
		    virt_api_errno(d->api) == VIR_ERR_OPERATION_INVALID)
			return 0;
		return virt_api_error(d->api, e, "cannot ask for the domain's job");
	}
	return info.type == VIR_DOMAIN_JOB_BOUNDED || info.type == VIR_DOMAIN_JOB_UNBOUNDED;
}

int virt_abort_job(struct virt_dom *d, struct ferry_error *e)
{
	int active = virt_job_active(d, e);

	if (active <= 0)
		return active;
	if (d->api->virDomainAbortJob(d->dom) < 0 &&
	    virt_api_errno(d->api) != VIR_ERR_OPERATION_INVALID)
		return virt_api_error(d->api, e, "cannot cancel the domain's job");
	return 0;
}
