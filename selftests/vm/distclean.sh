#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Remove what a build makes from a copy of the tree: distclean.sh DIR
# For copies made where git is not there to say what is source.
set -eu
cd "$1"
find . -type f \( -name '*.o' -o -name '*.ko' -o -name '*.mod' -o -name '*.mod.c' -o -name '*.cmd' -o \
	-name '*.a' -o -name '*.d' -o -name Module.symvers -o -name modules.order \) -delete
find . -depth -name .tmp_versions -exec rm -rf {} +
# Programs without a suffix: what .gitignore names
rm -f ctl/clatctl
find selftests/unit -maxdepth 1 -type f -name 'test-*' ! -name 'test-*.*' -delete 2>/dev/null || :
