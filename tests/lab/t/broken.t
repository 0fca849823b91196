# SPDX-License-Identifier: GPL-2.0-or-later
# Ways that cannot be gone: certificates that do not fit, a node without its address. The move is refused before anything changes, the
# reason names the cause, and the guest runs on. And migrations that break on their way: tried again as often as is allowed.

. "${FERRY_LAB:?}/lib.sh"
test_begin broken

at=$(where vm1)
to=$(other "$at")
began=$(now_ms)

# by_hand OPTION...: vm1 to the other node, without the cluster; what it said is in $said
by_hand() {
	said=$(on -t 150 "$at" "ferry-vm migrate-to --config /etc/ferry/vm1.xml --gate r0 --target $to --timeout 120000 $*" 2>&1)
}
# refuses WHAT PATTERN OPTION...: code 1, that reason, and nothing was begun
refuses() {
	what=$1 pattern=$2 since=$(now_ms)
	shift 2
	by_hand "$@"
	is "$what: code 1" $? 1
	ok "$what: the reason says so" matches "$said" "ocf-exit-reason:.*$pattern"
	ok "$what: nothing was begun" no stepped "$since" "$at ferry-vm migrate-to move-phase"
}
matches() { printf '%s\n' "$1" | grep -E -- "$2" || { printf '%s\n' "$1"; return 1; }; }
attribute() { on "$at" "crm_attribute --node $to --name ferry-migration $*" >/dev/null 2>&1; }

attribute --delete
refuses "no attribute" "migration_address_attribute='ferry-migration', but node $to has no such attribute.*crm node attribute $to set" \
	--transport tcp --address-attribute ferry-migration
attribute --update "10.78.0.2/24"
refuses "an attribute that is no address" "'10.78.0.2/24' \(attribute ferry-migration of node $to\) is not the name or address" \
	--transport tcp --address-attribute ferry-migration
attribute --delete

ok "certificates, and libvirtd listens for tls" tls_up
pki_sign elsewhere DNS:elsewhere
pki_sign old "DNS:$at" -1
pki_sign stranger "DNS:$to" 30 stranger-ca
# with_certificate NAME [CA]: libvirtd on the target shows this one
with_certificate() { pki_install "$to" libvirt "$@" && on "$to" 'virt-admin server-update-tls libvirtd' >/dev/null; }
named="qemu\+tls://$to/system.*verify.*/etc/pki/libvirt/servercert.pem must name '$to' and be valid now.*cacert.pem must be the CA"
ok "the target's certificate is of another name" with_certificate elsewhere
refuses "another name" "$named" --transport tls
ok "the target's certificate is of another CA" with_certificate stranger stranger-ca
refuses "another CA" "$named" --transport tls
ok "the target's own certificate again" with_certificate "$to"
ok "the certificate of $at has expired" pki_install "$at" libvirt old
refuses "expired" "qemu\+tls://$to/system.*/etc/pki/libvirt/clientcert.pem has expired" --transport tls
ok "a valid one again" pki_install "$at" libvirt

# libvirt's connection is well, QEMU's is not
pki_install "$to" qemu elsewhere
by_hand --transport tls --retries 0
is "QEMU's certificate of another name: code 1" $? 1
ok "it says so, and where the guest is" matches "$said" "no memory was sent.*/etc/pki/qemu/server-cert.pem on $to must name '$to'.*the guest runs on here"
pki_install "$to" qemu

# breaks: the QEMU on the target dies in the middle, as soon as memory is being sent
breaks() {
	wait_until "the pre-copy" 120 stepped "$since" "$at ferry-vm migrate-to precopy-running" &&
		on "$to" 'kill -9 $(pgrep -f "[q]emu-system.*guest=vm1,")'
}

since=$(now_ms)
by_hand_broken() {
	by_hand --transport tcp --bandwidth 1 --retries 0
	echo "$? $said" >"$FERRY_LAB_DIR/by-hand"
}
by_hand_broken &
ok "migration_retries=0: the migration breaks" breaks
wait $!
ok "and has failed" matches "$(cat "$FERRY_LAB_DIR/by-hand")" '^1 .*the guest runs on here'
ok "without another try" no stepped "$since" 'precopy-again'

since=$(now_ms)
on "$at" 'virsh -q migrate-setspeed vm1 1'
on node3 "crm resource migrate vm1 $to" >/dev/null 2>&1
ok "migration_retries=1: the migration breaks" breaks
on "$at" 'virsh -q migrate-setspeed vm1 1000'
ok "it is tried again" wait_until "another try" 120 stepped "$since" "$at ferry-vm migrate-to precopy-again"
ok "and succeeds, in the same action" wait_until "vm1 on $to" 240 is_on vm1 "$to"
ok "the cluster has seen no failure" wait_until "a healthy cluster" 180 healthy
witness_ticks r0 5
ok "through all of this: $(witness_since r0 "$began")" witness_since r0 "$began"
on node3 'crm resource clear vm1' >/dev/null 2>&1
ok "$(never_two_primaries r0)" never_two_primaries r0
test_end
