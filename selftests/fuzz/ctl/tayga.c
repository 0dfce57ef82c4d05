// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzzer: tayga.conf. It is read as a whole, into what a device can be asked to take and the file says, or refused with a
 * text. The first octet says what is put before: a file that is good so far.
 */
#include "check.h"
#include "ctl.h"
#include "pref64.h"
#include "tayga.h"

#define GOOD_BEFORE 1

static const char good[] = "tun-device clat\nprefix 64:ff9b::/96\nmap 192.0.0.1 2001:db8::c1a7\n";

static void look(const uint8_t *data, size_t size)
{
	struct tayga_conf conf;
	struct dev *dev = &conf.dev;
	int code = tayga_parse("FILE", (const char *)data, size, &conf);
	size_t i;

	if (code) {
		check(code == CTL_BADCONF);
		check(!strncmp(failure_get().message, "FILE", 4));
		return;
	}
	check(!memchr(data, '\0', size));
	check(dev->nplat == 1 && pref64_usable(&dev->plat[0]));
	check(dev->nmap >= 1 && dev->nmap <= CLAT_MAP_MAX);
	for (i = 0; i < dev->nmap; i++)
		check(dev->map[i].v4_len <= 32 && dev->map[i].v6_len == 96 + dev->map[i].v4_len);
	check(dev->ifname[0] && strlen(dev->ifname) < sizeof(dev->ifname) && !strpbrk(dev->ifname, "/:% \t\n"));
	check(find(data, size, dev->ifname, strlen(dev->ifname)));
	check(find(data, size, conf.dynamic_pool, strlen(conf.dynamic_pool)));
	check(!(dev->has & DEV_HAS(CLAT_A_DEV_LOWEST_IPV6_MTU)) || dev->lowest_ipv6_mtu >= 1280);
	check(!(dev->has & DEV_HAS(CLAT_A_DEV_UPLINK)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t before;
	uint8_t *copy;

	if (!size)
		return 0;
	before = data[0] & GOOD_BEFORE ? sizeof(good) - 1 : 0;
	copy = malloc(before + size);
	check(copy);
	memcpy(copy, good, before);
	memcpy(copy + before, data + 1, size - 1);
	/* Of exactly that size. */
	copy = realloc(copy, before + size - 1 ? before + size - 1 : 1);
	check(copy);
	look(copy, before + size - 1);
	free(copy);
	return 0;
}
