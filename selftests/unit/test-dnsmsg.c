// SPDX-License-Identifier: GPL-2.0
/* DNS messages as bytes: the query we send, and every kind of answer, hostile ones included. */
#include "unit.h"

#include <stdlib.h>

#include "dnsmsg.h"

#define ID 0xc1a7
#define FLAGS_OK 0x8180
#define TYPE_AAAA 28
#define TYPE_CNAME 5

struct message {
	uint8_t data[4096];
	size_t len;
};

static void put(struct message *m, const void *data, size_t len)
{
	assert_true(m->len + len <= sizeof(m->data));
	memcpy(m->data + m->len, data, len);
	m->len += len;
}

static void put16(struct message *m, unsigned int value)
{
	const uint8_t octets[] = { (uint8_t)(value >> 8), (uint8_t)value };

	put(m, octets, 2);
}

static void begin(struct message *m, unsigned int id, unsigned int flags, unsigned int answers)
{
	m->len = 0;
	put16(m, id);
	put16(m, flags);
	put16(m, 1);
	put16(m, answers);
	put16(m, 0);
	put16(m, 0);
	put(m, "\x08ipv4only\x04" "arpa\x00\x00\x1c\x00\x01", 19);
}

static void put_rr(struct message *m, unsigned int type, unsigned int ttl, const void *data, unsigned int len)
{
	put16(m, 0xc00c);
	put16(m, type);
	put16(m, 1);
	put16(m, ttl >> 16);
	put16(m, ttl);
	put16(m, len);
	put(m, data, len);
}

static void put_aaaa(struct message *m, const char *addr, unsigned int ttl)
{
	struct in6_addr a = v6(addr);

	put_rr(m, TYPE_AAAA, ttl, &a, 16);
}

static enum dns_verdict parse(const struct message *m, struct dns_answer *answer)
{
	/* A copy of exactly that length, so that a sanitizer sees a read beyond it. */
	uint8_t *copy = malloc(m->len ? m->len : 1);
	enum dns_verdict verdict;

	memcpy(copy, m->data, m->len);
	verdict = dnsmsg_parse(copy, m->len, &dnsmsg_ipv4only, ID, answer);
	free(copy);
	return verdict;
}

static void query(void **state)
{
	static const uint8_t want[] = "\xc1\xa7\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00"
				      "\x08ipv4only\x04" "arpa\x00\x00\x1c\x00\x01";
	uint8_t buf[64];
	size_t len;

	(void)state;
	assert_int_equal(dnsmsg_query(&dnsmsg_ipv4only, ID, buf, sizeof(buf), &len), 0);
	assert_int_equal(len, sizeof(want) - 1);
	assert_memory_equal(buf, want, len);
	assert_int_not_equal(dnsmsg_query(&dnsmsg_ipv4only, ID, buf, 20, &len), 0);
}

static void addresses(void **state)
{
	struct dns_answer answer;
	struct message m;

	(void)state;
	begin(&m, ID, FLAGS_OK, 3);
	put_aaaa(&m, "64:ff9b::c000:aa", 600);
	put_aaaa(&m, "64:ff9b::c000:ab", 300);
	put_aaaa(&m, "2001:db8::1", 900);
	assert_int_equal(parse(&m, &answer), DNS_FOUND);
	assert_int_equal(answer.count, 3);
	assert_int_equal(answer.ttl, 300);
	assert_v6(&answer.addrs[0], "64:ff9b::c000:aa");
	assert_v6(&answer.addrs[2], "2001:db8::1");
}

/* Names are compared without regard to case: resolvers may answer in another one (RFC 4343). */
static void other_case(void **state)
{
	struct dns_answer answer;
	struct message m;

	(void)state;
	begin(&m, ID, FLAGS_OK, 1);
	m.data[13] = 'I';
	m.data[14] = 'P';
	put_aaaa(&m, "64:ff9b::c000:aa", 600);
	assert_int_equal(parse(&m, &answer), DNS_FOUND);
}

static void cname(void **state)
{
	struct dns_answer answer;
	struct in6_addr a = v6("64:ff9b::c000:aa");
	struct message m;

	(void)state;
	begin(&m, ID, FLAGS_OK, 3);
	put_rr(&m, TYPE_CNAME, 50, "\x01x\xc0\x0c", 4);		/* is x.ipv4only.arpa, at offset 43 */
	put(&m, "\xc0\x2b", 2);
	put16(&m, TYPE_AAAA);
	put16(&m, 1);
	put16(&m, 0);
	put16(&m, 600);
	put16(&m, 16);
	put(&m, &a, 16);
	put(&m, "\x01y\xc0\x0c\x00\x1c\x00\x01\x00\x00\x00\x01\x00\x10", 14);	/* of a name nobody asked for */
	put(&m, &a, 16);
	assert_int_equal(parse(&m, &answer), DNS_FOUND);
	assert_int_equal(answer.count, 1);
	assert_int_equal(answer.ttl, 50);
}

