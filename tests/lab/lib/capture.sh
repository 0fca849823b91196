# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Verbs that look at what crosses the lab's networks (src/capture.c): how much, and whether a guest's memory can be read in it.

# capture_begin RESOURCE TAP...: from here on, for the witness on this resource, on these taps (net.sh)
capture_begin() {
	[ -e "$FERRY_LAB_DIR/bin/capture" ] ||
		gcc -std=gnu11 -O1 -Wall -Wextra -o "$FERRY_LAB_DIR/bin/capture" "$FERRY_LAB/src/capture.c" || return 1
	capture_nonce=$(witness_now "$1" | cut -d' ' -f1)
	shift
	for tap in "$@"; do
		ip netns exec "$NETNS" "$FERRY_LAB_DIR/bin/capture" "$tap" "$capture_nonce" </dev/null >"$FERRY_LAB_DIR/capture.$tap" &
		echo $! >"$FERRY_LAB_DIR/capture.$tap.pid"
	done
}

# capture_end: their counts are there
capture_end() {
	for pid in "$FERRY_LAB_DIR"/capture.*.pid; do
		[ -e "$pid" ] || continue
		kill "$(cat "$pid")" 2>/dev/null
		wait "$(cat "$pid")" 2>/dev/null
		rm -f "$pid"
	done
}

# captured TAP bytes|places|connections: what was seen there; -1 if nothing was looked at
captured() {
	case $2 in
	bytes) field=2 ;;
	places) field=3 ;;
	connections) field=4 ;;
	esac
	awk -v f="$field" '{ print $f; seen = 1 } END { if (!seen) print -1 }' "$FERRY_LAB_DIR/capture.$1"
}
