/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The stamp on its disk: /dev/drbdMINOR of volume 0, opened O_DIRECT (and O_DSYNC to write), read
 * back after a write. In a child under a deadline, since DRBD may have frozen its I/O. Only on a
 * Primary: a Secondary cannot even be read, and "cannot read" is an error, never "absent".
 */
#ifndef FERRY_STAMP_IO_H
#define FERRY_STAMP_IO_H

#include "lib/base/deadline.h"
#include "lib/base/error.h"
#include "lib/model/stamp.h"

/* Read. STAMP_FOREIGN is answered as data, with the reason in WHY (may be NULL). */
int stamp_read(int minor, struct ferry_deadline d, enum stamp_state *ret_state,
	       struct stamp *ret_stamp, char *why, size_t why_size, struct ferry_error *e);
/* Write S with seq = (what is on the disk) + 1, flush, read back and compare. Refuses to write over
 * STAMP_FOREIGN. *S gets the seq that was written. */
int stamp_write(int minor, struct stamp *s, struct ferry_deadline d, struct ferry_error *e);

/* Zero both slots, whatever they hold: the resource is then fresh. By an operator's decision only. */
int stamp_clear(int minor, struct ferry_deadline d, struct ferry_error *e);

/* 128 random bits as NONCE_LEN hex digits (getrandom). */
int nonce_make(char ret_nonce[NONCE_SIZE], struct ferry_error *e);

#endif
