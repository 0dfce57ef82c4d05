/* SPDX-License-Identifier: GPL-2.0 */
/* What a run tells of its work besides its result: how much of it is printed, and the last of it in memory. */
#ifndef LOG_H
#define LOG_H

#include <stddef.h>
#include <stdint.h>

enum level { LEVEL_ERROR, LEVEL_WARNING, LEVEL_INFO, LEVEL_DEBUG };

void log_keep(void);
void log_set_level(enum level level);
int level_parse(const char *text, enum level *level);
const char *log_level_name(void);
size_t log_read(uint64_t *at, char *buf, size_t size);

#endif
