#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The part of the fuzzing that runs inside the guest root, where build/ was made:
#   inside.sh short TARGET            replay the corpus, then some mutations, the same ones each time
#   inside.sh long SECONDS OUT TARGET...  two targets at a time; progress, a table; all it found in OUT
#   inside.sh lines PERCENT           fail if the corpora cover fewer lines of kernel/core/
# A corpus is a text file, an input a line in hex: a change to it can be read, merged and reverted as
# any other, which hundreds of binary files named by hashes cannot.
set -eu
cd "$(dirname "$0")"

LLVM=-14
# Long packets are made of short inputs: fz_packet_read(). Values that get closer to what they are compared with
# are kept as new lines are: mistakes by one hide there. An input takes a millisecond, but the timeout is of the
# clock on the wall, and a machine with other things to do lets a fuzzer stand for half a minute.
options='-max_len=512 -timeout=300 -report_slow_units=300 -dict=words.dict -use_value_profile=1'
short_runs=10000

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP

# unpack TARGET DIR: a file for each line, numbered
unpack()
{
	mkdir -p "$2"
	perl -e '
		while (<STDIN>) {
			next if /^#/;
			/^((?:[0-9a-f]{2})*)$/ or die "line $. is not hex\n";
			open my $file, ">", sprintf("%s/%04d", $ARGV[0], $.) or die "$ARGV[0]: $!\n";
			print $file pack "H*", $1;
		}' "$2" <"corpus/$1.hex"
}

# pack TARGET DIR: the way back, short ones first
pack()
{
	echo "# SPDX-License-Identifier: GPL-2.0"
	echo "# Inputs of the fuzz target $1, one a line in hex."
	perl -e '
		for (@ARGV) {
			open my $file, "<", $_ or die "$_: $!\n";
			local $/;
			push @lines, unpack "H*", <$file> // "";
		}
		print "$_\n" for sort { length $a <=> length $b || $a cmp $b } @lines;' "$2"/*
}

# show_findings TARGET DIR: what can be added to its corpus
show_findings()
{
	for finding in "$2"/finding-*; do
		[ ! -e "$finding" ] ||
			echo "$1: ${finding##*/}, its line for the corpus: $(od -An -v -tx1 "$finding" | tr -d ' \n')"
	done
}

# Neither addresses nor the order in which a folder is listed are a reason for another result.
short()
{
	unpack "$1" "$work/seeds"
	find "$work/seeds" -type f | sort >"$work/list"
	count=$(wc -l <"$work/list")
	[ "$count" -gt 0 ] || { echo "corpus/$1.hex has no input"; return 1; }
	echo "replaying $count inputs, then $short_runs runs"
	paste -sd, "$work/list" >"$work/inputs"
	# shellcheck disable=SC2086 # several options
	setarch -R build/fuzz-"$1" $options -seed=1 -runs=$((count + short_runs)) -artifact_prefix="$work/finding-" \
		-seed_inputs=@"$work/inputs" 2>&1 && return 0
	show_findings "$1" "$work"
	return 1
}

# profile TARGET FILE DIR...: which lines the inputs in these folders execute; it fails if they end in a finding
profile()
{
	profile_target=$1 profile_file=$2
	shift 2
	LLVM_PROFILE_FILE=$work/raw build/cover-"$profile_target" -runs=0 "$@" >"$work/profile.log" 2>&1 || {
		tail -n 20 "$work/profile.log" >&2
		return 1
	}
	"llvm-profdata$LLVM" merge "$work/raw" -o "$profile_file"
}

