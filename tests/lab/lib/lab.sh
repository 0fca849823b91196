# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A lab's life: lab_up, lab_down, and what is in between.

NODES="node1 node2 node3"
# shellcheck disable=SC2034 # a word for tests
DATA_NODES="node1 node2"
RESOURCES="r0 r1 r2"

lab_fail() {
	progress_end
	echo "lab: $*" >&2
	return 1
}

# programs that a lab needs on the host; their Debian packages are in tests/setup
lab_requires() {
	for program in gcc ip socat taskset setsid flock pgrep mkfs.ext4 drbdadm corosync pacemakerd crm libvirtd virsh \
		qemu-system-x86_64 dmsetup objcopy; do
		command -v $program >/dev/null || { lab_fail "$program is missing: run tests/setup lab"; return 1; }
	done
	[ "$(id -u)" = 0 ] || { lab_fail "a lab needs root (network namespace, taps, a root file system for its nodes)"; return 1; }
	[ -c /dev/net/tun ] || { lab_fail "/dev/net/tun is missing"; return 1; }
}

# a state folder, or the caller's; all other names derive from it
lab_names() {
	if [ -z "${FERRY_LAB_DIR:-}" ]; then
		FERRY_LAB_DIR=$(mktemp -d "${TMPDIR:-/tmp}/ferry-lab.XXXXXX") || return 1
	else
		mkdir -p "$FERRY_LAB_DIR" || return 1
	fi
	FERRY_LAB_DIR=$(cd "$FERRY_LAB_DIR" && pwd)
	NETNS=ferry-lab-$(basename "$FERRY_LAB_DIR" | tr -c 'A-Za-z0-9\n' -)
	FERRY_LAB_NETNS=/run/netns/$NETNS
	export FERRY_LAB_DIR FERRY_LAB_NETNS NETNS
}

lab_build() {
	mkdir -p "$FERRY_LAB_DIR/bin"
	for tool in on agent; do
		gcc -std=gnu11 -O1 -Wall -Wextra -o "$FERRY_LAB_DIR/bin/$tool" "$FERRY_LAB/src/$tool.c" || return 1
	done
}

