/* SPDX-License-Identifier: GPL-2.0 */
/* In place of the kernel's. */
#include <string.h>
