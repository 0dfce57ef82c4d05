// SPDX-License-Identifier: GPL-2.0
/*
 * The choice of the CLAT's IPv6 address: stable on each network and unlike on any other (RFC 7217), and such that
 * translation leaves the checksums of TCP and UDP as they are.
 */
#include <errno.h>
#include <string.h>

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "address.h"
#include "rtnl.h"

/* One's complement sum of 16-bit words, folded: 0xffff counts as 0. */
static uint16_t sum16(const void *data, size_t len)
{
	const uint8_t *p = data;
	uint32_t sum = 0;
	size_t i;

	for (i = 0; i + 1 < len; i += 2)
		sum += (uint32_t)p[i] << 8 | p[i + 1];
	return (uint16_t)(sum % 0xffff);
}

/* Whether the CLAT can share an address of the uplink: preferred, and not one that is replaced by another each day. */
bool address_can_be_shared(const struct addr *addr)
{
	return addr->scope == RT_SCOPE_UNIVERSE && addr->preferred &&
	       !(addr->flags & (IFA_F_DEPRECATED | IFA_F_TEMPORARY | IFA_F_TENTATIVE | IFA_F_DADFAILED));
}

/* Reserved interface identifiers: the IANA registry of RFC 5453. */
bool address_iid_reserved(const struct in6_addr *addr)
{
	static const uint8_t zero[8];
	static const uint8_t anycast[7] = { 0xfd, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	static const uint8_t ethernet[5] = { 0x02, 0x00, 0x5e, 0xff, 0xfe };
	const uint8_t *iid = addr->s6_addr + 8;

	return !memcmp(iid, zero, 8) || (!memcmp(iid, anycast, 7) && iid[7] >= 0x80) || !memcmp(iid, ethernet, 5);
}

/* Only these lengths leave the embedded IPv4 address on 16-bit boundaries, where its own sum does not change. */
bool address_can_be_neutral(const struct plat *plat)
{
	return plat->len == 32 || plat->len == 96;
}

/* Whether packets between @v4 and any host, translated to @addr and @plat, keep their transport checksums. */
bool address_is_neutral(const struct in6_addr *addr, struct in_addr v4, const struct plat *plat)
{
	uint32_t sum6 = sum16(addr, sizeof(*addr)) + sum16(&plat->addr, sizeof(plat->addr));

	return address_can_be_neutral(plat) && sum6 % 0xffff == sum16(&v4, sizeof(v4));
}

/* Chooses the two octets from @at on so that address_is_neutral(). */
static void make_neutral(struct in6_addr *addr, int at, struct in_addr v4, const struct plat *plat)
{
	uint32_t word = sum16(&v4, sizeof(v4)) + 2 * 0xffff;

	addr->s6_addr[at] = addr->s6_addr[at + 1] = 0;
	word -= sum16(addr, sizeof(*addr));
	word -= sum16(&plat->addr, sizeof(plat->addr));
	word %= 0xffff;
	addr->s6_addr[at] = (uint8_t)(word >> 8);
	addr->s6_addr[at + 1] = (uint8_t)word;
}

static bool under_plat(const struct in6_addr *addr, const struct plat *plat)
{
	return !memcmp(addr, &plat->addr, plat->len / 8);
}

/*
 * RFC 7217, section 5: F(prefix, interface, counter, secret), with HMAC-SHA256 as F. What is hashed for a subnet has its
 * address besides, and so is longer than what is hashed for an address.
 */
struct hashed {
	uint8_t prefix[8];
	char ifname[IF_NAMESIZE];
	uint8_t attempt;
	uint8_t round;
	uint8_t net[4];
	uint8_t len;
};

#define HASHED_ADDRESS offsetof(struct hashed, net)
#define HASHED_SUBNET sizeof(struct hashed)

static struct hashed to_hash(const struct in6_addr *prefix, const char *ifname)
{
	struct hashed input = { 0 };

	memcpy(input.prefix, prefix, 8);
	memcpy(input.ifname, ifname, strnlen(ifname, IF_NAMESIZE));
	return input;
}

static int hash_iid(const uint8_t secret[SECRET_SIZE], const struct hashed *input, size_t size, uint8_t iid[8])
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	unsigned int len;

	if (!HMAC(EVP_sha256(), secret, SECRET_SIZE, (const uint8_t *)input, size, digest, &len) || len < 8)
		return -ENOTSUP;
	memcpy(iid, digest, 8);
	return 0;
}

/**
 * address_stable - the CLAT's address in a /64
 * @secret: of this machine
 * @prefix: the /64
 * @ifname: the uplink
 * @attempt: 0, or how many addresses before were found to be duplicates
 * @v4: the IPv4 address that it stands for
 * @plat: the PLAT prefix in use
 * @addr: set to the address
 *
 * All but the last 16 bits depend on the first four arguments only.
 *
 * Returns 0, or -ENOTSUP if libcrypto has no SHA-256, -EADDRNOTAVAIL if no identifier in the /64 will do.
 */
