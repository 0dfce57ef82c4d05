// SPDX-License-Identifier: GPL-2.0
/*
 * The words "ATTR VALUE..." of the command line, into a device description. Only the form is checked here; what a
 * device takes is the kernel's to say, so that there is one judge and its messages are seen.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attr.h"

static const char plat_hint[] = "a PLAT prefix looks like 64:ff9b::/96; several are separated by commas";
static const char map_hint[] = "a map looks like 192.0.0.1=2001:db8::1 or 192.168.43.0/24=2001:db8::c1a7:0/120";

/* An unsigned number in decimal, or in hexadecimal with 0x. Returns 0, or -EINVAL for anything else or above @max. */
int attr_number(const char *text, unsigned long max, unsigned long *value)
{
	bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	const char *digits = hex ? text + 2 : text;
	char *end;

	if (!*digits || digits[strspn(digits, hex ? "0123456789abcdefABCDEF" : "0123456789")])
		return -EINVAL;
	errno = 0;
	*value = strtoul(digits, &end, hex ? 16 : 10);
	return errno || *end || *value > max ? -EINVAL : 0;
}

static int split_len(char *text, int max, int *len)
{
	char *slash = strchr(text, '/');
	unsigned long value;

	if (!slash)
		return -ENOENT;
	*slash = '\0';
	if (attr_number(slash + 1, max, &value))
		return -EINVAL;
	*len = (int)value;
	return 0;
}

/* PREFIX/LEN, both needed. Returns 0 or -EINVAL. */
int attr_prefix6(const char *text, struct in6_addr *addr, int *len)
{
	char buf[64];

	if ((size_t)snprintf(buf, sizeof(buf), "%s", text) >= sizeof(buf))
		return -EINVAL;
	if (split_len(buf, 128, len) || inet_pton(AF_INET6, buf, addr) != 1)
		return -EINVAL;
	return 0;
}

/* Calls @one for each comma-separated word of @text, the value of the attribute @name. */
static int each_word(const char *name, const char *text, struct dev *dev, int (*one)(const char *, struct dev *))
{
	char *copy = strdup(text), *rest = copy, *word;
	int code = CTL_OK;

	if (!copy)
		return fail(CTL_REFUSED, NULL, "out of memory");
	while (!code && (word = strsep(&rest, ",")))
		code = one(word, dev);
	free(copy);
	return code ? fail_attribute(name) : code;
}

static int one_plat(const char *word, struct dev *dev)
{
	struct plat *plat = &dev->plat[dev->nplat];
	int len = 0;

	if (dev->nplat == CLAT_PLAT_MAX)
		return fail(CTL_USAGE, plat_hint, "more than %d PLAT prefixes, from '%s' on", CLAT_PLAT_MAX, word);
	if (attr_prefix6(word, &plat->addr, &len))
		return fail(CTL_USAGE, plat_hint, "'%s' is no PREFIX/LEN", word);
	plat->len = (uint8_t)len;
	dev->nplat++;
	return CTL_OK;
}

/* PREFIX/LEN[,PREFIX/LEN...]|none into @dev. Returns an exit code. */
int attr_plat(const char *text, struct dev *dev)
{
	dev->nplat = 0;
	dev->has |= DEV_HAS(CLAT_A_DEV_PLAT);
	if (!strcmp(text, "none"))
		return CTL_OK;
	return each_word("plat", text, dev, one_plat);
}

/* Of two lengths, one left out follows from the other: equally long suffixes. */
static bool pair_lengths(int have4, int len4, int have6, int len6, struct pair *pair)
{
	if (have4 == -EINVAL || have6 == -EINVAL)
		return false;
	if (have4 && have6) {
		len4 = 32;
		len6 = 128;
	} else if (have6) {
		len6 = 96 + len4;
	} else if (have4) {
		len4 = len6 < 96 ? 0 : len6 - 96;
	}
	pair->v4_len = (uint8_t)len4;
	pair->v6_len = (uint8_t)len6;
	return true;
}

/* V4[/LEN]=V6[/LEN], added to the pairs of @dev. Returns an exit code. */
int attr_pair(const char *word, struct dev *dev)
{
	struct pair *pair = &dev->map[dev->nmap];
	int have4, have6, len4 = 0, len6 = 0;
	char v4[32], v6[64];
	const char *equals = strchr(word, '=');

	if (dev->nmap == CLAT_MAP_MAX)
		return fail(CTL_USAGE, map_hint, "more than %d local pairs, from '%s' on", CLAT_MAP_MAX, word);
	if (!equals || (size_t)(equals - word) >= sizeof(v4) || strlen(equals + 1) >= sizeof(v6))
		return fail(CTL_USAGE, map_hint, "'%s' is no V4[/LEN]=V6[/LEN]", word);
	snprintf(v4, sizeof(v4), "%.*s", (int)(equals - word), word);
	snprintf(v6, sizeof(v6), "%s", equals + 1);
	have4 = split_len(v4, 32, &len4);
	have6 = split_len(v6, 128, &len6);
	if (!pair_lengths(have4, len4, have6, len6, pair) || inet_pton(AF_INET, v4, &pair->v4) != 1 ||
	    inet_pton(AF_INET6, v6, &pair->v6) != 1)
		return fail(CTL_USAGE, map_hint, "'%s' is no V4[/LEN]=V6[/LEN]", word);
	dev->nmap++;
	return CTL_OK;
}

/* V4[/LEN]=V6[/LEN][,...]|none into @dev. Returns an exit code. */
int attr_map(const char *text, struct dev *dev)
{
	dev->nmap = 0;
	dev->has |= DEV_HAS(CLAT_A_DEV_MAP);
	if (!strcmp(text, "none"))
		return CTL_OK;
	return each_word("map", text, dev, attr_pair);
}

