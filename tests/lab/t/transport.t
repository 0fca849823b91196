# SPDX-License-Identifier: GPL-2.0-or-later
# Moves over tcp, tls and ssh, on a network for migrations that a node attribute names. What is judged is what crosses the wires: which
# of them carried the memory, and whether it can be read there.

. "${FERRY_LAB:?}/lib.sh"
test_begin transport

# vm1_with PARAMETERS: instead of migration_transport=tcp
vm1_with() {
	ferry_config vm1 r0 | sed "s/migration_transport=tcp/$*/" >"$FERRY_LAB_DIR/transport.crm"
	crm_load "$FERRY_LAB_DIR/transport.crm" && cluster_idle 120 &&
		wait_until "a healthy cluster" 120 healthy && witness_ticks r0 5
}
# carried WHAT: vm1 to its other node, with an eye on the cluster and the data network; its memory is 16 MiB and more
carried() {
	to=$(other "$(where vm1)")
	cluster=c${to#node} data=d${to#node}
	since=$(now_ms)
	capture_begin r0 "$cluster" "$data"
	ok "$1: a move" move_to "$to"
	witness_ticks r0 5
	capture_end
	ok "$1: $(witness_since r0 "$since")" witness_since r0 "$since"
	ok "$1: the memory went over the data network ($(captured "$data" bytes) bytes)" test "$(captured "$data" bytes)" -gt 16000000
	is "$1: nothing of it over the cluster's" "$(captured "$cluster" places) $(captured "$cluster" connections)" "0 0"
}

for node in $DATA_NODES; do
	on "$node" "ip -6 address replace fd00:78::${node#node}/64 dev vec2 nodad"
	on node3 "crm node attribute $node set ferry-migration 10.78.0.${node#node}" >/dev/null 2>&1
done

ok "tcp with the attribute of an address" vm1_with migration_transport=tcp migration_address_attribute=ferry-migration
carried tcp
ok "tcp: it could be read there, in $(captured "$data" places) places" test "$(captured "$data" places)" -gt 1000
is "tcp: by one connection" "$(captured "$data" connections)" 1

ok "certificates, and libvirtd listens for tls" tls_up
for node in $DATA_NODES; do
	on node3 "crm node attribute $node set ferry-migration fd00:78::${node#node}" >/dev/null 2>&1
done
ok "tls with two connections in parallel, IPv6" vm1_with migration_transport=tls migration_parallel=2 \
	migration_address_attribute=ferry-migration
carried tls
is "tls: nothing of it can be read there" "$(captured "$data" places)" 0
is "tls: by two connections beside the usual one" "$(captured "$data" connections)" 3

ok "sshd runs, root gets through" ssh_up
for node in $DATA_NODES; do
	on node3 "crm node attribute $node set ferry-migration $node-data" >/dev/null 2>&1
done
ok "ssh, to a host name" vm1_with migration_transport=ssh migration_address_attribute=ferry-migration
carried ssh
is "ssh: nothing of it can be read there" "$(captured "$data" places)" 0
is "ssh: by no connection of QEMU's own" "$(captured "$data" connections)" 0

on node3 'crm resource clear vm1' >/dev/null 2>&1
ok "tcp to the node's name again" vm1_with migration_transport=tcp
for node in $DATA_NODES; do
	on node3 "crm node attribute $node delete ferry-migration" >/dev/null 2>&1
	on "$node" 'busybox killall sshd; rm -rf /root/.ssh; ip -6 address flush dev vec2 scope global' >/dev/null 2>&1
done
ok "$(never_two_primaries r0)" never_two_primaries r0
test_end
