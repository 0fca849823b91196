# SPDX-License-Identifier: GPL-2.0-or-later
# Power loss: of the node that runs the guest, with real fencing, and of the other one.

. "${FERRY_LAB:?}/lib.sh"
test_begin crash

at=$(where vm1)
to=$(other "$at")
nonce=$(witness_now r0 | cut -d' ' -f1)

lose_power "$at"
ok "the guest runs on $to after the crash of $at" wait_until "vm1 to boot on $to" 180 booted_anew r0 "$nonce"
cluster_idle 180
is "the cluster says so too" "$(where vm1)" "$to"
since=$(now_ms)
witness_ticks r0 20
ok "it was booted once, from a disk that holds what it writes: $(witness_since r0 "$since")" witness_since r0 "$since"
ok "fencing had proved $at off before" grep -q "off $at" "$FERRY_LAB_DIR/power.log"

rejoin "$at"
ok "$at comes back and is in sync" wait_until "a healthy cluster" 180 healthy
cluster_idle 120
is "and the guest has stayed" "$(where vm1)" "$to"

since=$(now_ms)
kill_node "$at"
wait_until "$at to be seen off" 60 no online "$at"
witness_ticks r0 40 120
ok "the loss of the other node leaves the guest alone: $(witness_since r0 "$since")" witness_since r0 "$since"
node_is_on "$at" || boot_node "$at"
wait_cluster_online
ok "in sync again" wait_until "a healthy cluster" 180 healthy

since=$(now_ms)
ok "and the next move works" move_to "$at"
witness_ticks r0 5
ok "live: $(witness_since r0 "$since")" witness_since r0 "$since"
ok "$(never_two_primaries r0)" never_two_primaries r0
test_end
