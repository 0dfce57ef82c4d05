// SPDX-License-Identifier: GPL-2.0
/*
 * The daemon's configuration: sections and keys of an INI file into a structure. A key or value that is not understood
 * is an error with file and line, and nothing of the file counts.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "attr.h"
#include "conf.h"
#include "ctl.h"
#include "echo.h"
#include "pref64.h"

#define SEPARATORS " \t,"

struct parser {
	const char *file;
	unsigned int line;
	struct conf *conf;
	struct settings *settings;	/* of the section, NULL before the first */
	struct tether_settings *tether;	/* of the section [tether NAME], else NULL */
	bool general;			/* the section is [clat] */
	uint32_t seen;			/* keys of this section in this file */
};

#define refuse(p, fmt, ...) \
	fail(CTL_BADCONF, CONF_MANUAL, "%s:%u: " fmt, (p)->file, (p)->line, __VA_ARGS__)

/* Calls @one for each word of @value, at least one. Returns an exit code. */
static int each_word(struct parser *p, char *value, int (*one)(struct parser *p, const char *word))
{
	char *rest, *word = strtok_r(value, SEPARATORS, &rest);
	int code = word ? CTL_OK : refuse(p, "%s", "a value is missing");

	for (; word && !code; word = strtok_r(NULL, SEPARATORS, &rest))
		code = one(p, word);
	return code;
}

static int add_glob(struct parser *p, const char *word, char list[][CONF_GLOB_SIZE], size_t *count)
{
	if (*count == CONF_GLOBS_MAX)
		return refuse(p, "more than %d names, from '%s' on", CONF_GLOBS_MAX, word);
	if (strlen(word) >= CONF_GLOB_SIZE || strchr(word, '/'))
		return refuse(p, "'%s' is no name of an interface", word);
	strcpy(list[(*count)++], word);
	return CTL_OK;
}

static int one_uplink(struct parser *p, const char *word)
{
	return add_glob(p, word, p->conf->uplinks, &p->conf->nuplinks);
}

static int one_exclude(struct parser *p, const char *word)
{
	return add_glob(p, word, p->conf->exclude, &p->conf->nexclude);
}

/* "auto", or the names. */
static int set_uplinks(struct parser *p, char *value)
{
	p->conf->nuplinks = 0;
	return !strcmp(value, "auto") ? CTL_OK : each_word(p, value, one_uplink);
}

static int set_exclude(struct parser *p, char *value)
{
	p->conf->nexclude = 0;
	return !strcmp(value, "none") ? CTL_OK : each_word(p, value, one_exclude);
}

static int set_mode(struct parser *p, char *value)
{
	static const char *const names[] = { [MODE_AUTO] = "auto", [MODE_FORCE] = "force", [MODE_OFF] = "off" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!strcmp(value, names[i])) {
			p->settings->mode = (enum conf_mode)i;
			return CTL_OK;
		}
	}
	return refuse(p, "mode '%s' is none of auto, force, off", value);
}

static int read_plat(struct parser *p, const char *word, struct plat *plat)
{
	int len;

	if (attr_prefix6(word, &plat->addr, &len))
		return refuse(p, "'%s' is no PREFIX/LEN such as 64:ff9b::/96", word);
	plat->len = (uint8_t)len;
	if (!pref64_usable(plat))
		return refuse(p, "'%s' is no NAT64 prefix: 32, 40, 48, 56, 64 or 96 bits, none behind them or in octet 8",
			      word);
	return CTL_OK;
}

static int one_plat(struct parser *p, const char *word)
{
	struct settings *s = p->settings;

	if (s->nplat == CLAT_PLAT_MAX)
		return refuse(p, "more than %d prefixes, from '%s' on", CLAT_PLAT_MAX, word);
	return read_plat(p, word, &s->plat[s->nplat++]);
}

static int set_plat(struct parser *p, char *value)
{
	p->settings->nplat = 0;
	return !strcmp(value, "auto") ? CTL_OK : each_word(p, value, one_plat);
}

