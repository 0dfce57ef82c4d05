#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# clatctl daemon: ten minutes in which nothing happens on the network and on the system bus, seen by strace. Only the
# watchdog wakes it.
# runs-in: uml qemu
# only-named: qemu
# timeout: 240
# apart: uml qemu
. "$(dirname "$0")/lib.sh"
. "$SELFTESTS/lib-module.sh"
. "$SELFTESTS/dns/pair.sh"
. "$SELFTESTS/daemon/lib.sh"
. "$SELFTESTS/daemon/bus.sh"

# Ten minutes are 15 seconds. The watchdog's time is real: it is told each 2 s.
SCALE=40
SECONDS_QUIET=20
WATCHDOG=4000000

# quiet: what the daemon did from one time that it told the watchdog to the last one. What it has to end before, and where
# strace comes and goes, is no part of it.
quiet()
{
	awk '/WATCHDOG=1/ { printf "%s", text; text = ""; on = 1 } on { text = text $0 "\n" }' "$LIB_TMP/strace"
}

calls()
{
	grep -c "^[0-9. ]*$1(" "$LIB_TMP/quiet"
}

# The other end of the service manager's socket: takes all that comes
manager()
{
	exec python3 -c '
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print("ready", flush=True)
while True:
    s.recv(4096)' "$NET_RUN/notify"
}

# strange: what it did, for a failure report
strange()
{
	diag "$(grep -v clock_gettime "$LIB_TMP/quiet" | cut -c 12-140 | head -n 60)"
}

traced()
{
	grep -q epoll_wait "$LIB_TMP/strace"
}

quiet_begins()
{
	ra pref64=$PAIR_PLAT,65528
	wait_for 30 plat_is "$PAIR_PLAT ra" && wait_for 5 kernel_plat "$PAIR_PLAT"
}

tap_plan 8
command -v strace >/dev/null || bail "strace is not installed"
rm -rf /etc/clat
pair_up || bail "the network does not come up"
module_load
# The prefix of DNS is another one: what is accepted of it ends before the quiet begins.
resolver "53=good,$OTHER"
manager >"$NET_RUN/manager.log" 2>&1 </dev/null &
wait_for 20 grep -q ready "$NET_RUN/manager.log" || bail "no socket for the service manager"
bus_start || bail "no bus: $(cat "$NET_RUN/bus.log")"
resolved_start || bail "no systemd-resolved: $(cat "$NET_RUN/manager.log")"
link_dns "$PAIR_RAN"
daemon_start $SCALE "NOTIFY_SOCKET=$NET_RUN/notify" WATCHDOG_USEC=$WATCHDOG
wait_for 60 state_is active || bail "it does not come up: $(cat "$LOG")"
check "it has a resolver by the bus" wait_for 20 sh -c \
	"$IN_PHONE -j status wwan0 | jq -e '.instances[0].dns[0].source == \"resolved\"'"
check "a prefix that holds for long, and none besides" quiet_begins
strace -ttt -p "$DAEMON" -o "$LIB_TMP/strace" 2>"$LIB_TMP/strace.err" &
tracer=$!
check "strace sees it" wait_for 20 traced
sleep $SECONDS_QUIET
kill "$tracer"
wait "$tracer" 2>/dev/null
quiet >"$LIB_TMP/quiet"
woken=$(calls epoll_wait) told=$(grep -c 'WATCHDOG=1' "$LIB_TMP/quiet")
diag "woken $woken times, $told times for the watchdog, $(wc -l <"$LIB_TMP/quiet") calls"
check "the watchdog was told in time" test "$told" -ge $((SECONDS_QUIET / 2 - 2))
check_equal "and nothing else woke the daemon" "$told" "$woken" || strange
check_equal "it asked nobody, and read nothing but its clock" 0 \
	"$(grep -vcE '(epoll_wait|read|clock_gettime|timerfd_settime|socket|sendto|close)\(|^[0-9.]* ---' \
		"$LIB_TMP/quiet")" || strange
check "it still works" works
daemon_kill TERM
ctl down --all >/dev/null
check "the kernel has nothing to complain about" not kernel_faults
finish
