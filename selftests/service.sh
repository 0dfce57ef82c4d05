#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# clatctl as a service: what "make install" puts in place, what systemd says of the unit, and that the daemon needs no
# more than the unit allows it; completion in the shell.
# runs-in: uml
# only-all: uml
# timeout: 240
# apart: uml
. "$(dirname "$0")/lib.sh"
. "$SELFTESTS/lib-module.sh"
. "$SELFTESTS/dns/pair.sh"
. "$SELFTESTS/daemon/lib.sh"
. "$SELFTESTS/daemon/bus.sh"

CTL_DIR=$SELFTESTS/../ctl
UNIT=/usr/local/lib/systemd/system/clat.service
# Of 10: what systemd calls "OK" ends at 4.
EXPOSURE_MAX=25

install_to()
{
	make -s -C "$CTL_DIR" "$@" DESTDIR="$LIB_TMP/root"
}

installed()
{
	(cd "$LIB_TMP/root" && find . -type f | sort | paste -sd' ')
}

test_install()
{
	check "make install" install_to install
	check_equal "programs, manual pages, completion and unit are in place" "./usr/lib/NetworkManager/conf.d/clat.conf \
./usr/local/lib/systemd/network/10-clat.network ./usr/local/lib/systemd/system/clat.service \
./usr/local/sbin/clat-tayga ./usr/local/sbin/clatctl ./usr/local/share/bash-completion/completions/clatctl \
./usr/local/share/man/man5/clat.conf.5 ./usr/local/share/man/man8/clat-tayga.8 ./usr/local/share/man/man8/clatctl.8" "$(installed)"
	install_to install PREFIX=/usr
	check_equal "elsewhere the unit starts the program that is there" "/usr/sbin/clatctl daemon" \
		"$(sed -n 's/^ExecStart=//p' "$LIB_TMP/root/usr/lib/systemd/system/clat.service")"
	install_to uninstall PREFIX=/usr
	install_to install-openrc
	check "OpenRC's script parses" sh -n "$LIB_TMP/root/etc/init.d/clat"
	check_equal "and starts the program that is there" /usr/local/sbin/clatctl \
		"$(sed -n 's/^command=//p' "$LIB_TMP/root/etc/init.d/clat")"
	install_to uninstall
	check_equal "make uninstall leaves nothing" "" "$(installed)"
}

# exposed: a line for each thing that the unit leaves open, then what systemd makes of all that
exposed()
{
	systemd-analyze security --offline=true --no-pager --threshold=$EXPOSURE_MAX "$UNIT"
}

test_unit()
{
	make -s -C "$CTL_DIR" install || bail "make install fails"
	check "systemd finds nothing wrong with the unit" systemd-analyze verify --man=no "$UNIT"
	check "its exposure is low" exposed
	diag "$(exposed | tail -n 1)"
}

# allowed: the system calls of the sets that the unit allows, less those it takes away
allowed()
{
	systemd-analyze --no-pager syscall-filter >"$LIB_TMP/sets"
	awk -v yes="@system-service" -v no="@privileged @resources" '
		function walk(set, add,    i, n, list) {
			n = split(members[set], list, " ")
			for (i = 1; i <= n; i++)
				if (list[i] ~ /^@/)
					walk(list[i], add)
				else if (add)
					ok[list[i]] = 1
				else
					delete ok[list[i]]
		}
		/^@/ { set = $1; next }
		NF && $1 !~ /^#/ { members[set] = members[set] " " $1 }
		END {
			walk(yes, 1)
			n = split(no, sets, " ")
			for (i = 1; i <= n; i++)
				walk(sets[i], 0)
			for (call in ok)
				print call
		}' "$LIB_TMP/sets" | sort
}

# Root with two capabilities and no way to more, as the unit has it
confined()
{
	setpriv --bounding-set=-all,+net_admin,+net_raw --inh-caps=-all --no-new-privs "$@"
}

