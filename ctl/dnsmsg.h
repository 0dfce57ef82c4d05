/* SPDX-License-Identifier: GPL-2.0 */
/* DNS messages: the query of RFC 7050, and what an answer to it says. Pure functions over bytes; answers are hostile. */
#ifndef DNSMSG_H
#define DNSMSG_H

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>

#define DNSMSG_ADDRS_MAX 64
#define DNSMSG_NAME "ipv4only.arpa."

enum dns_verdict {
	DNS_FOREIGN,	/* no answer to our query: wait on */
	DNS_MALFORMED,	/* answers our query, but cannot be read: wait on */
	DNS_TRUNCATED,	/* ask again by TCP */
	DNS_FAILED,	/* the server could not or would not answer: see rcode */
	DNS_NXDOMAIN,	/* the name does not exist */
	DNS_NODATA,	/* the name has no AAAA records */
	DNS_ADDRESSES,
};

struct dns_answer {
	int rcode;
	uint32_t ttl;		/* the least of the records that lead to the addresses; of a denial how long it holds */
	size_t count;
	struct in6_addr addrs[DNSMSG_ADDRS_MAX];
};

int dnsmsg_query(uint16_t id, uint8_t *buf, size_t size, size_t *len);
enum dns_verdict dnsmsg_parse(const uint8_t *data, size_t len, uint16_t id, struct dns_answer *answer);
const char *dnsmsg_rcode(int rcode);

#endif
