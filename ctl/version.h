/* SPDX-License-Identifier: GPL-2.0 */
/* The version that clatctl tells. */
#ifndef VERSION_H
#define VERSION_H

#define CLAT_VERSION "0.1"

#endif