static void cname_loop(void **state)
{
	struct dns_answer answer;
	struct message m;

	(void)state;
	begin(&m, ID, FLAGS_OK, 1);
	put_rr(&m, TYPE_CNAME, 50, "\xc0\x0c", 2);
	assert_int_equal(parse(&m, &answer), DNS_NODATA);
}

static void denials_and_errors(void **state)
{
	static const struct { unsigned int rcode; enum dns_verdict verdict; } rows[] = {
		{ 0, DNS_NODATA }, { 1, DNS_FAILED }, { 2, DNS_FAILED }, { 3, DNS_NXDOMAIN }, { 4, DNS_FAILED },
		{ 5, DNS_FAILED }, { 15, DNS_FAILED },
	};
	struct dns_answer answer;
	struct message m;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		begin(&m, ID, FLAGS_OK | rows[i].rcode, 0);
		assert_int_equal(parse(&m, &answer), rows[i].verdict);
		assert_int_equal(answer.rcode, rows[i].rcode);
		assert_int_equal(answer.count, 0);
	}
	assert_string_equal(dnsmsg_rcode(2), "SERVFAIL");
	assert_non_null(dnsmsg_rcode(77));
}

/* RFC 2308: the lesser of the SOA's own TTL and its minimum; no SOA, no time. */
static void how_long_a_denial_holds(void **state)
{
	static const struct { unsigned int rcode, ttl, minimum; uint32_t want; } rows[] = {
		{ 3, 900, 60, 60 }, { 3, 60, 900, 60 }, { 0, 900, 60, 60 }, { 3, 0, 60, 0 }, { 3, 60, 0, 0 },
		{ 3, 0x80000000, 0xffffffff, 0 }, { 3, 0x7fffffff, 0xffffffff, 0x7fffffff },
	};
	struct dns_answer answer;
	struct message m;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		uint8_t soa[22] = { [0] = 0, [1] = 0 };

		begin(&m, ID, FLAGS_OK | rows[i].rcode, 0);
		m.data[9] = 1;			/* one record in the authority section */
		soa[18] = (uint8_t)(rows[i].minimum >> 24);
		soa[19] = (uint8_t)(rows[i].minimum >> 16);
		soa[20] = (uint8_t)(rows[i].minimum >> 8);
		soa[21] = (uint8_t)rows[i].minimum;
		put_rr(&m, 6, rows[i].ttl, soa, sizeof(soa));
		assert_int_equal(parse(&m, &answer), rows[i].rcode ? DNS_NXDOMAIN : DNS_NODATA);
		assert_int_equal(answer.ttl, rows[i].want);
	}
	begin(&m, ID, FLAGS_OK | 3, 0);
	assert_int_equal(parse(&m, &answer), DNS_NXDOMAIN);
	assert_int_equal(answer.ttl, 0);
}

static void not_ours(void **state)
{
	struct dns_answer answer;
	struct message good, m;

	(void)state;
	begin(&good, ID, FLAGS_OK, 1);
	put_aaaa(&good, "64:ff9b::c000:aa", 600);
	assert_int_equal(parse(&good, &answer), DNS_FOUND);

	m = good;
	m.data[0] ^= 1;			/* another id */
	assert_int_equal(parse(&m, &answer), DNS_FOREIGN);
	m = good;
	m.data[2] = 0x01;		/* a query */
	assert_int_equal(parse(&m, &answer), DNS_FOREIGN);
	m = good;
	m.data[2] |= 0x20;		/* another opcode */
	assert_int_equal(parse(&m, &answer), DNS_FOREIGN);
	m = good;
	m.data[5] = 0;			/* no question */
	assert_int_equal(parse(&m, &answer), DNS_FOREIGN);
	m = good;
	m.data[13] = 'x';		/* another name */
	assert_int_equal(parse(&m, &answer), DNS_FOREIGN);
	m = good;
	m.data[28] = 1;			/* another type */
	assert_int_equal(parse(&m, &answer), DNS_FOREIGN);
	m = good;
	m.data[30] = 3;			/* another class */
	assert_int_equal(parse(&m, &answer), DNS_FOREIGN);
}

