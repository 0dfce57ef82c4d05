# SPDX-License-Identifier: GPL-2.0
# The part of check.sh that boots: all scripts of a place run in one test machine, one after another. What needs no
# machine runs meanwhile.

# Headers tell the time that a script may take on a machine with nothing else to do. This many times as long is waited, for
# machines run beside each other, on whatever there is.
check_patience=3

# script_header SCRIPT KEY DEFAULT
script_header()
{
	script_value=$(sed -n "2,40s/^# $2: *//p" "$1" | head -n 1)
	echo "${script_value:-$3}"
}

# scripts_for PLACE [apart|left]: the tests that run there, as paths from the top of the tree; those that have a machine
# for themselves there, those that are left to --all, or the others.
scripts_for()
{
	[ "$1" != uml ] || [ -n "$only${2-}" ] || echo selftests/vm/kunit.sh
	for script in "$VM_TOP"/selftests/*.sh; do
		script_name=$(basename "$script" .sh)
		case $script_name in demo | check | lib*) continue ;; esac
		case " $only " in *" $script_name "* | '  ') ;; *) continue ;; esac
		script_kind=
		case " $(script_header "$script" apart '') " in *" $1 "*) script_kind=apart ;; esac
		[ -n "$all$only" ] || case " $(script_header "$script" only-all '') " in *" $1 "*) script_kind=left ;; esac
		[ -n "$only" ] || case " $(script_header "$script" only-named '') " in *" $1 "*) script_kind=left ;; esac
		[ "$script_kind" = "${2-}" ] || continue
		case " $(script_header "$script" runs-in '') " in
		*" $1 "*) echo "selftests/$script_name.sh" ;;
		esac
	done
}

# A test that says nowhere, or a nowhere that does not exist, would never run and never be missed.
check_headers()
{
	for script in "$VM_TOP"/selftests/*.sh; do
		script_name=$(basename "$script")
		case $script_name in demo.sh | check.sh | lib*.sh) continue ;; esac
		script_places=$(script_header "$script" runs-in '')
		for script_place in ${script_places:-nowhere}; do
			case $script_place in
			uml | qemu) ;;
			*) tap_result FAIL host "$script_name" "header" 0 \
				"wants '# runs-in:' with uml, qemu or both, not '$script_place'" ;;
			esac
		done
	done
	for script_name in $only; do
		[ -e "$VM_TOP/selftests/$script_name.sh" ] ||
			tap_result FAIL host "$script_name.sh" "is there" 0 "no such test in selftests/"
	done
}

# Machines of both kinds run at once, and beside them what needs none. With --all QEMU has so much to do that those of UML
# come one after another, and after what could disturb the tests that wait for seconds.
# What a test does a thousand times it does less often without --all, unless it is named.
check_run()
{
	check_headers
	for check_place in uml qemu; do
		scripts_for "$check_place" left | sed "s|^selftests/|$check_place	|"
	done >"$TAP_LOGS/left"
	[ ! -s "$TAP_LOGS/left" ] ||
		say "left to --all, or to who names them: $(awk '{ at[$1] = at[$1] " " $2 } END { for (p in at) print p ":" at[p] }' "$TAP_LOGS/left")"
	check_long=$all$only
	trap 'kill $(cat "$TAP_LOGS"/*.pid) 2>/dev/null; wait; exit 130' INT TERM HUP
	run_place qemu qemu-apart "$VM_DIR/run.sh" "$(scripts_for qemu apart)" &
	run_place qemu qemu "$VM_DIR/run.sh" "$(scripts_for qemu)" &
	if [ -n "$all" ]; then
		check_without_machine
		run_uml uml &
		wait $!
		run_uml uml-apart &
		[ -n "$only" ] || check_fuzz
		[ -n "$only" ] || check_elsewhere
	else
		run_uml uml &
		run_uml uml-apart &
		check_without_machine
		[ -n "$only" ] || check_fuzz
	fi
	wait
	trap 'exit 130' INT TERM HUP
}

check_without_machine()
{
	[ -z "$only" ] || return 0
	check_static
	check_unit
}

# run_uml MACHINE: uml or uml-apart
run_uml()
{
	check_apart=${1#uml}
	run_place uml "$1" "$VM_DIR/uml-run.sh" "$(scripts_for uml "${check_apart#-}")"
}

# run_place PLACE MACHINE BOOTER SCRIPTS: in one machine, whose name is that of its files
run_place()
{
	place=$1 machine=$2 booter=$3 place_scripts=$4
	[ -n "$place_scripts" ] || return 0
	place_cpus=1 place_secs=120
	for script in $place_scripts; do
		script_cpus=$(script_header "$VM_TOP/$script" cpus 1)
		[ "$script_cpus" -le "$place_cpus" ] || place_cpus=$script_cpus
		place_secs=$((place_secs + check_patience * $(script_header "$VM_TOP/$script" timeout 300)))
	done
	dir=stock
	[ "$place" != uml ] || dir=uml
	say "$place: $(echo "$place_scripts" | wc -l) scripts in one test machine"
	TAP_STARTED=$TAP_LOGS/$machine.started
	: >"$TAP_STARTED"
	place_status=$TAP_LOGS/$machine.status
	# shellcheck disable=SC2086 # a list of scripts
	{
		place_rc=0
		sh "$booter" -c "$place_cpus" -m 2048 -t "$place_secs" -d "$tree/$dir" -- \
			env CLAT_LONG="$check_long" CLAT_PATIENCE="$check_patience" sh selftests/vm/runner.sh $place_scripts &
		# In the background, so that one who interrupts can end it.
		echo $! >"$TAP_LOGS/$machine.pid"
		wait $! || place_rc=$?
		rm -f "$TAP_LOGS/$machine.pid"
		echo "$place_rc" >"$place_status"
	} | tap_read "$place"
	for script in $place_scripts; do
		grep -qxF "$script" "$TAP_STARTED" ||
			tap_result FAIL "$place" "$(basename "$script")" "ran" 0 "the test machine ended before its turn"
	done
	# The runner reports what the kernel says during a script; this is what it says elsewhere.
	read -r place_rc <"$place_status"
	[ "$place_rc" = 0 ] || grep -q "^FAIL	$place	" "$TAP_RESULTS" ||
		tap_result FAIL "$place" "test machine" "ends well" 0 "status $place_rc, see above"
}
