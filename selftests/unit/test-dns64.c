// SPDX-License-Identifier: GPL-2.0
/*
 * Discovery against servers of every kind: real sockets on the loopback device, each server a thread that answers by
 * a script. Servers that never give a usable answer cost the time-out, 1 s each.
 */
#include "unit.h"

#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ctl.h"
#include "dns64.h"

enum kind {
	OK, OTHER_PREFIX, NXDOMAIN, NODATA, NO_PREFIX, SERVFAIL, SERVFAIL_ONCE, SILENT, SILENT_ONCE, GARBAGE, WRONG_ID,
	WRONG_ID_THEN_OK, MALFORMED_THEN_OK, TRUNCATED, TRUNCATED_SLOWLY, TRUNCATED_TWICE, TRUNCATED_CLOSED, NO_SERVER,
};

struct server {
	enum kind kind;
	int udp, tcp, stop;	/* stop: written to end the thread */
	unsigned int asked;
	pthread_t thread;
};

#define HEADER 12

/* Wide enough for an emulated machine under load. */
#define LONG_BEFORE_5_S 4000

static size_t header(uint8_t *out, const uint8_t *query, size_t len, unsigned int flags, unsigned int answers)
{
	memcpy(out, query, len);
	out[2] = (uint8_t)(flags >> 8);
	out[3] = (uint8_t)flags;
	out[7] = (uint8_t)answers;
	return len;
}

static size_t answer(uint8_t *out, const uint8_t *query, size_t len, const char *addr)
{
	struct in6_addr a = v6(addr);

	len = header(out, query, len, 0x8180, 1);
	memcpy(out + len, "\xc0\x0c\x00\x1c\x00\x01\x00\x00\x02\x58\x00\x10", 12);
	memcpy(out + len + 12, &a, 16);
	return len + 28;
}

static size_t good(uint8_t *out, const uint8_t *query, size_t len)
{
	return answer(out, query, len, "64:ff9b::c000:aa");
}

static void send_udp(const struct server *s, const uint8_t *data, size_t len, const struct sockaddr_in6 *to)
{
	sendto(s->udp, data, len, 0, (const struct sockaddr *)to, sizeof(*to));
}

static void answer_udp(struct server *s)
{
	uint8_t query[512], out[600];
	struct sockaddr_in6 from;
	socklen_t fromlen = sizeof(from);
	ssize_t got = recvfrom(s->udp, query, sizeof(query), 0, (struct sockaddr *)&from, &fromlen);
	size_t len = 0, n = (size_t)got;

	if (got < HEADER)
		return;
	s->asked++;
	switch (s->kind) {
	case OK:
		len = good(out, query, n);
		break;
	case OTHER_PREFIX:
		len = answer(out, query, n, "2001:db8:c000:ab::");
		break;
	case NXDOMAIN:
		len = header(out, query, n, 0x8183, 0);
		break;
	case NODATA:
		len = header(out, query, n, 0x8180, 0);
		break;
	case NO_PREFIX:
		len = answer(out, query, n, "2001:db8::1");
		break;
	case SERVFAIL_ONCE:
		len = s->asked > 1 ? good(out, query, n) : header(out, query, n, 0x8182, 0);
		break;
	case SERVFAIL:
		len = header(out, query, n, 0x8182, 0);
		break;
	case SILENT_ONCE:
		len = s->asked > 1 ? good(out, query, n) : 0;
		break;
	case GARBAGE:
		memset(out, 0xff, sizeof(out));
		len = sizeof(out);
		break;
	case WRONG_ID_THEN_OK: case MALFORMED_THEN_OK:
		/* To the first query only: asking again does not help, waiting on does. */
		if (s->asked > 1)
			return;
		len = answer(out, query, n, "2001:db8:c000:ab::");
		if (s->kind == WRONG_ID_THEN_OK)
			out[1] ^= 1;
		else
			len -= 3;
		break;
	case WRONG_ID:
		len = answer(out, query, n, "2001:db8:c000:ab::");
		out[1] ^= 1;
		break;
	case TRUNCATED: case TRUNCATED_SLOWLY: case TRUNCATED_TWICE: case TRUNCATED_CLOSED:
		len = header(out, query, n, 0x8380, 0);
		break;
	case SILENT: case NO_SERVER:
		break;
	}
	if (len)
		send_udp(s, out, len, &from);
	if (s->kind == WRONG_ID_THEN_OK || s->kind == MALFORMED_THEN_OK)
		send_udp(s, out, good(out, query, n), &from);
}

