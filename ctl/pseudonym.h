/* SPDX-License-Identifier: GPL-2.0 */
/* Pseudonyms of addresses: the same address has the same one, and what shares octets at the front still does. */
#ifndef PSEUDONYM_H
#define PSEUDONYM_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pseudonyms {
	struct pseudonym_node {
		uint8_t octet;
		uint8_t number;		/* what stands in its place */
		uint32_t child;		/* 0 for none: the root is nobody's child */
		uint32_t next;
	} *nodes;
	size_t count;
	/* What stands at the front of addresses that are somebody's, in the order of their coming. */
	struct pseudonym_heads {
		uint32_t *list;
		size_t count;
	} heads6, heads4;
};

void pseudonyms_free(struct pseudonyms *pseudonyms);
struct in6_addr pseudonym6(struct pseudonyms *pseudonyms, struct in6_addr addr);
struct in_addr pseudonym4(struct pseudonyms *pseudonyms, struct in_addr addr);
void pseudonym_mac(struct pseudonyms *pseudonyms, uint8_t mac[6]);

#endif
