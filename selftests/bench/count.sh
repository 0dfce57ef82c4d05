#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Instructions a packet by function: count.sh GUEST-OUTPUT COUNTS, what guest.py -c printed and what count.c wrote.
set -eu

LC_ALL=C
export LC_ALL
awk '$1 == "symbol" { print $2, "s", $3 }' "$1" >"$2.symbols"
# At the same address the name comes first.
awk '{ print $1, "n", $2 }' "$2" | sort -k1,1 -k2,2r - "$2.symbols" |
	awk -v packets="$(sed -n 's/^packets \([0-9]*\) .*/\1/p' "$1")" '
		$2 == "s" { name = $3; next }
		{ sum[name] += $3; all += $3 }
		END {
			printf "%9.1f  all, the injector included\n", all / packets
			for (name in sum)
				if (sum[name] >= packets)
					printf "%9.1f  %s\n", sum[name] / packets, name
		}' | sort -k1,1 -rn
