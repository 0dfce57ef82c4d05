// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzzer: answers of DNS servers, and the prefixes in them. What is taken for an answer answers our query; addresses are
 * in the message; each prefix, with a well-known address put under it by RFC 6052, is one of them; a name can be asked
 * for. The first octet says what is put right before, and which of the three questions was asked.
 */
#include "check.h"
#include "dnsmsg.h"
#include "pref64.h"

#define FIX_HEADER 1
#define FIX_QUESTION 2
#define FIX_COUNTS 4
#define ASKS_NAME 8
#define ASKS_HOST 16
#define ID 0x1234
#define HEADER 12

static void ask(uint8_t flags, struct dns_question *question)
{
	static const struct in6_addr addr = { .s6_addr = { 0, 0x64, 0xff, 0x9b, [12] = 192, [15] = 170 } };

	*question = dnsmsg_ipv4only;
	if (flags & ASKS_NAME)
		check(!dnsmsg_reverse(&addr, question));
	if (flags & ASKS_HOST)
		question->type = DNS_A;
}

/* The header and the question of the query, turned into those of an answer. */
static void fix(uint8_t flags, const struct dns_question *question, uint8_t *data, size_t size)
{
	uint8_t query[DNSMSG_SIZE_MAX];
	size_t len;

	check(!dnsmsg_query(question, ID, query, sizeof(query), &len));
	if (flags & FIX_HEADER && size >= HEADER) {
		memcpy(data, query, 2);
		data[2] = (uint8_t)((data[2] & 0x07) | 0x80);
		data[4] = 0;
		data[5] = 1;
	}
	if (flags & FIX_QUESTION && size >= len)
		memcpy(data + HEADER, query + HEADER, len - HEADER);
	/* Few records, so that not every answer is cut off. */
	if (flags & FIX_COUNTS && size >= HEADER) {
		data[6] = data[8] = data[10] = 0;
		data[7] &= 7;
		data[9] &= 1;
		data[11] &= 1;
	}
}

/* RFC 6052, section 2.2: the IPv4 address follows the prefix, octet 8 is left out. */
static struct in6_addr embed(const struct plat *plat, uint8_t last)
{
	const uint8_t v4[4] = { 192, 0, 0, last };
	struct in6_addr addr = plat->addr;
	size_t i, at = plat->len / 8;

	for (i = 0; i < 4; i++) {
		if (at == 8)
			at++;
		addr.s6_addr[at++] = v4[i];
	}
	return addr;
}

static bool has(const struct dns_answer *answer, struct in6_addr addr)
{
	size_t i;

	for (i = 0; i < answer->count; i++)
		if (!memcmp(&answer->addrs[i], &addr, sizeof(addr)))
			return true;
	return false;
}

static void look_at_prefixes(const struct dns_answer *answer)
{
	struct plat plat[8];
	size_t count = pref64_collect(answer->addrs, answer->count, plat, 8), i, j;

	check(count <= 8);
	for (i = 0; i < count; i++) {
		check(pref64_usable(&plat[i]));
		check(has(answer, embed(&plat[i], 170)) || has(answer, embed(&plat[i], 171)));
		for (j = 0; j < i; j++)
			check(!plat_equal(&plat[i], &plat[j]));
	}
}

/* Any name that was told can be asked for. */
static void look_at_name(const struct dns_answer *answer)
{
	struct dns_question question = { .name = answer->name, .type = DNS_A };
	uint8_t query[DNSMSG_SIZE_MAX];
	size_t len;

	check(answer->count == 1);
	check(!dnsmsg_query(&question, ID, query, sizeof(query), &len));
	check(len == HEADER + answer->name.len + 4u);
	check(!memcmp(query + HEADER, answer->name.octets, answer->name.len));
}

static void look_at_records(const struct dns_question *question, const struct dns_answer *answer, const uint8_t *data,
			    size_t size)
{
	size_t i;

	check(answer->count <= DNSMSG_ADDRS_MAX);
	if (question->type == DNS_PTR) {
		look_at_name(answer);
		return;
	}
	for (i = 0; i < answer->count; i++)
		check(question->type == DNS_A ? find(data, size, &answer->addrs4[i], 4) :
						find(data, size, &answer->addrs[i], 16));
	if (question->type == DNS_AAAA)
		look_at_prefixes(answer);
}

static void look(const struct dns_question *question, const uint8_t *data, size_t size)
{
	struct dns_answer answer;
	enum dns_verdict verdict = dnsmsg_parse(data, size, question, ID, &answer);

	check((verdict == DNS_FOUND) == (answer.count > 0));
	check(answer.ttl <= INT32_MAX);
	if (verdict == DNS_FOREIGN)
		return;
	check(size > HEADER && data[0] == ID >> 8 && data[1] == (ID & 0xff) && data[2] & 0x80);
	if (verdict == DNS_FOUND)
		look_at_records(question, &answer, data, size);
	/* For another query it is none. */
	check(dnsmsg_parse(data, size, question, ID ^ 1, &answer) == DNS_FOREIGN);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dns_question question;
	uint8_t *copy;

	if (!size)
		return 0;
	ask(data[0], &question);
	copy = copy_of(data + 1, size - 1);
	fix(data[0], &question, copy, size - 1);
	look(&question, copy, size - 1);
	free(copy);
	return 0;
}
