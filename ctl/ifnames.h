/* SPDX-License-Identifier: GPL-2.0 */
/* A few names of interfaces, each once. */
#ifndef IFNAMES_H
#define IFNAMES_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>

#define IFNAMES_MAX 16

struct ifnames {
	char list[IFNAMES_MAX][IF_NAMESIZE];
	size_t count;
};

bool ifnames_have(const struct ifnames *names, const char *name);
void ifnames_add(struct ifnames *names, const char *name);
void ifnames_remove(struct ifnames *names, const char *name);

#endif
