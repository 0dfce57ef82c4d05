// SPDX-License-Identifier: GPL-2.0
/* DNS messages: the queries of RFC 7050, and what an answer says. Pure functions over bytes; answers are hostile. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ldns/ldns.h>

#include "dnsmsg.h"

/* A chain of aliases longer than this is a loop or an attack. */
#define CNAMES_MAX 8

const struct dns_question dnsmsg_ipv4only = {
	.name = { .octets = "\x08ipv4only\x04" "arpa", .len = 15 },
	.type = DNS_AAAA,
};

static ldns_rdf *to_rdf(const struct dns_name *name)
{
	return ldns_rdf_new_frm_data(LDNS_RDF_TYPE_DNAME, name->len, name->octets);
}

static bool from_rdf(const ldns_rdf *rdf, struct dns_name *name)
{
	size_t len = ldns_rdf_size(rdf);

	if (ldns_rdf_get_type(rdf) != LDNS_RDF_TYPE_DNAME || !len || len > sizeof(name->octets))
		return false;
	memcpy(name->octets, ldns_rdf_data(rdf), len);
	name->len = (uint8_t)len;
	return true;
}

/* The question for the name of an address. Returns 0 or -ENOMEM. */
int dnsmsg_reverse(const struct in6_addr *addr, struct dns_question *question)
{
	ldns_rdf *rdf = ldns_rdf_new_frm_data(LDNS_RDF_TYPE_AAAA, sizeof(*addr), addr), *name = NULL;
	bool made;

	if (rdf)
		name = ldns_rdf_address_reverse(rdf);
	made = name && from_rdf(name, &question->name);
	question->type = DNS_PTR;
	ldns_rdf_deep_free(name);
	ldns_rdf_deep_free(rdf);
	return made ? 0 : -ENOMEM;
}

/* As people write it. */
void dnsmsg_show(const struct dns_question *question, char *buf, size_t size)
{
	ldns_rdf *rdf = to_rdf(&question->name);
	char *name = rdf ? ldns_rdf2str(rdf) : NULL;

	snprintf(buf, size, "%s %s", name ? name : "?",
		 question->type == DNS_A ? "A" : question->type == DNS_PTR ? "PTR" : "AAAA");
	free(name);
	ldns_rdf_deep_free(rdf);
}

/**
 * dnsmsg_query - a query: recursion desired, DNSSEC checks left to the resolver (CD=0)
 * @question: what is asked
 * @id: its id
 * @buf: where to put it
 * @size: room there; DNSMSG_SIZE_MAX is enough for any
 * @len: set to its length
 *
 * Returns 0, -ENOMEM or -ENOSPC.
 */
int dnsmsg_query(const struct dns_question *question, uint16_t id, uint8_t *buf, size_t size, size_t *len)
{
	ldns_rdf *name = to_rdf(&question->name);
	ldns_pkt *pkt = NULL;
	uint8_t *wire = NULL;
	int err = -ENOMEM;

	/* The packet takes the name. */
	if (name)
		pkt = ldns_pkt_query_new(name, (ldns_rr_type)question->type, LDNS_RR_CLASS_IN, LDNS_RD);
	if (!pkt) {
		ldns_rdf_deep_free(name);
		return -ENOMEM;
	}
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
static bool is_ours(const uint8_t *data, size_t len, enum dns_type type, uint16_t id, const ldns_rdf *name)
{
	size_t pos = LDNS_HEADER_SIZE;
	ldns_rr *question;
	bool ours;

	if (len < LDNS_HEADER_SIZE || LDNS_ID_WIRE(data) != id || !LDNS_QR_WIRE(data) ||
	    LDNS_OPCODE_WIRE(data) != LDNS_PACKET_QUERY || LDNS_QDCOUNT(data) != 1)
		return false;
	if (ldns_wire2rr(&question, data, len, &pos, LDNS_SECTION_QUESTION))
		return false;
	ours = ldns_rr_get_type(question) == (ldns_rr_type)type && ldns_rr_get_class(question) == LDNS_RR_CLASS_IN &&
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

/* One record of the type that was asked for. */
static void take(const ldns_rr *rr, enum dns_type type, struct dns_answer *answer)
{
	const ldns_rdf *rdf = ldns_rr_rdf(rr, 0);

	if (type == DNS_AAAA && ldns_rdf_size(rdf) == 16)
		memcpy(&answer->addrs[answer->count++], ldns_rdf_data(rdf), 16);
	else if (type == DNS_A && ldns_rdf_size(rdf) == 4)
		memcpy(&answer->addrs4[answer->count++], ldns_rdf_data(rdf), 4);
	else if (type == DNS_PTR && from_rdf(rdf, &answer->name))
		answer->count++;
	else
		return;
	note_ttl(answer, rr);
}

static void collect(const ldns_rr_list *list, const ldns_rdf *name, enum dns_type type, struct dns_answer *answer)
{
	size_t hop, i, max = type == DNS_PTR ? 1 : DNSMSG_ADDRS_MAX;
	ldns_rr *rr;

	answer->ttl = UINT32_MAX;
	for (hop = 0; hop <= CNAMES_MAX; hop++) {
		i = 0;
		while (answer->count < max && (rr = next_record(list, &i, name, (ldns_rr_type)type)))
			take(rr, type, answer);
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
 * @question: that was asked
 * @id: of our query
 * @answer: filled in for DNS_FOUND, rcode for DNS_FAILED, ttl for denials
 */
enum dns_verdict dnsmsg_parse(const uint8_t *data, size_t len, const struct dns_question *question, uint16_t id,
			      struct dns_answer *answer)
{
	ldns_rdf *name = to_rdf(&question->name);
	enum dns_verdict verdict = DNS_FOREIGN;
	ldns_pkt *pkt = NULL;

	memset(answer, 0, sizeof(*answer));
	if (!name || !is_ours(data, len, question->type, id, name))
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
		collect(ldns_pkt_answer(pkt), name, question->type, answer);
		verdict = answer->count ? DNS_FOUND : DNS_NODATA;
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
