# SPDX-License-Identifier: GPL-2.0
# What in a kernel log means that the kernel itself found a fault: one extended regular expression,
# used by the scripts that boot test machines and by the runner inside them.
KERNEL_REPORTS='BUG:|WARNING: |Oops|kernel BUG at|general protection fault|KASAN|UBSAN:|kernel panic'
KERNEL_REPORTS="$KERNEL_REPORTS|Kernel panic|suspicious RCU usage|INFO: task .* blocked|detected stall"
KERNEL_REPORTS="$KERNEL_REPORTS|unregister_netdevice: waiting for|refcount_t: |leaked reference"
KERNEL_REPORTS="$KERNEL_REPORTS|ODEBUG:|sleeping function called|scheduling while atomic|kmemleak: [1-9]"
KERNEL_REPORTS="$KERNEL_REPORTS|bad unlock balance|list_(add|del) corruption|Unable to handle kernel"
