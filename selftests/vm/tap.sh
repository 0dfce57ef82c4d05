# SPDX-License-Identifier: GPL-2.0
# Results of the whole test run: read TAP, show progress, keep the score, print the table. For check.sh.
#
# Each result is a line of $TAP_RESULTS, tab between: ok|FAIL|skip, place, script, case, seconds, reason.
# A place is where it ran: host, uml, qemu. The names of scripts that began go to $TAP_STARTED.

# tap_result STATUS PLACE SCRIPT CASE SECONDS [REASON]
tap_result()
{
	printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$1" "$2" "$3" "$4" "$5" "${6-}" >>"$TAP_RESULTS"
	printf '[%4d s] %-4s %-4s %s: %s%s (%d s)\n' $(($(date +%s) - VM_START)) "$1" "$2" "$3" "$4" \
		"${6:+ -- $6}" "$5"
}

# tap_step SCRIPT CASE COMMAND...: one test on this side; its output is shown if it fails.
tap_step()
{
	tap_script=$1 tap_case=$2 tap_t0=$(date +%s)
	shift 2
	tap_log=$TAP_LOGS/$(echo "$tap_script-$tap_case" | tr -c 'a-zA-Z0-9._\n-' '_').log
	if "$@" >"$tap_log" 2>&1 </dev/null; then
		tap_result ok host "$tap_script" "$tap_case" $(($(date +%s) - tap_t0))
	else
		tap_result FAIL host "$tap_script" "$tap_case" $(($(date +%s) - tap_t0))
		tail -n 40 "$tap_log" | sed 's/^/         | /'
		return 1
	fi
}

# tap_read PLACE: results from the output of runner.sh on stdin. A script without a plan, with other
# than its planned number of results, or with a bad end fails as a whole.
tap_read()
{
	tap_place=$1 tap_script=
	while IFS= read -r tap_line; do
		case $tap_line in
		'#clat start '*) tap_open "${tap_line#\#clat start }" ;;
		'#clat end '*) tap_close "${tap_line#\#clat end }" ;;
		'#clat kernel '*)
			[ -n "$tap_kernel" ] || tap_case FAIL "the kernel has nothing to complain of" ''
			tap_kernel=1 tap_bad=$((tap_bad + 1))
			echo "         | ${tap_line#\#clat kernel }" ;;
		1..0*) tap_planned=0 tap_whole_skip=${tap_line#*SKIP} ;;
		1..[0-9]*) tap_plan=${tap_line#1..} tap_planned=$((tap_planned + ${tap_plan%% *})) ;;
		'ok '*' # SKIP'* | 'ok '*' # skip'*) tap_seen=$((tap_seen + 1)); tap_named skip "$tap_line" ;;
		'ok '*) tap_seen=$((tap_seen + 1)); tap_named ok "$tap_line" ;;
		'not ok '*) tap_seen=$((tap_seen + 1)) tap_bad=$((tap_bad + 1)); tap_named FAIL "$tap_line" ;;
		'Bail out!'*) tap_bad=$((tap_bad + 1)); tap_case FAIL "$tap_line" '' ;;
		'TAP version'* | '') ;;
		*) tap_other "$tap_line" ;;
		esac
		[ -z "$tap_script" ] || printf '%s\n' "$tap_line" >>"$tap_log"
	done
	[ -z "$tap_script" ] || { tap_case FAIL "ended: the test machine went away while it ran" ''; tap_script=; }
}

tap_open()
{
	tap_script=$1 tap_planned=0 tap_seen=0 tap_bad=0 tap_kernel='' tap_whole_skip='' tap_last=''
	tap_log=$TAP_LOGS/$tap_place-$(basename "$1").log
	: >"$tap_log"
	echo "$1" >>"$TAP_STARTED"
	tap_t0=$(date +%s)
}

