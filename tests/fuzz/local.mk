# SPDX-License-Identifier: GPL-2.0-or-later
# For tests/fuzz/fuzz_NAME.c (an LLVMFuzzerTestOneInput), with its corpus in tests/fuzz/corpus/NAME/:
#	FUZZ_TARGETS += tests/fuzz/fuzz_NAME
#	tests_fuzz_fuzz_NAME_SOURCES = tests/fuzz/fuzz_NAME.c $(FUZZ_MAIN)
#	tests_fuzz_fuzz_NAME_LDADD = $(MODEL_LIBS)
#	tests_fuzz_fuzz_NAME_LDFLAGS = $(FUZZ_LINK)

FUZZ_TARGETS =
FUZZ_LINK = $(AM_LDFLAGS) $(FUZZER_LINK)
if FUZZERS
FUZZ_MAIN = tests/fuzz/fuzz.h
else
FUZZ_MAIN = tests/fuzz/fuzz.h tests/fuzz/replay_main.c
endif

FUZZ_TARGETS += tests/fuzz/fuzz_address
tests_fuzz_fuzz_address_SOURCES = tests/fuzz/fuzz_address.c $(FUZZ_MAIN)
tests_fuzz_fuzz_address_LDADD = $(MODEL_LIBS)
tests_fuzz_fuzz_address_LDFLAGS = $(FUZZ_LINK)

FUZZ_TARGETS += tests/fuzz/fuzz_domstatus
tests_fuzz_fuzz_domstatus_SOURCES = tests/fuzz/fuzz_domstatus.c $(FUZZ_MAIN)
tests_fuzz_fuzz_domstatus_LDADD = $(MODEL_LIBS)
tests_fuzz_fuzz_domstatus_LDFLAGS = $(FUZZ_LINK)

FUZZ_TARGETS += tests/fuzz/fuzz_domxml
tests_fuzz_fuzz_domxml_SOURCES = tests/fuzz/fuzz_domxml.c $(FUZZ_MAIN)
tests_fuzz_fuzz_domxml_LDADD = $(MODEL_LIBS)
tests_fuzz_fuzz_domxml_LDFLAGS = $(FUZZ_LINK)

FUZZ_TARGETS += tests/fuzz/fuzz_drbd_conf
tests_fuzz_fuzz_drbd_conf_SOURCES = tests/fuzz/fuzz_drbd_conf.c $(FUZZ_MAIN)
tests_fuzz_fuzz_drbd_conf_LDADD = $(MODEL_LIBS)
tests_fuzz_fuzz_drbd_conf_LDFLAGS = $(FUZZ_LINK)

FUZZ_TARGETS += tests/fuzz/fuzz_drbd_events
tests_fuzz_fuzz_drbd_events_SOURCES = tests/fuzz/fuzz_drbd_events.c $(FUZZ_MAIN)
tests_fuzz_fuzz_drbd_events_LDADD = $(MODEL_LIBS)
tests_fuzz_fuzz_drbd_events_LDFLAGS = $(FUZZ_LINK)

FUZZ_TARGETS += tests/fuzz/fuzz_manifest
tests_fuzz_fuzz_manifest_SOURCES = tests/fuzz/fuzz_manifest.c $(FUZZ_MAIN)
tests_fuzz_fuzz_manifest_LDADD = $(MODEL_LIBS)
tests_fuzz_fuzz_manifest_LDFLAGS = $(FUZZ_LINK)

FUZZ_TARGETS += tests/fuzz/fuzz_mark
tests_fuzz_fuzz_mark_SOURCES = tests/fuzz/fuzz_mark.c $(FUZZ_MAIN)
tests_fuzz_fuzz_mark_LDADD = $(MODEL_LIBS)
tests_fuzz_fuzz_mark_LDFLAGS = $(FUZZ_LINK)

FUZZ_TARGETS += tests/fuzz/fuzz_move
tests_fuzz_fuzz_move_SOURCES = tests/fuzz/fuzz_move.c $(FUZZ_MAIN)
tests_fuzz_fuzz_move_LDADD = $(MODEL_LIBS)
tests_fuzz_fuzz_move_LDFLAGS = $(FUZZ_LINK)

FUZZ_TARGETS += tests/fuzz/fuzz_stamp
tests_fuzz_fuzz_stamp_SOURCES = tests/fuzz/fuzz_stamp.c $(FUZZ_MAIN)
tests_fuzz_fuzz_stamp_LDADD = $(MODEL_LIBS)
tests_fuzz_fuzz_stamp_LDFLAGS = $(FUZZ_LINK)

FUZZ_TARGETS += tests/fuzz/fuzz_volume_header
tests_fuzz_fuzz_volume_header_SOURCES = tests/fuzz/fuzz_volume_header.c $(FUZZ_MAIN)
tests_fuzz_fuzz_volume_header_LDADD = $(MODEL_LIBS)
tests_fuzz_fuzz_volume_header_LDFLAGS = $(FUZZ_LINK)

check_PROGRAMS += $(FUZZ_TARGETS)
