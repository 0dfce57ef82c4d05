// SPDX-License-Identifier: GPL-2.0
/* What the configuration says of a hotspot interface. */
#include <errno.h>
#include <fnmatch.h>
#include <string.h>

#include "conf.h"

static const char *const names[] = { [NAT44_YES] = "yes", [NAT44_SYSTEM] = "system", [NAT44_NO] = "no" };

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

/* A name or pattern of uplinks, or "none". Returns 0, or -EINVAL for what can be neither. */
int own_prefix_parse(const char *text, char glob[CONF_GLOB_SIZE])
{
	if (!text[0] || strlen(text) >= CONF_GLOB_SIZE || strpbrk(text, "/\" \t"))
		return -EINVAL;
	strcpy(glob, strcmp(text, "none") ? text : "");
	return 0;
}

static const char *set_bool(bool *set, const char *value)
{
	*set = !strcmp(value, "yes");
	return *set || !strcmp(value, "no") ? NULL : "is neither yes nor no";
}

/* Sets what a key of a section [tether] says. Returns NULL, or what is wrong with the value. */
const char *conf_tether_set(struct tether_settings *settings, enum conf_key key, const char *value)
{
	switch (key) {
	case KEY_NAT44:
		return nat44_parse(value, &settings->nat44) ? "is none of yes, no, system" : NULL;
	case KEY_IPV6:
		return set_bool(&settings->ipv6, value);
	case KEY_PING:
		return set_bool(&settings->ping, value);
	default:
		return own_prefix_parse(value, settings->own_prefix) ? "is no name of an interface" : NULL;
	}
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
