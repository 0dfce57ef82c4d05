# SPDX-License-Identifier: GPL-2.0
# What run.sh (QEMU) and uml-run.sh (User-Mode Linux) share: options, the run's folder, judging how it ended.
# Sourced after lib.sh. The exit statuses both give when the command did not end by itself:
RUN_KERNEL_REPORT=121	# the kernel reported a fault (oops, warning, lockdep, sanitizer)
RUN_DIED=122		# the machine went away before the command ended
RUN_TIMEOUT=124		# the time was up
RUN_NO_BOOT=125		# the machine never came up
RUN_BOOT_SECONDS=180

. "$VM_DIR/reports.sh"

run_usage()
{
	sed -n '/^# Usage/,/^[^#]/s/^# \{0,1\}//p' "$0" >&2
	exit 2
}

# run_options "$@": sets cpus mem secs rootname dir, and run_shift, the number of words used.
run_options()
{
	cpus=1 mem=2048 secs=300 rootname=guest dir=/ run_shift=0
	while [ $# -gt 0 ]; do
		case $1 in
		-c) cpus=$2 ;;
		-m) mem=$2 ;;
		-t) secs=$2 ;;
		-r) rootname=$2 ;;
		-d) dir=$2 ;;
		--) run_shift=$((run_shift + 1)); return ;;
		*) run_usage ;;
		esac
		shift 2
		run_shift=$((run_shift + 2))
	done
	run_usage
}

# run_prepare COMMAND...: make the run's folder in the root, with the first program and the command.
run_prepare()
{
	root=$(sh "$VM_DIR/root.sh" "$rootname") || exit 1
	# Nobody removes the root while the machine runs from it.
	exec 6<"$root"
	flock -s 6
	run=/srv/run.$$ here=$root/srv/run.$$ machine='' reader=''
	trap 'run_stop; rm -rf "$here"' EXIT
	trap 'exit 130' INT TERM HUP
	mkdir -p "$here"
	cp "$VM_DIR/guest-init" "$here/init"
	{
		printf 'cd %s || exit 125\n' "$(vm_quote "$dir")"
		vm_quote "$@"
		echo
	} >"$here/command"
	mkfifo "$here/out"
	: >"$here/ctl"
	: >"$here/log"
}

run_stop()
{
	for run_pid in $machine $reader; do
		kill -9 "$run_pid" 2>/dev/null || :
	done
}

# run_machine ROOT [OPTION...] -- COMMAND...: start the machine (arguments of vm_chroot), pass its output on, wait for its end.
run_machine()
{
	# Our own hold on the FIFO lets both sides open it in any order.
	exec 7<>"$here/out"
	cat <"$here/out" 7>&- &
	reader=$!
	vm_chroot_exec "$@" </dev/null >>"$here/vm.log" 2>&1 3>"$here/out" 4>>"$here/ctl" 7>&- &
	machine=$!
	run_wait_boot
	run_rc=0
	wait "$machine" || run_rc=$?
	machine=
	exec 7>&-
	wait "$reader" || :
	reader=
	run_judge "$run_rc"
}

run_wait_boot()
{
	waited=0
	while [ ! -s "$here/ctl" ] && kill -0 "$machine" 2>/dev/null; do
		if [ "$waited" -ge "$RUN_BOOT_SECONDS" ]; then
			kill -9 "$machine"
			return
		fi
		sleep 1
		waited=$((waited + 1))
	done
}

run_log_tail()
{
	echo "--- ${2-end of the log of the test machine} ---" >&2
	cat "$here/vm.log" "$here/log" 2>/dev/null | tr -d '\r' | tail -n "$1" >&2
	echo "---" >&2
}

# run_judge STATUS: exit as the command did, unless the machine has something worse to tell.
run_judge()
{
	status=$(sed -n 's/^status \([0-9]*\).*/\1/p' "$here/ctl")
	report=$(tr -d '\r' <"$here/log" | awk '/clat-test: begin/ { on = 1 } on' | grep -nE -m1 "$KERNEL_REPORTS" || :)
	if [ -n "$report" ]; then
		echo "${0##*/}: the kernel reported a fault:" >&2
		tr -d '\r' <"$here/log" | awk '/clat-test: begin/ { on = 1 } on' |
			tail -n "+${report%%:*}" | head -n 80 >&2
		exit "$RUN_KERNEL_REPORT"
	fi
	[ -z "$status" ] || exit "$status"
	if [ ! -s "$here/ctl" ]; then
		run_log_tail 40
		echo "${0##*/}: the test machine did not come up (exit status $1): see above" >&2
		exit "$RUN_NO_BOOT"
	fi
	run_log_tail 40
	if [ "$1" = 124 ] || [ "$1" = 137 ]; then
		echo "${0##*/}: not done after $secs s, given up" >&2
		exit "$RUN_TIMEOUT"
	fi
	echo "${0##*/}: the test machine ended before the command did (exit status $1)" >&2
	exit "$RUN_DIED"
}
