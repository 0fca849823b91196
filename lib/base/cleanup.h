/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ownership by attribute: a variable declared ferry_autofree (and so on) is released when it goes
 * out of scope; take_ptr() and take_fd() hand it on. Destructors accept NULL and -1.
 */
#ifndef FERRY_CLEANUP_H
#define FERRY_CLEANUP_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static inline void cleanup_free(void *p)
{
	free(*(void **)p);
}

static inline void cleanup_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void cleanup_fclose(FILE **f)
{
	if (*f)
		fclose(*f);
}

static inline void cleanup_closedir(DIR **d)
{
	if (*d)
		closedir(*d);
}

#define ferry_cleanup(fn) __attribute__((cleanup(fn)))
#define ferry_autofree ferry_cleanup(cleanup_free)
#define ferry_autoclose ferry_cleanup(cleanup_close)
#define ferry_autofclose ferry_cleanup(cleanup_fclose)
#define ferry_autoclosedir ferry_cleanup(cleanup_closedir)

#define take_ptr(p) __extension__({ __typeof__(p) take_tmp_ = (p); (p) = NULL; take_tmp_; })

static inline int take_fd(int *fd)
{
	int r = *fd;

	*fd = -1;
	return r;
}

#endif
