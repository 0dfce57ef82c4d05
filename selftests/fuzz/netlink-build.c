// SPDX-License-Identifier: GPL-2.0
/*
 * From the octets of the fuzzer to the attributes of a request: most of it
 * well-formed and some of it legal, or damaged afterwards, or the octets as
 * they are.
 */
#include <linux/netlink.h>

#include "netlink.h"

/* How an input begins: bits by attribute number, and these. */
#define FZ_RAW		0x0001	/* the rest of the input is the message */
#define FZ_LAN		0x0004	/* a list of LANs */
#define FZ_SERIES	0x2000	/* pairs that don't overlap */
#define FZ_DAMAGE	0x4000	/* octets are overwritten afterwards */
#define FZ_UNKNOWN	0x8000	/* an attribute that may not be given */

#define FZ_MSG_MAX	8192

struct fz_msg {
	u8 data[FZ_MSG_MAX];
	unsigned int len;
};

/* Attributes have their numbers in host order, and lie at multiples of 4. */
static unsigned int fz_attr(struct fz_msg *msg, u16 type, const void *data,
			    u16 len)
{
	unsigned int at = msg->len;
	u16 head[2] = { 4 + len, type };

	fz_check(at + 4 + len + 3 <= sizeof(msg->data));
	memcpy(msg->data + at, head, 4);
	if (len)
		memcpy(msg->data + at + 4, data, len);
	msg->len += 4 + len;
	while (msg->len % 4)
		msg->data[msg->len++] = 0;
	return at;
}

static unsigned int fz_nest(struct fz_msg *msg, u16 type)
{
	return fz_attr(msg, type | NLA_F_NESTED, NULL, 0);
}

static void fz_nest_end(struct fz_msg *msg, unsigned int at)
{
	u16 len = msg->len - at;

	memcpy(msg->data + at, &len, 2);
}

static void fz_attr_u8(struct fz_msg *msg, u16 type, u8 value)
{
	fz_attr(msg, type, &value, 1);
}

static void fz_attr_u32(struct fz_msg *msg, u16 type, u32 value)
{
	fz_attr(msg, type, &value, 4);
}

/* An address with bits beyond its length, if the input wants so. */
static void fz_fill(u8 *addr, unsigned int len, u8 seed, u8 how)
{
	unsigned int i;

	memset(addr, 0, 16);
	for (i = 0; i < 16 && i < len / 8; i++)
		addr[i] = seed * (2 * i + 1) + (i ? i : 0x20);
	if (i < 16 && len % 8)
		addr[i] = seed << (8 - len % 8);
	if (how & 1)
		addr[how >> 4] ^= 1 << (how >> 1 & 7);
}

static void fz_build_prefix(struct fz_input *in, struct fz_msg *msg,
			    struct fz_request *req)
{
	static const u8 lens[] = { 96, 32, 40, 48, 56, 64 };
	u8 head = fz_u8(in), seed = fz_u8(in), how = fz_u8(in);
	unsigned int at = fz_nest(msg, CLAT_A_PREFIXES_PREFIX), i;
	struct fz_plat plat;

	plat.len = head & 0x80 ? fz_u8(in) : lens[head % ARRAY_SIZE(lens)];
	fz_fill(plat.addr, plat.len, seed, how);
	if (plat.len > 64)
		plat.addr[8] &= how;
	if (head & 0x40)
		plat.addr[0] = how & 0x80 ? 0xff : 0xfe;

	if ((head & 0x38) != 0x38)
		fz_attr(msg, CLAT_A_PREFIX_ADDR, plat.addr, 16);
	if ((head & 0x38) != 0x30)
		fz_attr_u8(msg, CLAT_A_PREFIX_LEN, plat.len);
	fz_nest_end(msg, at);

	req->legal &= (head & 0x30) != 0x30 &&
		      fz_plat_legal(plat.addr, plat.len);
	for (i = 0; i < req->n_plat; i++)
		req->legal &= plat.len != req->plat[i].len ||
			      memcmp(plat.addr, req->plat[i].addr, 16);
	req->legal &= req->n_plat < CLAT_PLAT_MAX;
	if (req->legal)
		req->plat[req->n_plat++] = plat;
}

