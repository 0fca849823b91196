# SPDX-License-Identifier: GPL-2.0-or-later
# `make check`: everything that needs neither root nor a lab. Every test speaks TAP.

LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh

# Absolute, because a test may change its directory.
AM_TESTS_ENVIRONMENT = \
	FERRY_SRCDIR='$(abs_top_srcdir)'; export FERRY_SRCDIR; \
	FERRY_BUILDDIR='$(abs_top_builddir)'; export FERRY_BUILDDIR; \
	CMOCKA_MESSAGE_OUTPUT=TAP; export CMOCKA_MESSAGE_OUTPUT; \
	LC_ALL=C; export LC_ALL;

dist_check_SCRIPTS = \
	tests/cli/ferry-drbd.t \
	tests/cli/ferry-gate.t \
	tests/cli/ferry-vm.t \
	tests/cli/parameters.t \
	tests/configure \
	tests/doc/agents \
	tests/doc/contract \
	tests/doc/examples \
	tests/doc/help \
	tests/doc/host \
	tests/doc/pcs \
	tests/doc/tools \
	tests/fuzz/replay \
	tests/rooms \
	tests/sim/active-passive \
	tests/sim/dual-primary \
	tests/sim/recovery \
	tests/sim/shared-storage \
	tests/sim/single-primary \
	tests/static \
	tests/tally

TESTS += $(dist_check_SCRIPTS)
EXTRA_DIST += \
	tests/bench \
	tests/check \
	tests/cli/parameters.txt \
	tests/cli/says.sh \
	tests/demo \
	tests/fixtures \
	tests/fuzz/corpus \
	tests/fuzz/hunt \
	tests/lab \
	tests/setup \
	tests/sim/case.py \
	tests/sim/check.py \
	tests/sim/cluster.xml \
	tests/sim/load \
	tests/sim/plan.py \
	tests/sim/plans \
	tests/sim/play.py \
	tests/sim/scheduler.py \
	tests/sim/shape.py \
	tests/stage \
	tests/tally.awk \
	tests/tap.sh

include tests/unit/local.mk
include tests/fuzz/local.mk

# For tests/check, which wants a result of every one of them.
.PHONY: list-tests
list-tests:
	@for t in $(TESTS); do echo "$$t"; done
