// SPDX-License-Identifier: GPL-2.0
/*
 * tayga.conf, as TAYGA 0.9.2 and later read it, into the configuration of a clat device. A directive that the module
 * cannot honour is an error with file and line, but for those that ConnMan always writes.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attr.h"
#include "ctl.h"
#include "pref64.h"
#include "tayga.h"
#include "text.h"

#define SEPARATORS " \t\r"
#define WORDS_MAX 10
#define OFFLINK_MTU_MIN 1280
#define OFFLINK_MTU_MAX 65535
#define ANY_NUMBER (-1)

struct parser {
	const char *file;
	unsigned int line;
	struct tayga_conf *conf;
	uint32_t seen;			/* directives, by their place in the table */
};

static const char see_manual[] = "see: man clat-tayga";

#define refuse(p, fmt, ...) \
	fail(CTL_BADCONF, see_manual, "%s:%u: " fmt, (p)->file, (p)->line, __VA_ARGS__)

static int set_tun_device(struct parser *p, char **words)
{
	const char *name = words[0];

	if (strlen(name) >= sizeof(p->conf->dev.ifname) || strpbrk(name, "/:%") || !strcmp(name, ".") ||
	    !strcmp(name, ".."))
		return refuse(p, "'%s' is no name for an interface", name);
	strcpy(p->conf->dev.ifname, name);
	return CTL_OK;
}

/* TAYGA's own addresses: it sends ICMP errors from them, where the kernel has better ones. */
static int set_ipv4_addr(struct parser *p, char **words)
{
	struct in_addr addr;

	return inet_pton(AF_INET, words[0], &addr) == 1 ? CTL_OK : refuse(p, "'%s' is no IPv4 address", words[0]);
}

static int set_ipv6_addr(struct parser *p, char **words)
{
	struct in6_addr addr;

	return inet_pton(AF_INET6, words[0], &addr) == 1 ? CTL_OK : refuse(p, "'%s' is no IPv6 address", words[0]);
}

static int set_prefix(struct parser *p, char **words)
{
	struct plat *plat = &p->conf->dev.plat[0];
	int len;

	if (attr_prefix6(words[0], &plat->addr, &len))
		return refuse(p, "'%s' is no PREFIX/LEN such as 64:ff9b::/96", words[0]);
	plat->len = (uint8_t)len;
	if (!pref64_usable(plat))
		return refuse(p, "'%s' is no NAT64 prefix: 32, 40, 48, 56, 64 or 96 bits, none behind them or in octet 8",
			      words[0]);
	p->conf->dev.nplat = 1;
	return CTL_OK;
}

static int add_map(struct parser *p, char **words)
{
	struct dev *dev = &p->conf->dev;
	const struct pair *pair = &dev->map[dev->nmap];
	char text[96];

	if (dev->nmap == CLAT_MAP_MAX)
		return refuse(p, "more than %d maps", CLAT_MAP_MAX);
	if ((size_t)snprintf(text, sizeof(text), "%s=%s", words[0], words[1]) < sizeof(text) && !attr_pair(text, dev) &&
	    32 - pair->v4_len == 128 - pair->v6_len)
		return CTL_OK;
	return refuse(p, "'%s %s' is no V4[/LEN] V6[/LEN] with suffixes of equal length", words[0], words[1]);
}

/* ConnMan always writes one: the subnet of its hotspot, which goes by NAT44. */
static int set_dynamic_pool(struct parser *p, char **words)
{
	char *pool = p->conf->dynamic_pool, *slash = strchr(words[0], '/');
	struct in_addr addr;
	unsigned long len;

	if (!slash || strlen(words[0]) >= sizeof(p->conf->dynamic_pool) || attr_number(slash + 1, 31, &len))
		return refuse(p, "'%s' is no IPv4 prefix", words[0]);
	strcpy(pool, words[0]);
	*slash = '\0';
	return inet_pton(AF_INET, words[0], &addr) == 1 ? CTL_OK : refuse(p, "'%s' is no IPv4 prefix", pool);
}

static int set_data_dir(struct parser *p, char **words)
{
	return words[0][0] == '/' ? CTL_OK : refuse(p, "'%s' is no absolute path", words[0]);
}

static int read_switch(struct parser *p, const char *word, bool *on)
{
	static const char *const names[][2] = { { "off", "on" }, { "no", "yes" }, { "false", "true" }, { "0", "1" } };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		*on = !strcasecmp(word, names[i][1]);
		if (*on || !strcasecmp(word, names[i][0]))
			return CTL_OK;
	}
	return refuse(p, "'%s' is neither on nor off", word);
}

static int set_strict_frag_hdr(struct parser *p, char **words)
{
	return read_switch(p, words[0], &p->conf->strict_frag_hdr);
}

static int set_wkpf_strict(struct parser *p, char **words)
{
	bool on = false;
	int code = read_switch(p, words[0], &on);

	p->conf->dev.wkp_strict = on;
	return code;
}

