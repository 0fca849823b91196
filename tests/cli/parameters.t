#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Every parameter of every agent, with the values of parameters.txt: validate-all at level 0 gives the row's code. What is refused is
# refused with one exit reason that names the parameter and has the row's words, by `start` with the same, before anything is
# looked at or changed; but a parameter that is reloadable must not cost a guest that runs: reload-agent, monitor and stop bear it. What only a start refuses is no reason to fence: a probe
# says 2, which keeps the resource off the node, and a stop succeeds. For every parameter, without a row, values that are never right: too long, with a control character, several
# lines; and for a required one, none at all. Every action of the meta-data is understood. Prints TAP.
set -u
# shellcheck source=tests/tap.sh
. "${FERRY_SRCDIR:-$(dirname "$0")/../..}/tests/tap.sh"
table=$srcdir/tests/cli/parameters.txt
needs xmllint "parameters" || tap_end

# The agents, with helpers that anybody can execute and meta-data that anybody can read, wherever the tree is.
for agent in drbd gate vm; do
	cp "$builddir/ferry-$agent" "$srcdir/agents/$agent.xml" "$tmp/" || exit 99
	sed "s|@sbindir@|$tmp|; s|@pkgdatadir@|$tmp|" "$srcdir/agents/$agent.in" >"$tmp/$agent" || exit 99
