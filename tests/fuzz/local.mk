# SPDX-License-Identifier: GPL-2.0-or-later
# For tests/fuzz/fuzz_NAME.c (an LLVMFuzzerTestOneInput), with its corpus in tests/fuzz/corpus/NAME/:
#	FUZZ_TARGETS += tests/fuzz/fuzz_NAME
#	tests_fuzz_fuzz_NAME_SOURCES = tests/fuzz/fuzz_NAME.c $(FUZZ_MAIN)
#	tests_fuzz_fuzz_NAME_LDADD = $(MODEL_LIBS)
#	tests_fuzz_fuzz_NAME_LDFLAGS = $(FUZZ_LINK)

FUZZ_TARGETS =
FUZZ_LINK = $(AM_LDFLAGS) $(FUZZER_LINK)
if FUZZERS
FUZZ_MAIN =
else
FUZZ_MAIN = tests/fuzz/replay_main.c
endif

check_PROGRAMS += $(FUZZ_TARGETS)
