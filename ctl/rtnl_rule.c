// SPDX-License-Identifier: GPL-2.0
/*
 * Rules and tables of the CLAT's IPv4 addresses: what leaves from one of them goes by its own device, whatever the
 * default route is. Connections so outlive the default route, and with several uplinks each keeps its own. More
 * specific routes, to a hotspot for one, hold all the same: the main table is asked first, without its default routes.
 */
#include <errno.h>
#include <string.h>

#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>

#include "ctl.h"
#include "nl.h"
#include "rtnl.h"

/* Before the rules of VPNs that send everything their way, so that what began outside of them goes on there. */
#define PRIORITY_MAIN 4640
#define PRIORITY_OWN 4641
#define TABLE_BASE 46400

/* The table of an address of 192.0.0.0/29. */
uint32_t rule_table(struct in_addr v4)
{
	return TABLE_BASE + (ntohl(v4.s_addr) & 7);
}

static void wanted(struct in_addr v4, struct rule rules[2])
{
	rules[0] = (struct rule){ .from = v4, .priority = PRIORITY_MAIN, .table = RT_TABLE_MAIN, .suppress = 0 };
	rules[1] = (struct rule){ .from = v4, .priority = PRIORITY_OWN, .table = rule_table(v4), .suppress = -1 };
}

static bool same(const struct rule *a, const struct rule *b)
{
	return a->from.s_addr == b->from.s_addr && a->priority == b->priority && a->table == b->table &&
	       a->suppress == b->suppress;
}

static bool parse(struct nlmsghdr *nlh, struct rule *rule)
{
	const struct fib_rule_hdr *hdr = nlmsg_data(nlh);
	struct nlattr *tb[FRA_MAX + 1];

	if (nlh->nlmsg_type != RTM_NEWRULE || nlmsg_parse(nlh, sizeof(*hdr), tb, FRA_MAX, NULL) < 0 ||
	    hdr->action != FR_ACT_TO_TBL || hdr->src_len != 32 || !tb[FRA_SRC] || nla_len(tb[FRA_SRC]) != 4)
		return false;
	memcpy(&rule->from, nla_data(tb[FRA_SRC]), 4);
	rule->priority = tb[FRA_PRIORITY] ? nla_get_u32(tb[FRA_PRIORITY]) : 0;
	rule->table = tb[FRA_TABLE] ? nla_get_u32(tb[FRA_TABLE]) : hdr->table;
	rule->suppress = tb[FRA_SUPPRESS_PREFIXLEN] ? (int)nla_get_u32(tb[FRA_SUPPRESS_PREFIXLEN]) : -1;
	return rule->priority == PRIORITY_MAIN || rule->priority == PRIORITY_OWN;
}

static int on_rule(struct nl_msg *msg, void *arg)
{
	struct rule rule;

	if (parse(nlmsg_hdr(msg), &rule))
		rtnl_list_add(arg, &rule, sizeof(rule));
	return NL_OK;
}

/* The rules of all CLATs, in a list that the caller frees. */
int rule_list(struct rule **list, size_t *count)
{
	struct fib_rule_hdr hdr = { .family = AF_INET };
	struct rtnl_list l = { 0 };
	int code = rtnl_list_fill(&l, RTM_GETRULE, &hdr, sizeof(hdr), on_rule, "rules");

	*list = l.items;
	*count = l.count;
	return code;
}

static int change(int type, int flags, const struct rule *rule, struct extack *ack)
{
	struct fib_rule_hdr hdr = { .family = AF_INET, .src_len = 32, .action = FR_ACT_TO_TBL };
	struct nl_msg *msg;

	if (!rtnl_sock())
		return failure_get().code;
	msg = nlmsg_alloc_simple(type, flags);
	if (!msg || nlmsg_append(msg, &hdr, sizeof(hdr), NLMSG_ALIGNTO) < 0 || nla_put(msg, FRA_SRC, 4, &rule->from) ||
	    nla_put_u32(msg, FRA_PRIORITY, rule->priority) || nla_put_u32(msg, FRA_TABLE, rule->table) ||
	    (rule->suppress >= 0 && nla_put_u32(msg, FRA_SUPPRESS_PREFIXLEN, (uint32_t)rule->suppress))) {
		nlmsg_free(msg);
		return fail(CTL_REFUSED, NULL, "out of memory for a netlink message");
	}
	nl_request(rtnl_sock(), msg, NULL, NULL, ack);
	nlmsg_free(msg);
	return CTL_OK;
}

static int add(const struct rule *rule)
{
	struct extack ack;
	int code = change(RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL, rule, &ack);

	if (code || !ack.error || ack.error == -EEXIST)
		return code;
	return nl_fail(&ack, "is the kernel built with CONFIG_IP_MULTIPLE_TABLES?",
		       "cannot add the rule for what leaves from the CLAT's address");
}

/* How many of the rules of an address a list has. */
size_t rules_have(struct in_addr v4, const struct rule *list, size_t count)
{
	struct rule rules[ADDRESS_RULES];
	size_t i, r, have = 0;

	wanted(v4, rules);
	for (r = 0; r < ADDRESS_RULES; r++) {
		for (i = 0; i < count && !same(&list[i], &rules[r]); i++)
			;
		have += i < count;
	}
	return have;
}

/* Adds what @list lacks of the rules of an address. */
int rules_sync(struct in_addr v4, const struct rule *list, size_t count)
{
	struct rule rules[2];
	size_t i, r;
	int code = CTL_OK;

	wanted(v4, rules);
	for (r = 0; r < 2 && !code; r++) {
		for (i = 0; i < count && !same(&list[i], &rules[r]); i++)
			;
		if (i == count)
			code = add(&rules[r]);
	}
	return code;
}

/* Deletes the rules of an address; what is gone already is no failure. */
int rules_del(struct in_addr v4)
{
	struct rule rules[2];
	struct extack ack;
	int code = CTL_OK, r;

	wanted(v4, rules);
	for (r = 0; r < 2 && !code; r++) {
		code = change(RTM_DELRULE, 0, &rules[r], &ack);
		if (!code && ack.error && ack.error != -ENOENT && ack.error != -EOPNOTSUPP)
			code = nl_fail(&ack, NULL, "cannot delete the rule for what leaves from the CLAT's address");
	}
	return code;
}
