#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The family clat and clatctl: bad input is refused and changes nothing, good input is told to listeners and read back.
# runs-in: uml qemu
# only-all: qemu
# timeout: 300
. "$(dirname "$0")/lib.sh"
. "$SELFTESTS/lib-module.sh"

EVENTS=$LIB_TMP/events
MONITORS=
MARKERS=0

# relay WANTED SCRIPT: runs a python script that prints "ok NAME", "not ok NAME" and diagnosis, and numbers its results
relay()
{
	RELAY_RC=0
	CLATCTL=$CLATCTL python3 -B "$SELFTESTS/genl/$2" >"$LIB_TMP/relay" 2>"$LIB_TMP/relay.err" || RELAY_RC=$?
	while IFS= read -r RELAY_LINE; do
		case $RELAY_LINE in
		'ok '*) ok "${RELAY_LINE#ok }" ;;
		'not ok '*) not_ok "${RELAY_LINE#not ok }" ;;
		'skip '*) RELAY_LINE=${RELAY_LINE#skip }; skip "${RELAY_LINE%: no user*}" "no user${RELAY_LINE##*: no user}" ;;
		*) printf '%s\n' "$RELAY_LINE" ;;
		esac
	done <"$LIB_TMP/relay"
	RELAY_GOT=$(grep -cE '^(ok|not ok|skip) ' "$LIB_TMP/relay")
	if [ "$RELAY_GOT" -ne "$1" ] || [ -s "$LIB_TMP/relay.err" ]; then
		diag "$2 gave $RELAY_GOT results, not $1 (status $RELAY_RC): $(tail -n 5 "$LIB_TMP/relay.err")"
	fi
}

# monitor NAME [OPTION...]: clatctl monitor with these options writes to $EVENTS.NAME
monitor()
{
	MONITOR=$1
	shift
	"$CLATCTL" -v -j "$@" monitor >"$EVENTS.$MONITOR" 2>"$EVENTS.$MONITOR.err" &
	MONITORS="$MONITORS $!"
	wait_for 10 grep -q listening "$EVENTS.$MONITOR.err" || bail "clatctl monitor does not listen"
}

# told NAME: event, device, state, uplink and loss of uplink, a line an event
told()
{
	jq -r '.event as $event | .instances[0] | select(.ifname != "marker") |
		"\($event) \(.ifname) \(.state) \(.uplink) \(.detach)"' "$EVENTS.$1"
}

# told_after NUMBER: the same of what this namespace was told after its first NUMBER events
told_after()
{
	told here | tail -n "+$(($1 + 1))"
}

# happens NAME LINE COMMAND...: the command, and the one event that it must make
happens()
{
	HAPPENS_NAME=$1 HAPPENS_LINE=$2
	shift 2
	HAPPENS_BEFORE=$(told here | grep -c .)
	"$@" || bail "$*: status $?"
	all_told
	check_equal "told: $HAPPENS_NAME" "$HAPPENS_LINE" "$(told_after "$HAPPENS_BEFORE")"
}

# all_told: the monitor has printed all that happened so far, since it has printed what happens now
all_told()
{
	MARKERS=$((MARKERS + 1))
	ip link add marker type clat && ip link del marker || bail "the device marker"
	wait_for 10 marked "$MARKERS" || bail "the monitor does not tell of the device marker"
}

marked()
{
	[ "$(grep -c '"deleted".*"marker"' "$EVENTS.here")" -eq "$1" ]
}

set_up()
{
	module_load
	for LINK in up0 up1 up2 up3 up4 up5 up6 up7 up8 port slave; do
		ip link add "$LINK" type dummy || return 1
	done
	ip link add bridge0 type bridge && ip link set port master bridge0 || return 1
	ip link add bond0 type bond && ip link set slave master bond0 || return 1
	for LINK in up0 up1 up2 up3 bridge0 bond0; do
		ip link set "$LINK" up || return 1
	done
	ip netns add other && ip link add c0 type clat && ip link add c1 type clat || return 1
	# Nothing at its default, so that a reset shows.
	"$CLATCTL" set c0 uplink up0 plat 64:ff9b::/96,2001:db8:64::/96 lowest-ipv6-mtu 1400 fwmark 0x2a wkp-strict on \
		tos 16 map 192.0.0.1=2001:db8::c1a7,192.168.43.0/24=2001:db8:1:2:c1a7::/120 &&
		ip link set c0 up
}