# tap_case STATUS CASE REASON, with the seconds since the last result
tap_case()
{
	tap_now=$(date +%s)
	tap_result "$1" "$tap_place" "$(basename "$tap_script")" "$2" $((tap_now - tap_t0)) "$3"
	tap_t0=$tap_now tap_last=$1
}

# tap_named STATUS LINE: take the case's name out of an `ok 1 - name # SKIP reason` line.
tap_named()
{
	tap_name=$(printf '%s' "$2" | sed -E 's/^(not )?ok *[0-9]* *(- )?//')
	tap_reason=
	if [ "$1" = skip ]; then
		tap_reason=$(printf '%s' "$tap_name" | sed -E 's/.*# (SKIP|skip) *//')
		tap_name=$(printf '%s' "$tap_name" | sed -E 's/ *# (SKIP|skip).*//')
		[ -n "$tap_reason" ] || { tap_bad=$((tap_bad + 1)); tap_case FAIL "$tap_name" "skipped without a reason"; return; }
	fi
	tap_case "$1" "$tap_name" "$tap_reason"
}

# What a script says besides results is shown where it explains a failure.
tap_other()
{
	[ "${tap_last-}" != FAIL ] || printf '         | %s\n' "$1"
}

tap_close()
{
	tap_status=${1%% *}
	if [ "$tap_status" = 4 ] && [ "$tap_seen" = 0 ]; then
		tap_whole_skip=${tap_whole_skip:-$(grep -i skip "$tap_log" | head -n 1)}
		[ -n "$tap_whole_skip" ] || tap_case FAIL "ended: skipped (status 4) without a reason" ''
	fi
	if [ -n "$tap_whole_skip" ]; then
		tap_case skip "all" "$tap_whole_skip"
	elif [ "$tap_status" = 137 ]; then
		tap_case FAIL "ended: killed (over its '# timeout:' or by SIGKILL)" ''
		tap_tail
	elif [ "$tap_seen" = 0 ]; then
		tap_case FAIL "ended: no result, status $tap_status" ''
		tap_tail
	elif [ "$tap_planned" != "$tap_seen" ]; then
		tap_case FAIL "ended: $tap_seen results, $tap_planned planned, status $tap_status" ''
		tap_tail
	elif [ "$tap_status" != 0 ] && [ "$tap_bad" = 0 ]; then
		tap_case FAIL "ended: status $tap_status though no case failed" ''
		tap_tail
	fi
	tap_script=
}

tap_tail()
{
	sed '/^#clat /d; /^$/d' "$tap_log" | tail -n 20 | sed 's/^/         | /'
}

# tap_finish: table, failures again, closing line; status 1 if anything failed or nothing ran.
tap_finish()
{
	echo
	awk -F '\t' '
		{ key = $2 "\t" $3; if (!(key in n)) order[++keys] = key
		  n[key]++; count[key, $1]++; secs[key] += $5 }
		END {
			printf "%-5s %-32s %7s %7s %7s %8s\n", "where", "script", "passed", "failed", "skipped", "seconds"
			for (i = 1; i <= keys; i++) {
				split(order[i], part, "\t")
				printf "%-5s %-32s %7d %7d %7d %8d\n", part[1], part[2], count[order[i], "ok"],
					count[order[i], "FAIL"], count[order[i], "skip"], secs[order[i]]
			}
		}' "$TAP_RESULTS"
	awk -F '\t' '$1 != "ok" { printf "%s %s: %s: %s%s\n", $1, $2, $3, $4, $6 == "" ? "" : " -- " $6 }' "$TAP_RESULTS" |
		sort | sed '1s/^/\n/'
	echo
	awk -F '\t' '
		{ count[$1]++ }
		END {
			printf "%d passed, %d failed", count["ok"], count["FAIL"]
			if (count["skip"]) printf ", %d skipped", count["skip"]
			printf "\n"
			exit !(count["ok"] && !count["FAIL"])
		}' "$TAP_RESULTS"
}
