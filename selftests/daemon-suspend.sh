#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# clatctl daemon: the phone sleeps. Suspended for real, to memory, and woken by its clock.
# runs-in: uml
# timeout: 200
# apart: uml
. "$(dirname "$0")/lib.sh"
. "$SELFTESTS/lib-module.sh"
. "$SELFTESTS/dns/pair.sh"
. "$SELFTESTS/daemon/lib.sh"

# sleeps SECONDS: suspended for so long, by the clock that goes on meanwhile
sleeps()
{
	now_cs
	slept_from=$NOW_CS
	rtcwake -m mem -s "$1" || return
	now_cs
	[ $((NOW_CS - slept_from)) -ge $(($1 * 100 - 200)) ] || { echo "awake after $((NOW_CS - slept_from)) cs"; return 1; }
}

queries()
{
	grep -c udp "$NET_RUN/resolver.log"
}

asked_again()
{
	[ "$(queries)" -gt "$queries_before" ]
}

# A prefix of DNS that holds for a day: nobody would ask again so soon.
test_asks()
{
	queries_before=$(queries)
	check "the phone is suspended for a minute" sleeps 60
	check "awake again, it asks DNS at once" wait_for 3 asked_again
	check_equal "the CLAT is what it was" "$first" "$(pair_of)"
	check "and IPv4 goes through" works
}

# The network said that its prefix holds for ten minutes, and nobody repeats it.
test_ends()
{
	ra pref64=$OTHER,600
	check "a router's prefix, for ten minutes" wait_for 5 plat_begins "$OTHER ra"
	check "suspended for eleven" sleeps 660
	check "what ended meanwhile is not sent to any more" wait_for 5 sends_to "$PAIR_PLAT"
	check "but to what DNS says" works
}

tap_plan 10
rm -rf /etc/clat
pair_up || bail "the network does not come up"
module_load
resolver "53=good"
daemon_start 1
check "it is up" wait_for 30 state_is active || bail "nothing that could be suspended: $(cat "$LOG")"
first=$(pair_of)
test_asks
test_ends
daemon_kill TERM
ctl down --all >/dev/null
check "the kernel has nothing to complain about" not kernel_faults
finish
