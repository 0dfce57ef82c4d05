/* SPDX-License-Identifier: GPL-2.0 */
/* Files of configuration, read as a whole. */
#ifndef TEXT_H
#define TEXT_H

#include <stddef.h>

int text_load(const char *path, char **text, size_t *len);

#endif
