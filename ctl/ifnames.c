// SPDX-License-Identifier: GPL-2.0
/* A few names of interfaces, each once. */
#include <stdio.h>
#include <string.h>

#include "ifnames.h"

bool ifnames_have(const struct ifnames *names, const char *name)
{
	size_t i;

	for (i = 0; i < names->count; i++)
		if (!strcmp(names->list[i], name))
			return true;
	return false;
}

/* One too many is not added. */
void ifnames_add(struct ifnames *names, const char *name)
{
	if (!ifnames_have(names, name) && names->count < IFNAMES_MAX)
		snprintf(names->list[names->count++], IF_NAMESIZE, "%s", name);
}

void ifnames_remove(struct ifnames *names, const char *name)
{
	size_t i;

	for (i = 0; i < names->count; i++) {
		if (strcmp(names->list[i], name))
			continue;
		memcpy(names->list[i], names->list[--names->count], IF_NAMESIZE);
		return;
	}
}
