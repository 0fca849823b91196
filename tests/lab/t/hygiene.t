# SPDX-License-Identifier: GPL-2.0-or-later
# The host does not look into a guest's disk: real udevd, LVM and md on both nodes, and a disk inside which the guest has a volume
# group, then a RAID member. Each time it is first shown that without the shipped pieces the host does take it: the bait is good.
# shellcheck shell=sh disable=SC1091,SC2016 # commands for nodes are quoted here, expanded there
# On r1, which no cluster resource uses; the guest on r0 goes on meanwhile.

. "${FERRY_LAB:?}/lib.sh"
[ -n "${FERRY_TEST_ALONE:-}" ] || test_begin hygiene

GATE=ferry-r1-0
RULES=/usr/lib/udev/rules.d
# node COMMAND: where the disk is now, as a person there would have it: with udev
at=node1
node() { on -t 120 "$at" "unset DM_DISABLE_UDEV; $1"; }
gate() { node "ferry-gate $1 --drbd-resource r1 --domain gatetest --timeout 60000"; }
disk() { node "ferry-drbd $1 --drbd-resource r1 --timeout 60000"; }
settled() { node 'udevadm settle --timeout=100'; }
# What udev has noted of a device, and the links it has made.
noted() { node "udevadm info --query=property --name=/dev/$1"; }
kernel_name() { node "readlink -f /dev/mapper/$GATE | sed 's|/dev/||'"; }
active() { node 'dmsetup ls' | grep -q '^guestvg-root'; }
assembled() { node 'cat /proc/mdstat' | grep -q "$(kernel_name)\["; }
# LVM activates what it has seen only once in the life of a node: it is made to forget.
forget() { node 'rm -rf /run/lvm/pvs_online /run/lvm/vgs_online /run/lvm/pvs_lookup'; }
# by_hand: what nobody should do, and what carries no word of Ferry's to udev
by_hand() {
	forget
	node "dmsetup suspend $GATE && dmsetup resume $GATE"
}
empty() { node "dd if=/dev/zero of=/dev/mapper/$GATE bs=1M count=4 oflag=direct status=none"; }
rules() { # on|off
	if [ "$1" = off ]; then
		node "mkdir -p /root/rules && mv $RULES/*-ferry.rules /root/rules && udevadm control --reload"
	else
		node "if [ -e /root/rules ]; then mv /root/rules/* $RULES/; rmdir /root/rules; fi; udevadm control --reload"
	fi
}
# hidden: the last event was treated by the rules, and nothing of what is inside is known
hidden() {
	settled
	known=$(noted "mapper/$GATE")
	echo "$known"
	echo "$known" | grep -q '^SYSTEMD_READY=0$' && echo "$known" | grep -q '^UDISKS_IGNORE=1$' &&
		echo "$known" | grep -q "^DEVLINKS=/dev/mapper/$GATE\$" &&
		no sh -c 'printf "%s\n" "$1" | grep -E "^(ID_FS_|ID_PART|LVM_|MD_)"' - "$known" &&
		no active && no assembled
}
# never_seen WHAT: nothing that happens to an open gate makes the host look into it
never_seen() {
	by_hand
	ok "$at, $1: not after a resume by hand" hidden
	forget
	node "udevadm trigger --settle --action=change /dev/mapper/$GATE"
	ok "$at, $1: not after a change that is triggered" hidden
	forget
	node "udevadm trigger --settle --action=add /dev/mapper/$GATE"
	ok "$at, $1: not after an addition that is triggered" hidden
	gate close
	by_hand
	ok "$at, $1: not while it is closed" hidden
	gate open
	ok "$at, $1: not after it was opened again" hidden
	node "exec 9<>/dev/mapper/$GATE"
	ok "$at, $1: not after somebody who could write has closed it" hidden
}
end_udev() {
	for end_node in $DATA_NODES; do
		at=$end_node
		node 'vgchange -an guestvg; mdadm --stop --scan' >/dev/null 2>&1
		rules on
		node 'if [ -e /root/udevd.pid ]; then kill $(cat /root/udevd.pid); rm -f /root/udevd.pid; fi'
		wait_until "the end of $at's udevd" 60 no on "$at" 'pgrep -x systemd-udevd'
		node 'rm -rf /run/udev'
		disk stop
	done
}

for at in node1 node2; do
	disk stop >/dev/null 2>&1
	node 'modprobe -a raid1 && /lib/systemd/systemd-udevd --daemon && pgrep -x systemd-udevd >/root/udevd.pid' ||
		diag "udevd does not start on $at"
	node 'udevadm trigger --settle --subsystem-match=block'
