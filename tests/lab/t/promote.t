# SPDX-License-Identifier: GPL-2.0-or-later
# The promotion fails on the target, after the guest's memory has gone there: it comes back live.

. "${FERRY_LAB:?}/lib.sh"
test_begin promote

at=$(where vm1)
to=$(other "$at")
since=$(now_ms)

# A promotion that the kernel of the target refuses: its fence-peer handler stays as it is, but drbdsetup primary
# is answered by a program in front of it on that node.
on "$to" 'printf "%s\n" "#!/bin/sh" "[ \"\$1\" != primary ] || { echo refused by the test >&2; exit 11; }" \
	"exec /usr/sbin/drbdsetup.real \"\$@\"" >/tmp/drbdsetup && mv /usr/sbin/drbdsetup /usr/sbin/drbdsetup.real &&
	install -m 755 /tmp/drbdsetup /usr/sbin/drbdsetup'
on node3 "crm resource migrate vm1 $to" >/dev/null 2>&1
refused() { on "$to" 'grep -q "refused by the test" /var/lib/ferry/trace/ferry-drbd.jsonl'; }
ok "the promotion on $to was tried and refused" wait_until "the refusal" 180 refused
cluster_idle 180
ok "the guest is back on $at" wait_until "vm1 on $at" 180 is_on vm1 "$at"
ok "behind an open gate" wait_until "gate-vm1 on $at" 120 is_on gate-vm1 "$at"
witness_ticks r0 20
ok "its memory came back with it: $(witness_since r0 "$since")" witness_since r0 "$since"

on "$to" 'mv /usr/sbin/drbdsetup.real /usr/sbin/drbdsetup'
tidy
ok "clearing and cleaning up leaves a healthy cluster" wait_until "a healthy cluster" 180 healthy
is "and the guest where it is" "$(where vm1)" "$at"
ok "the next move works" move_to "$to"
witness_ticks r0 5
ok "live, all of it: $(witness_since r0 "$since")" witness_since r0 "$since"
ok "$(never_two_primaries r0)" never_two_primaries r0
test_end