done
chmod 755 "$tmp"/* && chmod 711 "$tmp"
# shellcheck source=tests/cli/says.sh
. "$srcdir/tests/cli/says.sh"
helper ferry-vm
as_root=$as
as_nobody

# query AGENT XPATH: attribute values, one a line
query() { xmllint --nonet --xpath "$2" "$srcdir/agents/$1.xml" 2>/dev/null | sed 's/^[^"]*"//; s/"[^"]*$//'; }
parameters() { query "$1" '//parameter/@name'; }
reloadable() { query "$1" "//parameter[@reloadable='1']/@name"; }
required() { query "$1" "//parameter[@required='1']/@name"; }

# agent AGENT ACTION [PARAMETER=VALUE]...: with what it requires; a PARAMETER given twice has its last value. rc, $tmp/out, $tmp/err
agent() {
	name=$1 action=$2
	shift 2
	case $name in
	drbd) set -- drbd_resource=r0 "$@" ;;
	gate) set -- drbd_resource=r0 domain=vm1 "$@" ;;
	vm) set -- domain=ferry-cli-test "$@" ;;
	esac
	for setting; do
		set -- "$@" "OCF_RESKEY_$setting"
		shift
	done
	# shellcheck disable=SC2086 # words
	$as env -i PATH="$PATH" OCF_ROOT=/usr/lib/ocf "$@" "$tmp/$name" "$action" >"$tmp/out" 2>"$tmp/err" </dev/null
	rc=$?
}
# wrong CODE PARAMETER WORDS: what is wrong with the last run's answer, nothing if it is right
wrong() {
	[ "$rc" = "$1" ] || echo "exit code $rc"
	[ ! -s "$tmp/out" ] || echo "standard output: $(cat "$tmp/out")"
	if [ "$1" = 0 ]; then
		cat "$tmp/err"
		return
	fi
	[ "$(grep -c '^ocf-exit-reason:' "$tmp/err")" = 1 ] || echo "not one exit reason"
	grep '^ocf-exit-reason:' "$tmp/err" | grep -qF -- "$2" || echo "the exit reason does not name $2"
	grep '^ocf-exit-reason:' "$tmp/err" | grep -qF -- "$3" || echo "the exit reason has no '$3'"
	[ "$(wc -c <"$tmp/err")" -lt 600 ] || echo "the exit reason is $(wc -c <"$tmp/err") bytes long"
	[ "$(tr -d '\n' <"$tmp/err" | tr -d '[:print:]' | tr -d '\200-\377' | wc -c)" = 0 ] || echo "control characters in the exit reason"
}
# spared AGENT PARAMETER VALUE: what may be changed while the guest runs costs it nothing, whatever is given. Nothing, or what is wrong
spared() {
	agent "$1" reload-agent "$2=$3"
	[ "$rc" = 0 ] || echo "reload-agent fails, for which Pacemaker restarts the guest: $(cat "$tmp/err")"
	grep -q "^warning: $2=" "$tmp/err" || echo "reload-agent does not warn of $2: $(cat "$tmp/err")"
	agent "$1" monitor "$2=$3"
	[ "$rc" = 7 ] || echo "monitor of a guest that is not here: exit code $rc: $(cat "$tmp/err")"
	agent "$1" stop "$2=$3"
	[ "$rc" = 0 ] || echo "stop fails: exit code $rc: $(cat "$tmp/err")"
}
# told_by_dm AGENT PARAMETER: whether the gate is shut, device-mapper tells, and a container may not ask it (t/input.t of the lab does)
told_by_dm() { [ "$1 $2" != "gate drbd_resource" ] && [ "$1" = gate ] && [ -e /sys/class/misc/device-mapper ]; }
# refused WHAT AGENT PARAMETER VALUE CODE WORDS
refused() {
	said=$(agent "$2" validate-all "$3=$4"; wrong "$5" "$3" "$6"
		as=$as_root
		cp "$tmp/err" "$tmp/said"
		if reloadable "$2" | grep -qxF "$3"; then
			spared "$2" "$3" "$4"
		else
			agent "$2" start "$3=$4"
			wrong "$5" "$3" "$6" | sed 's/^/start (the parameter is not reloadable): /'
			agent "$2" monitor "$3=$4"
			[ -z "$4" ] || wrong 2 "$3" "$6" | sed 's/^/monitor: /'
			agent "$2" stop "$3=$4"
			told_by_dm "$2" "$3" || { [ "$rc" = 0 ] && grep -qF "warning: $3" "$tmp/err"; } ||
				echo "stop, for whose failure the node is fenced: exit code $rc: $(cat "$tmp/err")"
		fi
		sed 's/^/said: /' "$tmp/said")
	case $said in
	said:*) pass "$1" ;;
	*) fail "$1" "$said" ;;
	esac
}
# expand VALUE: as parameters.txt writes it
expand() {
	case $1 in
	"''") ;;
	*@[0-9]*)
		count=${1##*@}
		printf '%s' "${1%@*}"
		head -c "$count" /dev/zero | tr '\0' a
		;;
	*) printf '%b' "$1" ;;
	esac
}

rows=$(grep -v -e '^#' -e '^$' "$table")
while read -r name parameter value code words; do
	what="$name $parameter=$value: $code${words:+, $words}"
	case $value in *@[0-9]*) given=$(expand "$value") ;; *@*) given=$value ;; *) given=$(expand "$value") ;; esac
	if [ "$code" = 0 ]; then
		agent "$name" validate-all "$parameter=$given"
		silent "$what" "$(wrong 0)"
	else
		refused "$what" "$name" "$parameter" "$given" "$code" "$words"
	fi
done <<ROWS
$rows
ROWS

for name in drbd gate vm; do
	silent "$name: every parameter of agents/$name.xml has a good and a bad row in tests/cli/parameters.txt" "$(
		for p in $(parameters "$name"); do
			good="^$name $p [^' ][^ ]* 0\$" bad="^$name $p [^ ]+ [2-6] "
			printf '%s\n' "$rows" | grep -qE "$good" || echo "$p: write a row '$name $p VALUE 0' with a value that is right"
			printf '%s\n' "$rows" | grep -qE "$bad" ||
				echo "$p: write rows '$name $p VALUE 6 WORDS' with values out of its range, and words of their exit reason"
		done
		printf '%s\n' "$rows" | awk -v a="$name" '$1 == a { print $2 }' | sort -u | while read -r p; do
			parameters "$name" | grep -qxF "$p" || echo "$p: agents/$name.xml has no such parameter, take its rows away"
		done)"
	for p in $(parameters "$name"); do
		refused "$name $p: much too long" "$name" "$p" "$(head -c 5000 /dev/zero | tr '\0' x)" 6 '...'
		refused "$name $p: a control character" "$name" "$p" "$(printf '1\033[31m')" 6 ''
		refused "$name $p: two lines" "$name" "$p" "$(printf '1\n2')" 6 ''
	done
	for p in $(required "$name"); do
		agent "$name" start "$p="
		silent "$name $p: required, and start says so" "$(wrong 6 "$p" 'is not set')"
		as=$as_root
		agent "$name" stop "$p="
		as_nobody
		[ "$rc" = 0 ] || fail "$name $p: a stop without it" "exit code $rc: $(cat "$tmp/err")"
	done
	silent "$name: every action of its meta-data is understood" "$(for action in $(query "$name" '//action/@name' | sort -u); do
		agent "$name" "$action" CRM_meta_migrate_target=node2 CRM_meta_migrate_source=node2 CRM_meta_notify_type=post \
			CRM_meta_notify_operation=start
		case $action in meta-data | validate-all) want=0 ;; *) want=4 ;; esac
		[ $rc = $want ] || echo "$action: exit code $rc, not $want: $(cat "$tmp/err")"
	done)"
	agent "$name" make-it-so
	silent "$name: an unknown action" "$(wrong 3 "make-it-so" "ocf:ferry:$name has no action")"
done
agent vm validate-all domain=
silent "vm: neither config nor domain" "$(wrong 6 config "neither config nor domain is set")"
tap_end
