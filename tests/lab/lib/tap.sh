# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Verbs for tests: TAP, and a cluster to begin with.

tap_count=0
tap_failed=0

# ok WHAT COMMAND...: passes if COMMAND succeeds; its output is the explanation if not
ok() {
	ok_what=$1
	shift
	tap_count=$((tap_count + 1))
	if ok_said=$("$@" 2>&1); then
		echo "ok $tap_count - $ok_what"
	else
		tap_failed=1
		echo "not ok $tap_count - $ok_what"
		printf '%s\n' "$ok_said" | sed 's/^/# /'
	fi
}

# is WHAT SEEN EXPECTED
is() {
	tap_count=$((tap_count + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $tap_count - $1"
	else
		tap_failed=1
		echo "not ok $tap_count - $1"
		printf '%s\n' "seen:     $2" "expected: $3" | sed 's/^/# /'
	fi
}

diag() { printf '%s\n' "$*" | sed 's/^/# /'; }
no() { ! "$@"; }

# test_end: plan and exit; what went wrong is kept
test_end() {
	echo "1..$tap_count"
	[ $tap_failed = 0 ] || collect "${test_name:-test}"
	exit $tap_failed
}

# test_begin NAME: in the lab that tests/lab/run has up (or one of its own), with vm1 running on r0 and nothing failed
test_begin() {
	test_name=$1
	if [ -n "${FERRY_LAB_DIR:-}" ] && [ -e "$FERRY_LAB_DIR/config" ]; then
		lab_names
	else
		lab_trap
		lab_up || { echo "Bail out! no lab"; exit 1; }
	fi
	if [ ! -e "$FERRY_LAB_DIR/vm1.crm" ]; then
		ferry_up vm1 r0 || { collect "$test_name"; echo "Bail out! the guest did not come up"; exit 1; }
	fi
	lab_reset || { collect "$test_name"; echo "Bail out! the lab cannot be reset"; exit 1; }
	# shellcheck disable=SC2034 # for tests
	began=$(now_ms)
}

healthy() {
	online node1 node2 node3 && [ -z "$(failures)" ] && case $(where vm1) in node1 | node2) ;; *) false ;; esac &&
		is_on gate-vm1 "$(where vm1)" && promoted_on c-disk-vm1 "$(where vm1)" && redundant r0
}
redundant() {
	for node in $DATA_NODES; do
		on "$node" "drbdadm dstate $1" 2>/dev/null |
			awk '{ n++ } !/UpToDate\/UpToDate/ { bad = 1 } END { exit !n || bad }' || return 1
	done
}

# lab_reset: links whole, nodes on, nothing failed, no constraint of a test's, vm1 runs
lab_reset() {
	heal_all
	fencing_fails off
	for node in $NODES; do
		thaw_node "$node" 2>/dev/null
		node_is_on "$node" || boot_node "$node" || return 1
	done
	wait_cluster_online || return 1
	# shellcheck disable=SC2016 # the node expands it
	on -t 60 node3 'for n in node1 node2 node3; do crm_standby -D -N $n -q 2>/dev/null; done; crm_resource --clear -r vm1 -Q 2>/dev/null
		crm_attribute -n maintenance-mode -D -q 2>/dev/null; rm -rf /run/ferry/test; crm_resource -C >/dev/null 2>&1; true'
	for node in $DATA_NODES; do on "$node" 'rm -rf /run/ferry/test'; done
	wait_until "a healthy cluster" 120 healthy && cluster_idle 120 && witness_ticks r0 5
}

# collect NAME: logs, traces and scheduler inputs of all nodes, kept for whoever looks into a failure
collect() {
	keep=${FERRY_LAB_KEEP:-${TMPDIR:-/tmp}/ferry-lab-failed}/$1
	rm -rf "$keep" && mkdir -p "$keep" || return 1
	timeline >"$keep/timeline" 2>/dev/null
	cp "$FERRY_LAB_DIR"/witness.* "$keep" 2>/dev/null
	cp "$FERRY_LAB_DIR"/power*.log "$keep" 2>/dev/null
	for node in $NODES; do
		mkdir -p "$keep/$node"
		cp "$FERRY_LAB_DIR/nodes/$node"/*.log "$keep/$node" 2>/dev/null
		on -t 30 "$node" 'cd / && tar -czf - var/log/pacemaker/*.log var/log/corosync var/log/libvirt/qemu var/log/*.out \
			var/log/*.log var/lib/ferry/trace var/lib/ferry/move var/lib/pacemaker/pengine 2>/dev/null' >"$keep/$node/logs.tar.gz"
		on -t 10 "$node" 'crm_mon -1rfA; cat /proc/drbd; dmsetup table; virsh list --all' >"$keep/$node/state" 2>&1
	done
	echo "# logs kept in $keep"
}
