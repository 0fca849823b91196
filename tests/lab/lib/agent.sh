# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Verbs that run an agent by hand, as Pacemaker would, and judge its answer and what it has left alone.

# agent_run NODE AGENT ACTION [PARAMETER=VALUE]...: its exit code is in $rc, what it said in $said. $agent_level and $agent_timeout
# (milliseconds) may be set before.
agent_run() {
	agent_node=$1 agent_path="/usr/lib/ocf/resource.d/ferry/$2 $3" agent_env=
	shift 3
	for agent_word; do agent_env="$agent_env 'OCF_RESKEY_$agent_word'"; done
	said=$(on -t 600 "$agent_node" "env OCF_ROOT=/usr/lib/ocf OCF_CHECK_LEVEL=${agent_level:-10} \
		OCF_RESKEY_CRM_meta_timeout=${agent_timeout:-120000} OCF_RESKEY_migration_transport=tcp $agent_env $agent_path" 2>&1)
	rc=$?
}

# agent_told WHAT CODE [PATTERN]: passes if the last one ended with this code and, for a PATTERN (grep -E), with exactly one exit
# reason, on its last line, that matches it; without a PATTERN with none
agent_told() {
	agent_reasons=$(printf '%s\n' "$said" | grep -c '^ocf-exit-reason:')
	if [ "$rc" != "$2" ]; then
		agent_wrong="exit code $rc, not $2"
	elif [ -z "${3:-}" ] && [ "$agent_reasons" != 0 ]; then
		agent_wrong="an exit reason"
	elif [ -n "${3:-}" ] && [ "$agent_reasons" != 1 ]; then
		agent_wrong="$agent_reasons exit reasons"
	elif [ -n "${3:-}" ] && ! printf '%s\n' "$said" | tail -n 1 | grep -qE -- "^ocf-exit-reason:.*($3)"; then
		agent_wrong="its last line does not say: $3"
	else
		agent_wrong=
	fi
	is "$1" "${agent_wrong:+$agent_wrong; it said: $said}" ""
}

# left_alone: what a refusal, or an error, may not have changed on either data node: roles, disks and links of DRBD, tables of
# device-mapper, domains and QEMU processes, the stamp of r0, what Ferry keeps. Steady only where nobody is at work.
left_alone() {
	for node in $DATA_NODES; do
		# shellcheck disable=SC2016 # the node expands it
		on "$node" 'for r in r0 r1; do echo "$r $(drbdadm role $r) $(drbdadm dstate $r) $(drbdadm cstate $r)"; done
			ferry-drbd stamp-show --drbd-resource r0 --json; dmsetup table
			dmsetup info -c --noheadings -o name,suspended; sed -n "s/^<domstatus \(.*\) reason=[^ ]*/\1/p" /run/libvirt/qemu/*.xml
			pgrep -f "[g]uest="; ls /etc/libvirt/qemu/*.xml /etc/libvirt/qemu/autostart /var/lib/ferry/move /var/lib/ferry/held' 2>/dev/null |
			sed "s/^/$node: /"
	done
}
