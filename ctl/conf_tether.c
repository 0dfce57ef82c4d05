// SPDX-License-Identifier: GPL-2.0
/* What the configuration says of a hotspot interface. */
#include <errno.h>
#include <fnmatch.h>
#include <string.h>

#include "conf.h"

static const char *const names[] = { [NAT44_YES] = "yes", [NAT44_SYSTEM] = "system" };

#define NAMES (sizeof(names) / sizeof(names[0]))

const char *nat44_name(enum nat44 nat44)
{
	return names[nat44];
}

/* Returns 0, or -EINVAL for a text that is none of the names. */
int nat44_parse(const char *text, enum nat44 *nat44)
{
	size_t i;

	for (i = 0; i < NAMES; i++) {
		if (strcmp(names[i], text))
			continue;
		*nat44 = (enum nat44)i;
		return 0;
	}
	return -EINVAL;
}

/* Whether a section [tether] names an interface; the first that does counts. */
bool conf_tether(const struct conf *conf, const char *ifname, struct tether_settings *settings)
{
	size_t i;

	for (i = 0; i < conf->ntethers; i++) {
		if (fnmatch(conf->tether[i].glob, ifname, 0))
			continue;
		*settings = conf->tether[i].settings;
		return true;
	}
	return false;
}
