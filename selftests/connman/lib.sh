# SPDX-License-Identifier: GPL-2.0
# clat-tayga on the phone of dns/pair.sh, by hand and by parent.py in the place of ConnMan. Sourced after lib.sh,
# lib-module.sh, dns/pair.sh and daemon/lib.sh.

: "${PAIR_RAN:?source dns/pair.sh first}"

TAYGA=$SELFTESTS/../ctl/clat-tayga
# As ConnMan makes one: the prefix of the uplink, and a suffix that is always the same.
CLAT6=3fff:fff:1:2::c1a7
CONNMAN_CONF=$NET_RUN/tayga.conf
PARENT_LOG=$NET_RUN/parent.log

# tayga OPTION...: on the phone, what ends by itself
tayga()
{
	in_ns phone timeout 20 "$TAYGA" "$@"
}

# tayga_conf LINE...: a configuration, in $LIB_TMP/tayga.conf
tayga_conf()
{
	printf '%s\n' "$@" >"$LIB_TMP/tayga.conf"
}

# refused STATUS WORDS OPTION...: with that exit status and these words, and no word that ConnMan would act on
refused()
{
	refused_status=$1 refused_words=$2 refused_rc=0
	shift 2
	tayga "$@" >"$LIB_TMP/out" 2>&1 || refused_rc=$?
	[ "$refused_rc" = "$refused_status" ] && grep -qF "$refused_words" "$LIB_TMP/out" &&
		not grep -qE 'aborting: (Device or resource busy|Invalid argument)$|File descriptor in bad state$' \
			"$LIB_TMP/out" || { echo "status $refused_rc: $(cat "$LIB_TMP/out")"; return 1; }
}

# parent_start PREFIX/LEN [SUBNET [on|off]]: it makes a CLAT on wwan0
parent_start()
{
	parent_prefix=$1
	shift
	TAYGA_CONF=$CONNMAN_CONF ip netns exec phone python3 "$SELFTESTS/connman/parent.py" "$TAYGA" "$parent_prefix" "$CLAT6" \
		wwan0 "$@" >"$PARENT_LOG" 2>&1 </dev/null &
	PARENT=$!
	wait_for 20 uplink_is wwan0
}

# parent_stop: as ConnMan stops a CLAT; everything is undone when this returns
parent_stop()
{
	kill -TERM "$PARENT"
	wait "$PARENT" 2>/dev/null
}

# told PATTERN: the parent has told so
told()
{
	grep -q "^$1" "$PARENT_LOG" || { cat "$PARENT_LOG"; return 1; }
}

# told_times PATTERN TIMES
told_times()
{
	[ "$(grep -c "^$1" "$PARENT_LOG")" = "$2" ] || { cat "$PARENT_LOG"; return 1; }
}

# tayga_pid: of the one that the parent has started last
tayga_pid()
{
	sed -n 's/^runs //p' "$PARENT_LOG" | tail -n 1
}

# device FIELD: of the device clat, by jq
device()
{
	ctl -j show clat | jq -r ".instances[0] | $1"
}

# uplink_is INTERFACE
uplink_is()
{
	uplink_now=$(device .uplink)
	[ "$uplink_now" = "$1" ] || { echo "the uplink is $uplink_now, wanted $1: $(cat "$PARENT_LOG")"; return 1; }
}

# count_from ADDRESS TO [RULE]: packets from ADDRESS to TO that come to the router are counted anew
count_from()
{
	in_ns ran nft -f - <<-NFT
		add table ip6 seen
		delete table ip6 seen
		table ip6 seen {
			chain in {
				type filter hook prerouting priority raw;
				ip6 saddr $1 ip6 daddr $2 counter
			}
		}
	NFT
}

# counted: how many
counted()
{
	in_ns ran nft list table ip6 seen | sed -n 's/.*counter packets \([0-9]*\) .*/\1/p' | xargs
}