static int attr_uplink(const char *text, struct dev *dev)
{
	dev->has |= DEV_HAS(CLAT_A_DEV_UPLINK);
	dev->uplink = 0;
	if (!strcmp(text, "none"))
		return CTL_OK;
	dev->uplink = if_nametoindex(text);
	if (!dev->uplink) {
		fail(CTL_NODEV, "see: ip link", "no interface '%s' to be the uplink", text);
		return fail_attribute("uplink");
	}
	snprintf(dev->uplink_name, sizeof(dev->uplink_name), "%s", text);
	return CTL_OK;
}

static int one_lan(const char *word, struct dev *dev)
{
	struct lan *lan = &dev->lan[dev->nlan];

	if (dev->nlan == CLAT_LAN_MAX)
		return fail(CTL_USAGE, NULL, "more than %d LAN interfaces, from '%s' on", CLAT_LAN_MAX, word);
	lan->ifindex = if_nametoindex(word);
	if (!lan->ifindex)
		return fail(CTL_NODEV, "see: ip link", "no interface '%s' to be a LAN", word);
	snprintf(lan->ifname, sizeof(lan->ifname), "%s", word);
	dev->nlan++;
	return CTL_OK;
}

/* IF[,IF...]|none into @dev. Returns an exit code. */
static int attr_lan(const char *text, struct dev *dev)
{
	dev->nlan = 0;
	dev->has |= DEV_HAS(CLAT_A_DEV_LAN);
	if (!strcmp(text, "none"))
		return CTL_OK;
	return each_word("lan", text, dev, one_lan);
}

static int number_value(const char *name, const char *text, unsigned long max, unsigned long *value)
{
	if (!attr_number(text, max, value))
		return CTL_OK;
	fail(CTL_USAGE, NULL, "%s '%s' is no number from 0 to %lu", name, text, max);
	return fail_attribute(name);
}

static int attr_mtu(const char *text, struct dev *dev)
{
	unsigned long value = 0;
	int code = number_value("lowest-ipv6-mtu", text, UINT32_MAX, &value);

	dev->lowest_ipv6_mtu = (uint32_t)value;
	dev->has |= DEV_HAS(CLAT_A_DEV_LOWEST_IPV6_MTU);
	return code;
}

static int attr_fwmark(const char *text, struct dev *dev)
{
	unsigned long value = 0;
	int code = number_value("fwmark", text, UINT32_MAX, &value);

	dev->fwmark = (uint32_t)value;
	dev->has |= DEV_HAS(CLAT_A_DEV_FWMARK);
	return code;
}

static int attr_tos(const char *text, struct dev *dev)
{
	unsigned long value = CLAT_TOS_INHERIT;
	int code = CTL_OK;

	if (strcmp(text, "inherit"))
		code = number_value("tos", text, 255, &value);
	dev->tos = (uint16_t)value;
	dev->has |= DEV_HAS(CLAT_A_DEV_TOS);
	return code;
}

static int on_off(const char *name, const char *text, uint8_t *value)
{
	*value = !strcmp(text, "on");
	if (*value || !strcmp(text, "off"))
		return CTL_OK;
	fail(CTL_USAGE, NULL, "%s '%s' is neither on nor off", name, text);
	return fail_attribute(name);
}

static int attr_wkp_strict(const char *text, struct dev *dev)
{
	dev->has |= DEV_HAS(CLAT_A_DEV_WKP_STRICT);
	return on_off("wkp-strict", text, &dev->wkp_strict);
}

static int attr_shared(const char *text, struct dev *dev)
{
	dev->has |= DEV_HAS(CLAT_A_DEV_SHARED);
	return on_off("shared", text, &dev->shared);
}

static const struct {
	const char *name;
	int type;
	int (*parse)(const char *text, struct dev *dev);
} attrs[] = {
	{ "uplink", CLAT_A_DEV_UPLINK, attr_uplink },
	{ "plat", CLAT_A_DEV_PLAT, attr_plat },
	{ "map", CLAT_A_DEV_MAP, attr_map },
	{ "lowest-ipv6-mtu", CLAT_A_DEV_LOWEST_IPV6_MTU, attr_mtu },
	{ "fwmark", CLAT_A_DEV_FWMARK, attr_fwmark },
	{ "wkp-strict", CLAT_A_DEV_WKP_STRICT, attr_wkp_strict },
	{ "tos", CLAT_A_DEV_TOS, attr_tos },
	{ "shared", CLAT_A_DEV_SHARED, attr_shared },
	{ "lan", CLAT_A_DEV_LAN, attr_lan },
};

/**
 * attr_parse - ATTR VALUE... words into a device description
 * @cmd: the command, for messages
 * @argc: number of words
 * @argv: the words
 * @dev: what is given is set in it, with its bit in @dev->has
 *
 * Returns CTL_OK, or an exit code with the failure recorded.
 */
int attr_parse(const struct command *cmd, int argc, char **argv, struct dev *dev)
{
	const size_t count = sizeof(attrs) / sizeof(attrs[0]);
	size_t a;
	int i, code;

	for (i = 0; i < argc; i += 2) {
		for (a = 0; a < count && strcmp(attrs[a].name, argv[i]); a++)
			;
		if (a == count)
			return usage(cmd, "unknown attribute '%s'", argv[i]);
		if (i + 1 == argc)
			return usage(cmd, "attribute '%s' needs a value", argv[i]);
		if (dev->has & DEV_HAS(attrs[a].type))
			return usage(cmd, "attribute '%s' given twice", argv[i]);
		code = attrs[a].parse(argv[i + 1], dev);
		if (code)
			return code;
	}
	return CTL_OK;
}
