// SPDX-License-Identifier: GPL-2.0
/* Messages of the netlink family: what is written reads back the same, and hostile ones are bounded. */
#include "unit.h"

#include <stdlib.h>

#include <linux/genetlink.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>

#include "genl_msg.h"

static struct nl_msg *message(void)
{
	struct nl_msg *msg = nlmsg_alloc_size(16384);

	assert_non_null(genlmsg_put(msg, 1, 1, 20, 0, 0, CLAT_CMD_DEV_SET, CLAT_GENL_VERSION));
	return msg;
}

static struct dev *full(void)
{
	struct dev *dev = calloc(1, sizeof(*dev));
	int i;

	dev->ifindex = 7;
	dev->has = DEV_HAS(CLAT_A_DEV_UPLINK) | DEV_HAS(CLAT_A_DEV_PLAT) | DEV_HAS(CLAT_A_DEV_MAP) |
		   DEV_HAS(CLAT_A_DEV_LOWEST_IPV6_MTU) | DEV_HAS(CLAT_A_DEV_FWMARK) | DEV_HAS(CLAT_A_DEV_WKP_STRICT) |
		   DEV_HAS(CLAT_A_DEV_TOS) | DEV_HAS(CLAT_A_DEV_SHARED) | DEV_HAS(CLAT_A_DEV_LAN);
	dev->uplink = 0x7fffffff;
	for (i = 0; i < CLAT_PLAT_MAX; i++)
		dev->plat[dev->nplat++] = (struct plat){ .addr = v6("64:ff9b::"), .len = (uint8_t)(90 + i) };
	for (i = 0; i < CLAT_MAP_MAX; i++)
		dev->map[dev->nmap++] = (struct pair){ .v4 = v4("192.0.0.1"), .v4_len = (uint8_t)(i % 33),
						       .v6 = v6("2001:db8::1"), .v6_len = (uint8_t)(i + 64) };
	dev->lowest_ipv6_mtu = 65535;
	dev->fwmark = 0xfedcba98;
	dev->wkp_strict = 1;
	dev->tos = CLAT_TOS_INHERIT;
	dev->shared = 1;
	for (i = 0; i < CLAT_LAN_MAX; i++)
		dev->lan[dev->nlan++].ifindex = 0x7fffff00 + (uint32_t)i;
	return dev;
}

static void reads_back_the_same(void **state)
{
	struct dev *dev = full(), *back = calloc(1, sizeof(*back));
	struct nl_msg *msg = message();

	(void)state;
	assert_true(genl_put_dev(msg, dev));
	assert_true(genl_parse_dev(msg, back));
	dev->has |= DEV_HAS(CLAT_A_DEV_IFINDEX);
	back->uplink_name[0] = '\0';
	assert_memory_equal(dev, back, sizeof(*dev));
	nlmsg_free(msg);
	free(dev);
	free(back);
}

static void gives_only_what_is_given(void **state)
{
	struct dev dev = { .ifindex = 7, .has = DEV_HAS(CLAT_A_DEV_TOS), .fwmark = 3 };
	struct nl_msg *msg = message();

	(void)state;
	assert_true(genl_put_dev(msg, &dev));
	assert_non_null(nlmsg_find_attr(nlmsg_hdr(msg), GENL_HDRLEN, CLAT_A_DEV_TOS));
	assert_null(nlmsg_find_attr(nlmsg_hdr(msg), GENL_HDRLEN, CLAT_A_DEV_FWMARK));
	assert_null(nlmsg_find_attr(nlmsg_hdr(msg), GENL_HDRLEN, CLAT_A_DEV_PLAT));
	assert_null(nlmsg_find_attr(nlmsg_hdr(msg), GENL_HDRLEN, CLAT_A_DEV_MAP));
	nlmsg_free(msg);
}

/* An empty list clears; a list left out does not. Nests carry their flag: the kernel checks strictly. */
static void empty_lists_are_sent(void **state)
{
	struct dev dev = { .ifindex = 7, .has = DEV_HAS(CLAT_A_DEV_PLAT) | DEV_HAS(CLAT_A_DEV_MAP) };
	static const int types[] = { CLAT_A_DEV_PLAT, CLAT_A_DEV_MAP };
	struct nl_msg *msg = message();
	struct nlattr *nla;
	size_t i;

	(void)state;
	assert_true(genl_put_dev(msg, &dev));
	for (i = 0; i < COUNT(types); i++) {
		nla = nlmsg_find_attr(nlmsg_hdr(msg), GENL_HDRLEN, types[i]);
		assert_non_null(nla);
		assert_int_equal(nla_len(nla), 0);
		assert_true(nla->nla_type & NLA_F_NESTED);
	}
	nlmsg_free(msg);
}