static int set_fallback(struct parser *p, char *value)
{
	p->settings->have_fallback = strcmp(value, "none");
	return p->settings->have_fallback ? read_plat(p, value, &p->settings->fallback) : CTL_OK;
}

/* Kept as text: an interface in it may come and go. */
static int one_dns(struct parser *p, const char *word)
{
	struct settings *s = p->settings;
	struct resolver resolver;

	if (s->ndns == RESOLVERS_MAX)
		return refuse(p, "more than %d DNS servers, from '%s' on", RESOLVERS_MAX, word);
	if (strlen(word) >= CONF_SERVER_SIZE || resolver_parse(word, 0, &resolver) == -EINVAL)
		return refuse(p, "'%s' is no ADDR[%%IF][@PORT]", word);
	strcpy(s->dns[s->ndns++], word);
	return CTL_OK;
}

static int set_dns(struct parser *p, char *value)
{
	p->settings->ndns = 0;
	return !strcmp(value, "auto") ? CTL_OK : each_word(p, value, one_dns);
}

static int set_address(struct parser *p, char *value)
{
	struct in6_addr *a = &p->settings->address;

	p->settings->shared = !strcmp(value, "shared");
	p->settings->have_address = strcmp(value, "stable") && !p->settings->shared;
	if (!p->settings->have_address)
		return CTL_OK;
	if (inet_pton(AF_INET6, value, a) != 1 || IN6_IS_ADDR_UNSPECIFIED(a) || IN6_IS_ADDR_LOOPBACK(a) ||
	    IN6_IS_ADDR_LINKLOCAL(a) || IN6_IS_ADDR_MULTICAST(a) || IN6_IS_ADDR_V4MAPPED(a))
		return refuse(p, "address '%s' is neither stable, shared nor a global IPv6 address", value);
	return CTL_OK;
}

static int set_metric(struct parser *p, char *value)
{
	unsigned long number;

	if (attr_number(value, UINT32_MAX, &number))
		return refuse(p, "metric '%s' is no number from 0 to 4294967295", value);
	p->settings->metric = (uint32_t)number;
	return CTL_OK;
}

static int set_check(struct parser *p, char *value)
{
	struct in_addr *host = &p->settings->check;

	p->settings->have_check = strcmp(value, "auto");
	if (!p->settings->have_check || (inet_pton(AF_INET, value, host) == 1 && echo_host_ok(*host)))
		return CTL_OK;
	return refuse(p, "check '%s' is neither auto nor the IPv4 address of a host", value);
}

enum where { ANY_UPLINK, GENERAL, TETHER };

static const struct {
	const char *name;
	enum conf_key key;
	enum where where;
	int (*set)(struct parser *p, char *value);	/* NULL for what conf_tether.c sets */
} keys[] = {
	{ "uplinks", KEY_UPLINKS, GENERAL, set_uplinks },
	{ "exclude", KEY_EXCLUDE, GENERAL, set_exclude },
	{ "mode", KEY_MODE, ANY_UPLINK, set_mode },
	{ "plat", KEY_PLAT, ANY_UPLINK, set_plat },
	{ "fallback", KEY_FALLBACK, ANY_UPLINK, set_fallback },
	{ "dns", KEY_DNS, ANY_UPLINK, set_dns },
	{ "address", KEY_ADDRESS, ANY_UPLINK, set_address },
	{ "metric", KEY_METRIC, ANY_UPLINK, set_metric },
	{ "check", KEY_CHECK, ANY_UPLINK, set_check },
	{ "nat44", KEY_NAT44, TETHER, NULL },
	{ "ipv6", KEY_IPV6, TETHER, NULL },
	{ "ping", KEY_PING, TETHER, NULL },
	{ "own_prefix", KEY_OWN_PREFIX, TETHER, NULL },
};

#define KEYS (sizeof(keys) / sizeof(keys[0]))

