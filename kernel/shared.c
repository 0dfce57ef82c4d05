// SPDX-License-Identifier: GPL-2.0
/*
 * A device whose IPv6 address the host itself uses too: which packets are whose.
 * Programs do speak IPv6 to hosts under the PLAT prefix, by DNS64.
 *
 * A socket of IPv6 that is connected owns its flow. One that is not, a listener
 * or an unconnected UDP socket, takes packets from anybody; but the same program
 * may well use its port for IPv4 too, by the same socket or by a second one. And
 * most protocols have no sockets that could be looked up. In all these cases
 * the flow is ours if IPv4 has sent in it not long ago (flows.c), and is left to
 * IPv6 otherwise, as is what can't be told: native IPv6 works as without us.
 */
#include <linux/icmpv6.h>
#include <linux/mm.h>
#include <net/inet6_hashtables.h>
#include <net/ipv6.h>
#include <net/sock.h>
#include <net/tcp.h>
#include <net/udp.h>

#include "clat.h"

/**
 * clat_shared_possible() - tell whether an address can be shared on this kernel
 *
 * What is the host's own must be told before IPv6 sees a packet, and by sockets.
 */
bool clat_shared_possible(void)
{
	return IS_ENABLED(CONFIG_NETFILTER_INGRESS) && CLAT_HAVE_UDP6_LOOKUP;
}

/* Which socket of IPv6 a flow has. */
enum clat_owner {
	CLAT_OWNER_NONE,
	CLAT_OWNER_ANY,		/* one for all flows of its port, or it can't be told */
	CLAT_OWNER_THIS,	/* one for this flow alone */
};

/**
 * struct clat_parted - a packet, as far as it tells its flow
 * @local6:	the local end
 * @far6:	the far end
 * @flow:	the same for flows.c; @far is 0 if the far end has no IPv4 address
 * @near_port:	port of the local end, TCP and UDP only
 * @far_port:	port of the far end, likewise
 * @off:	of the transport header, or of the Fragment header of a fragment
 *		that isn't the first
 * @more:	the first of several fragments
 */
struct clat_parted {
	struct in6_addr local6;
	struct in6_addr far6;
	struct clat_flow flow;
	__be16 near_port;
	__be16 far_port;
	int off;
	bool more;
};

static enum clat_owner clat_owner_tcp(struct net *net,
				      const struct clat_parted *p, int dif)
{
	enum clat_owner owner;
	bool refcounted;
	struct sock *sk;

	sk = __inet6_lookup(net, NULL, 0, &p->far6, p->far_port, &p->local6,
			    ntohs(p->near_port), dif, 0, &refcounted);
	if (!sk)
		return CLAT_OWNER_NONE;
	owner = READ_ONCE(sk->sk_state) == TCP_LISTEN ? CLAT_OWNER_ANY :
							CLAT_OWNER_THIS;
	if (refcounted)
		sock_gen_put(sk);
	return owner;
}

static enum clat_owner clat_owner_udp(struct net *net,
				      const struct clat_parted *p, int dif)
{
	struct sock *sk = udp6_lib_lookup(net, &p->far6, p->far_port,
					  &p->local6, p->near_port, dif);
	enum clat_owner owner;

	if (!sk)
		return CLAT_OWNER_NONE;
	owner = READ_ONCE(sk->sk_state) == TCP_ESTABLISHED ? CLAT_OWNER_THIS :
							     CLAT_OWNER_ANY;
	sock_put(sk);
	return owner;
}

static enum clat_owner clat_owner(struct net *net,
				  const struct clat_config *cfg,
				  const struct clat_parted *p)
{
	switch (p->flow.proto) {
	case IPPROTO_TCP:
		return clat_owner_tcp(net, p, cfg->uplink->ifindex);
	case IPPROTO_UDP:
		return clat_owner_udp(net, p, cfg->uplink->ifindex);
	default:
		return CLAT_OWNER_ANY;
	}
}

/*
 * Reads ports or identifier behind p->off; the sender is the local end, or the
 * far one. Return: false if they are cut off.
 */