/* The i-th of many pairs that have nothing in common. */
static void fz_series(struct fz_pair *pair, unsigned int i)
{
	memset(pair, 0, sizeof(*pair));
	pair->v4_len = 26 + i % 7;
	pair->v4 = 0x0a000000 + (i * 37 % 128 << 8);
	pair->v6[0] = 0x20;
	pair->v6[5] = i * 91 % 128;
}

static void fz_draw(struct fz_input *in, struct fz_pair *pair)
{
	u8 len = fz_u8(in), seed = fz_u8(in), how = fz_u8(in);
	u16 host = fz_u16(in);

	pair->v4_len = len % 33 + (len > 250);
	fz_fill(pair->v6, 96 + pair->v4_len, seed, how);
	pair->v4 = ((u32)(seed ^ 10) << 24 | host << 8) &
		   (pair->v4_len ? ~0U << (32 - min(pair->v4_len, 32U)) : 0);
	if (how & 0x10 && how & 8)
		pair->v4 ^= how;
}

static void fz_build_pair(struct fz_input *in, struct fz_msg *msg,
			  struct fz_request *req, bool series)
{
	unsigned int at = fz_nest(msg, CLAT_A_PAIRS_PAIR), i;
	u8 omit = 0, cut, v6_len, v4[4];
	struct fz_pair pair;

	if (series) {
		fz_series(&pair, req->n_pair);
	} else {
		fz_draw(in, &pair);
		omit = fz_u8(in);
	}
	v6_len = 96 + pair.v4_len + (omit == 0x55);
	cut = omit >> 4 == 0xe ? omit & 7 : 0;
	omit = omit >> 4 == 0xf ? omit & 15 : 0;
	fz_put32(v4, pair.v4);

	if (!(omit & 1))
		fz_attr(msg, CLAT_A_PAIR_V4, v4, 4);
	if (!(omit & 2))
		fz_attr_u8(msg, CLAT_A_PAIR_V4_LEN, pair.v4_len);
	if (!(omit & 4))
		fz_attr(msg, CLAT_A_PAIR_V6, pair.v6, 16 - cut);
	if (!(omit & 8))
		fz_attr_u8(msg, CLAT_A_PAIR_V6_LEN, v6_len);
	fz_nest_end(msg, at);

	req->legal &= !omit && !cut && fz_pair_legal(&pair, v6_len) &&
		      req->n_pair < CLAT_MAP_MAX;
	for (i = 0; req->legal && i < req->n_pair; i++)
		req->legal &= !ref_overlap(&pair, &req->pair[i]);
	if (req->legal)
		req->pair[req->n_pair++] = pair;
}

static void fz_build_lan(struct fz_input *in, struct fz_msg *msg,
			 struct fz_request *req)
{
	unsigned int n = fz_u8(in) % 4, at = fz_nest(msg, CLAT_A_DEV_LAN), i;

	while (n--) {
		u32 ifindex = fz_u8(in) % 8;

		fz_attr_u32(msg, CLAT_A_LINKS_LINK, ifindex);
		req->legal &= ifindex && ifindex != FZ_CLAT &&
			      ifindex < FZ_REFUSED;
		for (i = 0; i < req->n_lan; i++)
			req->legal &= req->lan[i] != ifindex;
		req->lan[req->n_lan++] = ifindex;
	}
	fz_nest_end(msg, at);
}

static void fz_build_lists(struct fz_input *in, struct fz_msg *msg,
			   struct fz_request *req, u16 head)
{
	unsigned int at, i, n;

	if (head & 1 << CLAT_A_DEV_PLAT) {
		n = fz_u8(in) % 10;
		at = fz_nest(msg, CLAT_A_DEV_PLAT);
		for (i = 0; i < n; i++)
			fz_build_prefix(in, msg, req);
		fz_nest_end(msg, at);
	}
	if (head & FZ_LAN)
		fz_build_lan(in, msg, req);
	if (head & 1 << CLAT_A_DEV_MAP) {
		n = fz_u8(in) % 67;
		at = fz_nest(msg, CLAT_A_DEV_MAP);
		for (i = 0; i < n; i++)
			fz_build_pair(in, msg, req, head & FZ_SERIES);
		fz_nest_end(msg, at);
	}
}