static void answer_tcp(struct server *s)
{
	int fd = accept(s->tcp, NULL, NULL);
	uint8_t query[512], out[600];
	ssize_t got;
	size_t len, i;

	if (fd < 0)
		return;
	got = s->kind == TRUNCATED_CLOSED ? 0 : recv(fd, query, sizeof(query), 0);
	if (got > 2 + HEADER) {
		if (s->kind == TRUNCATED_TWICE)
			len = header(out + 2, query + 2, (size_t)got - 2, 0x8380, 0);
		else
			len = good(out + 2, query + 2, (size_t)got - 2);
		out[0] = 0;
		out[1] = (uint8_t)len;
		/* An octet at a time: who reads it must put it together. */
		for (i = 0; i < len + 2; i++)
			if (send(fd, out + i, s->kind == TRUNCATED_SLOWLY ? 1 : len + 2 - i, MSG_NOSIGNAL) != 1)
				break;
	}
	close(fd);
}

static void *serve(void *arg)
{
	struct server *s = arg;
	struct pollfd fds[] = { { s->udp, POLLIN, 0 }, { s->tcp, POLLIN, 0 }, { s->stop, POLLIN, 0 } };

	for (;;) {
		if (poll(fds, 3, -1) < 0 || fds[2].revents)
			return NULL;
		if (fds[0].revents)
			answer_udp(s);
		if (fds[1].revents)
			answer_tcp(s);
	}
}

/* UDP and TCP on the same port of ::1. */
static void open_server(struct server *s, struct resolver *r)
{
	struct sockaddr_in6 addr = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	socklen_t len = sizeof(addr);
	char text[32];

	s->udp = socket(AF_INET6, SOCK_DGRAM, 0);
	s->tcp = socket(AF_INET6, SOCK_STREAM, 0);
	assert_int_equal(bind(s->udp, (struct sockaddr *)&addr, len), 0);
	assert_int_equal(getsockname(s->udp, (struct sockaddr *)&addr, &len), 0);
	assert_int_equal(bind(s->tcp, (struct sockaddr *)&addr, len), 0);
	assert_int_equal(listen(s->tcp, 4), 0);
	snprintf(text, sizeof(text), "::1@%u", ntohs(addr.sin6_port));
	assert_int_equal(resolver_parse(text, 0, r), 0);
	if (s->kind == NO_SERVER) {
		close(s->udp);
		s->udp = -1;
	}
}

#define MANY 4

struct outcome {
	int code;
	int64_t ms;
	unsigned int asked[MANY];
	struct discovery discovery;
};

static struct outcome discover(unsigned int timeout_s, size_t count, const enum kind *kinds)
{
	struct server servers[MANY] = { 0 };
	struct resolvers resolvers = { .count = count };
	int stops[MANY][2];
	struct outcome o;
	int64_t start;
	size_t i;

	for (i = 0; i < count; i++) {
		servers[i].kind = kinds[i];
		open_server(&servers[i], &resolvers.list[i]);
		assert_int_equal(pipe(stops[i]), 0);
		servers[i].stop = stops[i][0];
		assert_int_equal(pthread_create(&servers[i].thread, NULL, serve, &servers[i]), 0);
	}
	start = now_ms();
	o.code = dns64_discover(&resolvers, NULL, timeout_s, &o.discovery);
	o.ms = now_ms() - start;
	for (i = 0; i < count; i++) {
		close(stops[i][1]);
		pthread_join(servers[i].thread, NULL);
		o.asked[i] = servers[i].asked;
		close(stops[i][0]);
		close(servers[i].udp);
		close(servers[i].tcp);
	}
	return o;
}

#define DISCOVER(timeout, ...) \
	discover(timeout, COUNT(((enum kind[]){ __VA_ARGS__ })), (enum kind[]){ __VA_ARGS__ })

static void assert_found(const struct outcome *o, const char *prefix)
{
	if (o->code)
		fail_msg("%s", failure_get().message);
	assert_int_equal(o->discovery.count, 1);
	assert_v6(&o->discovery.prefixes[0].addr, prefix);
	assert_int_equal(o->discovery.ttl, 600);
	assert_true(o->discovery.loopback);
}

