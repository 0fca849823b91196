# SPDX-License-Identifier: GPL-2.0-or-later
# takes: long
# wants: faults
# Agent processes killed between their steps, and repeated: the guest's memory survives each, and the next move works.

. "${FERRY_LAB:?}/lib.sh"
test_begin killed

# killed PROGRAM STEP source|target: during a move, there
killed() {
	at=$(where vm1)
	to=$(other "$at")
	node=$at
	[ "$3" = source ] || node=$to
	since=$(now_ms)
	inject "$node" "$1" "$2"
	on node3 "crm resource migrate vm1 $to" >/dev/null 2>&1
	ok "$1 killed at $2 on the $3: it was" wait_until "the kill" 120 injected "$node" "$1" "$2"
	cluster_idle 180
	tidy
	ok "$1 killed at $2 on the $3: healthy again" wait_until "a healthy cluster" 180 healthy
	witness_ticks r0 10
	ok "$1 killed at $2 on the $3: $(witness_since r0 "$since")" witness_since r0 "$since"
}

killed ferry-vm checked source
killed ferry-vm certificate-written source
killed ferry-gate gate-loaded source
killed ferry-drbd promoted target
killed ferry-vm arrived target
killed ferry-gate stamp-advanced target
killed ferry-gate resumed target
killed ferry-gate gate-loaded target

# Killed between the resume and the mark, and the gate is to be closed next: the guest runs, whatever its mark says, and must be
# paused before its disk goes away.
at=$(where vm1)
since=$(now_ms)
gate() { on "$at" "ferry-gate $1 --drbd-resource r0 --domain vm1 --node $at"; }
paused() { on "$at" 'virsh domstate vm1' | grep -q paused; }
look_away
gate close
ok "a gate closed by hand holds its guest" paused
inject "$at" ferry-gate resumed
gate open
ok "its opening is killed between the resume and the mark" no paused
ok "the gate closes all the same" gate close
held() { timeline "$since" | grep -cE "^[0-9]+ $at ferry-gate close held"; }
is "the guest was held first, as the first time" "$(held)" 2
ok "it is opened again" gate open
ok "and the guest runs" no paused
on node3 'crm_attribute -n maintenance-mode -D -q' && cluster_idle 60
witness_ticks r0 10
ok "its memory went on: $(witness_since r0 "$since")" witness_since r0 "$since"

since=$(now_ms)
ok "the next move works" move_to "$(other "$(where vm1)")"
witness_ticks r0 5
ok "live: $(witness_since r0 "$since")" witness_since r0 "$since"
ok "$(never_two_primaries r0)" never_two_primaries r0
test_end
