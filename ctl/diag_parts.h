/* SPDX-License-Identifier: GPL-2.0 */
/* The parts of an archive, as text to be freed; what cannot be read is said in its place. */
#ifndef DIAG_PARTS_H
#define DIAG_PARTS_H

#include "diag.h"

/* diag_parts.c */
char *part_versions(void);
char *part_netlink(int type);
char *part_nftables(void);
char *part_sysctls(void);
char *part_file(const char *path);
char *part_devices(const struct diag *diag);
char *part_json(struct json_object *object);

/* diag_log.c */
char *part_log(const struct diag *diag);
char *part_discovery(const struct diag *diag, const char *log);

#endif