static void fz_build_scalars(struct fz_input *in, struct fz_msg *msg,
			     struct fz_request *req, u16 head)
{
	if (head & 1 << CLAT_A_DEV_UPLINK) {
		req->uplink = fz_u8(in) % 8;
		fz_attr_u32(msg, CLAT_A_DEV_UPLINK, req->uplink);
		req->legal &= req->uplink <= FZ_UPLINK &&
			      req->uplink != FZ_CLAT;
	}
	if (head & 1 << CLAT_A_DEV_LOWEST_IPV6_MTU) {
		req->lowest = 1278 + fz_u8(in);
		fz_attr_u32(msg, CLAT_A_DEV_LOWEST_IPV6_MTU, req->lowest);
		req->legal &= req->lowest >= 1280;
	}
	if (head & 1 << CLAT_A_DEV_FWMARK) {
		req->fwmark = fz_u16(in);
		fz_attr_u32(msg, CLAT_A_DEV_FWMARK, req->fwmark);
	}
	if (head & 1 << CLAT_A_DEV_WKP_STRICT) {
		req->strict = fz_u8(in) % 3;
		fz_attr_u8(msg, CLAT_A_DEV_WKP_STRICT, req->strict);
		req->legal &= req->strict <= 1;
	}
	if (head & 1 << CLAT_A_DEV_TOS) {
		u16 tos = fz_u16(in) % 260;

		req->tos = tos;
		fz_attr(msg, CLAT_A_DEV_TOS, &tos, 2);
		req->legal &= tos <= 256;
	}
}

static void fz_build(struct fz_input *in, struct fz_msg *msg,
		     struct fz_request *req, u16 head)
{
	static const u16 unknown[] = {
		CLAT_A_DEV_IFNAME, CLAT_A_DEV_STATE, CLAT_A_DEV_DETACH,
		CLAT_A_DEV_MAX + 1, 0, 0x3fff,
	};
	u8 which = fz_u8(in), ifindex;

	req->known = true;
	req->legal = true;
	/* Nearly always, for the rest is of no use without. */
	ifindex = which < 0xf0 ? FZ_CLAT : which & 7;
	if (which != 0xff)
		fz_attr_u32(msg, CLAT_A_DEV_IFINDEX, ifindex);
	req->legal &= which != 0xff && ifindex == FZ_CLAT;

	fz_build_scalars(in, msg, req, head);
	fz_build_lists(in, msg, req, head);
	if (head & FZ_SHARED) {
		req->shared = fz_u8(in) % 3;
		fz_attr_u8(msg, CLAT_A_DEV_SHARED, req->shared);
		req->legal &= req->shared <= 1;
	}
	if (head & FZ_UNKNOWN) {
		fz_attr_u32(msg, unknown[which % ARRAY_SIZE(unknown)], 0);
		req->legal = false;
	}
}

/* Lengths, types and flags as well as values, wherever it hits. */
static void fz_damage(struct fz_input *in, struct fz_msg *msg,
		      struct fz_request *req)
{
	unsigned int n = 1 + fz_u8(in) % 4, cut;

	while (n--) {
		unsigned int at = fz_u16(in) % (msg->len + 1);

		msg->data[at < msg->len ? at : 0] = fz_u8(in);
	}
	cut = fz_u8(in);
	if (cut < 16)
		msg->len -= min(cut, msg->len);
	req->known = false;
}

/**
 * fz_request_read() - draw a request
 * @in:		the input
 * @req:	filled in; its message is to be freed with fz_packet_free()
 */
void fz_request_read(struct fz_input *in, struct fz_request *req)
{
	static struct fz_msg msg;
	u16 head = fz_u16(in);

	memset(req, 0, sizeof(*req));
	msg.len = 0;
	if (head & FZ_RAW) {
		msg.len = min(in->left, sizeof(msg.data));
		memcpy(msg.data, in->data, msg.len);
		in->left = 0;
	} else {
		req->given = head & ~(FZ_DAMAGE | FZ_UNKNOWN);
		if (head & FZ_LAN)
			req->given |= 1 << CLAT_A_DEV_LAN;
		fz_build(in, &msg, req, head);
		if (head & FZ_DAMAGE)
			fz_damage(in, &msg, req);
	}
	req->msg = fz_packet_new(msg.len);
	memcpy(req->msg.data, msg.data, msg.len);
}
