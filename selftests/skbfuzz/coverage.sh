#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Inside the test kernel: run skbfuzz.sh with a clat.ko that was built with gcov, and say which lines of kernel/core/ it
# reached. Called by long.sh.
#
# Usage: coverage.sh SKBS SEED      (in the top folder of the tree)
set -u
MINIMUM=95
TOP=$PWD

dmesg -C
timeout 86400 sh selftests/skbfuzz.sh "$@"
STATUS=$?

GCOV=/sys/kernel/debug/gcov$TOP/kernel/core
[ -d "$GCOV" ] || { echo "no gcov data at $GCOV: was clat.ko built with GCOV_PROFILE=y?"; exit 1; }
# Lines of inline functions are in several objects: reached once is reached.
for DATA in "$GCOV"/*.gcda; do
	cat "$DATA" >"kernel/core/${DATA##*/}"
	gcov --json-format --stdout -o kernel/core "kernel/core/${DATA##*/}"
done >/run/coverage.json 2>/run/coverage.err || { cat /run/coverage.err; exit 1; }
jq -rs --argjson minimum "$MINIMUM" '
	[.[].files[] | (.file | split("/")[-2:] | join("/")) as $file | select($file | startswith("core/")) |
		.lines[] | { file: $file, line: .line_number, count }]
	| group_by([.file, .line]) | map({ file: .[0].file, line: .[0].line, hit: (map(.count) | max > 0) })
	| (group_by(.file)[] | (map(select(.hit)) | length) as $hit |
		"# \(.[0].file): \($hit) of \(length) lines" +
		(map(select(.hit | not) | .line | tostring) | if . == [] then "" else ", not: " + join(" ") end)),
	  (length as $all | (map(select(.hit)) | length) as $hit |
		"# coverage of kernel/core: \($hit) of \($all) lines, \($hit * 1000 / $all | floor / 10) %",
		if $all > 0 and $hit * 100 >= $all * $minimum then empty else "# less than \($minimum) %" end)' \
	/run/coverage.json >/run/coverage || exit 1
cat /run/coverage
[ "$STATUS" = 0 ] && ! grep -q '^# less than' /run/coverage && grep -q '^# coverage of kernel/core' /run/coverage
