#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# ferry-gate's own words: usage, refusals and their exit codes. Prints TAP.
set -u
# shellcheck source=tests/tap.sh
. "${FERRY_SRCDIR:-$(dirname "$0")/../..}/tests/tap.sh"
# shellcheck source=tests/cli/says.sh
. "$srcdir/tests/cli/says.sh"
helper ferry-gate

says 0 out '^Usage: ferry-gate VERB' --help
says 0 out '^Usage: ferry-gate open' open --help
says 0 out '^  status  .*who has it open' --help
says 0 out '^Usage: ferry-gate status' status --help
says 0 out '^ferry-gate \(Ferry\) [0-9]' --version
says 2 err "${reason}which verb"
says 3 err "${reason}ferry-gate knows no verb \"start\".*open close monitor status validate" start
says 2 err "${reason}unknown or ambiguous option --force" open --drbd-resource r0 --domain vm1 --force
says 2 err "${reason}open takes no --level" open --drbd-resource r0 --domain vm1 --level 0
for verb in open close monitor status validate; do
	says 6 err "${reason}$verb wants --drbd-resource" $verb
done
for verb in open close validate; do
	says 6 err "${reason}$verb wants --domain" $verb --drbd-resource r0
done
says 6 err "${reason}--drbd-resource \"../r0\": a name has" monitor --drbd-resource ../r0
says 6 err "${reason}--drbd-resource \"r/0\": a name has" status --drbd-resource r/0
says 2 err "${reason}status takes no --domain" status --drbd-resource r0 --domain vm1
says 2 err "${reason}unexpected \"r1\" after the verb status" status --drbd-resource r0 r1
says 6 err "${reason}--domain \"-x\": a name has" close --drbd-resource r0 --domain=-x
says 6 err "${reason}--level \"-1\": give a whole number" validate --drbd-resource r0 --domain vm1 --level=-1
says 0 out '^$|^' validate --drbd-resource r0 --domain vm1 --json
one_json status --drbd-resource ferry-cli-test --json
one_json monitor --drbd-resource ferry-cli-test --json
one_json validate --drbd-resource r0 --domain vm1 --json
# What cannot be looked at is never "closed".
as_nobody
for verb in open close monitor; do
	says 4 err "${reason}ferry-gate $verb: only root" $verb --drbd-resource ferry-cli-test --domain vm1
done
says 4 err "${reason}ferry-gate status: only root" status --drbd-resource ferry-cli-test
says 4 err "${reason}ferry-gate validate: only root" validate --drbd-resource ferry-cli-test --domain vm1 --level 10
says 0 out '^$|^' validate --drbd-resource ferry-cli-test --domain vm1 --json
tap_end
