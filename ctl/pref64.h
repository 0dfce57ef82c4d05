/* SPDX-License-Identifier: GPL-2.0 */
/* NAT64 prefixes from AAAA records of ipv4only.arpa (RFC 7050, RFC 6052). Pure functions. */
#ifndef PREF64_H
#define PREF64_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

#include "dev.h"

bool pref64_len_ok(int len);
bool pref64_usable(const struct plat *plat);
bool pref64_extract(const struct in6_addr *addr, struct plat *prefix);
size_t pref64_collect(const struct in6_addr *addrs, size_t count, struct plat *prefixes, size_t max);
struct in6_addr pref64_embed(const struct plat *plat, struct in_addr v4);
bool plat_equal(const struct plat *a, const struct plat *b);

#endif
