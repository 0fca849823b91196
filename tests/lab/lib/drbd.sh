# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Oracles about DRBD: what its own event streams and its data say, not the absence of errors.

# drbd_events: NODE TIME EVENT of both nodes in one order: what `drbdsetup events2 --timestamps` told since their boot, recorded
# on the host, and the moments at which the power switch had proved a node off. The nodes' clock is the host's, but may lag it.
drbd_events() {
	{
		for node in $DATA_NODES; do
			tr -d '\r' <"$FERRY_LAB_DIR/nodes/$node/drbd-events.log" | grep -E '^2[0-9]{3}-' | sed "s/^/$node /"
		done
		TZ=UTC gawk '$2 == "off" { split($1, t, "."); print $3, strftime("%Y-%m-%dT%H:%M:%S", t[1]) "." substr(t[2], 1, 6), "off" }' \
			"$FERRY_LAB_DIR/power.log"
	} | sort -s -k2,2
}

# drbd_roles RESOURCE: NODE MS ROLE, a line for each thing that its event streams say of its role, in that order; MS of the epoch.
# "gone": taken down; "off": the node was switched off
drbd_roles() {
	drbd_events | gawk -v res="$1" '
	function ms(t,  p) {
		split(t, p, /[-T:.+Z]/)
		return mktime(p[1] " " p[2] " " p[3] " " p[4] " " p[5] " " p[6], 1) * 1000 + substr(p[7] "000000", 1, 6) / 1000
	}
	$3 == "off" { printf "%s %.3f off\n", $1, ms($2); next }
	$4 != "resource" { next }
	{
		name = role = ""
		for (i = 5; i <= NF; i++) {
			if ($i ~ /^name:/) name = substr($i, 6)
			if ($i ~ /^role:/) role = substr($i, 6)
		}
		if (name != res) next
		if ($3 == "destroy") role = "gone"
		if (role != "") printf "%s %.3f %s\n", $1, ms($2), role
	}'
}

# never_two_primaries RESOURCE [SINCE_MS]: two Primaries at once since then, or no promotion at all since then in the streams, is a
# failure. A busy node's clock was seen to lag by 0.4 s, so a promotion that its stream tells of up to a second before the other
# node's demotion has come after it: the kernels, which do not allow two Primaries that see each other, order these two. Two
# that do not see each other last longer.
never_two_primaries() {
	drbd_roles "$1" | awk -v res="$1" -v since="$((${2:-0} / 1000 * 1000))" '
	$3 != "Primary" {
		if (both && $2 - both > 1000) { print "two Primaries: " told ", until " $0; bad = 1 }
		both = 0
		now[$1] = ""
		next
	}
	{
		if (now[$1] != "Primary" && $2 >= since) promotions++
		now[$1] = $3
		other = $1 == "node1" ? "node2" : "node1"
		if (now[other] == "Primary" && $2 >= since) { both = $2; told = $0 }
	}
	END {
		if (both) { print "two Primaries: " told ", to the end"; bad = 1 }
		if (!promotions) { print "no promotion of " res " was recorded: the streams prove nothing"; bad = 1 }
		if (!bad) print promotions " promotions of " res ", never two Primaries at once"
		exit bad
	}'
}

# two_primaries_never_allowed RESOURCE: the kernel of each node says allow-two-primaries no
two_primaries_never_allowed() {
	for node in $DATA_NODES; do
		on "$node" "drbdsetup show --show-defaults $1" | grep allow-two-primaries | grep -q 'no;' ||
			{ echo "$node allows two Primaries of $1, or does not tell"; return 1; }
	done
	echo "the kernels of $DATA_NODES say no"
}

# replicas_identical RESOURCE: quiesced by suspending the guest behind it where it runs (DOMAIN), then compared byte by byte
# over what DRBD gives its users (without its own meta-data at the end), every volume
replicas_identical() { # RESOURCE DOMAIN
	at=$(where "$2")
	on "$at" "virsh -q suspend $2 && sync" || return 1
	minor=$(($(echo "$1" | tr -dc 0-9)))
	wait_until "$1 in sync" 60 redundant "$1" || return 1
	same=0
	for image in "$1:$minor" "$1v1:1$minor"; do
		[ -e "$FERRY_LAB_DIR/nodes/node1/${image%:*}.img" ] || continue
		bytes=$(on "$at" "blockdev --getsize64 /dev/drbd${image#*:}")
		cmp -n "$bytes" "$FERRY_LAB_DIR/nodes/node1/${image%:*}.img" "$FERRY_LAB_DIR/nodes/node2/${image%:*}.img" || same=1
		echo "$bytes bytes of ${image%:*} are compared"
	done
	on "$at" "virsh -q resume $2"
	return $same
}
