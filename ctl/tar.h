/* SPDX-License-Identifier: GPL-2.0 */
/* A tar archive, written a file at a time. */
#ifndef TAR_H
#define TAR_H

#include <stddef.h>

int tar_add(int fd, const char *name, const char *data, size_t len);
int tar_end(int fd);

#endif
