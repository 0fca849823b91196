# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Verbs for Ferry in the lab: the shipped configuration, where things run, what was traced.

# crm_load FILE: into the cluster, by crmsh on node3
crm_load() { on -i node3 'cat >/tmp/load.crm && crm -F configure load update /tmp/load.crm' <"$1"; }

# ferry_config [VM RESOURCE [MONITOR_SECONDS]]: the shipped example for this guest and resource, on stdout.
# The lab's witness knows no ACPI, so it is stopped by ending it.
ferry_config() {
	sed -e "s/vm1/${1:-vm1}/g; s/drbd_resource=r0/drbd_resource=${2:-r0}/; s/gate=r0/gate=${2:-r0}/" \
		-e "s/migration_transport=tcp/migration_transport=tcp stop_mode=destroy/" \
		-e "${3:+s/op monitor interval=10s/op monitor interval=$3s/; s/op monitor interval=20s/op monitor interval=$(($3 + 1))s/}" \
		"$FERRY_LAB/../../doc/examples/single-primary.crm"
}

# ferry_up [VM RESOURCE [MONITOR_SECONDS]]: guest prepared, configuration loaded, guest runs
ferry_up() {
	guest_prepare "${1:-vm1}" "${2:-r0}" || return 1
	witness_watch "${2:-r0}"
	ferry_config "$@" >"$FERRY_LAB_DIR/${1:-vm1}.crm"
	crm_load "$FERRY_LAB_DIR/${1:-vm1}.crm" || return 1
	wait_until "the guest ${1:-vm1} to run" 120 test -s "$FERRY_LAB_DIR/witness.${2:-r0}"
}

# where RESOURCE: nodes on which the cluster says it is active
where() { on node3 "crm_resource --locate -r $1 -Q 2>/dev/null" | sort | paste -sd' '; }
is_on() { [ "$(where "$1")" = "$2" ]; }

# promoted_on CLONE NODE
promoted_on() { on node3 "crm_resource --locate -r $1 2>/dev/null" | grep -qE "on: $2 (Promoted|Master)"; }

# remembered: what the cluster lists as failed actions, one a line; none: nothing
remembered() { on node3 "crm_mon -1 --output-as=xml --include=none,failures" | grep -oE '<failure [^>]*>' ; }
# failures: those that are failures; degraded: those that are not, but could be better (190, 191)
failures() { remembered | grep -vE ' exitcode="19[01]"'; }
degraded() { remembered | grep -E ' exitcode="19[01]"'; }

# timeline [SINCE_MS]: every helper's steps on every node, in order, for people
timeline() {
	for node in $NODES; do
		on "$node" 'cat /var/lib/ferry/trace/*.jsonl 2>/dev/null' | sed "s/^{/{\"node\":\"$node\",/"
	done | jq -rRs --argjson since "${1:-0}" 'split("\n") | map(fromjson? // empty | objects) | sort_by(.wall) | .[] |
		select(.wall >= $since) | "\(.wall) \(.node) \(.program) \(.verb) \(.step) \(.detail // "")"'
}

# stepped SINCE_MS PATTERN: the time line has it ("NODE PROGRAM VERB STEP DETAIL", grep -E)
stepped() { timeline "$1" | grep -qE -- "$2"; }

# inject NODE PROGRAM STEP [kill|hang]: when that helper gets there, once (needs the build for tests: "# wants: faults")
inject() { on "$1" "mkdir -p /run/ferry/test && echo ${4:-kill} >/run/ferry/test/$2.$3"; }
# injected NODE PROGRAM STEP: it has fired
injected() { no on "$1" "test -e /run/ferry/test/$2.$3"; }

other() { if [ "$1" = node1 ]; then echo node2; else echo node1; fi; }

# move_to NODE: by the stock command, and wait for it; the cluster is idle afterwards
move_to() {
	on node3 "crm resource migrate vm1 $1" >/dev/null 2>&1
	wait_until "vm1 on $1" 180 is_on vm1 "$1" && cluster_idle 180 && wait_until "a healthy cluster" 120 healthy
}

# tidy: what an administrator does after a failed move: clear first, then clean up
tidy() {
	on node3 'crm resource clear vm1; crm resource cleanup c-disk-vm1; crm resource cleanup gate-vm1; crm resource refresh vm1' >/dev/null 2>&1
	cluster_idle 120
}
