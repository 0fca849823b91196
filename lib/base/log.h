/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Logging and step records go to sinks that main() chooses; without a sink they go nowhere, so
 * library code may call these and still "not log".
 *
 * A *step* is a named point in an action ("precopy-begin", "certificate-written"). Its records
 * make the time line that operators read after a move, and they are the only points where a build
 * made for tests can inject a fault. Step names are stable: docs and tests refer to them.
 */
#ifndef FERRY_LOG_H
#define FERRY_LOG_H

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

typedef void (*log_sink_fn)(void *arg, enum log_level level, const char *line);
typedef void (*step_sink_fn)(void *arg, const char *step, const char *detail);

void log_set_sink(log_sink_fn fn, void *arg);
void step_set_sink(step_sink_fn fn, void *arg);

void log_msg(enum log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
#define log_error(...) log_msg(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warning(...) log_msg(LOG_LEVEL_WARNING, __VA_ARGS__)
#define log_info(...) log_msg(LOG_LEVEL_INFO, __VA_ARGS__)
#define log_debug(...) log_msg(LOG_LEVEL_DEBUG, __VA_ARGS__)

/* Record that STEP has been reached; the detail is free text, "" for none. */
void step(const char *name, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