notifications()
{
	"$CLATCTL" set c1 uplink none
	monitor here
	monitor there -n other
	SERVICE='uplink up1 plat 64:ff9b::/96 map 192.0.0.1=2001:db8:1::1'
	happens "made" "changed m0 down null none" ip link add m0 type clat
	# shellcheck disable=SC2086 # several words
	happens "configured" "changed m0 down up1 none" "$CLATCTL" set m0 $SERVICE
	check_equal "told: the whole configuration" '64:ff9b::/96 192.0.0.1/32=2001:db8:1::1/128' \
		"$(grep '"m0"' "$EVENTS.here" | tail -n 1 | jq -r '.instances[0] | (.plat[0] | "\(.prefix)/\(.len)") + " " +
			(.map[0] | "\(.v4)/\(.["v4-len"])=\(.v6)/\(.["v6-len"])")')"
	happens "up" "changed m0 active up1 none" ip link set m0 up
	happens "the uplink goes down" "changed m0 uplink-down up1 none" ip link set up1 down
	happens "the uplink comes up" "changed m0 active up1 none" ip link set up1 up
	happens "a set while it is up" "changed m0 active up1 none" "$CLATCTL" set m0 tos 4
	happens "the prefixes go" "changed m0 no-plat up1 none" "$CLATCTL" set m0 plat none
	happens "the prefixes come" "changed m0 active up1 none" "$CLATCTL" set m0 plat 64:ff9b::/96
	happens "down" "changed m0 down up1 none" ip link set m0 down
	happens "the uplink is deleted while it is down" "changed m0 down null gone" ip link del up1
	happens "another uplink" "changed m0 down up2 none" "$CLATCTL" set m0 uplink up2
	ip link set m0 up
	all_told
	happens "the uplink becomes a bridge port" "changed m0 no-uplink null enslaved" ip link set up2 master bridge0
	# Down first: the kernel takes down what moves, and that is a change of its own.
	ip link set up3 down
	"$CLATCTL" set m0 uplink up3
	all_told
	happens "the uplink moves away" "changed m0 no-uplink null moved" ip link set up3 netns other
	"$CLATCTL" set m0 uplink up0
	all_told
	happens "the uplink is taken away on request" "changed m0 no-uplink null none" "$CLATCTL" set m0 uplink none
	check_equal "nothing of all this is told to another namespace" "" "$(cat "$EVENTS.there")"
	"$CLATCTL" set m0 uplink up0
	all_told
	ip link set m0 netns other || bail "moving m0"
	all_told
	check_equal "told: the device leaves the namespace" "deleted m0 null null null" "$(told here | tail -n 1)"
	wait_for 5 grep -q m0 "$EVENTS.there"
	check_equal "told there: the device comes, without uplink" "changed m0 down null moved" "$(told there)"
	check "there it can be seen" sh -c '"$0" -j -n other show | jq -e ".instances | map(.ifname) == [\"m0\"]"' "$CLATCTL"
	check "here it cannot" sh -c '"$0" -j show | jq -e ".instances | map(.ifname) == [\"c0\", \"c1\"]"' "$CLATCTL"
	M0=$(ip netns exec other cat /sys/class/net/m0/ifindex)
	check "deleted there" "$CLATCTL" -n other del m0
	wait_for 5 grep -q deleted "$EVENTS.there"
	check_equal "told there: deleted, with its number" "deleted m0 $M0" \
		"$(tail -n 1 "$EVENTS.there" | jq -r '"\(.event) \(.instances[0].ifname) \(.instances[0].ifindex)"')"
}

namespaces()
{
	check "another namespace shows no device of this one" \
		sh -c '"$0" -j -n other show | jq -e ".instances == []"' "$CLATCTL"
	check "the same name is free there" "$CLATCTL" -n other add c0 plat 2001:db8:f::/96
	check "and is another device" \
		sh -c '"$0" -j -n other show c0 | jq -e ".instances[0].plat[0].prefix == \"2001:db8:f::\""' "$CLATCTL"
	check "that does not change ours" sh -c '"$0" -j show c0 | jq -e ".instances[0].plat | length == 0"' "$CLATCTL"
	if setpriv --reuid 65534 --regid 65534 --clear-groups unshare --user true 2>"$LIB_TMP/userns"; then
		own_userns
	else
		skip "root of a user namespace configures devices of its own" "$(cat "$LIB_TMP/userns")"
	fi
	"$CLATCTL" -n other del c0
}

own_userns()
{
	check "root of a user namespace configures devices of its own" setpriv --reuid 65534 --regid 65534 --clear-groups \
		unshare --user --map-root-user --net sh -c '
			"$0" add c5 plat 64:ff9b::/96 && "$0" -j show c5 | jq -e ".instances[0].plat[0].len == 96"' "$CLATCTL"
}

device()
{
	check "a clat device takes no link-layer address, and says so" \
		sh -c 'ip link add x0 address 02:00:00:00:00:01 type clat 2>&1 | grep "no link-layer address" && ! ip link show x0'
	check "no MTU below 1260" sh -c 'ip link set c0 mtu 1259 2>&1 | grep "less than device minimum"'
}

# failure WORD...: exit code of clatctl, and the code and the remedy that it tells
failure()
{
	FAILURE=$("$CLATCTL" -j "$@")
	echo "$? $(echo "$FAILURE" | jq -r '.error | "\(.code) \(.hint)"')"
}

unloaded()
{
	kill $MONITORS
	wait
	rmmod clat || bail "the module does not unload"
	check_equal "without the module clatctl says so" "8 8 modprobe clat" "$(failure show)"
	check_equal "and makes no device" "8 8 modprobe clat" "$(failure add c0)"
}

tap_plan 237
set_up || bail "the devices cannot be made"
device
relay 113 refuse.py
relay 92 ctl.py
namespaces
notifications
unloaded
check "the kernel has nothing to complain about" not kernel_faults
finish