static void truncated(void **state)
{
	struct dns_answer answer;
	struct message m;

	(void)state;
	begin(&m, ID, FLAGS_OK | 0x0200, 5);
	put(&m, "\xc0\x0c\x00", 3);	/* cut off in the middle of a record */
	assert_int_equal(parse(&m, &answer), DNS_TRUNCATED);
}

/* Cut anywhere without the flag that says so, an answer is never taken for one with addresses, and never overread. */
static void cut_anywhere(void **state)
{
	struct dns_answer answer;
	struct message m;
	size_t whole;

	(void)state;
	begin(&m, ID, FLAGS_OK, 2);
	put_aaaa(&m, "64:ff9b::c000:aa", 600);
	put_aaaa(&m, "64:ff9b::c000:ab", 600);
	for (whole = m.len; m.len;) {
		m.len--;
		assert_int_equal(parse(&m, &answer), m.len >= whole - 56 ? DNS_MALFORMED : DNS_FOREIGN);
		assert_int_equal(answer.count, 0);
	}
}

static void compression_loops(void **state)
{
	static const char *const pointers[] = {
		"\xc0\x1f",	/* at itself */
		"\xc0\xff",	/* beyond the end */
		"\xff\xff",
		"\xc0\x21",	/* forward */
		"\x40\x01",	/* a label type of no meaning */
	};
	struct dns_answer answer;
	struct message m;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(pointers); i++) {
		begin(&m, ID, FLAGS_OK, 1);
		put(&m, pointers[i], 2);
		put(&m, "\x00\x1c\x00\x01\x00\x00\x00\x01\x00\x10", 10);
		put(&m, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16);
		assert_int_not_equal(parse(&m, &answer), DNS_FOUND);
	}
	/* In the question itself. */
	begin(&m, ID, FLAGS_OK, 0);
	memcpy(m.data + 12, "\xc0\x0c", 2);
	assert_int_equal(parse(&m, &answer), DNS_FOREIGN);
}

static void wrong_length_of_an_address(void **state)
{
	struct dns_answer answer;
	struct message m;

	(void)state;
	begin(&m, ID, FLAGS_OK, 1);
	put_rr(&m, TYPE_AAAA, 600, "\x20\x01\x0d\xb8", 4);
	assert_int_not_equal(parse(&m, &answer), DNS_FOUND);
	assert_int_equal(answer.count, 0);
}

static void more_than_fit(void **state)
{
	struct dns_answer answer;
	struct message m;
	unsigned int i;

	(void)state;
	begin(&m, ID, FLAGS_OK, 100);
	for (i = 0; i < 100; i++)
		put_aaaa(&m, "64:ff9b::c000:aa", 600);
	assert_int_equal(parse(&m, &answer), DNS_FOUND);
	assert_int_equal(answer.count, DNSMSG_ADDRS_MAX);
}

static void ttl_with_the_top_bit(void **state)
{
	struct dns_answer answer;
	struct message m;

	(void)state;
	begin(&m, ID, FLAGS_OK, 1);
	put_aaaa(&m, "64:ff9b::c000:aa", 0x80000001);
	assert_int_equal(parse(&m, &answer), DNS_FOUND);
	assert_int_equal(answer.ttl, 0);
}

/* The question of a query, as a message of its own that answers it; records follow. */
static void begin_for(struct message *m, const struct dns_question *question, unsigned int answers)
{
	size_t len;

	assert_int_equal(dnsmsg_query(question, ID, m->data, sizeof(m->data), &len), 0);
	m->len = len;
	m->data[2] = 0x81;
	m->data[3] = 0x80;
	m->data[7] = (uint8_t)answers;
}

