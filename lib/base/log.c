/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "lib/base/log.h"

#include <stdarg.h>
#include <stdio.h>

static struct {
	log_sink_fn log;
	void *log_arg;
	step_sink_fn step;
	void *step_arg;
} sinks;

void log_set_sink(log_sink_fn fn, void *arg)
{
	sinks.log = fn;
	sinks.log_arg = arg;
}

void step_set_sink(step_sink_fn fn, void *arg)
{
	sinks.step = fn;
	sinks.step_arg = arg;
}

void log_msg(enum log_level level, const char *fmt, ...)
{
	char line[1024];
	va_list ap;

	if (!sinks.log)
		return;
	va_start(ap, fmt);
	vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	sinks.log(sinks.log_arg, level, line);
}

void step(const char *name, const char *fmt, ...)
{
	char detail[512];
	va_list ap;

	if (!sinks.step)
		return;
	va_start(ap, fmt);
	vsnprintf(detail, sizeof detail, fmt, ap);
	va_end(ap);
	sinks.step(sinks.step_arg, name, detail);
}