static char *trim(char *text)
{
	char *end;

	while (isspace((unsigned char)*text))
		text++;
	end = text + strlen(text);
	while (end > text && isspace((unsigned char)end[-1]))
		end--;
	*end = '\0';
	return text;
}

static int open_uplink(struct parser *p, const char *glob)
{
	struct conf *conf = p->conf;
	size_t i;

	for (i = 0; i < conf->nsections && strcmp(conf->section[i].glob, glob); i++)
		;
	if (i == CONF_SECTIONS_MAX)
		return refuse(p, "more than %d sections, from '%s' on", CONF_SECTIONS_MAX, glob);
	if (i == conf->nsections)
		strcpy(conf->section[conf->nsections++].glob, glob);
	p->settings = &conf->section[i].settings;
	return CTL_OK;
}

static int open_tether(struct parser *p, const char *glob)
{
	struct conf *conf = p->conf;
	size_t i;

	for (i = 0; i < conf->ntethers && strcmp(conf->tether[i].glob, glob); i++)
		;
	if (i == CONF_SECTIONS_MAX)
		return refuse(p, "more than %d sections, from '%s' on", CONF_SECTIONS_MAX, glob);
	if (i == conf->ntethers)
		strcpy(conf->tether[conf->ntethers++].glob, glob);
	p->tether = &conf->tether[i].settings;
	return CTL_OK;
}

/* The name behind the kind of section that @text begins with, or NULL. */
static char *behind(char *text, const char *kind)
{
	size_t len = strlen(kind);

	return strncmp(text, kind, len) || !isspace((unsigned char)text[len]) ? NULL : trim(text + len);
}

/* [clat], [uplink NAME] or [tether NAME]: several of the same name, in several files, are one. */
static int read_section(struct parser *p, char *text)
{
	char *end = strchr(text, ']'), *uplink, *tether, *glob;

	if (!end || end[1])
		return refuse(p, "'%s' is no section: [clat], [uplink NAME] or [tether NAME]", text);
	*end = '\0';
	text = trim(text + 1);
	p->seen = 0;
	p->general = !strcmp(text, "clat");
	p->settings = &p->conf->all;
	p->tether = NULL;
	if (p->general)
		return CTL_OK;
	uplink = behind(text, "uplink");
	tether = behind(text, "tether");
	glob = uplink ? uplink : tether;
	if (!glob)
		return refuse(p, "unknown section '%s': it is clat, uplink NAME or tether NAME", text);
	if (strlen(glob) >= CONF_GLOB_SIZE || strpbrk(glob, "/ \t"))
		return refuse(p, "'%s' is no name of an interface", glob);
	return uplink ? open_uplink(p, glob) : open_tether(p, glob);
}

/* Whether a key may stand in the section. */
static int check_place(struct parser *p, const char *name, enum where where)
{
	if (where == GENERAL && !p->general)
		return refuse(p, "'%s' belongs into the section [clat]", name);
	if (where == TETHER && !p->tether)
		return refuse(p, "'%s' belongs into a section [tether NAME]", name);
	if (where == ANY_UPLINK && p->tether)
		return refuse(p, "'%s' is said of uplinks: it belongs into [clat] or [uplink NAME]", name);
	return CTL_OK;
}

static int set_tether(struct parser *p, const char *name, enum conf_key key, const char *value)
{
	const char *wrong = conf_tether_set(p->tether, key, value);

	return wrong ? refuse(p, "%s '%s' %s", name, value, wrong) : CTL_OK;
}