/* RFC 7050, section 3: the name of the NAT64, then its IPv4 address. */
static void name_and_host(void **state)
{
	struct in6_addr addr = v6("2001:db8:64::c000:aa");
	struct dns_question question;
	struct dns_answer answer;
	struct message m;
	char text[128];

	(void)state;
	assert_int_equal(dnsmsg_reverse(&addr, &question), 0);
	dnsmsg_show(&question, text, sizeof(text));
	assert_string_equal(text, "a.a.0.0.0.0.0.c.0.0.0.0.0.0.0.0.0.0.0.0.4.6.0.0.8.b.d.0.1.0.0.2.ip6.arpa. PTR");
	begin_for(&m, &question, 2);
	put_rr(&m, DNS_PTR, 600, "\x05nat64\x07""example", 15);
	put_rr(&m, DNS_PTR, 60, "\x05other\x07""example", 15);
	assert_int_equal(dnsmsg_parse(m.data, m.len, &question, ID, &answer), DNS_FOUND);
	assert_int_equal(answer.count, 1);
	assert_int_equal(answer.ttl, 600);
	assert_int_equal(answer.name.len, 15);
	assert_memory_equal(answer.name.octets, "\x05nat64\x07""example", 15);

	question.name = answer.name;
	question.type = DNS_A;
	begin_for(&m, &question, 3);
	put_rr(&m, DNS_A, 600, "\xc6\x33\x64\x35", 4);
	put_rr(&m, DNS_A, 600, "\xc6\x33\x64\x36\x00", 5);
	put_rr(&m, DNS_A, 600, "\xc6\x33\x64\x37", 4);
	assert_int_equal(dnsmsg_parse(m.data, m.len, &question, ID, &answer), DNS_MALFORMED);
	begin_for(&m, &question, 2);
	put_aaaa(&m, "2001:db8::1", 600);
	put_rr(&m, DNS_A, 600, "\xc6\x33\x64\x35", 4);
	assert_int_equal(dnsmsg_parse(m.data, m.len, &question, ID, &answer), DNS_FOUND);
	assert_int_equal(answer.count, 1);
	assert_int_equal(ntohl(answer.addrs4[0].s_addr), 0xc6336435);
	/* The answer to one question is none to another. */
	question.type = DNS_AAAA;
	assert_int_equal(dnsmsg_parse(m.data, m.len, &question, ID, &answer), DNS_FOREIGN);
}

/* The longest name that there is can be asked for; one that is longer is none. */
static void longest_name(void **state)
{
	struct dns_question question = { .type = DNS_PTR, .name = { .octets = "\x01x", .len = 3 } };
	struct dns_answer answer;
	uint8_t name[300];
	struct message m;
	size_t i;

	(void)state;
	memset(name, 'x', sizeof(name));
	for (i = 0; i < 4; i++)
		name[i * 64] = 63;
	name[192] = 61;
	name[254] = 0;
	begin_for(&m, &question, 1);
	put_rr(&m, DNS_PTR, 600, name, 255);
	assert_int_equal(dnsmsg_parse(m.data, m.len, &question, ID, &answer), DNS_FOUND);
	assert_int_equal(answer.name.len, 255);
	question.name = answer.name;
	question.type = DNS_A;
	begin_for(&m, &question, 0);
	assert_int_equal(m.len, DNSMSG_SIZE_MAX);

	question = (struct dns_question){ .type = DNS_PTR, .name = { .octets = "\x01x", .len = 3 } };
	name[192] = 63;
	name[256] = 0;
	begin_for(&m, &question, 1);
	put_rr(&m, DNS_PTR, 600, name, 257);
	assert_int_not_equal(dnsmsg_parse(m.data, m.len, &question, ID, &answer), DNS_FOUND);
}

/* A hundred thousand messages with a few octets changed: no crash, no overread, counts within bounds. */
static void mutations(void **state)
{
	struct dns_answer answer;
	struct message good, m;
	uint32_t seed = 1;
	unsigned int i, j, readable = 0;

	(void)state;
	begin(&good, ID, FLAGS_OK, 3);
	put_rr(&good, TYPE_CNAME, 50, "\xc0\x0c", 2);
	put_aaaa(&good, "64:ff9b::c000:aa", 600);
	put_aaaa(&good, "64:ff9b::c000:ab", 600);
	for (i = 0; i < 100000; i++) {
		m = good;
		for (j = 0; j < 1 + i % 4; j++) {
			seed = seed * 1664525 + 1013904223;
			m.data[(seed >> 8) % m.len] = (uint8_t)(seed >> 24);
		}
		m.len -= (seed >> 4) % 8 == 0 ? (seed >> 16) % m.len : 0;
		readable += parse(&m, &answer) == DNS_FOUND;
		assert_true(answer.count <= DNSMSG_ADDRS_MAX);
	}
	/* Some change nothing that matters: else this would have tested one early exit only. */
	assert_in_range(readable, 1000, 99000);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(query),
		cmocka_unit_test(addresses),
		cmocka_unit_test(other_case),
		cmocka_unit_test(cname),
		cmocka_unit_test(cname_loop),
		cmocka_unit_test(denials_and_errors),
		cmocka_unit_test(how_long_a_denial_holds),
		cmocka_unit_test(not_ours),
		cmocka_unit_test(truncated),
		cmocka_unit_test(cut_anywhere),
		cmocka_unit_test(compression_loops),
		cmocka_unit_test(wrong_length_of_an_address),
		cmocka_unit_test(more_than_fit),
		cmocka_unit_test(ttl_with_the_top_bit),
		cmocka_unit_test(name_and_host),
		cmocka_unit_test(longest_name),
		cmocka_unit_test(mutations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
