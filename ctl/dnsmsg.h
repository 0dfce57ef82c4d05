/* SPDX-License-Identifier: GPL-2.0 */
/* DNS messages: the queries of RFC 7050, and what an answer says. Pure functions over bytes; answers are hostile. */
#ifndef DNSMSG_H
#define DNSMSG_H

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>

#define DNSMSG_ADDRS_MAX 64
#define DNSMSG_NAME_MAX 255
#define DNSMSG_SIZE_MAX (12 + DNSMSG_NAME_MAX + 4)	/* of a query */

/* A name as messages have it, uncompressed. */
struct dns_name {
	uint8_t octets[DNSMSG_NAME_MAX];
	uint8_t len;
};

enum dns_type { DNS_A = 1, DNS_PTR = 12, DNS_AAAA = 28 };

struct dns_question {
	struct dns_name name;
	enum dns_type type;
};

/* The one that finds prefixes: AAAA of ipv4only.arpa. */
extern const struct dns_question dnsmsg_ipv4only;

enum dns_verdict {
	DNS_FOREIGN,	/* no answer to our query: wait on */
	DNS_MALFORMED,	/* answers our query, but cannot be read: wait on */
	DNS_TRUNCATED,	/* ask again by TCP */
	DNS_FAILED,	/* the server could not or would not answer: see rcode */
	DNS_NXDOMAIN,	/* the name does not exist */
	DNS_NODATA,	/* the name has no records of the type */
	DNS_FOUND,	/* it has records of the type */
};

struct dns_answer {
	int rcode;
	uint32_t ttl;		/* the least of the records that lead to those found; of a denial how long it holds */
	size_t count;
	union {
		struct in6_addr addrs[DNSMSG_ADDRS_MAX];	/* AAAA */
		struct in_addr addrs4[DNSMSG_ADDRS_MAX];	/* A */
		struct dns_name name;				/* PTR: the first one */
	};
};

int dnsmsg_reverse(const struct in6_addr *addr, struct dns_question *question);
int dnsmsg_query(const struct dns_question *question, uint16_t id, uint8_t *buf, size_t size, size_t *len);
enum dns_verdict dnsmsg_parse(const uint8_t *data, size_t len, const struct dns_question *question, uint16_t id,
			      struct dns_answer *answer);
void dnsmsg_show(const struct dns_question *question, char *buf, size_t size);
const char *dnsmsg_rcode(int rcode);

#endif
