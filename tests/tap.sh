# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# For the shell tests of `make check`: where things are, a temporary directory, and TAP. Source it as
#	. "${FERRY_SRCDIR:-$(dirname "$0")/...}/tests/tap.sh"
# and end with tap_end.

LC_ALL=C
export LC_ALL
srcdir=${FERRY_SRCDIR:-$(dirname "$0")/..}
until [ -f "$srcdir/configure.ac" ]; do srcdir=$srcdir/..; done
srcdir=$(cd "$srcdir" && pwd) || exit 99
# shellcheck disable=SC2034 # for the tests
builddir=${FERRY_BUILDDIR:-$srcdir}

tmp=$(mktemp -d) || exit 99
trap 'rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM HUP

tap_count=0
tap_failed=0

# pass WHAT
pass() {
	tap_count=$((tap_count + 1))
	printf '%s\n' "ok $tap_count - $1"
}
# fail WHAT WHY: WHY may have several lines
fail() {
	tap_count=$((tap_count + 1))
	tap_failed=1
	printf '%s\n' "not ok $tap_count - $1"
	printf '%s\n' "$2" | sed 's/^/# /'
}
# skip WHAT REASON
skip() {
	tap_count=$((tap_count + 1))
	printf '%s\n' "ok $tap_count - $1 # SKIP $2"
}
# silent WHAT OUTPUT: passes if OUTPUT, the list of what is wrong, is empty
silent() {
	if [ -z "$2" ]; then pass "$1"; else fail "$1" "$2"; fi
}
# needs TOOL WHAT: false, with a skip (with FERRY_ALL_TOOLS=1, as in tests/check: a failure), if TOOL is missing
needs() {
	command -v "$1" >/dev/null 2>&1 && return 0
	if [ "${FERRY_ALL_TOOLS:-0}" = 1 ]; then
		fail "$2" "$1 is not installed"
	else
		skip "$2" "$1 is not installed"
	fi
	return 1
}
tap_end() {
	echo "1..$tap_count"
	exit "$tap_failed"
}