int address_stable(const uint8_t secret[SECRET_SIZE], const struct in6_addr *prefix, const char *ifname,
		   unsigned int attempt, struct in_addr v4, const struct plat *plat, struct in6_addr *addr)
{
	struct hashed input = to_hash(prefix, ifname);
	int err;

	/* A reserved identifier is bad luck and does not last; a /64 inside the PLAT prefix does. */
	input.attempt = (uint8_t)attempt;
	for (input.round = 0; input.round < 16; input.round++) {
		memcpy(addr, prefix, 8);
		err = hash_iid(secret, &input, HASHED_ADDRESS, addr->s6_addr + 8);
		if (err)
			return err;
		if (address_can_be_neutral(plat))
			make_neutral(addr, 14, v4, plat);
		if (!address_iid_reserved(addr) && !under_plat(addr, plat))
			return 0;
	}
	return -EADDRNOTAVAIL;
}

/* Whether an address is in the prefix of @len bits that begins with @first. */
bool address_in(const struct in6_addr *addr, const struct in6_addr *first, uint8_t len)
{
	uint8_t rest = len % 8 ? (uint8_t)(0xff00 >> len % 8) : 0;

	return !memcmp(addr, first, len / 8) && (!rest || !((addr->s6_addr[len / 8] ^ first->s6_addr[len / 8]) & rest));
}

/* Reserved identifiers are single ones, or ranges as long as all slices or longer: one in a slice is its first or last. */
static bool slice_is_usable(const struct in6_addr *slice, uint8_t len, const struct in6_addr *own, const struct plat *plat)
{
	uint16_t suffix = (uint16_t)((1u << (128 - len)) - 1);
	struct in6_addr last = *slice;

	last.s6_addr[14] |= (uint8_t)(suffix >> 8);
	last.s6_addr[15] |= (uint8_t)suffix;
	return !address_iid_reserved(slice) && !address_iid_reserved(&last) && !under_plat(slice, plat) &&
	       !address_in(own, slice, len);
}

/**
 * address_slice - the addresses that a hotspot's subnet is mapped to
 * @secret: of this machine
 * @own: the CLAT's own address: they are in its /64, and it is not among them
 * @ifname: the uplink
 * @net: the subnet
 * @len: its length, ADDRESS_SUBNET_MIN to 32; theirs is 96 more
 * @plat: the PLAT prefix in use
 * @slice: set to the first of them
 *
 * Stable on each network as address_stable(), and translation leaves the checksums of TCP and UDP as they are.
 *
 * Returns 0, or as address_stable() does.
 */
int address_slice(const uint8_t secret[SECRET_SIZE], const struct in6_addr *own, const char *ifname, struct in_addr net,
		  uint8_t len, const struct plat *plat, struct in6_addr *slice)
{
	uint16_t suffix = (uint16_t)((1u << (32 - len)) - 1);
	struct hashed input = to_hash(own, ifname);
	int err;

	memcpy(input.net, &net, sizeof(input.net));
	input.len = len;
	for (input.round = 0; input.round < 16; input.round++) {
		memcpy(slice, own, 8);
		err = hash_iid(secret, &input, HASHED_SUBNET, slice->s6_addr + 8);
		if (err)
			return err;
		slice->s6_addr[14] &= (uint8_t)~(suffix >> 8);
		slice->s6_addr[15] &= (uint8_t)~suffix;
		if (address_can_be_neutral(plat))
			make_neutral(slice, 12, net, plat);
		if (slice_is_usable(slice, (uint8_t)(96 + len), own, plat))
			return 0;
	}
	return -EADDRNOTAVAIL;
}

/* Label of an address in the default policy table of RFC 6724, section 2.1, as far as uplinks have such addresses. */
static int label(const struct in6_addr *addr)
{
	const uint8_t *a = addr->s6_addr;

	if ((a[0] & 0xfe) == 0xfc)
		return 13;
	if (a[0] == 0xfe && (a[1] & 0xc0) == 0xc0)
		return 11;
	if (a[0] == 0x20 && a[1] == 0x02)
		return 2;
	if (a[0] == 0x20 && a[1] == 0x01 && a[2] == 0 && a[3] == 0)
		return 5;
	if (a[0] == 0x3f && a[1] == 0xfe)
		return 12;
	return 1;
}

static int common_bits(const struct in6_addr *a, const struct in6_addr *b)
{
	int bit;

	for (bit = 0; bit < 64; bit++)
		if ((a->s6_addr[bit / 8] ^ b->s6_addr[bit / 8]) & (0x80 >> bit % 8))
			break;
	return bit;
}

static bool better(const struct prefix64 *a, const struct prefix64 *b, const struct plat *plat)
{
	bool label_a = label(&a->addr) == label(&plat->addr), label_b = label(&b->addr) == label(&plat->addr);

	if (a->deprecated != b->deprecated)
		return b->deprecated;
	if (label_a != label_b)
		return label_a;
	return common_bits(&a->addr, &plat->addr) > common_bits(&b->addr, &plat->addr);
}

/**
 * address_pick_prefix - the /64 whose addresses are best to talk to the PLAT with
 * @prefixes: what the uplink has
 * @count: how many
 * @plat: the PLAT prefix
 *
 * RFC 6724, section 5, rules 3, 6 and 8; the first of equals.
 *
 * Returns an index, or -1 if @count is 0.
 */
int address_pick_prefix(const struct prefix64 *prefixes, size_t count, const struct plat *plat)
{
	size_t i, best = 0;

	for (i = 1; i < count; i++)
		if (better(&prefixes[i], &prefixes[best], plat))
			best = i;
	return count ? (int)best : -1;
}