static void assert_not_found(const struct outcome *o, int code, const char *message)
{
	assert_int_equal(o->code, code);
	assert_int_equal(o->discovery.count, 0);
	if (!strstr(failure_get().message, message))
		fail_msg("'%s' is not in '%s'", message, failure_get().message);
}

static void found(void **state)
{
	struct outcome o = DISCOVER(5, OK);

	(void)state;
	assert_found(&o, "64:ff9b::");
	assert_in_range(o.ms, 0, LONG_BEFORE_5_S);
}

static void denied(void **state)
{
	static const enum kind kinds[] = { NXDOMAIN, NODATA, NO_PREFIX };
	struct outcome o;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(kinds); i++) {
		o = discover(5, 1, &kinds[i]);
		assert_not_found(&o, CTL_NONAT64, kinds[i] == NO_PREFIX ? "of no NAT64 prefix" : "knows no AAAA record");
		assert_in_range(o.ms, 0, LONG_BEFORE_5_S);
	}
}

static void no_usable_answer(void **state)
{
	static const struct { enum kind kind; const char *message; } rows[] = {
		{ SERVFAIL, "answers SERVFAIL" },
		{ SILENT, "does not answer" },
		{ GARBAGE, "sent what is no answer" },
		{ WRONG_ID, "sent what is no answer" },
		{ TRUNCATED_TWICE, "truncated its answer even by TCP" },
		{ TRUNCATED_CLOSED, "TCP failed: " },
		{ NO_SERVER, "Connection refused" },
	};
	struct outcome o;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		o = discover(1, 1, &rows[i].kind);
		assert_not_found(&o, CTL_TIMEOUT, rows[i].message);
		assert_in_range(o.ms, 1000, LONG_BEFORE_5_S);
	}
}

/* What is not for us is passed over, not taken for an answer: the right one comes right behind. */
static void waits_on(void **state)
{
	struct outcome o = DISCOVER(5, WRONG_ID_THEN_OK);

	(void)state;
	assert_found(&o, "64:ff9b::");
	o = DISCOVER(5, MALFORMED_THEN_OK);
	assert_found(&o, "64:ff9b::");
}

static void asks_again(void **state)
{
	struct outcome o = DISCOVER(5, SILENT_ONCE);

	(void)state;
	assert_found(&o, "64:ff9b::");
	assert_int_equal(o.asked[0], 2);
	o = DISCOVER(5, SERVFAIL_ONCE);
	assert_found(&o, "64:ff9b::");
	assert_int_equal(o.asked[0], 2);
}

static void by_tcp(void **state)
{
	struct outcome o = DISCOVER(5, TRUNCATED);

	(void)state;
	assert_found(&o, "64:ff9b::");
	o = DISCOVER(5, TRUNCATED_SLOWLY);
	assert_found(&o, "64:ff9b::");
}

/* The next server is asked at once when one is of no use, and half a second later when one is silent. */
static void several(void **state)
{
	struct outcome o = DISCOVER(5, NO_SERVER, NXDOMAIN, SERVFAIL, OTHER_PREFIX);

	(void)state;
	assert_found(&o, "2001:db8::");
	assert_in_range(o.ms, 0, 1400);
	o = DISCOVER(5, SILENT, OTHER_PREFIX);
	assert_found(&o, "2001:db8::");
	assert_in_range(o.ms, 400, LONG_BEFORE_5_S);
}

static void denial_counts_when_none_knows_better(void **state)
{
	struct outcome o = DISCOVER(1, NXDOMAIN, SILENT);

	(void)state;
	assert_not_found(&o, CTL_NONAT64, "knows no AAAA record");
	assert_non_null(strstr(failure_get().message, "does not answer"));
	assert_int_equal(o.asked[0], 1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(found),
		cmocka_unit_test(denied),
		cmocka_unit_test(no_usable_answer),
		cmocka_unit_test(waits_on),
		cmocka_unit_test(asks_again),
		cmocka_unit_test(by_tcp),
		cmocka_unit_test(several),
		cmocka_unit_test(denial_counts_when_none_knows_better),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
