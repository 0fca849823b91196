/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The time line of what Ferry did on this node: one JSON object a line, appended to
 * /var/lib/ferry/trace/PROGRAM.jsonl, which is set aside as .1 when it has grown past 1 MiB.
 *
 *   {"wall":ms,"mono":ms,"pid":n,"program":..,"verb":..,"resource":..,"domain":..,"step":..,"detail":..}
 *
 * Best effort: a full or read-only disk never makes an action fail.
 */
#ifndef FERRY_TRACE_H
#define FERRY_TRACE_H

#define TRACE_DIR "/var/lib/ferry/trace"
#define TRACE_MAX (1024 * 1024)

struct trace {
	const char *program, *verb;
	const char *resource, *domain;	/* NULL: left out */
};

void trace_step(const struct trace *t, const char *step, const char *detail);

#endif
