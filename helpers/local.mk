# SPDX-License-Identifier: GPL-2.0-or-later
# One .c per binary; what several share is libferry-action or a helpers/common.c listed below.
# For helpers/ferry-NAME.c write:
#	sbin_PROGRAMS += ferry-NAME
#	ferry_NAME_SOURCES = helpers/ferry-NAME.c $(HELPER_COMMON)
#	ferry_NAME_LDADD = $(ACTION_LIBS)

HELPER_COMMON = \
	helpers/cli.c \
	helpers/cli.h \
	helpers/cli_args.c \
	helpers/cli_priv.h \
	helpers/cli_usage.c \
	helpers/cli_usage.h \
	helpers/cli_value.c \
	helpers/cli_watch.c \
	helpers/cli_watch.h

sbin_PROGRAMS += ferry-drbd ferry-gate ferry-vm

ferry_drbd_SOURCES = helpers/ferry-drbd.c $(HELPER_COMMON)
ferry_drbd_LDADD = $(ACTION_LIBS)

ferry_gate_SOURCES = helpers/ferry-gate.c $(HELPER_COMMON)
ferry_gate_LDADD = $(ACTION_LIBS)

ferry_vm_SOURCES = helpers/ferry-vm.c helpers/vm_checkpoints.c helpers/vm_checkpoints.h helpers/vm_options.c \
	helpers/vm_options.h $(HELPER_COMMON)
ferry_vm_LDADD = $(ACTION_LIBS)