static bool clat_part_ports(const struct sk_buff *skb, struct clat_parted *p,
			    bool from_local)
{
	__be16 buf[3], *l4;

	p->flow.id = 0;
	switch (p->flow.proto) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
		l4 = skb_header_pointer(skb, p->off, 4, buf);
		if (!l4)
			return false;
		p->near_port = l4[!from_local];
		p->far_port = l4[from_local];
		p->flow.id = (u32)ntohs(p->far_port) << 16 |
			     ntohs(p->near_port);
		return true;
	case IPPROTO_ICMPV6:
		l4 = skb_header_pointer(skb, p->off, sizeof(buf), buf);
		if (l4)
			p->flow.id = ntohs(l4[2]);
		return l4;
	default:
		return true;
	}
}

/* The packet that an ICMP error from IPv4 quotes, which came 6 to 4. */
static bool clat_part_quoted46(const struct sk_buff *skb, unsigned int at,
			       const struct clat_ends *ends,
			       struct clat_parted *p)
{
	struct iphdr buf, *ip;

	ip = skb_header_pointer(skb, at, sizeof(buf), &buf);
	if (!ip || ip->saddr != ends->far4 || ip->daddr != ends->local4 ||
	    ip->ihl < 5 || ip->frag_off & htons(IP_OFFSET))
		return false;
	p->off = at + ip->ihl * 4;
	p->flow.proto = ip->protocol;
	return clat_part_ports(skb, p, false);
}

/**
 * clat_shared46() - tell whether a flow is IPv4's own, and note that it is used
 * @net:	namespace of the device
 * @cfg:	its configuration, with an uplink and @shared
 * @skb:	an IPv4 packet, data at its header
 * @pkt:	what clat_parse4() found in it
 * @ends:	its addresses
 *
 * IPv4 chooses ports without regard to those of IPv6: so does a hotspot's
 * client. What comes second would get the answers of the first.
 *
 * Context: BH disabled, RCU read side. Return: 0, or -CLAT_DROP_NATIVE46.
 */
int clat_shared46(struct net *net, const struct clat_config *cfg,
		  const struct sk_buff *skb, const struct clat_packet *pkt,
		  const struct clat_ends *ends)
{
	struct clat_parted p = {
		.local6 = ends->local6,
		.far6 = ends->far6,
		.flow.far = ends->far4,
		.flow.proto = pkt->proto == IPPROTO_ICMP ? IPPROTO_ICMPV6 :
							   pkt->proto,
		.off = pkt->l4_off,
	};
	bool error = pkt->l4 == CLAT_L4_ERROR, known;

	/* The first fragment was judged for all. */
	if (pkt->frag_off)
		return 0;
	if (error)
		known = clat_part_quoted46(skb, p.off + sizeof(struct icmphdr),
					   ends, &p);
	else
		known = clat_part_ports(skb, &p, true);
	if (!known)
		return 0;

	switch (clat_owner(net, cfg, &p)) {
	case CLAT_OWNER_THIS:
		return -CLAT_DROP_NATIVE46;
	case CLAT_OWNER_ANY:
		/* An error opens nothing at the NAT64. */
		if (!error)
			clat_flow_note(cfg->flows, &p.flow, clat_flow_now());
		return 0;
	default:
		return 0;
	}
}

/* An IPv6 packet, or one that an error quotes, as far as addresses and protocol. */
static bool clat_part6(const struct clat_config *cfg, const struct sk_buff *skb,
		       int at, bool quoted, struct clat_parted *p)
{
	const struct clat_plat *plat;
	struct ipv6hdr buf, *ip6;
	__be16 frag_off;

	ip6 = skb_header_pointer(skb, at, sizeof(buf), &buf);
	if (!ip6)
		return false;
	p->local6 = quoted ? ip6->saddr : ip6->daddr;
	p->far6 = quoted ? ip6->daddr : ip6->saddr;
	plat = clat_plat_find(&cfg->xlat, &p->far6);
	p->flow.far = plat ? clat_plat_extract(plat, &p->far6) : 0;

	p->flow.proto = ip6->nexthdr;
	p->off = ipv6_skip_exthdr(skb, at + sizeof(buf), &p->flow.proto,
				  &frag_off);
	p->more = frag_off & htons(IP6_MF);
	return p->off >= 0;
}

