#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Each row of Documentation/conformance.rst is proven: it has tests, each of them ran and passed in each of its places,
# and the file "mutations" breaks its code. Says what is not so, a line each, and fails then.
#
# Usage: check.sh RESULTS [LEFT]
#   RESULTS   the results of ../check.sh, as ../vm/tap.sh writes them
#   LEFT      lines "place, tab, script": left to check.sh --all, and so not asked for there; what ran nowhere is counted
set -eu
here=$(cd "$(dirname "$0")" && pwd)
top=$here/../..
rc=0

# Lines that code has run away from: mutate.sh says more, but nobody runs it each time.
grep -vE '^(#|$)' "$here/mutations" | {
	while read -r row file expression; do
		changed=$(sed -z "$expression" "$top/$file" 2>&1 | cksum) || :
		[ "$changed" != "$(cksum <"$top/$file")" ] || { echo "$row: mutation changes nothing in $file: $expression"; rc=1; }
	done
	exit $rc
} || rc=1

awk -f "$here/rows.awk" "$top/Documentation/conformance.rst" | awk -F '\t' '
	function wrong(text) { print text; faults++ }
	FILENAME == ARGV[1] {
		key = $2 "\t" $3 "\t" $4
		if (!(key in status) || $1 != "ok")
			status[key] = $1
		next
	}
	FILENAME == ARGV[2] {
		left[$1 "\t" $2] = 1
		next
	}
	FILENAME == ARGV[3] {
		if (!/^#/ && NF)
			mutated[substr($0, 1, index($0, " ") - 1)] = 1
		next
	}
	{
		if ($1 != row && ($1 in rows))
			wrong($1 ": there are two rows of this name")
		if ($1 != row)
			count++
		row = $1
		rows[row] = 1
		if (NF < 4) {
			wrong(row ": has no test")
			next
		}
		places = split($2, place, " ")
		if (!places)
			wrong(row ": says no place before: " $3 ": " $4)
		ran = 0
		for (i = 1; i <= places; i++) {
			if ((place[i] "\t" $3) in left)
				continue
			ran = 1
			key = place[i] "\t" $3 "\t" $4
			name = place[i] " " $3 ": " $4
			if (!(key in status))
				wrong(row ": there is no such test, or it did not run: " name)
			else if (status[key] == "skip")
				wrong(row ": was skipped: " name)
			else if (status[key] != "ok")
				wrong(row ": failed: " name)
			tests++
		}
		if (places && !ran)
			later++
	}
	END {
		for (row in rows)
			if (!(row in mutated))
				wrong(row ": nothing in selftests/conformance/mutations breaks it")
		for (row in mutated)
			if (!(row in rows))
				wrong(row ": is in selftests/conformance/mutations, and no row of the page")
		if (!count)
			wrong("the page has no rows")
		printf "%d rows, %d results of their tests, %d tests left to --all, %d faults\n", count, tests, later, faults
		exit faults > 0
	}' "$1" "${2:-/dev/null}" "$here/mutations" - || rc=1
exit $rc
