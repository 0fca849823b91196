# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
#
# For the tests of the helpers' own words. Source it after tests/tap.sh, which gives builddir and tmp.

# shellcheck disable=SC2034 # for the tests
reason='^ocf-exit-reason:'

# helper NAME: what is tried from here on, as root: with folders of its own, and what the test has put into $tmp/run in /run, where it would leave a trace (a mount namespace), or as
# the root of a user namespace
helper() {
	helper=$1
	# shellcheck disable=SC2154 # of tests/tap.sh
	cp "$builddir/$1" "$tmp/$1" && chmod 755 "$tmp/$1" && chmod 711 "$tmp" || exit 99
	cat >"$tmp/as-root" <<-'SHELL'
	for dir in /var/lib /run; do mount -t tmpfs none $dir || exit 99; done
	if [ -d "${0%/*}/run" ]; then cp -r "${0%/*}/run/." /run || exit 99; fi
	exec "$@"
	SHELL
	as="unshare --mount sh $tmp/as-root"
	[ "$(id -u)" = 0 ] || as="unshare --map-root-user --mount sh $tmp/as-root"
	# shellcheck disable=SC2086 # words
	if ! $as true 2>/dev/null; then
		echo "1..0 # SKIP no mount namespace to be had here"
		exit 77
	fi
}
as_nobody() {
	as=
	[ "$(id -u)" != 0 ] || as="setpriv --reuid=65534 --regid=65534 --clear-groups"
}

# says RC STREAM PATTERN ARGUMENT...: exit code, a line on out or err; the other stream is empty
says() {
	want=$1 stream=$2 pattern=$3
	shift 3
	# shellcheck disable=SC2086 # words
	$as "$tmp/$helper" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null
	rc=$?
	other=out
	[ "$stream" = err ] || other=err
	if [ "$rc" = "$want" ] && grep -qE -- "$pattern" "$tmp/$stream" && [ ! -s "$tmp/$other" ]; then
		pass "$helper $*: $want"
	else
		fail "$helper $*: $want" "exit code $rc
out: $(cat "$tmp/out")
err: $(cat "$tmp/err")"
	fi
}
# one_json ARGUMENT...: exactly one line on stdout, a JSON object
one_json() {
	# shellcheck disable=SC2086 # words
	$as "$tmp/$helper" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null
	if [ "$(wc -l <"$tmp/out")" = 1 ] && grep -qE '^\{.*"code":[0-9]+.*\}$' "$tmp/out"; then
		pass "$helper $*: one JSON object"
	else
		fail "$helper $*: one JSON object" "$(cat "$tmp/out")"
	fi
}