# What a netlink message says strace learns from the kernel, half a second each here: it is shown as a pointer.
test_confined()
{
	check_equal "the unit leaves it two capabilities" "CAP_NET_ADMIN CAP_NET_RAW" \
		"$(sed -n 's/^CapabilityBoundingSet=//p' "$UNIT")"
	ip netns exec phone setpriv --bounding-set=-all,+net_admin,+net_raw --inh-caps=-all --no-new-privs \
		strace -f -qq -e raw=sendmsg,recvmsg,sendto,recvfrom -o "$LIB_TMP/strace" "$CLATCTL" -v daemon >>"$LOG" 2>&1 </dev/null &
	tracer=$!
	wait_for 60 daemon_answers
	check "with these it comes up" wait_for 60 state_is active
	check "the bus and what is on it" wait_for 20 sh -c \
		"$IN_PHONE -j status wwan0 | jq -e '.instances[0].dns[0].source == \"resolved\"'"
	check "IPv4 goes through" works
	native4
	check "it gives way to native IPv4" wait_for 40 state_is native-ipv4
	native4_gone
	check "and comes back" wait_for 40 state_is active
	ip -n phone link set wwan0 mtu 1400
	check "it follows the MTU" wait_for 40 sh -c 'ip -n phone link show clat0 | grep -q "mtu 1380"'
	kill "$(pidof clatctl)"
	wait "$tracer"
	sed -n 's/^[0-9]* *\([a-z0-9_]*\)(.*/\1/p' "$LIB_TMP/strace" | sort -u >"$LIB_TMP/calls"
	check "strace saw what it did" grep -qx epoll_wait "$LIB_TMP/calls"
	check_equal "systemd's sets of system calls are understood" epoll_wait "$(allowed | grep -xE 'epoll_wait|reboot|mount')"
	# execve is the service manager's own, before the filter holds.
	check_equal "no system call that the unit does not allow" "" \
		"$(allowed | comm -13 - "$LIB_TMP/calls" | grep -vx execve | paste -sd' ')"
	check_equal "no socket of a family that it does not allow" "" \
		"$(grep -o 'socket(AF_[A-Z0-9]*' "$LIB_TMP/strace" | sed 's/.*(//' | sort -u | while read -r family; do
			sed -n 's/^RestrictAddressFamilies=//p' "$UNIT" | grep -qw "$family" || echo "$family"; done)"
	diag "$(paste -sd' ' "$LIB_TMP/calls")"
	ctl down --all >/dev/null
}

# complete WORD...: what bash offers for the last of them
complete()
{
	bash -c '. "$0"; COMP_WORDS=(clatctl "$@"); COMP_CWORD=$#; _clatctl; printf "%s\n" "${COMPREPLY[@]}"' \
		"$CTL_DIR/completion/clatctl" "$@" | sort | paste -sd' '
}

test_completion()
{
	check_equal "completion knows all commands, and no other" \
		"$("$CLATCTL" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z][a-z-]*\) .*/\1/p' | sort | paste -sd' ')" \
		"$(complete '' | tr ' ' '\n' | grep -v '^-' | paste -sd' ')"
	check_equal "of a command its beginning" "daemon del diag discover down" "$(complete d)"
	check_equal "its options" "--address --dev --force --help --metric --plat --server --timeout" "$(complete up --)"
	check_equal "attributes" "plat" "$(complete set clat0 p)"
	check_equal "after the options" "--all" "$(complete -n phone down --a)"
}

tap_plan 25
command -v systemd-analyze >/dev/null || bail "systemd is not installed"
command -v strace >/dev/null || bail "strace is not installed"
rm -rf /etc/clat
test_install
test_unit
test_completion
pair_up || bail "the network does not come up"
module_load
resolver "53=good"
bus_start || bail "no bus: $(cat "$NET_RUN/bus.log")"
resolved_start || bail "no systemd-resolved: $(cat "$NET_RUN/manager.log")"
link_dns "$PAIR_RAN"
test_confined
check "the kernel has nothing to complain about" not kernel_faults
finish
