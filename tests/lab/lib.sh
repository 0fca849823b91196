# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The lab's verbs, to be sourced by whoever wants a lab or uses one: tests, tests/demo, tests/lab/run, tests/lab/shell.
# What each group is for stands at the head of its file in lib/. FERRY_LAB names the folder of this file and must be set, or
# the script that sources it must lie in it.
#
# Set by the caller, all optional:
#   FERRY_STAGE      what 'make install DESTDIR=...' made: goes into the nodes at their first start
#   FERRY_LAB_DIR    the lab's state folder; else a new one under ${TMPDIR:-/tmp}
#   FERRY_LAB_KEEP   where the logs of failed tests go; else ${TMPDIR:-/tmp}/ferry-lab-failed
#   FERRY_PROGRESS   1: say what is waited for also when stderr is no terminal

FERRY_LAB=${FERRY_LAB:-$(cd "$(dirname "$0")" && pwd)}
export FERRY_LAB
for ferry_part in wait net power lab cluster guest linux shared ferry agent tap drbd dual pki capture; do
	[ -e "$FERRY_LAB/lib/$ferry_part.sh" ] || { echo "lib.sh: set FERRY_LAB to the folder of lib.sh" >&2; exit 1; }
	# shellcheck source=/dev/null
	. "$FERRY_LAB/lib/$ferry_part.sh"
done
unset ferry_part
