/* SPDX-License-Identifier: GPL-2.0 */
/* The choice of the CLAT's IPv6 address. Pure functions, but for the hash, which is libcrypto's. */
#ifndef ADDRESS_H
#define ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

#include "dev.h"

#define SECRET_SIZE 32
/* The shortest subnet of clients that is mapped: 65536 addresses. */
#define ADDRESS_SUBNET_MIN 16

/* A /64 of the uplink to choose from, or a whole address where one is shared. */
struct prefix64 {
	struct in6_addr addr;		/* bits behind 64 are ignored */
	bool deprecated;
};

struct addr;

bool address_can_be_shared(const struct addr *addr);
bool address_iid_reserved(const struct in6_addr *addr);
bool address_can_be_neutral(const struct plat *plat);
bool address_is_neutral(const struct in6_addr *addr, struct in_addr v4, const struct plat *plat);
int address_stable(const uint8_t secret[SECRET_SIZE], const struct in6_addr *prefix, const char *ifname,
		   unsigned int attempt, struct in_addr v4, const struct plat *plat, struct in6_addr *addr);
bool address_in(const struct in6_addr *addr, const struct in6_addr *first, uint8_t len);
int address_slice(const uint8_t secret[SECRET_SIZE], const struct in6_addr *own, const char *ifname, struct in_addr net,
		  uint8_t len, const struct plat *plat, struct in6_addr *slice);
int address_pick_prefix(const struct prefix64 *prefixes, size_t count, const struct plat *plat);

/* secret.c: the key of stable addresses, kept in @path, made there at first use. */
#define SECRET_PATH "/var/lib/clat/secret"

int secret_load(const char *path, uint8_t secret[SECRET_SIZE]);

#endif
