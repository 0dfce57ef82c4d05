/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What core/ must find and write, computed once more from the RFCs, octet by
 * octet and without any of its code: that is what the fuzzers compare with.
 */
#ifndef _FUZZ_REF_H
#define _FUZZ_REF_H

#include "fuzz.h"

/**
 * struct ref_ip - what an IP packet says of itself
 * @len:	octets as its header counts them
 * @l4:		octets of all headers before the transport, or the data
 * @proto:	protocol number
 * @tos:	TOS octet or traffic class
 * @ttl:	TTL or hop limit
 * @id:		identification
 * @off:	fragment offset in octets
 * @df:		Don't Fragment
 * @more:	More Fragments
 * @frag:	IPv6 only: there is a Fragment header
 */
struct ref_ip {
	unsigned int len, l4, proto, tos, ttl, off;
	u32 id;
	bool df, more, frag;
};

/* Both ends in both families. */
struct ref_ends {
	u32 local4, far4;
	u8 local6[16], far6[16];
};

/**
 * struct ref_part - a transport as far as it is there
 * @data:	its octets
 * @len:	how many
 * @pseudo:	what the pseudo header adds to its checksum
 */
struct ref_part {
	const u8 *data;
	unsigned int len;
	u32 pseudo;
};

/* Modulo 65535, as one's complement sums are: 0 is right for a checksum. */
u32 ref_sum(const u8 *data, unsigned int len);
u32 ref_pseudo4(const u8 *head, unsigned int proto, unsigned int len);
u32 ref_pseudo6(const u8 *head, unsigned int proto, unsigned int len);
u32 ref_pseudo(const u8 *head, const struct ref_ip *ip, bool v6);

/* ref.c */
unsigned int ref_l4_min(unsigned int proto, bool v6);
int ref_check_at(unsigned int proto, bool v6);
bool ref_read4(const u8 *p, unsigned int total, bool quoted,
	       struct ref_ip *ip);
bool ref_read6(const u8 *p, unsigned int total, bool quoted,
	       struct ref_ip *ip);
bool ref_is_error(unsigned int type, bool v6);

/* ref-ends.c */
u32 ref_edge(unsigned int random);
bool ref_ends46(const struct fz_config *cfg, u32 local, u32 far,
		struct ref_ends *ends);
bool ref_ends64(const struct fz_config *cfg, const u8 *local, const u8 *far,
		struct ref_ends *ends);
const struct fz_pair *ref_find4(const struct fz_config *cfg, u32 addr);
void ref_embed(const struct fz_plat *plat, u32 v4, u8 *v6);
bool ref_overlap(const struct fz_pair *a, const struct fz_pair *b);

/* ref-write.c */
unsigned int ref_head46(u8 *to, const struct ref_ip *ip, const u8 *src,
			const u8 *dst);
void ref_head64(u8 *to, const struct ref_ip *ip, u32 src, u32 dst, u16 id,
		bool df);
void ref_check_l4(const struct ref_ip *ip, bool from6,
		  const struct ref_part *in, const struct ref_part *out,
		  bool partial, bool quoted);

/* ref-icmp.c */
struct ref_error {
	u8 head[8];		/* of the new message, checksum and length zero */
	bool extends;		/* the new type can have extensions */
};

bool ref_icmp46(const u8 *in, const struct clat_mtus *mtus,
		unsigned int quoted_len, struct ref_error *out);
bool ref_icmp64(const u8 *in, const struct clat_mtus *mtus, bool quoted_frag,
		struct ref_error *out);

#endif /* _FUZZ_REF_H */
