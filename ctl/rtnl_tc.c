// SPDX-License-Identifier: GPL-2.0
/*
 * Filters of tc that redirect what comes in by an interface, to an ifb device for shaping as a rule: it comes back behind
 * netfilter's ingress hook, so the module does not see it. Filters of BPF that redirect by themselves tell nothing of it.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <linux/tc_act/tc_gact.h>
#include <linux/tc_act/tc_mirred.h>
#include <netlink/attr.h>

#include "ctl.h"
#include "nl.h"
#include "rtnl.h"

/* Where each kind of filter has its actions. */
static const struct {
	const char *kind;
	int attr;
} kinds[] = {
	{ "basic", TCA_BASIC_ACT }, { "bpf", TCA_BPF_ACT }, { "flower", TCA_FLOWER_ACT }, { "fw", TCA_FW_ACT },
	{ "matchall", TCA_MATCHALL_ACT }, { "u32", TCA_U32_ACT },
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

struct redirect {
	int to;				/* ifindex, 0 for none */
	bool passes;			/* a filter before it lets some of it pass */
};

static struct nlattr *find_actions(struct nlattr *tb[TCA_MAX + 1])
{
	size_t i;

	if (!tb[TCA_KIND] || !tb[TCA_OPTIONS])
		return NULL;
	for (i = 0; i < KINDS; i++)
		if (!nla_strcmp(tb[TCA_KIND], kinds[i].kind))
			return nla_find(nla_data(tb[TCA_OPTIONS]), nla_len(tb[TCA_OPTIONS]), kinds[i].attr);
	return NULL;
}

/* The parameters of an action of a kind, if @action is one and they are that long. */
static void *parameters(struct nlattr *action, const char *kind, int attr, size_t size)
{
	struct nlattr *tb[TCA_ACT_MAX + 1], *params;

	if (nla_parse_nested(tb, TCA_ACT_MAX, action, NULL) < 0 || !tb[TCA_ACT_KIND] || !tb[TCA_ACT_OPTIONS] ||
	    nla_strcmp(tb[TCA_ACT_KIND], kind))
		return NULL;
	params = nla_find(nla_data(tb[TCA_ACT_OPTIONS]), nla_len(tb[TCA_ACT_OPTIONS]), attr);
	return params && nla_len(params) >= (int)size ? nla_data(params) : NULL;
}

static void judge(struct nlattr *actions, struct redirect *redirect)
{
	const struct tc_mirred *mirred;
	const struct tc_gact *gact;
	struct nlattr *action;
	int rest;

	nla_for_each_nested(action, actions, rest) {
		mirred = parameters(action, "mirred", TCA_MIRRED_PARMS, sizeof(*mirred));
		gact = parameters(action, "gact", TCA_GACT_PARMS, sizeof(*gact));
		if (mirred && (mirred->eaction == TCA_EGRESS_REDIR || mirred->eaction == TCA_INGRESS_REDIR))
			redirect->to = (int)mirred->ifindex;
		else if (gact && gact->action == TC_ACT_OK)
			redirect->passes = true;
	}
}

/* The kernel lists them in the order in which it asks them. */
static int on_filter(struct nl_msg *msg, void *arg)
{
	const struct tcmsg *tcm = nlmsg_data(nlmsg_hdr(msg));
	struct nlattr *tb[TCA_MAX + 1], *actions;
	struct redirect *redirect = arg;
	uint16_t protocol;

	if (redirect->to || nlmsg_parse(nlmsg_hdr(msg), sizeof(*tcm), tb, TCA_MAX, NULL) < 0)
		return NL_OK;
	protocol = ntohs((uint16_t)tcm->tcm_info);
	actions = find_actions(tb);
	if (actions && (protocol == ETH_P_ALL || protocol == ETH_P_IPV6))
		judge(actions, redirect);
	return NL_OK;
}

/**
 * tc_redirect - where tc sends what comes in by an interface
 * @ifindex: the interface
 *
 * Returns the ifindex of where, or 0: nowhere, not all of it, or that cannot be told.
 */
int tc_redirect(int ifindex)
{
	struct tcmsg tcm = {
		.tcm_family = AF_UNSPEC, .tcm_ifindex = ifindex, .tcm_parent = TC_H_MAKE(TC_H_CLSACT, TC_H_MIN_INGRESS),
	};
	struct failure before = failure_get();
	struct redirect redirect = { 0 };

	/* A kernel without filters refuses: that is none. */
	if (rtnl_dump(RTM_GETTFILTER, &tcm, sizeof(tcm), on_filter, &redirect, "filters of tc"))
		failure_set(&before);
	return redirect.passes ? 0 : redirect.to;
}
