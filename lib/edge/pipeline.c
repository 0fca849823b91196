/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/edge/pipeline.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/edge/store_priv.h"
#include "lib/model/ocf.h"

#define SLOTS (PIPELINE_WORKERS + 4)

struct run {
	const struct pipeline *p;
	pthread_mutex_t lock;
	pthread_cond_t room, filled_one, done_one;
	struct pipeline_slot slot[SLOTS];
	bool done[SLOTS];		/* worked on */
	unsigned int slots;
	/* Chunks counted: filled >= taken >= drained. Chunk i is in slot i % slots. */
	uint64_t filled, taken, drained;
	bool ended;			/* nothing more will be filled */
	int r;				/* the first failure: everybody leaves */
	struct ferry_error err;
	struct chunk_codec *codec[PIPELINE_WORKERS];
	pthread_t thread[1 + PIPELINE_WORKERS];
	unsigned int threads, workers;
};

struct worker {
	struct run *x;
	struct chunk_codec *k;
};

static void wake_all(struct run *x)
{
	pthread_cond_broadcast(&x->room);
	pthread_cond_broadcast(&x->filled_one);
	pthread_cond_broadcast(&x->done_one);
}

/* With the lock held. */
static void fail(struct run *x, int r, const struct ferry_error *err)
{
	if (x->r == 0) {
		x->r = r;
		x->err = *err;
	}
	wake_all(x);
}

static void *reader(void *arg)
{
	struct run *x = arg;

	pthread_mutex_lock(&x->lock);
	for (;;) {
		struct ferry_error err = FERRY_ERROR_INIT;
		unsigned int i;
		int r;

		while (x->r == 0 && x->filled - x->drained == x->slots)
			pthread_cond_wait(&x->room, &x->lock);
		if (x->r != 0)
			break;
		i = (unsigned int)(x->filled % x->slots);
		x->slot[i].index = (size_t)x->filled;
		pthread_mutex_unlock(&x->lock);
		r = x->p->fill(x->p->arg, &x->slot[i], &err);
		pthread_mutex_lock(&x->lock);
		if (r < 0) {
			fail(x, r, &err);
			break;
		}
		if (r == 0) {
			x->ended = true;
			wake_all(x);
			break;
		}
		x->done[i] = false;
		x->filled++;
		pthread_cond_signal(&x->filled_one);
	}
	pthread_mutex_unlock(&x->lock);
	return NULL;
}

static void *worker(void *arg)
{
	struct worker *w = arg;
	struct run *x = w->x;

	pthread_mutex_lock(&x->lock);
	for (;;) {
		struct ferry_error err = FERRY_ERROR_INIT;
		unsigned int i;
		int r;

		while (x->r == 0 && x->taken == x->filled && !x->ended)
			pthread_cond_wait(&x->filled_one, &x->lock);
		if (x->r != 0 || x->taken == x->filled)
			break;
		i = (unsigned int)(x->taken++ % x->slots);
		pthread_mutex_unlock(&x->lock);
		r = x->p->work(x->p->arg, w->k, &x->slot[i], &err);
		pthread_mutex_lock(&x->lock);
		if (r < 0) {
			fail(x, r, &err);
			break;
		}
		x->done[i] = true;
		pthread_cond_signal(&x->done_one);
	}
	pthread_mutex_unlock(&x->lock);
	return NULL;
}

static void drain_all(struct run *x)
{
	pthread_mutex_lock(&x->lock);
	for (;;) {
		struct ferry_error err = FERRY_ERROR_INIT;
		unsigned int i = (unsigned int)(x->drained % x->slots);
		int r;

		while (x->r == 0 && !(x->drained < x->filled && x->done[i]) && !(x->ended && x->drained == x->filled))
			pthread_cond_wait(&x->done_one, &x->lock);
		if (x->r != 0 || x->drained == x->filled)
			break;
		pthread_mutex_unlock(&x->lock);
		r = x->p->drain(x->p->arg, &x->slot[i], &err);
		pthread_mutex_lock(&x->lock);
		if (r < 0) {
			fail(x, r, &err);
			break;
		}
		x->drained++;
		pthread_cond_signal(&x->room);
	}
	pthread_mutex_unlock(&x->lock);
}

static int prepare(struct run *x, struct ferry_error *e)
{
	long cpus = x->p->workers ? (long)x->p->workers : sysconf(_SC_NPROCESSORS_ONLN);

	x->workers = cpus < 1 ? 1 : cpus > PIPELINE_WORKERS ? PIPELINE_WORKERS : (unsigned int)cpus;
	x->slots = x->workers + 4;
	for (unsigned int i = 0; i < x->slots; i++) {
		x->slot[i].in = store_io_alloc(CHUNK_BYTES);
		x->slot[i].out = store_io_alloc(CHUNK_BYTES);
		if (!x->slot[i].in || !x->slot[i].out)
			return error_set(e, OCF_ERR_GENERIC, ENOMEM, "no memory for the chunks of an image");
	}
	for (unsigned int i = 0; i < x->workers; i++) {
		x->codec[i] = chunk_codec_new();
		if (!x->codec[i])
			return error_set(e, OCF_ERR_GENERIC, ENOMEM, "no memory to compress with");
	}
	return 0;
}

/* A reader, and one worker at least: fewer of these than wanted only take longer. Signals are for the caller's thread. */
static int start(struct run *x, struct worker *w, struct ferry_error *e)
{
	sigset_t all, before;
	int r;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	r = pthread_create(&x->thread[0], NULL, reader, x);
	if (r == 0)
		x->threads = 1;
	for (unsigned int i = 0; r == 0 && i < x->workers; i++) {
		w[i] = (struct worker){ x, x->codec[i] };
		r = pthread_create(&x->thread[x->threads], NULL, worker, &w[i]);
		if (r == 0)
			x->threads++;
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (x->threads >= 2)
		return 0;
	return error_set(e, OCF_ERR_GENERIC, r, "a thread cannot be made: %s", strerror(r));
}

int pipeline_run(const struct pipeline *p, struct ferry_error *e)
{
	struct run *x = calloc(1, sizeof *x);
	struct worker w[PIPELINE_WORKERS];
	struct ferry_error err = FERRY_ERROR_INIT;
	int r;

	if (!x)
		return error_set(e, OCF_ERR_GENERIC, ENOMEM, "no memory for the chunks of an image");
	x->p = p;
	pthread_mutex_init(&x->lock, NULL);
	pthread_cond_init(&x->room, NULL);
	pthread_cond_init(&x->filled_one, NULL);
	pthread_cond_init(&x->done_one, NULL);
	r = prepare(x, &err);
	if (r == 0)
		r = start(x, w, &err);
	if (r == 0) {
		drain_all(x);
	} else {
		pthread_mutex_lock(&x->lock);
		fail(x, r, &err);
		pthread_mutex_unlock(&x->lock);
	}
	for (unsigned int i = 0; i < x->threads; i++)
		pthread_join(x->thread[i], NULL);
	r = x->r;
	if (r < 0)
		error_set(e, x->err.code ? x->err.code : OCF_ERR_GENERIC, -r, "%s", x->err.text);
	for (unsigned int i = 0; i < SLOTS; i++) {
		free(x->slot[i].in);
		free(x->slot[i].out);
	}
	for (unsigned int i = 0; i < PIPELINE_WORKERS; i++)
		chunk_codec_free(x->codec[i]);
	pthread_cond_destroy(&x->room);
	pthread_cond_destroy(&x->filled_one);
	pthread_cond_destroy(&x->done_one);
	pthread_mutex_destroy(&x->lock);
	free(x);
	return r;
}
