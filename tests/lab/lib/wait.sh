# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Verbs to wait with, and to say what is waited for.

now_ms() { date +%s%3N; }

# progress TEXT: one line that the next one replaces on a terminal; elsewhere a line of its own, if FERRY_PROGRESS=1
progress() {
	if [ -t 2 ]; then
		printf '\r\033[K%s' "$*" >&2
	elif [ "${FERRY_PROGRESS:-0}" = 1 ]; then
		printf '%s\n' "$*" >&2
	fi
}

progress_end() { if [ -t 2 ]; then printf '\r\033[K' >&2; fi; }

# How many times as long as it says a wait lasts before it gives up: a busy machine is slow, and that is no failure.
WAIT_PATIENCE=${FERRY_WAIT_PATIENCE:-4}

# wait_until WHAT SECONDS COMMAND...: until COMMAND succeeds. Returns 1, and says so, when it was given up: SECONDS are what it
# takes on a quiet machine at most.
wait_until() {
	wait_what=$1
	wait_begin=$(now_ms)
	wait_end=$((wait_begin + $2 * 1000 * WAIT_PATIENCE))
	shift 2
	[ -t 2 ] || progress "waiting for $wait_what"
	while ! "$@" >/dev/null 2>&1; do
		wait_now=$(now_ms)
		if [ "$wait_now" -ge "$wait_end" ]; then
			progress_end
			echo "# gave up after $(((wait_now - wait_begin) / 1000)) s: $wait_what" >&2
			return 1
		fi
		[ ! -t 2 ] || progress "waiting for $wait_what, $(((wait_now - wait_begin) / 1000)) s"
		sleep 0.1
	done
	progress_end
}

# wait_event NODE FILE PATTERN SECONDS: until a line of FILE there matches PATTERN (grep -E)
wait_event() { wait_until "'$3' in $1:$2" "$4" on "$1" "grep -qE -- '$3' '$2'"; }
