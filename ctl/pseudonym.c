// SPDX-License-Identifier: GPL-2.0
/*
 * Pseudonyms of addresses. Octet by octet a number stands in for the value, counted among those seen behind the same
 * octets; zero stays zero. So prefixes of whole octets, and what lies in them, are still to be recognized. Prefixes that
 * everybody has stay as they are; others become what nobody has: 3fff::/20 (RFC 9637), 240.0.0.0/4, 02:00:00:00:00:00.
 */
#include <stdlib.h>
#include <string.h>

#include "pseudonym.h"

/* Each kind of address begins behind an octet of its own. */
enum { ROOT6 = 6, ROOT4 = 4, ROOT_MAC = 1 };

/* Where there is no memory, the run ends: better no archive than one that tells. */
static uint32_t new_node(struct pseudonyms *p, uint8_t octet, uint8_t number)
{
	struct pseudonym_node *grown = realloc(p->nodes, (p->count + 1) * sizeof(*grown));

	if (!grown)
		abort();
	p->nodes = grown;
	grown[p->count] = (struct pseudonym_node){ .octet = octet, .number = number };
	return (uint32_t)p->count++;
}

/* The node of an octet behind another one. @ones: 255 stays, too. */
static uint32_t step(struct pseudonyms *p, uint32_t parent, uint8_t octet, bool ones)
{
	uint8_t number = 0;
	uint32_t i, new;

	for (i = p->nodes[parent].child; i; i = p->nodes[i].next) {
		if (p->nodes[i].octet == octet)
			return i;
		if (p->nodes[i].octet && !(ones && p->nodes[i].octet == 255))
			number++;
	}
	number = !octet ? 0 : ones && octet == 255 ? 255 : (uint8_t)(number + 1);
	new = new_node(p, octet, number);
	p->nodes[new].next = p->nodes[parent].child;
	p->nodes[parent].child = new;
	return new;
}

static uint32_t root(struct pseudonyms *p, uint8_t kind)
{
	if (!p->count)
		new_node(p, 0, 0);
	return step(p, 0, kind, false);
}

/* Replaces the octets from @keep on. */
static void replace(struct pseudonyms *p, uint8_t kind, uint8_t *octets, size_t keep, size_t len, bool ones)
{
	uint32_t node = root(p, kind);
	size_t i;

	for (i = 0; i < len; i++) {
		node = step(p, node, octets[i], ones);
		if (i >= keep)
			octets[i] = p->nodes[node].number;
	}
}

/* A number from 1 on for what addresses begin with; more than 4095 of them begin anew. */
static unsigned int head(struct pseudonym_heads *heads, uint32_t value)
{
	uint32_t *grown;
	size_t i;

	for (i = 0; i < heads->count && heads->list[i] != value; i++)
		;
	if (i == heads->count) {
		grown = realloc(heads->list, (heads->count + 1) * sizeof(*grown));
		if (!grown)
			abort();
		heads->list = grown;
		grown[heads->count++] = value;
	}
	return (unsigned int)(i % 4095 + 1);
}

void pseudonyms_free(struct pseudonyms *p)
{
	free(p->nodes);
	free(p->heads6.list);
	free(p->heads4.list);
	memset(p, 0, sizeof(*p));
}

static bool begins(const struct in6_addr *addr, const char *octets, size_t len)
{
	return !memcmp(addr, octets, len);
}

/* How many octets at the front everybody may know. */
static size_t known6(const struct in6_addr *addr)
{
	static const char zeros[16];

	if (begins(addr, zeros, 15) && addr->s6_addr[15] <= 1)
		return 16;
	if (begins(addr, "\x00\x64\xff\x9b\x00\x01", 6))
		return 6;
	if (begins(addr, "\xfe\x80\0\0\0\0\0\0", 8))
		return 8;
	if (begins(addr, "\xff\x02\0\0\0\0\0\0\0\0\0\x01\xff", 13))
		return 13;
	if (addr->s6_addr[0] == 0xff)
		return memcmp(addr->s6_addr + 2, zeros, 10) ? 2 : 16;
	return 0;
}

static bool has_v4_behind_96(const struct in6_addr *addr)
{
	return begins(addr, "\x00\x64\xff\x9b\0\0\0\0\0\0\0\0", 12) || begins(addr, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
}

struct in6_addr pseudonym6(struct pseudonyms *p, struct in6_addr addr)
{
	bool local = (addr.s6_addr[0] & 0xfe) == 0xfc;
	size_t known = known6(&addr);
	unsigned int number;
	struct in_addr v4;

	if (has_v4_behind_96(&addr)) {
		memcpy(&v4, addr.s6_addr + 12, 4);
		v4 = pseudonym4(p, v4);
		memcpy(addr.s6_addr + 12, &v4, 4);
		return addr;
	}
	number = known ? 0 : head(&p->heads6, addr.s6_addr32[0]);
	replace(p, ROOT6, addr.s6_addr, known, 16, false);
	if (number)
		addr.s6_addr32[0] = htonl((local ? 0xfd000000 : 0x3fff0000) | number);
	return addr;
}

/* How many octets at the front everybody may know. */
static size_t known4(const uint8_t *octets)
{
	if (octets[0] == 0 || octets[0] == 127 || octets[0] >= 224 || (octets[0] == 192 && !octets[1] && !octets[2]))
		return 4;
	if (octets[0] == 10)
		return 1;
	if ((octets[0] == 192 && octets[1] == 168) || (octets[0] == 172 && (octets[1] & 0xf0) == 16) ||
	    (octets[0] == 169 && octets[1] == 254) || (octets[0] == 100 && (octets[1] & 0xc0) == 64))
		return 2;
	return 0;
}

struct in_addr pseudonym4(struct pseudonyms *p, struct in_addr addr)
{
	unsigned int number;
	uint8_t octets[4];
	size_t known;

	memcpy(octets, &addr, 4);
	known = known4(octets);
	number = known ? 0 : head(&p->heads4, (uint32_t)octets[0] << 8 | octets[1]);
	replace(p, ROOT4, octets, known, 4, true);
	if (number) {
		octets[0] = (uint8_t)(240 + (number >> 8));
		octets[1] = (uint8_t)number;
	}
	memcpy(&addr, octets, 4);
	return addr;
}

void pseudonym_mac(struct pseudonyms *p, uint8_t mac[6])
{
	static const uint8_t zeros[6], ones[6] = { 255, 255, 255, 255, 255, 255 };

	if (!memcmp(mac, zeros, 6) || !memcmp(mac, ones, 6))
		return;
	replace(p, ROOT_MAC, mac, 0, 6, false);
	mac[0] = 0x02;
}
