// SPDX-License-Identifier: GPL-2.0
/* DNS messages: the query of RFC 7050, and what an answer to it says. Pure functions over bytes; answers are hostile. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <ldns/ldns.h>

#include "dnsmsg.h"

/* A chain of aliases longer than this is a loop or an attack. */
#define CNAMES_MAX 8

/**
 * dnsmsg_query - the query: AAAA of ipv4only.arpa, recursion desired, DNSSEC checks left to the resolver (CD=0)
 * @id: its id
 * @buf: where to put it
 * @size: room there
 * @len: set to its length
 *
 * Returns 0, -ENOMEM or -ENOSPC.
 */
int dnsmsg_query(uint16_t id, uint8_t *buf, size_t size, size_t *len)
{
	uint8_t *wire = NULL;
	ldns_pkt *pkt;
	int err = -ENOMEM;

	if (ldns_pkt_query_new_frm_str(&pkt, DNSMSG_NAME, LDNS_RR_TYPE_AAAA, LDNS_RR_CLASS_IN, LDNS_RD))
		return -ENOMEM;
	ldns_pkt_set_id(pkt, id);
	if (!ldns_pkt2wire(&wire, pkt, len)) {
		err = *len <= size ? 0 : -ENOSPC;
		if (!err)
			memcpy(buf, wire, *len);
	}
	LDNS_FREE(wire);
	ldns_pkt_free(pkt);
	return err;
}

/* Header and question are those of our query. Looked at before the rest, which may be cut off. */
static bool is_ours(const uint8_t *data, size_t len, uint16_t id, const ldns_rdf *name)
{
	size_t pos = LDNS_HEADER_SIZE;
	ldns_rr *question;
	bool ours;

	if (len < LDNS_HEADER_SIZE || LDNS_ID_WIRE(data) != id || !LDNS_QR_WIRE(data) ||
	    LDNS_OPCODE_WIRE(data) != LDNS_PACKET_QUERY || LDNS_QDCOUNT(data) != 1)
		return false;
	if (ldns_wire2rr(&question, data, len, &pos, LDNS_SECTION_QUESTION))
		return false;
	ours = ldns_rr_get_type(question) == LDNS_RR_TYPE_AAAA && ldns_rr_get_class(question) == LDNS_RR_CLASS_IN &&
	       !ldns_dname_compare(ldns_rr_owner(question), name);
	ldns_rr_free(question);
	return ours;
}

/* The records of @name and @type in the answer section; the next one from *@i on. */
static ldns_rr *next_record(const ldns_rr_list *list, size_t *i, const ldns_rdf *name, ldns_rr_type type)
{
	ldns_rr *rr;

	while (*i < ldns_rr_list_rr_count(list)) {
		rr = ldns_rr_list_rr(list, (*i)++);
		if (ldns_rr_get_type(rr) == type && ldns_rr_get_class(rr) == LDNS_RR_CLASS_IN &&
		    ldns_rr_rd_count(rr) == 1 && !ldns_dname_compare(ldns_rr_owner(rr), name))
			return rr;
	}
	return NULL;
}

static void note_ttl(struct dns_answer *answer, const ldns_rr *rr)
{
	uint32_t ttl = ldns_rr_ttl(rr);

	/* RFC 2181, section 8: with the top bit set it counts as 0. */
	if (ttl > INT32_MAX)
		ttl = 0;
	if (ttl < answer->ttl)
		answer->ttl = ttl;
}

static void collect(const ldns_rr_list *list, const ldns_rdf *name, struct dns_answer *answer)
{
	size_t hop, i;
	ldns_rr *rr;

	answer->ttl = UINT32_MAX;
	for (hop = 0; hop <= CNAMES_MAX; hop++) {
		i = 0;
		while (answer->count < DNSMSG_ADDRS_MAX && (rr = next_record(list, &i, name, LDNS_RR_TYPE_AAAA))) {
			if (ldns_rdf_size(ldns_rr_rdf(rr, 0)) != 16)
				continue;
			memcpy(&answer->addrs[answer->count++], ldns_rdf_data(ldns_rr_rdf(rr, 0)), 16);
			note_ttl(answer, rr);
		}
		i = 0;
		rr = next_record(list, &i, name, LDNS_RR_TYPE_CNAME);
		if (answer->count || !rr)
			break;
		note_ttl(answer, rr);
		name = ldns_rr_rdf(rr, 0);
	}
	if (!answer->count)
		answer->ttl = 0;
}

/* RFC 2308, section 5: a denial holds for the lesser of its SOA's TTL and minimum; without one for no time. */
static uint32_t denial_ttl(const ldns_pkt *pkt)
{
	const ldns_rr_list *list = ldns_pkt_authority(pkt);
	uint32_t ttl, minimum;
	const ldns_rr *rr;
	size_t i;

	for (i = 0; i < ldns_rr_list_rr_count(list); i++) {
		rr = ldns_rr_list_rr(list, i);
		if (ldns_rr_get_type(rr) != LDNS_RR_TYPE_SOA || ldns_rr_rd_count(rr) != 7 ||
		    ldns_rdf_size(ldns_rr_rdf(rr, 6)) != 4)
			continue;
		ttl = ldns_rr_ttl(rr);
		minimum = ldns_rdf2native_int32(ldns_rr_rdf(rr, 6));
		ttl = ttl < minimum ? ttl : minimum;
		return ttl > INT32_MAX ? 0 : ttl;
	}
	return 0;
}

/**
 * dnsmsg_parse - what a message says
 * @data: its bytes, as they came
 * @len: how many
 * @id: of our query
 * @answer: filled in for DNS_ADDRESSES, rcode for DNS_FAILED, ttl for denials
 */
enum dns_verdict dnsmsg_parse(const uint8_t *data, size_t len, uint16_t id, struct dns_answer *answer)
{
	ldns_rdf *name = ldns_dname_new_frm_str(DNSMSG_NAME);
	enum dns_verdict verdict = DNS_FOREIGN;
	ldns_pkt *pkt = NULL;

	memset(answer, 0, sizeof(*answer));
	if (!name || !is_ours(data, len, id, name))
		goto out;
	answer->rcode = LDNS_RCODE_WIRE(data);
	if (LDNS_TC_WIRE(data)) {
		verdict = DNS_TRUNCATED;
	} else if (ldns_wire2pkt(&pkt, data, len)) {
		verdict = DNS_MALFORMED;
	} else if (answer->rcode == LDNS_RCODE_NXDOMAIN) {
		verdict = DNS_NXDOMAIN;
		answer->ttl = denial_ttl(pkt);
	} else if (answer->rcode != LDNS_RCODE_NOERROR) {
		verdict = DNS_FAILED;
	} else {
		collect(ldns_pkt_answer(pkt), name, answer);
		verdict = answer->count ? DNS_ADDRESSES : DNS_NODATA;
		if (verdict == DNS_NODATA)
			answer->ttl = denial_ttl(pkt);
	}
out:
	ldns_pkt_free(pkt);
	ldns_rdf_deep_free(name);
	return verdict;
}

const char *dnsmsg_rcode(int rcode)
{
	switch (rcode) {
	case LDNS_RCODE_FORMERR: return "FORMERR";
	case LDNS_RCODE_SERVFAIL: return "SERVFAIL";
	case LDNS_RCODE_NOTIMPL: return "NOTIMP";
	case LDNS_RCODE_REFUSED: return "REFUSED";
	default: return "an error code";
	}
}
