#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# ferry-drbd's own words: usage, refusals and their exit codes, what it says where there is no DRBD. Prints TAP.
set -u
# shellcheck source=tests/tap.sh
. "${FERRY_SRCDIR:-$(dirname "$0")/../..}/tests/tap.sh"

# shellcheck source=tests/cli/says.sh
. "$srcdir/tests/cli/says.sh"
helper ferry-drbd

says 0 out '^Usage: ferry-drbd VERB' --help
says 0 out '^Usage: ferry-drbd promote' promote --help
says 0 out '^Usage: ferry-drbd promote' --help promote
says 0 out '^ferry-drbd \(Ferry\) [0-9]' --version
says 2 err "${reason}which verb"
says 3 err "${reason}ferry-drbd knows no verb \"make-it-so\".*start stop promote demote" make-it-so
says 2 err "${reason}unknown or ambiguous option --force" promote --drbd-resource r0 --force
says 2 err "${reason}promote takes no --yes" promote --drbd-resource r0 --yes
says 2 err "${reason}unexpected \"r1\"" monitor --drbd-resource r0 r1
for verb in start stop promote demote monitor notify validate stamp-show stamp-init; do
	says 6 err "${reason}$verb wants --drbd-resource" $verb
done
says 6 err "${reason}start wants --drbd-resource" start --drbd-resource=
says 6 err "${reason}--drbd-resource \"../r0\": a name has" start --drbd-resource ../r0
says 6 err "${reason}--level \"99\": give a whole number" validate --drbd-resource r0 --level 99
says 6 err "${reason}--timeout \"soon\": give a whole number" monitor --drbd-resource r0 --timeout soon
says 2 err "${reason}.*say --yes" stamp-init --drbd-resource r0
says 0 out '^$|^' validate --drbd-resource r0 --level 0 --json

if [ -e /sys/module/drbd ] || [ ! -e /sys/module ]; then
	skip "without the module everything is down" "the DRBD module is loaded here"
else
	says 7 out '^ferry-cli-test: down$' monitor --drbd-resource ferry-cli-test
	says 7 out '^\{"resource":"ferry-cli-test","up":false,"code":7\}$' monitor --drbd-resource ferry-cli-test --json
	says 7 err "$reason.*is not up on this node" promote --drbd-resource ferry-cli-test
fi
if command -v drbdadm >/dev/null; then
	says 6 err "$reason.*ferry-cli-test.*/etc/drbd.d" validate --drbd-resource ferry-cli-test --level 10
else
	says 5 err "$reason.*install drbd-utils" validate --drbd-resource ferry-cli-test --level 10
fi
as_nobody
for verb in start stop promote demote monitor notify stamp-show stamp-init; do
	says 4 err "${reason}ferry-drbd $verb: only root" $verb --drbd-resource ferry-cli-test
done
says 4 err "${reason}ferry-drbd validate: only root" validate --drbd-resource ferry-cli-test --level 10
says 0 out '^$|^' validate --drbd-resource ferry-cli-test --json
tap_end
