#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# runs-in: uml
# timeout: 300
# The KUnit suites of kernel/tests/: load each module and turn the kernel's KTAP into flat TAP.
#
# Usage: kunit.sh [MODULE...]        (from the top of the tree; the results of each follow a comment with its name)
set -u
cd "$(dirname "$0")/../.." || exit 1
. selftests/vm/reports.sh

total=0 failed=0
[ $# -gt 0 ] || set -- kernel/tests/*.ko
for module in "$@"; do
	[ -e "$module" ] || { echo "Bail out! kernel/tests holds no module: the build made none"; exit 1; }
	dmesg -C
	insmod "$module" || { echo "Bail out! $module does not load: $(dmesg -t | tail -n 3 | tr '\n' ' ')"; exit 1; }
	name=$(basename "$module" .ko)
	echo "# $name"
	dmesg -t >/run/kunit.log
	# Cases are the lines one level in: "    ok 3 - name"; what stands before a failed one says why,
	# in its first lines. One in which the kernel reports a fault has failed, whatever it expected.
	awk -v reports="$KERNEL_REPORTS" '
		$0 ~ reports { reported = 1 }
		/^    # Subtest: / { suite = $3 }
		/^    (not )?ok [0-9]+ / {
			result = ($1 == "not" || reported) ? "not ok" : "ok"
			line = $0
			sub(/^    (not )?ok [0-9]+ (- )?/, "", line)
			if (result == "not ok")
				printf "%s", why
			print result " - " suite ": " line
			why = ""
			lines = reported = 0
			next
		}
		/^ok |^not ok / { why = ""; lines = 0; next }
		++lines <= 100 { why = why "# " $0 "\n" }' /run/kunit.log >/run/kunit.tap
	cat /run/kunit.tap
	count=$(grep -cE '^(not )?ok ' /run/kunit.tap)
	[ "$count" -gt 0 ] || { echo "not ok - $name ran no test"; sed 's/^/# /' /run/kunit.log; count=1; }
	total=$((total + count))
	failed=$((failed + $(grep -c '^not ok ' /run/kunit.tap)))
	rmmod "$name" || { echo "not ok - $name unloads"; total=$((total + 1)) failed=$((failed + 1)); }
done
echo "1..$total"
[ "$failed" = 0 ]
