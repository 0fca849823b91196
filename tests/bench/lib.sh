# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What every benchmark does around its measuring: set-up, build, a lab, and the line that it prints for a figure. To be sourced.
# A peer that did not run is a failure, said loudly; an aim that is missed is a figure like any other.

bench_top=$(cd "$(dirname "$0")/../.." && pwd) || exit 1
FERRY_LAB=$bench_top/tests/lab
FERRY_PROGRESS=1
export FERRY_PROGRESS
# shellcheck source=tests/lab/lib.sh
. "$FERRY_LAB/lib.sh"

# shellcheck disable=SC2317 # called by the trap
bench_leave() {
	lab_down
	rm -rf "$bench_work"
}

# bench_begin NAME: installs what is missing, builds this tree, boots a lab with it; all is gone at the end, but for packages.
# FERRY_STAGE, if it is set, is taken for what was built.
bench_begin() {
	bench_name=$1
	"$bench_top/tests/setup" lab || exit 1
	bench_work=$(mktemp -d "${TMPDIR:-/tmp}/ferry-bench.XXXXXX") || exit 1
	trap bench_leave EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
	if [ -z "${FERRY_STAGE:-}" ]; then
		progress "building Ferry"
		"$bench_top/tests/stage" "$bench_work" || exit 1
		FERRY_STAGE=$bench_work/stage
	fi
	FERRY_LAB_DIR=$bench_work/${bench_work##*/}	# its last part names the network namespace
	export FERRY_STAGE FERRY_LAB_DIR
	lab_up || exit 1
	progress_end
	echo "# $bench_name, $(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg) before the lab"
}

# bench_fail WHY: what was to be measured did not run
bench_fail() {
	progress_end
	echo "bench $bench_name: FAILED: $*"
	collect "bench-$bench_name" >/dev/null 2>&1
	exit 1
}

# median FILE: of its lines, one number each; fails if there is none
median() {
	sort -n "$1" | awk '{ v[NR] = $1 } END { if (!NR) exit 1; m = int((NR + 1) / 2); print NR % 2 ? v[m] : (v[m] + v[m + 1]) / 2 }'
}

# bench_line FIGURE OURS PEER UNIT AIM: the line, and whether the aim ("<=0.5", ">=2") was met
bench_line() {
	awk -v name="$bench_name.$1" -v ours="$2" -v peer="$3" -v unit="$4" -v aim="$5" 'BEGIN {
		if (ours == "" || peer == "" || peer + 0 == 0) { print "bench " name ": FAILED: ours=" ours " peer=" peer; exit 1 }
		ratio = ours / peer
		limit = substr(aim, 3) + 0
		met = substr(aim, 1, 2) == "<=" ? ratio <= limit : ratio >= limit
		printf "bench %s: ours=%g peer=%g unit=%s ratio=%.3g aim=%s%s\n", name, ours, peer, unit, ratio, aim, met ? "" : " MISSED"
	}' || exit 1
}
