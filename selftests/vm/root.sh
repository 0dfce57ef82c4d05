#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Make a guest root if it is not there yet, and print its path: root.sh [-f] NAME
#   NAME  a stanza of the file `roots`: guest, source, arm64, oldest, newest
#   -f    make it anew, to get newer packages
# The path goes to stdout, progress to stderr. Roots lie in $CLAT_CACHE/root (default
# /var/cache/clat/root), one folder for each definition; several callers wait for one builder.
# Environment: CLAT_MIRROR  a Debian mirror to use instead of mmdebstrap's own choice.
set -eu
# Locks that callers hold. mmdebstrap hands file descriptors to /bin/sh by number, and dash knows no number of
# two digits: those it opens must stay below ten.
exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-
VM_DIR=$(cd "$(dirname "$0")" && pwd)
. "$VM_DIR/lib.sh"

# stanza NAME: the lines of one root in the table, comments and the heading left out.
stanza()
{
	awk -v want="[$1]" '/^#/ { next } /^\[/ { on = ($1 == want); next } on && NF' "$VM_DIR/roots"
}

# field KEY [DEFAULT]: a value of $def, its continuation lines joined.
field()
{
	value=$(printf '%s\n' "$def" | awk -v key="$1" '
		/^[a-z]/ { on = ($1 == key); sub(/^[a-z]+[ \t]*=[ \t]*/, "") }
		on { printf "%s ", $0 }' | sed 's/  */ /g; s/ $//')
	printf '%s' "${value:-${2-}}"
}

# The name of a root's folder tells what it was made of.
root_key()
{
	{
		printf '%s\n' "$def" "$CLAT_MIRROR"
		for file in $(field setup) $(field uses); do
			cat "$VM_DIR/$file"
		done
	} | sha256sum | cut -c1-12
}

# Proxies and certificates that this machine's apt was given must serve the new root as well;
# mmdebstrap does not read them by itself.
apt_options()
{
	apt-config dump | grep -iE '^Acquire::(http|https|ftp)(::[^ ]*)?::?(proxy|cainfo|capath|verify|sslcert|sslkey)' || :
	[ "$(field expired)" != yes ] || echo 'Acquire::Check-Valid-Until "false";'
}

check_space()
{
	need=$(field size)
	have=$(df -Pm "$roots" | awk 'NR == 2 { print $4 }')
	[ "$have" -ge "$need" ] ||
		die "root $name needs $need MB below $CLAT_CACHE, $have MB are free: make room, or set CLAT_CACHE to another disk"
}

make_root()
{
	check_space
	tmp=$roots/.new-$name log=$roots/$name.log
	rm -rf "$tmp"
	say "root $name: Debian $(field suite), $(field size) MB, takes about $(field seconds) s; log: $log"
	apt_options >"$roots/$name.apt"
	packages=$(field packages | tr ' ' ',')
	set -- --mode=root --variant="$(field variant apt)" --include="$packages" \
		--architectures="$(field arch amd64 | tr ' ' ',')" \
		--dpkgopt=force-unsafe-io --dpkgopt='path-exclude=/usr/share/doc/*' \
		--dpkgopt='path-exclude=/usr/share/locale/*' \
		--aptopt="$roots/$name.apt"
	for hook in $(field setup); do
		set -- "$@" --customize-hook="sh '$VM_DIR/$hook'"' "$1"'
	done
	# No initrd of Debian's: the guest boots with its own, and xz over all modules takes long.
	(INITRD=No nice mmdebstrap "$@" "$(field suite)" "$tmp" ${CLAT_MIRROR:+"$CLAT_MIRROR"} \
		</dev/null 2>&1 9>&- || echo "root.sh: mmdebstrap ended with $?") |
		tee "$log" | sed -un 's/^I: \(.*\)/         \1/p' >&2
	if grep -q '^root.sh: mmdebstrap ended' "$log"; then
		tail -n 30 "$log" >&2
		rm -rf "$tmp"
		die "root $name could not be made: see above and $log; is the Debian mirror reachable?"
	fi
	mkdir -p "$tmp/srv"
	mv "$tmp" "$root"
	say "root $name: made"
}

# Roots of older definitions go, but not under a program that still runs in one.
remove_old()
{
	for old in "$roots/$name"-*; do
		[ -d "$old" ] && [ "$old" != "$root" ] || continue
		if flock -n "$old" rm -rf "$old"; then
			say "root $name: removed the old $old"
		else
			say "root $name: the old $old is in use and stays"
		fi
	done
}

main()
{
	force=
	[ "${1-}" != -f ] || { force=1; shift; }
	[ $# = 1 ] || die "usage: root.sh [-f] NAME"
	name=$1 CLAT_MIRROR=${CLAT_MIRROR:-}
	def=$(stanza "$name")
	[ -n "$def" ] || die "no root $name in $VM_DIR/roots"
	roots=$CLAT_CACHE/root
	root=$roots/$name-$(root_key)
	if [ ! -d "$root" ] || [ -n "$force" ]; then
		vm_host_setup ${force:+-f} "$name"
		mkdir -p "$roots"
		exec 9>"$roots/.$name.lock"
		flock -n 9 || { say "root $name: another program makes it, waiting"; flock 9; }
		if [ -n "$force" ] && [ -d "$root" ]; then
			flock -n "$root" rm -rf "$root" || die "$root is in use: end that program first"
		fi
		[ -d "$root" ] || make_root
		remove_old
	fi
	echo "$root"
}

main "$@"
