# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Verbs for a guest in the second shape (doc/examples/dual-primary.crm): two Primaries during a move, no gate.

# dual_config VM RESOURCE: the shipped example for them, on stdout; stopped by ending it, as the witness knows no ACPI
dual_config() {
	sed -e "s/vm1/$1/g; s/drbd_resource=r0/drbd_resource=$2/; s/migration_transport=tcp/migration_transport=tcp stop_mode=destroy/" \
		"$FERRY_LAB/../../doc/examples/dual-primary.crm"
}

# dual_up VM RESOURCE: the witness on DRBD's own device, configuration loaded, guest runs
dual_up() {
	guest_prepare "$1" "$2" || return 1
	for node in $DATA_NODES; do
		guest_xml "$1" "$2" | sed "s|/dev/mapper/ferry-$2-0|/dev/drbd$(($(echo "$2" | tr -dc 0-9)))|" |
			on -i "$node" "cat >/etc/ferry/$1.xml" || return 1
	done
	witness_watch "$2"
	dual_config "$1" "$2" >"$FERRY_LAB_DIR/$1.crm"
	crm_load "$FERRY_LAB_DIR/$1.crm" || return 1
	wait_until "the guest $1 to run" 180 test -s "$FERRY_LAB_DIR/witness.$2"
}

# dual_gone VM RESOURCE: stopped, and out of the configuration
dual_gone() {
	on -t 300 node3 "crm resource clear at-$1; crm resource cleanup c-disk-$1; crm resource stop $1; crm_resource --wait --timeout=120s
		crm -F configure delete $1 at-$1 c-disk-$1 disk-$1" >/dev/null 2>&1
	cluster_idle 120
	on node3 "! crm_resource --locate -r $1 2>/dev/null | grep -q 'running on'"
}

# settled VM RESOURCE NODE: the guest is there, its disk Primary there and nowhere else, in sync, and the kernels allow no
# second Primary
settled() {
	is_on "$1" "$3" && redundant "$2" && two_primaries_never_allowed "$2" &&
		on "$3" "drbdadm role $2" | grep -q '^Primary/Secondary'
}

# allows NODE RESOURCE: its kernel allows two Primaries
allows() { on "$1" "drbdsetup show --show-defaults $2" | grep allow-two-primaries | grep -q 'yes;'; }

# two_primaries_only_in RESOURCE BEGIN-END...: by DRBD's own event streams there were two Primaries within each of these
# moves (milliseconds of the epoch), and at no other time; a lone BEGIN-END? may have had them
two_primaries_only_in() {
	dual_res=$1
	shift
	drbd_roles "$dual_res" | gawk -v res="$dual_res" -v windows="$*" '
	function change(node, role, at,  i) {
		now[node] = role
		two = now["node1"] == "Primary" && now["node2"] == "Primary"
		if (two && !begin) begin = at
		if (two || !begin) return
		for (i = 1; i <= n; i++)
			if (begin >= from[i] && at <= to[i]) { if (!seen[i]++) count++; total += at - begin; begin = 0; return }
		print "two Primaries from " begin " to " at ", in no move"
		bad = 1
		begin = 0
	}
	BEGIN {
		n = split(windows, w, " ")
		for (i = 1; i <= n; i++) {
			may[i] = sub(/\?$/, "", w[i])
			split(w[i], p, "-"); from[i] = p[1]; to[i] = p[2]
		}
	}
	{ change($1, $3 == "off" ? "" : $3, $2) }
	END {
		if (begin) { print "two Primaries since " begin " to this day"; bad = 1 }
		for (i = 1; i <= n; i++)
			if (!seen[i] && !may[i]) { print "no two Primaries in the move " w[i]; bad = 1 }
		if (!bad) printf "two Primaries of %s in %d moves only, %d ms in all\n", res, count, total
		exit bad
	}'
}
