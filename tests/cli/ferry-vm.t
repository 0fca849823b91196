#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# ferry-vm's own words: usage, refusals and their exit codes, what it says of a guest that is not here. Prints TAP.
set -u
# shellcheck source=tests/tap.sh
. "${FERRY_SRCDIR:-$(dirname "$0")/../..}/tests/tap.sh"
# shellcheck source=tests/cli/says.sh
. "$srcdir/tests/cli/says.sh"
helper ferry-vm

says 0 out '^Usage: ferry-vm VERB' --help
says 0 out '^Usage: ferry-vm migrate-to' migrate-to --help
says 0 out '^ferry-vm \(Ferry\) [0-9]' --version
says 2 err "${reason}which verb"
says 3 err "${reason}ferry-vm knows no verb \"migrate_to\".*migrate-to" migrate_to
says 2 err "${reason}unknown or ambiguous option --force" stop --domain vm1 --force
says 2 err "${reason}start takes no --target" start --domain vm1 --target node2
for verb in start stop monitor migrate-from validate; do
	says 6 err "${reason}neither config nor domain is set" $verb
done
says 6 err "${reason}migrate-to wants --target" migrate-to --domain vm1
says 6 err "${reason}--domain \"../vm1\": a name has" monitor --domain ../vm1
says 6 err "${reason}--gate \"r/0\": a name has" start --domain vm1 --gate r/0
says 6 err "${reason}--config \"vm1.xml\": give an absolute path" start --config vm1.xml
says 6 err "${reason}--transport \"pigeon\": give one of: tls ssh tcp" validate --domain vm1 --transport pigeon
says 6 err "${reason}--convergence \"post-copy\": give one of" validate --domain vm1 --convergence post-copy
says 6 err "${reason}--convergence \"post-copy\": give one of" migrate-to --domain vm1 --gate r0 --target node2 --convergence post-copy
says 6 err "${reason}--stop-mode \"later\": give one of" validate --domain vm1 --stop-mode later
# A bad word must not fail what looks after a guest that is here.
says 0 err "^warning: --stop-mode \"later\": give one of.*going on with shutdown" stop --domain ferry-cli-test --stop-mode later
says 6 err "${reason}--downtime \"-5\": give a whole number" validate --domain vm1 --downtime=-5
says 6 err "${reason}--address-attribute \"a b\": a name has" start --domain vm1 --address-attribute "a b"
says 6 err "${reason}--parallel \"256\": give a whole number from 0 to 255" validate --domain vm1 --parallel 256
says 6 err "${reason}--parallel \"2\": by ssh the RAM goes inside libvirt's one connection" validate --domain vm1 --parallel 2 --transport ssh
says 0 err "^warning: --parallel \"2\": by ssh" reload --domain vm1 --parallel 2 --transport ssh
says 6 err "${reason}--retries \"-1\": give a whole number from 0" migrate-to --domain vm1 --target node2 --retries=-1
says 2 err "${reason}.*say --yes" discard --domain vm1

# Checkpoints, by hand; two words are the verb with the hyphen.
says 0 out '^\{"checkpoints":\[\],"broken":0,"code":0\}$' checkpoint list --json
says 0 out '^\{"checkpoints":\[\],"broken":0,"code":0\}$' checkpoint-list --json --domain vm1
says 3 err "${reason}ferry-vm knows no verb \"checkpoint\"" checkpoint
says 2 err "${reason}unexpected \"now\" after the verb" checkpoint list now
says 2 err "${reason}.*say --yes" checkpoint discard --domain vm1
says 6 err "${reason}checkpoint-show wants --domain NAME" checkpoint show
says 6 err "${reason}--id \"latest\": give the 32 hexadecimal digits" checkpoint show --domain vm1 --id latest
says 6 err "${reason}--store \"srv\": give the absolute path of a directory, or volume:RESOURCE/NUMBER" checkpoint list --store srv
says 1 err "${reason}.*vm1" checkpoint verify --domain vm1
says 6 err "${reason}stop_mode='checkpoint'.*without a gate" validate --domain vm1 --stop-mode checkpoint
says 0 out '' validate --domain vm1 --stop-mode checkpoint --gate r0 --json
says 0 out '' validate --domain vm1 --stop-mode checkpoint --store volume:r0/1 --json
says 6 err "${reason}checkpoint_store='volume:r1/1': .*name a volume of 'r0'" validate --domain vm1 --gate r0 --store volume:r1/1

