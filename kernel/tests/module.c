// SPDX-License-Identifier: GPL-2.0
/* The test module; its suites run when it is inserted. */
#include <linux/module.h>

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("KUnit suites of clat");
