#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Remove what a build makes from a copy of the tree: distclean.sh DIR
set -eu
cd "$1"
find . -type f \( -name '*.o' -o -name '*.ko' -o -name '*.mod' -o -name '*.mod.c' -o -name '*.cmd' -o \
	-name '*.a' -o -name '*.d' -o -name Module.symvers -o -name modules.order \) -delete
find . -depth -name .tmp_versions -exec rm -rf {} +
# Programs have no suffix to know them by, but all sources are text.
find . -type f -perm -u=x ! -path './.git/*' | while read -r file; do
	[ "$(head -c 4 "$file" | tail -c 3)" != ELF ] || rm "$file"
done