static int set_offlink_mtu(struct parser *p, char **words)
{
	unsigned long mtu;

	if (attr_number(words[0], OFFLINK_MTU_MAX, &mtu) || mtu < OFFLINK_MTU_MIN)
		return refuse(p, "'%s' is no number from %d to %d", words[0], OFFLINK_MTU_MIN, OFFLINK_MTU_MAX);
	p->conf->dev.lowest_ipv6_mtu = (uint32_t)mtu;
	p->conf->dev.has |= DEV_HAS(CLAT_A_DEV_LOWEST_IPV6_MTU);
	return CTL_OK;
}

static int set_udp_cksum_mode(struct parser *p, char **words)
{
	if (!strcasecmp(words[0], "calc"))
		return CTL_OK;
	return refuse(p, "udp-cksum-mode '%s' cannot be had, only calc: a datagram without a checksum gets one",
		      words[0]);
}

static int set_log(struct parser *p, char **words)
{
	(void)words;
	return refuse(p, "%s", "log cannot be had: packets that are dropped are counted, see clatctl stats");
}

static const struct {
	const char *name;
	int words;			/* behind it */
	int (*set)(struct parser *p, char **words);
} directives[] = {
	{ "map", 2, add_map },
	{ "tun-device", 1, set_tun_device },
	{ "ipv4-addr", 1, set_ipv4_addr },
	{ "ipv6-addr", 1, set_ipv6_addr },
	{ "prefix", 1, set_prefix },
	{ "dynamic-pool", 1, set_dynamic_pool },
	{ "data-dir", 1, set_data_dir },
	{ "strict-frag-hdr", 1, set_strict_frag_hdr },
	{ "wkpf-strict", 1, set_wkpf_strict },
	{ "offlink-mtu", 1, set_offlink_mtu },
	{ "udp-cksum-mode", 1, set_udp_cksum_mode },
	{ "log", ANY_NUMBER, set_log },
};

#define DIRECTIVES (sizeof(directives) / sizeof(directives[0]))

static int read_words(struct parser *p, char **words, int count)
{
	size_t i;

	for (i = 0; i < DIRECTIVES && strcasecmp(directives[i].name, words[0]); i++)
		;
	if (i == DIRECTIVES)
		return refuse(p, "unknown directive '%s'", words[0]);
	if (directives[i].words != ANY_NUMBER && directives[i].words != count - 1)
		return refuse(p, "'%s' takes %d word%s, but has %d", directives[i].name, directives[i].words,
			      directives[i].words == 1 ? "" : "s", count - 1);
	/* Only map may stand there again. */
	if (i && p->seen & 1u << i)
		return refuse(p, "'%s' is there twice", directives[i].name);
	p->seen |= 1u << i;
	return directives[i].set(p, words + 1);
}

static int read_line(struct parser *p, char *line)
{
	char *rest, *word, *words[WORDS_MAX];
	int count = 0;

	for (word = strtok_r(line, SEPARATORS, &rest); word && *word != '#'; word = strtok_r(NULL, SEPARATORS, &rest)) {
		if (count == WORDS_MAX)
			return refuse(p, "more than %d words", WORDS_MAX);
		words[count++] = word;
	}
	return count ? read_words(p, words, count) : CTL_OK;
}

static int check_whole(const char *file, const struct dev *dev)
{
	if (!dev->ifname[0])
		return fail(CTL_BADCONF, see_manual, "%s: no tun-device: the device has no name", file);
	if (!dev->nplat)
		return fail(CTL_BADCONF, see_manual, "%s: no prefix: there is no NAT64 to send to", file);
	if (!dev->nmap)
		return fail(CTL_BADCONF, see_manual, "%s: no map: there is no address to translate", file);
	return CTL_OK;
}

/**
 * tayga_parse - read the text of a tayga.conf
 * @file: its name, for messages
 * @text: the text
 * @len: its length
 * @conf: filled in; spoilt on failure
 *
 * Returns CTL_OK, or CTL_BADCONF with the failure recorded.
 */
int tayga_parse(const char *file, const char *text, size_t len, struct tayga_conf *conf)
{
	struct parser p = { .file = file, .conf = conf };
	char *copy = malloc(len + 1), *rest = copy, *line;
	int code = CTL_OK;

	memset(conf, 0, sizeof(*conf));
	conf->dev.has = DEV_HAS(CLAT_A_DEV_PLAT) | DEV_HAS(CLAT_A_DEV_MAP) | DEV_HAS(CLAT_A_DEV_WKP_STRICT);
	if (!copy)
		return fail(CTL_BADCONF, NULL, "cannot read %s: out of memory", file);
	memcpy(copy, text, len);
	copy[len] = '\0';
	if (memchr(copy, '\0', len))
		code = fail(CTL_BADCONF, see_manual, "%s is no text file: it has an octet of zero", file);
	while (!code && (line = strsep(&rest, "\n"))) {
		p.line++;
		code = read_line(&p, line);
	}
	free(copy);
	return code ? code : check_whole(file, &conf->dev);
}

/* The same from a file. */
int tayga_load(const char *path, struct tayga_conf *conf)
{
	size_t len;
	char *text;
	int err = text_load(path, &text, &len), code;

	if (err)
		return fail(CTL_BADCONF, "name another file: --config FILE", "cannot read %s: %s", path, strerror(-err));
	code = tayga_parse(path, text, len, conf);
	free(text);
	return code;
}
