// SPDX-License-Identifier: GPL-2.0
/* The version, which dkms.conf says. */
#include "ctl.h"

const char clat_version[] = CLAT_VERSION;
