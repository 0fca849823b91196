# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Verbs for single nodes: run a command there, power, freezing, files.

# on [-i] [-t SECONDS] NODE COMMAND...: as ssh would. 124: it took too long; 125: the node does not answer. See src/on.c.
on() { "$FERRY_LAB_DIR/bin/on" "$@"; }

# kill_node NODE: power loss, at once. What the node had not synced is lost.
kill_node() { "$FERRY_LAB/power" off "$1" >/dev/null; }

# boot_node NODE: power on, and wait until it answers. It joins the cluster by itself unless autostart is off.
boot_node() {
	"$FERRY_LAB/power" on "$1" >/dev/null || return 1
	wait_until "$1 to boot" 60 on "$1" true
}

node_is_on() { [ "$("$FERRY_LAB/power" status "$1")" = on ]; }

# autostart NODE on|off: whether the node, when it boots, starts its cluster
autostart() {
	if [ "$2" = on ]; then : >"$FERRY_LAB_DIR/nodes/$1/autostart"; else rm -f "$FERRY_LAB_DIR/nodes/$1/autostart"; fi
}

# freeze NODE, thaw NODE: the whole machine stands still, as under a hung hypervisor; its clock goes on
freeze_node() { kill -s STOP -- "-$(cat "$FERRY_LAB_DIR/nodes/$1/pid")"; }
thaw_node() { kill -s CONT -- "-$(cat "$FERRY_LAB_DIR/nodes/$1/pid")"; }

# fencing_fails on|off: the power switch refuses what the cluster asks of it (kill_node and boot_node still work)
fencing_fails() {
	if [ "$1" = on ]; then : >"$FERRY_LAB_DIR/fencing-fails"; else rm -f "$FERRY_LAB_DIR/fencing-fails"; fi
}

# put NODE FILE [THERE], get NODE THERE FILE: one file each
put() { on -i "$1" "cat >'${3:-$2}'" <"$2"; }
get() { on "$1" "cat '$2'" >"$3"; }

# libvirtd_kill NODE: at once, and it is gone; its guests go on. libvirtd_start NODE: as the node's own start does; it answers again
libvirtd_kill() {
	on "$1" 'pkill -KILL -x libvirtd'
	wait_until "libvirtd on $1 to be gone" 60 on "$1" '! pgrep -x libvirtd'
}
libvirtd_start() {
	on -t 300 "$1" "$FERRY_LAB/node/cluster libvirt"
	wait_until "libvirtd on $1 to answer" 60 on "$1" 'virsh -q list'
}

# lose_power NODE: as kill_node; and though fencing switches it on again, it stays out of the cluster until rejoin: else it may be back
# before the other node is promoted, and is then as good a place for the guest
lose_power() {
	autostart "$1" off
	kill_node "$1"
}
rejoin() {
	autostart "$1" on
	node_is_on "$1" || boot_node "$1"
	wait_until "$1 to answer" 60 on "$1" true
	on "$1" "$FERRY_LAB/node/cluster start"
	wait_cluster_online
}