# report PROFILE TARGET...: how many lines of each file of kernel/core/ were executed; the last word is the
# percentage of all, or "-" for a target that is of clatctl
report()
{
	report_profile=$1 report_first=$2
	shift 2
	# shellcheck disable=SC2046 # several words
	"llvm-cov$LLVM" report -instr-profile="$report_profile" -show-branch-summary=0 "build/cover-$report_first" \
		$([ $# = 0 ] || printf -- '-object build/cover-%s ' "$@") |
		awk '$1 ~ "kernel/core/" {
				sub(".*kernel/", "", $1)
				printf "%-16s %4d of %4d lines\n", $1, $8 - $9, $8
				all += $8; missed += $9
			}
			END { if (all) printf "%.2f\n", 100 * (all - missed) / all; else print "-" }'
}

lines()
{
	targets=$(make -s targets)
	for target in $targets; do
		unpack "$target" "$work/$target"
		profile "$target" "$work/$target.profile" "$work/$target"
	done
	"llvm-profdata$LLVM" merge "$work"/*.profile -o "$work/all"
	# shellcheck disable=SC2086 # a list of targets
	report "$work/all" $targets >"$work/report"
	cat "$work/report"
	got=$(tail -n 1 "$work/report")
	echo "kernel/core/: $got % of the lines, at least $1 % wanted"
	awk -v got="$got" -v want="$1" 'BEGIN { exit !(got >= want) }'
}

# merge TARGET OUT: the corpus of the tree, and of what was found those that execute something new
merge()
{
	# shellcheck disable=SC2086 # several options
	build/fuzz-"$1" $options -use_value_profile=0 -merge=1 "$2/$1/seeds" "$2/$1/new" >"$work/merge.log" 2>&1 || {
		tail -n 20 "$work/merge.log" >&2
		return 1
	}
	pack "$1" "$2/$1/seeds" >"$2/corpus/$1.hex"
}

# one SECONDS OUT TARGET: fuzz it; a line of progress a minute at most
one()
{
	mkdir -p "$2/$3/new"
	unpack "$3" "$2/$3/seeds"
	# shellcheck disable=SC2086 # several options
	{ build/fuzz-"$3" $options -max_total_time="$1" -print_final_stats=1 -artifact_prefix="$2/$3/finding-" \
		"$2/$3/new" "$2/$3/seeds" 2>&1 || echo "ended with status $?"; } | tee "$2/$3/log" |
		perl -ne '
			BEGIN { $| = 1; $start = time; $target = shift }
			next unless /^#(\d+).* cov: (\d+) .*exec\/s: (\d+)/ && time - $last >= 60;
			$last = time;
			printf "%5d s  %-8s %12d executions, %6d/s, %5d edges\n", $last - $start, $target, $1, $3, $2' "$3"
	profile "$3" "$2/$3/profile" "$2/$3/new" "$2/$3/seeds" 2>>"$2/$3/log" || :
}

# row OUT TARGET: a line of the table; status 1 if there is a finding
row()
{
	found=$(find "$1/$2" -name 'finding-*' | wc -l) lines=-
	[ ! -e "$1/$2/profile" ] || lines=$(report "$1/$2/profile" "$2" | tail -n 1)
	# One that ended otherwise, before its time, is as bad.
	if [ "$found" = 0 ] && grep -q '^ended with status' "$1/$2/log"; then
		found=ended
	fi
	awk -v target="$2" -v lines="$lines" -v found="$found" '
		/ cov: / { for (i = 1; i < NF; i++) if ($i == "cov:") edges = $(i + 1) }
		/^#[0-9]/ { runs = substr($1, 2) }
		/^stat::number_of_executed_units/ { runs = $2 }
		/^stat::average_exec_per_sec/ { speed = $2 }
		END { printf "%-10s %12d %8d %7d %8s %9s\n", target, runs, speed, edges, lines, found }' "$1/$2/log"
	[ "$found" = 0 ]
}

long()
{
	seconds=$1 out=$2
	shift 2
	# shellcheck disable=SC2046 # a list of targets
	[ $# -gt 0 ] || set -- $(make -s targets)
	mkdir -p "$out/corpus"
	for target; do rm -rf "${out:?}/$target"; done
	long_rc=0
	printf '%s\n' "$@" | xargs -P 2 -n 1 sh "$0" one "$seconds" "$out" || long_rc=1

	printf '\n%-10s %12s %8s %7s %8s %9s\n' target executions exec/s edges 'lines %' findings
	for target; do
		row "$out" "$target" || long_rc=1
	done
	# shellcheck disable=SC2046 # a list of files
	if "llvm-profdata$LLVM" merge $(for target; do echo "$out/$target/profile"; done) -o "$work/all" 2>/dev/null; then
		echo "all: $(report "$work/all" "$@" | tail -n 1) % of the lines of kernel/core/"
	fi
	for target; do
		show_findings "$target" "$out/$target"
		tail -n 100 "$out/$target/log" | grep -E "FINDING|runtime error|ERROR: |^SUMMARY" || :
		merge "$target" "$out" || long_rc=1
	done
	return "$long_rc"
}

"$@"