/* Echo replies, and of what errors quote echo requests: no other has a flow. */
static bool clat_is_echo6(const struct sk_buff *skb, int off, bool quoted)
{
	u8 buf, *type = skb_header_pointer(skb, off, 1, &buf);

	return type && *type == (quoted ? ICMPV6_ECHO_REQUEST :
					  ICMPV6_ECHO_REPLY);
}

static bool clat_is_error6(const struct sk_buff *skb, int off)
{
	u8 buf, *type = skb_header_pointer(skb, off, 1, &buf);

	return type && clat_icmp6_class(*type) == CLAT_L4_ERROR;
}

/* The fragments of a datagram, by the identification behind @at. */
static bool clat_part_fragment(const struct sk_buff *skb, int at,
			       const struct clat_parted *p,
			       struct clat_flow *fragment)
{
	__be32 buf, *id = skb_header_pointer(skb, at, sizeof(buf), &buf);

	if (!id)
		return false;
	fragment->far = p->flow.far;
	fragment->id = ntohl(*id);
	fragment->proto = IPPROTO_FRAGMENT;
	return true;
}

/* Fragments that come before the first can't be told: IPv6 gets them. */
static bool clat_fragment_is_ours(const struct clat_config *cfg,
				  const struct sk_buff *skb,
				  const struct clat_parted *p, u32 now)
{
	struct clat_flow fragment;

	return clat_part_fragment(skb, p->off + offsetof(struct frag_hdr,
							 identification),
				  p, &fragment) &&
	       clat_flow_seen(cfg->flows, &fragment, now);
}

static bool clat_flow_is_ours(struct net *net, const struct clat_config *cfg,
			      const struct clat_parted *p, u32 now)
{
	enum clat_owner owner = clat_owner(net, cfg, p);

	return owner == CLAT_OWNER_NONE ||
	       (owner == CLAT_OWNER_ANY &&
		clat_flow_seen(cfg->flows, &p->flow, now));
}

/**
 * clat_shared64() - tell whether a packet from the PLAT is ours, or IPv6's own
 * @net:	namespace of the device
 * @cfg:	its configuration, with an uplink and @shared
 * @skb:	an IPv6 packet to the shared address from under a PLAT prefix, or
 *		an ICMPv6 error to it from anywhere; data at its header
 *
 * Reads only. Context: softirq, RCU read side. Return: true if it is ours.
 */
bool clat_shared64(struct net *net, const struct clat_config *cfg,
		   const struct sk_buff *skb)
{
	u32 now = clat_flow_now();
	struct clat_flow fragment;
	struct clat_parted p;
	bool quoted = false;

	if (!clat_part6(cfg, skb, 0, false, &p))
		return false;
	if (p.flow.proto == IPPROTO_FRAGMENT)
		return clat_fragment_is_ours(cfg, skb, &p, now);
	if (p.flow.proto == IPPROTO_ICMPV6 && clat_is_error6(skb, p.off)) {
		quoted = true;
		if (!clat_part6(cfg, skb, p.off + sizeof(struct icmp6hdr), true,
				&p) || p.flow.proto == IPPROTO_FRAGMENT)
			return false;
	}
	if (p.flow.proto == IPPROTO_ICMPV6 &&
	    !clat_is_echo6(skb, p.off, quoted))
		return false;
	if (!clat_part_ports(skb, &p, quoted) ||
	    !clat_flow_is_ours(net, cfg, &p, now))
		return false;

	/* The identification is the last field of the header just before. */
	if (p.more && !quoted &&
	    clat_part_fragment(skb, p.off - sizeof(__be32), &p, &fragment))
		clat_flow_note(cfg->flows, &fragment, now);
	return true;
}
