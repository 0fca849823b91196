# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Verbs for the cluster as a whole.

# online NODE...: all of them are online members, as node3, or the first that answers, sees it
online() {
	for ask in node3 node1 node2; do
		monitor=$(on -t 10 $ask crm_mon -1 --output-as=xml --include=none,nodes,dc 2>/dev/null) && break
	done
	echo "$monitor" | grep -q '<current_dc present="true"' || return 1
	for member in "$@"; do
		echo "$monitor" | grep -q "<node name=\"$member\" [^>]*online=\"true\" [^>]*pending=\"false\"" || return 1
	done
}

# wait_cluster_online [NODE...]: these, or all
wait_cluster_online() {
	# shellcheck disable=SC2086 # words
	[ $# -gt 0 ] || set -- $NODES
	wait_until "$* to be online" 120 online "$@"
}

# wait_offline NODE: the cluster has noticed that it is gone
wait_offline() { wait_until "$1 to be offline" 60 offline "$1"; }
offline() { ! online "$1"; }

# cluster_idle: no transition is under way (asked of the DC by Pacemaker's own wait)
cluster_idle() {
	on -t "$((${1:-120} * WAIT_PATIENCE + 5))" node3 crm_resource --wait --timeout="$((${1:-120} * WAIT_PATIENCE))s"
}

# look_away: the cluster keeps its hands off from here on (maintenance mode), and nothing that it had begun is under way. Pacemaker's own
# wait is not asked: a monitor that was cancelled counts as pending for as long as this lasts.
look_away() {
	on node3 'crm_attribute -n maintenance-mode -v true -q' >/dev/null &&
		wait_until "the cluster to look away" 60 on node3 "crmadmin -q -S \$(crmadmin -q -D) | grep -q S_IDLE" || return 1
	for node in $DATA_NODES; do
		wait_until "the last action on $node to end" 120 on "$node" '! pgrep -x "ferry-(vm|gate|drbd)"'
	done
}