lab_disks() {
	for node in $NODES; do
		home=$FERRY_LAB_DIR/nodes/$node
		mkdir -p "$home"
		: >"$home/autostart"
		rm -f "$home"/*.img
		truncate -s 4G "$home/root.img"
		mkfs.ext4 -q -F -m 0 -E lazy_itable_init=1,nodiscard "$home/root.img" || return 1
		[ "$node" = node3 ] && continue
		for res in $RESOURCES; do
			truncate -s "${FERRY_LAB_DISK_MIB:-64}M" "$home/$res.img"
		done
		truncate -s 96M "$home/r2v1.img"
	done
}

# words for the nodes and the power switch
lab_config() {
	mkdir -p "$FERRY_LAB_DIR/etc" "$FERRY_LAB_DIR/uml"
	cpus=$(awk '/^Cpus_allowed_list/ { print $2 }' /proc/self/status | tr ',' '\n' |
		awk -F- '{ for (i = $1; i <= (NF > 1 ? $2 : $1); i++) printf "%d ", i }')
	cat >"$FERRY_LAB_DIR/config" <<-WORDS
	KERNEL='${lab_kernel% *}'
	MODULES='${lab_kernel#* }'
	NETNS='$NETNS'
	MEMORY_MIB='${FERRY_LAB_MEMORY_MIB:-2048}'
	CPUS='$cpus'
	WORDS
	(umask 077 && dd if=/dev/urandom of="$FERRY_LAB_DIR/etc/authkey" bs=256 count=1 status=none)
	minor=0
	for res in $RESOURCES; do
		# the first resource's disk is ubd1, /dev/ubdb in the node
		disk=ubd$(echo bcdefgh | cut -c$((minor + 1)))
		sed "s/@NAME@/$res/; s/@MINOR@/$minor/; s/@DISK@/$disk/; s/@PORT@/$((7788 + minor))/" \
			"$FERRY_LAB/node/drbd.res.in" >"$FERRY_LAB_DIR/etc/$res.res"
		minor=$((minor + 1))
	done
	# r2 has a second volume, minor 12, on the disk after all of those
	awk '{ print } /^\t}/ && volume { print "\tvolume 1 {\n\t\tdevice /dev/drbd12;\n\t\tdisk /dev/ubde;\n\t\tmeta-disk internal;\n\t}"; volume = 0 }
		/volume 0 {/ { volume = 1 }' "$FERRY_LAB_DIR/etc/r2.res" >"$FERRY_LAB_DIR/etc/r2.new" &&
		mv "$FERRY_LAB_DIR/etc/r2.new" "$FERRY_LAB_DIR/etc/r2.res"
}

power_switch_up() {
	setsid ip netns exec "$NETNS" socat TCP-LISTEN:7100,bind=10.79.0.254,reuseaddr,fork \
		"EXEC:$FERRY_LAB/power serve" </dev/null >>"$FERRY_LAB_DIR/power-switch.log" 2>&1 &
	echo $! >"$FERRY_LAB_DIR/power-switch.pid"
}

power_switch_down() {
	pid=$(cat "$FERRY_LAB_DIR/power-switch.pid" 2>/dev/null) || return 0
	kill -s TERM -- "-$pid" 2>/dev/null
	rm -f "$FERRY_LAB_DIR/power-switch.pid"
}

# lab_up: three nodes, one cluster, empty but for its fencing. On failure everything is taken down again.
lab_up() {
	lab_requires || return 1
	progress "looking for a kernel for the nodes"
	lab_kernel=$("$FERRY_LAB/kernel") || { lab_fail "no kernel"; return 1; }
	lab_names || { lab_fail "cannot make the state folder"; return 1; }
	progress "preparing disks and networks"
	if lab_build && lab_disks && lab_config && net_up && lab_stage && lab_power_on && wait_cluster_online; then
		progress_end
		return 0
	fi
	for node in $NODES; do
		echo "# last words of $node: $(tail -n 3 "$FERRY_LAB_DIR/nodes/$node/console.log" 2>/dev/null | tr -d '\r' | tr '\n' '|')" >&2
	done
	[ -n "${FERRY_LAB_DEBUG:-}" ] || lab_down
	lab_fail "the lab did not come up"
}

lab_stage() {
	[ -n "${FERRY_STAGE:-}" ] || return 0
	rm -rf "$FERRY_LAB_DIR/stage"
	cp -a "$FERRY_STAGE" "$FERRY_LAB_DIR/stage"
}

# lab_install STAGE: a newer Ferry into the running nodes (and into those that boot from now on)
lab_install() {
	FERRY_STAGE=$1
	rm -rf "$FERRY_LAB_DIR/stage" && cp -a "$1" "$FERRY_LAB_DIR/stage" || return 1
	for node in $NODES; do
		tar -C "$1" -cf - . | on -i "$node" 'tar -C / --keep-directory-symlink --no-same-owner -xf -' || return 1
	done
}

lab_power_on() {
	power_switch_up
	for node in $NODES; do
		"$FERRY_LAB/power" on "$node" >/dev/null || return 1
	done
	for node in $NODES; do
		wait_until "$node to boot" 120 on "$node" true || return 1
	done
}

# lab_down: nothing is left of the lab but what was collected
lab_down() {
	[ -n "${FERRY_LAB_DIR:-}" ] && [ -e "$FERRY_LAB_DIR/config" ] || return 0
	progress "taking the lab down"
	witness_unwatch
	shared_down
	capture_end
	power_switch_down
	for node in $NODES; do
		"$FERRY_LAB/power" off "$node" >/dev/null || lab_fail "$node could not be killed" || lab_left=1
	done
	net_down || lab_left=1
	# what could not be ended keeps its folder, which says what it is
	[ -n "${lab_left:-}" ] || rm -rf "$FERRY_LAB_DIR"
	unset FERRY_LAB_DIR FERRY_LAB_NETNS
	progress_end
}

# lab_trap: from here on the lab goes down with this script, however it ends
lab_trap() {
	trap 'lab_down' EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
}
