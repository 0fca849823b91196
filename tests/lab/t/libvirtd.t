# SPDX-License-Identifier: GPL-2.0-or-later
# A libvirtd that hangs, then none: what asks it is an error in its time, never "not running", and changes nothing; what can be told
# without it is. Then through Pacemaker: resources that cannot be started.
# shellcheck shell=sh disable=SC1091,SC2016,SC2086 # commands for nodes are quoted here, expanded there; words

. "${FERRY_LAB:?}/lib.sh"
test_begin libvirtd
at=$(where vm1)
ASKING="vm:monitor vm:migrate_to vm:migrate_from vm:validate-all vm:start gate:stop"
VM1="config=/etc/ferry/vm1.xml gate=r0 drbd_resource=r0 domain=vm1 CRM_meta_migrate_target=$(other "$at") CRM_meta_migrate_source=$(other "$at")"
ask() { agent_run "$at" "${1%:*}" "${1#*:}" $VM1; }
power() { grep -v 'asks: status' "$FERRY_LAB_DIR/power.log"; }
switched=$(power)
look_away
before=$(left_alone)
unchanged() { [ "$(left_alone)" = "$before" ]; }

# --- it hangs; all ask it at once, each for its own time
on "$at" 'pkill -STOP -x libvirtd'
agent_timeout=20000 pids=
for what in $ASKING vm:stop; do
	(ask $what; printf '%s\n' "$rc" "$said" >"$FERRY_LAB_DIR/said.$what") &
	pids="$pids $!"
done
wait $pids
for what in $ASKING vm:stop; do
	rc=$(head -n 1 "$FERRY_LAB_DIR/said.$what") said=$(sed 1d "$FERRY_LAB_DIR/said.$what")
	agent_told "$what while libvirtd hangs: an error in its time, not 7" 1 'no answer within 19 s'
done
agent_timeout=120000
agent_run "$at" vm stop domain=nosuch gate=r0
agent_told "a stop of what is not here needs no answer" 0
on "$at" 'pkill -CONT -x libvirtd'
wait_until "libvirtd to answer" 120 on "$at" 'virsh -q domstate vm1'
wait_until "the mover to end" 120 on "$at" '! pgrep "^ferry-"'
is "nothing was done then, nor when it answers again" "$(left_alone)" "$before"

# --- it is gone
libvirtd_kill "$at"
for what in $ASKING; do
	ask $what
	agent_told "$what without libvirtd" 1 "hypervisor='qemu:///system': cannot reach libvirt"
done
agent_run "$at" vm monitor domain=nosuch gate=r0
agent_told "a monitor at level 10, of what is not here" 1 "cannot reach libvirt"
agent_level=0
agent_run "$at" vm monitor domain=nosuch gate=r0
agent_told "at level 0 /proc proves that it is not" 7
libvirtd_start "$at"
ok "nothing was done then either" wait_until "what was before" 60 unchanged
witness_ticks r0 5
ok "the guest went on through all of it: $(witness_since r0 "$began")" witness_since r0 "$began"
nonce=$(witness_now r0 | cut -d' ' -f1)
libvirtd_kill "$at"
ask vm:stop
agent_told "vm:stop without libvirtd ends QEMU by signal, for else its node would be fenced" 0
ok "it is gone" on "$at" '! pgrep -f "[g]uest=vm1,"'
libvirtd_start "$at"
ask vm:start
agent_told "and with libvirtd it is started again" 0
on node3 'crm_attribute -n maintenance-mode -D' >/dev/null
ok "which the cluster has not noticed" wait_until "a healthy cluster" 120 healthy
wait_until "another boot" 120 booted_anew r0 "$nonce"
cluster_idle 120

# --- through Pacemaker
shown() { on node3 'crm_mon -1r' | grep -qE "$1"; }
crm_load /dev/stdin >/dev/null 2>&1 <<-BAD
	primitive bad1 ocf:ferry:vm params domain=../x
	primitive bad2 ocf:ferry:drbd params drbd_resource=r/1
	primitive bad3 ocf:ferry:vm params config=/etc/ferry/none.xml
BAD
ok "a guest with a bad name is refused by its probe" wait_until "it" 60 shown 'bad1.*Stopped.*invalid parameter'
ok "so is a disk" wait_until "it" 60 shown 'bad2.*Stopped.*invalid parameter'
ok "a guest without its file is not here, and not started" wait_until "it" 60 shown "bad3.*start .*not installed.*none.xml.*: No such file"
cluster_idle 120
on node3 'crm -F configure delete bad1 bad2 bad3; crm_resource -C' >/dev/null 2>&1
cluster_idle 120
ok "all of them are gone" wait_until "a healthy cluster" 60 healthy
is "nobody was fenced for any of it" "$(power)" "$switched"
test_end