static int read_key(struct parser *p, char *text)
{
	char *value = strchr(text, '='), *name;
	size_t i;

	if (!value)
		return refuse(p, "'%s' is neither a section nor KEY = VALUE", text);
	*value++ = '\0';
	name = trim(text);
	value = trim(value);
	if (!p->settings)
		return refuse(p, "'%s' stands before the first section", name);
	for (i = 0; i < KEYS && strcmp(keys[i].name, name); i++)
		;
	if (i == KEYS)
		return refuse(p, "unknown key '%s'", name);
	if (check_place(p, name, keys[i].where))
		return CTL_BADCONF;
	if (p->seen & 1u << keys[i].key)
		return refuse(p, "'%s' is set twice in this section", name);
	if (!*value)
		return refuse(p, "'%s' has no value", name);
	p->seen |= 1u << keys[i].key;
	if (!p->tether)
		p->settings->has |= 1u << keys[i].key;
	return keys[i].set ? keys[i].set(p, value) : set_tether(p, name, keys[i].key, value);
}

static int read_line(struct parser *p, char *line)
{
	line = trim(line);
	if (!*line || *line == '#' || *line == ';')
		return CTL_OK;
	return *line == '[' ? read_section(p, line) : read_key(p, line);
}

void conf_defaults(struct conf *conf)
{
	memset(conf, 0, sizeof(*conf));
	conf->all.metric = METRIC_DEFAULT;
}

/**
 * conf_parse - read the text of a configuration file
 * @file: its name, for messages
 * @text: the text
 * @len: its length
 * @conf: what it says is set there, over what earlier files said; spoilt on failure
 *
 * Returns CTL_OK, or CTL_BADCONF with the failure recorded.
 */
int conf_parse(const char *file, const char *text, size_t len, struct conf *conf)
{
	struct parser p = { .file = file, .conf = conf };
	char *copy = malloc(len + 1), *rest = copy, *line;
	int code = CTL_OK;

	if (!copy)
		return fail(CTL_BADCONF, NULL, "cannot read %s: out of memory", file);
	memcpy(copy, text, len);
	copy[len] = '\0';
	if (memchr(copy, '\0', len))
		code = fail(CTL_BADCONF, CONF_MANUAL, "%s is no text file: it has an octet of zero", file);
	while (!code && (line = strsep(&rest, "\n"))) {
		p.line++;
		code = read_line(&p, line);
	}
	free(copy);
	return code;
}

/* What @from says replaces what was said before. */
static void merge(struct settings *to, const struct settings *from)
{
	to->has |= from->has;
	if (from->has & 1u << KEY_MODE)
		to->mode = from->mode;
	if (from->has & 1u << KEY_PLAT) {
		memcpy(to->plat, from->plat, sizeof(to->plat));
		to->nplat = from->nplat;
	}
	if (from->has & 1u << KEY_FALLBACK) {
		to->fallback = from->fallback;
		to->have_fallback = from->have_fallback;
	}
	if (from->has & 1u << KEY_DNS) {
		memcpy(to->dns, from->dns, sizeof(to->dns));
		to->ndns = from->ndns;
	}
	if (from->has & 1u << KEY_ADDRESS) {
		to->address = from->address;
		to->have_address = from->have_address;
		to->shared = from->shared;
	}
	if (from->has & 1u << KEY_METRIC)
		to->metric = from->metric;
	if (from->has & 1u << KEY_CHECK) {
		to->check = from->check;
		to->have_check = from->have_check;
	}
}

/* What holds for an uplink: [clat], then each [uplink] section that names it. */
void conf_settings(const struct conf *conf, const char *ifname, struct settings *settings)
{
	size_t i;

	*settings = conf->all;
	for (i = 0; i < conf->nsections; i++)
		if (!fnmatch(conf->section[i].glob, ifname, 0))
			merge(settings, &conf->section[i].settings);
}

static bool matches(const char list[][CONF_GLOB_SIZE], size_t count, const char *ifname)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (!fnmatch(list[i], ifname, 0))
			return true;
	return false;
}

/* Whether it is named as an uplink. */
bool conf_names(const struct conf *conf, const char *ifname)
{
	return matches(conf->uplinks, conf->nuplinks, ifname);
}

bool conf_excludes(const struct conf *conf, const char *ifname)
{
	return matches(conf->exclude, conf->nexclude, ifname);
}
