# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Verbs for a guest without a gate: one disk that every node reaches, an NBD export in the lab's network. Several QEMUs can
# have it open at once, as with a SAN: no lock of the storage helps.

# shared_up NAME: the witness on a disk of its own, followed as witness_watch does; its domain XML on both nodes
shared_up() {
	guest_build || return 1
	shared_img=$FERRY_LAB_DIR/$1.shared
	truncate -s 8M "$shared_img" && dd if="$FERRY_LAB_DIR/bin/witness.bin" of="$shared_img" conv=notrunc 2>/dev/null || return 1
	setsid ip netns exec "$NETNS" qemu-nbd --persistent --shared=0 --bind=10.77.0.254 --port=10809 --format=raw \
		--export-name="$1" "$shared_img" </dev/null >"$FERRY_LAB_DIR/nbd.log" 2>&1 &
	echo $! >"$FERRY_LAB_DIR/nbd.pid"
	setsid "$FERRY_LAB_DIR/bin/watch" "shared=$shared_img" </dev/null >"$FERRY_LAB_DIR/witness.$1" 2>/dev/null &
	echo $! >"$FERRY_LAB_DIR/watch.$1.pid"
	for node in $DATA_NODES; do
		shared_xml "$1" | on -i "$node" "mkdir -p /etc/ferry && cat >/etc/ferry/$1.xml && sync" || return 1
	done
}

shared_xml() {
	guest_xml "$1" none | sed -e "s/<disk type='block'/<disk type='network'/; s/ io='native'//" \
		-e "s,<source dev=.*,<source protocol='nbd' name='$1'><host name='10.77.0.254' port='10809'/></source>,"
}

# shared_down: the disk's server; lab_down calls it
shared_down() {
	shared_pid=$(cat "$FERRY_LAB_DIR/nbd.pid" 2>/dev/null) || return 0
	kill "$shared_pid" 2>/dev/null
	rm -f "$FERRY_LAB_DIR/nbd.pid"
}

# shared_config NAME: the shipped example for this guest, on stdout
shared_config() {
	sed -e "s/vm1/$1/g; s/migration_transport=tcp/migration_transport=tcp stop_mode=destroy/" \
		"$FERRY_LAB/../../doc/examples/shared-storage.crm"
}