static void no_room(void **state)
{
	struct dev *dev = full();
	struct nl_msg *msg = nlmsg_alloc_size(256);

	(void)state;
	genlmsg_put(msg, 1, 1, 20, 0, 0, CLAT_CMD_DEV_SET, CLAT_GENL_VERSION);
	assert_false(genl_put_dev(msg, dev));
	nlmsg_free(msg);
	free(dev);
}

static void malformed_answers(void **state)
{
	struct nl_msg *msg = message();
	struct nlattr *list, *nest;
	struct dev dev;
	int i;

	(void)state;
	assert_false(genl_parse_dev(msg, &dev));
	nla_put_u32(msg, CLAT_A_DEV_IFINDEX, 7);
	nla_put_string(msg, CLAT_A_DEV_IFNAME, "a name that is longer than a name can be");
	nla_put_u8(msg, CLAT_A_DEV_UPLINK, 1);
	nla_put_u8(msg, CLAT_A_DEV_TOS, 1);
	list = nla_nest_start(msg, CLAT_A_DEV_PLAT);
	for (i = 0; i < CLAT_PLAT_MAX + 3; i++) {
		nest = nla_nest_start(msg, CLAT_A_PREFIXES_PREFIX);
		nla_put(msg, CLAT_A_PREFIX_ADDR, i ? 16 : 4, "0123456789abcdef");
		nla_put_u8(msg, CLAT_A_PREFIX_LEN, 96);
		nla_nest_end(msg, nest);
	}
	nla_nest_end(msg, list);
	nla_put(msg, CLAT_A_DEV_MAP, 3, "abc");
	assert_true(genl_parse_dev(msg, &dev));
	assert_int_equal(strlen(dev.ifname), IF_NAMESIZE - 1);
	assert_int_equal(dev.uplink, 0);
	assert_int_equal(dev.tos, 0);
	assert_int_equal(dev.nplat, CLAT_PLAT_MAX);
	assert_int_equal(dev.nmap, 0);
	nlmsg_free(msg);
}

static void counters(void **state)
{
	struct nl_msg *msg = message();
	struct nlattr *nest;
	struct stats stats;

	(void)state;
	nla_put_u32(msg, CLAT_A_STATS_IFINDEX, 7);
	nla_put_string(msg, CLAT_A_STATS_IFNAME, "clat0");
	nla_put_u64(msg, CLAT_A_STATS_PACKETS46, 1);
	nla_put_u64(msg, CLAT_A_STATS_BYTES46, UINT64_MAX);
	nla_put_u64(msg, CLAT_A_STATS_PACKETS64, 3);
	nla_put_u32(msg, CLAT_A_STATS_BYTES64, 4);		/* of a wrong size */
	nest = nla_nest_start(msg, CLAT_A_STATS_DROPS);
	nla_put_u64(msg, CLAT_DROP_MEMORY64, 5);
	nla_put_u64(msg, CLAT_DROP_MAX + 1, 6);			/* of a newer kernel */
	nla_put_u64(msg, DROPS_MAX, 7);
	nla_put_u64(msg, 0x3fff, 8);
	nla_put(msg, CLAT_DROP_PAD, 0, NULL);
	nla_nest_end(msg, nest);
	assert_true(genl_parse_stats(msg, &stats));
	assert_string_equal(stats.ifname, "clat0");
	assert_int_equal(stats.packets46, 1);
	assert_true(stats.bytes46 == UINT64_MAX);
	assert_int_equal(stats.packets64, 3);
	assert_int_equal(stats.bytes64, 0);
	assert_int_equal(stats.drop[CLAT_DROP_MEMORY64], 5);
	assert_int_equal(stats.drop[CLAT_DROP_MAX + 1], 6);
	assert_true(stats.has_drop[CLAT_DROP_MAX + 1]);
	assert_false(stats.has_drop[CLAT_DROP_HEADER46]);
	assert_false(stats.has_drop[CLAT_DROP_PAD]);
	nlmsg_free(msg);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_back_the_same),
		cmocka_unit_test(gives_only_what_is_given),
		cmocka_unit_test(empty_lists_are_sent),
		cmocka_unit_test(no_room),
		cmocka_unit_test(malformed_answers),
		cmocka_unit_test(counters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