done
ok "udevd runs on both nodes" sh -c 'test -n "$1" -a -n "$2"' - "$(on node1 'cat /root/udevd.pid')" "$(on node2 'cat /root/udevd.pid')"
for node in $DATA_NODES; do
	on -t 120 "$node" 'unset DM_DISABLE_UDEV; ferry-drbd start --drbd-resource r1 --timeout 60000' >/dev/null 2>&1 &
	last=$!
done
wait "$last"
in_sync() { on node1 'drbdadm dstate r1' | grep -q '^UpToDate/UpToDate'; }
wait_until "r1 in sync" 90 in_sync
at=node1
ok "promoted" disk promote
ok "a gate opens where udev makes the nodes" gate open
ok "its node is a link of udev's" node "test -L /dev/mapper/$GATE"
ok "a fresh gate is hidden" hidden

# --- a volume group of the guest's ---
only="--config 'devices { global_filter = [ \"a|^/dev/mapper/$GATE\$|\", \"r|.*|\" ] }'"
empty
ok "the guest makes a volume group" node "pvcreate -qq -y $only /dev/mapper/$GATE && vgcreate -qq $only guestvg /dev/mapper/$GATE &&
	lvcreate -qq -y -an -Zn -Wn $only -l 2 -n root guestvg"
rules off
gate close
gate open
settled
ok "without the rules: Ferry's own changes are not looked into" sh -c 'printf "%s\n" "$1"; ! printf "%s\n" "$1" | grep -q ^ID_FS_' - \
	"$(noted "mapper/$GATE")"
no_vg=$(active && echo active)
is "and nothing was activated" "$no_vg" ""
by_hand
ok "without the rules: after a resume by hand the host has the guest's volume group active: the bait is good" \
	wait_until "the host to take the guest's volume group" 90 active
is "and has the gate open" "$(node "dmsetup info -c --noheadings -o open $GATE")" 1
node "vgchange -an $only guestvg"
rules on
never_seen "a volume group"

# --- LVM's own commands ---
where_seen() { node 'pvs --noheadings -o pv_name -S vg_name=guestvg 2>/dev/null' | tr -d ' '; }
seen() { node 'vgs --noheadings -o vg_name 2>/dev/null' | grep -q guestvg; }
ok "without a filter LVM, called by hand, finds it: the bait is good" seen
node 'cp -a /etc/lvm/lvmlocal.conf /root/ && cat /usr/share/ferry/host/lvmlocal.conf >>/etc/lvm/lvmlocal.conf'
ok "with the shipped one neither on the gate nor on DRBD" no sh -c 'printf "%s\n" "$1" | grep -E "ferry|drbd"' - "$(where_seen)"
is "but on the disk that DRBD stores on, which nobody but the administrator knows" "$(where_seen)" /dev/ubdc
node "sed -i 's#\"r|^/dev/drbd|\"#&, \"r|^/dev/ubdc\$|\"#' /etc/lvm/lvmlocal.conf"
ok "with that one added LVM does not find it" no seen
node 'vgchange -ay' >/dev/null 2>&1
ok "nor does it activate anything" no active
node 'mv /root/lvmlocal.conf /etc/lvm/lvmlocal.conf'

# --- DRBD's device, and what it stores on ---
node 'udevadm trigger --settle --action=add /dev/drbd1'
is "udev does not look into the DRBD device" "$(noted drbd1 | grep -E '^(ID_FS_|SYSTEMD_READY=1)')" ""
node 'udevadm trigger --settle --action=add /dev/ubdc'
is "and takes what DRBD stores on for a replica, not for what is inside" "$(noted ubdc | grep '^ID_FS_TYPE=')" "ID_FS_TYPE=drbd"

# --- a RAID member, on the other node ---
gate close
ok "demoted" disk demote
at=node2
ok "promoted on the other node" disk promote
gate open
ok "it is hidden there" hidden
never_seen "a volume group"
empty
ok "the guest makes a RAID" node "mdadm --create /dev/md77 --run --force --metadata=1.2 --level=1 --raid-devices=1 /dev/mapper/$GATE &&
	mdadm --stop /dev/md77"
rules off
by_hand
ok "without the rules: after a resume by hand the host has assembled it: the bait is good" \
	wait_until "the host to take the guest's RAID" 90 assembled
node 'mdadm --stop --scan'
rules on
never_seen "a RAID"

empty
gate close
ok "all can be let go" disk demote
end_udev
[ -n "${FERRY_TEST_ALONE:-}" ] || witness_ticks r0 5
[ -n "${FERRY_TEST_ALONE:-}" ] || is "nothing has failed" "$(failures)" ""
test_end
