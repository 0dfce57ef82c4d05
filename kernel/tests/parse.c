// SPDX-License-Identifier: GPL-2.0
/* Shows parsers parts of packets, in buffers that end where the part ends. */
#include <linux/slab.h>
#include <linux/string.h>

#include "parse.h"

/**
 * parse_part() - parse the beginning of a packet
 * @test:	fails if there is no memory, or if the parser says what it can't
 * @parse:	the parser
 * @data:	the packet
 * @linear:	octets the parser may read: under KASAN one more is a report
 * @total:	octets it is told that the packet has
 * @pkt:	filled in by the parser
 *
 * Return: what the parser said.
 */
int parse_part(struct kunit *test, parse_fn parse, const u8 *data,
	       unsigned int linear, unsigned int total,
	       struct clat_packet *pkt)
{
	u8 *part = kmalloc(linear, GFP_KERNEL);
	int ret;

	KUNIT_ASSERT_NOT_NULL(test, part);
	memcpy(part, data, linear);
	memset(pkt, 0xa5, sizeof(*pkt));
	ret = parse(part, linear, total, pkt);
	kfree(part);

	/* Thousands of parts follow: the first fault is enough. */
	if (ret > 0)
		KUNIT_ASSERT_TRUE_MSG(test, ret > linear && ret <= total,
				      "of %u octets %u can be read, needs %d",
				      total, linear, ret);
	if (!ret)
		KUNIT_ASSERT_TRUE_MSG(test,
				      pkt->l4_off + pkt->l4_len <= linear &&
				      pkt->l4_off + pkt->l4_len <= pkt->len &&
				      (pkt->l4 == CLAT_L4_OPAQUE ||
				       pkt->check_off + 2 <= pkt->l4_len) &&
				      pkt->len <= total,
				      "with %u of %u octets: length %u, transport header at %u, %u long",
				      linear, total, pkt->len, pkt->l4_off,
				      pkt->l4_len);
	return ret;
}

/**
 * parse_by_need() - parse a packet as its users do, giving what is asked for
 * @test:	fails as parse_part() says, or if the parser doesn't come to an end
 * @parse:	the parser
 * @data:	the packet
 * @len:	octets at @data
 * @total:	octets the parser is told that the packet has
 * @pkt:	filled in by the parser
 *
 * Return: 0 or what the parser refused the packet for.
 */
int parse_by_need(struct kunit *test, parse_fn parse, const u8 *data,
		  unsigned int len, unsigned int total,
		  struct clat_packet *pkt)
{
	unsigned int linear = 0, rounds = 0;
	int ret;

	do {
		ret = parse_part(test, parse, data, linear, total, pkt);
		if (ret <= 0)
			return ret;
		KUNIT_ASSERT_LE(test, (unsigned int)ret, len);
		linear = ret;
	} while (++rounds < 8);
	KUNIT_FAIL(test, "the parser always needs more");
	return ret;
}

/**
 * parse_every_part() - parse a good packet cut at every octet
 * @test:	fails if a part is judged wrongly
 * @parse:	the parser
 * @data:	the packet
 * @len:	its octets
 * @headers:	octets of its headers: with these to be read it is good
 * @truncated:	what the parser must say where the packet has fewer octets
 */
void parse_every_part(struct kunit *test, parse_fn parse, const u8 *data,
		      unsigned int len, unsigned int headers, int truncated)
{
	struct clat_packet pkt;
	unsigned int n;
	int ret;

	for (n = 0; n <= len; n++) {
		ret = parse_part(test, parse, data, n, len, &pkt);
		if (n >= headers)
			KUNIT_EXPECT_EQ_MSG(test, ret, 0,
					    "%u octets can be read", n);
		else
			KUNIT_EXPECT_TRUE_MSG(test,
					      ret > 0 && ret <= headers,
					      "%u octets can be read: %d", n,
					      ret);
	}
	for (n = 0; n < len; n++) {
		ret = parse_by_need(test, parse, data, n, n, &pkt);
		KUNIT_EXPECT_EQ_MSG(test, ret, truncated,
				    "the packet has %u octets", n);
	}
}

/**
 * parse_patch() - change a packet
 * @data:	the packet
 * @patch:	the changes
 * @n:		how many
 */
void parse_patch(u8 *data, const struct parse_patch *patch, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		memcpy(data + patch[i].at, patch[i].put, patch[i].len);
}

/**
 * parse_expect_l4() - expect what a parser says of a transport
 * @test:	fails if it is something else
 * @pkt:	what the parser said
 * @proto:	the protocol
 * @icmp:	it is the ICMP of its family, an echo message
 * @later:	a fragment that isn't the first
 */
void parse_expect_l4(struct kunit *test, const struct clat_packet *pkt,
		     u8 proto, bool icmp, bool later)
{
	unsigned int len = 0, check = 0;
	u8 l4 = CLAT_L4_SUM;

	if (proto == 6) {
		len = 20;
		check = 16;
	} else if (proto == 17 || proto == 136) {
		len = 8;
		check = 6;
	} else if (proto == 33) {
		len = 12;
		check = 6;
	} else if (icmp) {
		l4 = CLAT_L4_ECHO;
		len = 8;
		check = 2;
	}
	if (later || !len) {
		l4 = CLAT_L4_OPAQUE;
		len = 0;
	}
	KUNIT_EXPECT_EQ_MSG(test, pkt->l4, l4, "protocol %u", proto);
	KUNIT_EXPECT_EQ_MSG(test, pkt->l4_len, len, "protocol %u", proto);
	if (len)
		KUNIT_EXPECT_EQ_MSG(test, pkt->check_off, check,
				    "protocol %u", proto);
}

/**
 * parse_random() - spoil a packet at a few random places
 * @rnd:	where randomness comes from
 * @data:	the packet
 * @len:	its octets
 * @headers:	octets of its headers, where half of the changes go
 */
void parse_random(struct rnd_state *rnd, u8 *data, unsigned int len,
		  unsigned int headers)
{
	unsigned int n = prandom_u32_state(rnd) % 5;

	while (n--) {
		u32 r = prandom_u32_state(rnd);
		unsigned int at = (r & 1 ? headers : len);

		at = (r >> 8) % at;
		if (r & 2)
			data[at] = prandom_u32_state(rnd);
		else
			data[at] ^= 1 << ((r >> 2) & 7);
	}
}