# The guest's XML is judged where the file is; a file that is not here is no fault of the parameters.
xml() { sed "s|</devices>|$2</devices>|" "$srcdir/doc/examples/vm1.xml" >"$tmp/$1.xml"; }
xml good ""
xml tied "<hostdev mode='subsystem' type='pci'/>"
echo '<domain' >"$tmp/broken.xml"
says 0 out '' validate --config "$tmp/good.xml" --gate r0 --json
says 0 out '' validate --config "$tmp/none.xml" --gate r0 --json
says 0 out '' validate --config "$tmp/tied.xml" --json
says 6 err "${reason}config='$tmp/tied.xml': domain vm1: <hostdev type='pci'> is a device of this host; remove it" validate --config "$tmp/tied.xml" --gate r0
says 6 err "${reason}config='$tmp/good.xml'.*/dev/mapper/ferry-r0-0.*outside the gate" validate --config "$tmp/good.xml" --gate r1
says 5 err "${reason}config='$tmp/broken.xml'.*not well-formed" validate --config "$tmp/broken.xml" --gate r0

# /proc proves that it is not here, whether or not there is a libvirt.
says 7 out '^\{"state":"off","code":7\}$' monitor --domain ferry-cli-test --json
one_json monitor --domain ferry-cli-test --json
one_json validate --domain ferry-cli-test --json
# A healthy guest is told from libvirt's file and its process, here a stand-in for QEMU; a bad value makes it degraded, no more.
mkfifo "$tmp/fifo"
# shellcheck disable=SC2016 # the inner shell expands it
sh -c 'read -r _ <"$0"' "$tmp/fifo" -name guest=ferry-cli-fake -uuid a8282f87-25c0-42d0-8974-2ae778942970 >/dev/null 2>&1 &
fake=$!
mkdir -p "$tmp/run/libvirt/qemu"
sed "s/pid='5080'/pid='$fake'/; s/<name>vm1</<name>ferry-cli-fake</" "$srcdir/tests/fixtures/libvirt/status-9.0-running.xml" \
	>"$tmp/run/libvirt/qemu/ferry-cli-fake.xml"
says 0 out '^\{"state":"running","code":0\}$' monitor --domain ferry-cli-fake --json
says 190 err "${reason}migration_transport=\"pigeon\": give one of: tls ssh tcp; going on with tls" monitor --agent \
	--domain ferry-cli-fake --transport pigeon
says 190 err "${reason}migration_downtime=\"0\": give a whole number" monitor --agent --domain ferry-cli-fake --downtime 0
says 190 err "${reason}stop_mode=\"later\": give one of" monitor --agent --domain ferry-cli-fake --stop-mode later
kill $fake
rm -rf "$tmp/run"

# Nor is one whose file was never here: what only looks, or stops, is not failed by that.
says 7 err "^warning: config='$tmp/none.xml': No such file.*put the domain's XML there" monitor --config "$tmp/none.xml"
says 0 err "^warning: config='$tmp/none.xml'.*no guest of that file is here, so nothing is stopped" stop --config "$tmp/none.xml"
says 5 err "${reason}config='$tmp/none.xml': No such file.*put the domain's XML there" start --config "$tmp/none.xml"
# A libvirt that cannot be reached is a failure, never an answer.
says 1 err "${reason}.*cannot reach libvirt" migrate-from --domain ferry-cli-test --hypervisor qemu+unix:///system?socket=/nonexistent
says 1 err "${reason}.*cannot reach libvirt" start --domain ferry-cli-test --hypervisor qemu+unix:///system?socket=/nonexistent

# By the names of the agent's parameters, if the agent asks.
says 6 err "${reason}migration_transport=\"pigeon\": give one of" validate --agent --domain vm1 --transport pigeon
says 6 err "${reason}OCF_CHECK_LEVEL=\"99\": give a whole number" validate --agent --domain vm1 --level 99
says 6 err "${reason}CRM_meta_timeout=\"soon\": give a whole number" start --agent --domain vm1 --timeout soon
says 6 err "${reason}CRM_meta_migrate_target is not set" migrate-to --agent --domain vm1

as_nobody
for verb in start stop monitor migrate-from discard; do
	says 4 err "${reason}ferry-vm $verb: only root" $verb --domain ferry-cli-test
done
says 4 err "${reason}ferry-vm migrate-to: only root" migrate-to --domain ferry-cli-test --target node2
says 4 err "${reason}ferry-vm validate: only root" validate --domain ferry-cli-test --level 10
says 0 out '^$|^' validate --domain ferry-cli-test --json
tap_end
