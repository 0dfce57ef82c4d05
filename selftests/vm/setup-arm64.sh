#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Put arm64 kernel headers beside the amd64 tools that use them: setup-arm64.sh ROOT
# Run by root.sh once the packages are in. The arm64 header packages want arm64 compilers; only their
# files are needed, with the scripts and objtool of linux-kbuild for the machine that compiles.
set -eu
root=$1
chroot "$root" sh -eu -c '
	cd /tmp
	meta=$(apt-cache depends linux-headers-arm64:arm64 | sed -n "s/.*Depends: \(linux-headers-[^ :]*\).*/\1/p")
	apt-get -q download "$meta:arm64"
	# Not onto /: the package has a folder lib, which would replace the link to usr/lib.
	dpkg-deb -x linux-headers-*_arm64.deb headers
	headers=/usr/src/$meta
	mv "headers$headers" /usr/src/
	rm -rf headers linux-headers-*_arm64.deb
	version=$(sed -n "s/^VERSION = //p; s/^PATCHLEVEL = //p" \
		/usr/src/linux-headers-*-common/Makefile | paste -sd. -)
	for tool in scripts tools; do
		ln -sfn "/usr/lib/linux-kbuild-$version/$tool" "$headers/$tool"
	done
	ln -sfn "$headers" /usr/src/linux-arm64'
