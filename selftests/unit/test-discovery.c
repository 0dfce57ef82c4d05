// SPDX-License-Identifier: GPL-2.0
/* Whom to ask for NAT64 prefixes when, and what to make of the answers: the state machine, on a clock of the test's. */
#include "unit.h"

#include <stdlib.h>

#include "discovery.h"
#include "pref64.h"

#define S 1000
#define MIN (60 * S)
#define HOUR (60 * MIN)
#define T0 (7 * HOUR)

static uint32_t jitter;

static uint32_t test_random(void)
{
	return jitter;
}

static struct plat plat(const char *text)
{
	struct plat p;
	char copy[64], *slash;

	snprintf(copy, sizeof(copy), "%s", text);
	slash = strchr(copy, '/');
	*slash = '\0';
	p.addr = v6(copy);
	p.len = (uint8_t)atoi(slash + 1);
	return p;
}

/* The prefixes as text: those that are old in brackets. */
static const char *list(const struct discoverer *d)
{
	static char text[512];
	char addr[INET6_ADDRSTRLEN];
	size_t i, used;

	text[0] = '\0';
	for (i = 0; i < d->nprefix; i++) {
		const struct disc_prefix *p = &d->prefix[i];

		inet_ntop(AF_INET6, &p->plat.addr, addr, sizeof(addr));
		used = strlen(text);
		snprintf(text + used, sizeof(text) - used, p->old ? "%s(%s/%u)" : "%s%s/%u", used ? " " : "", addr,
			 p->plat.len);
	}
	return text;
}

#define assert_list(d, text) assert_string_equal(list(d), text)

static uint32_t gathered;

static void gather(struct discoverer *d)
{
	gathered |= d->ask;
	d->ask = 0;
}

/* Who was to be asked since the last call. */
static uint32_t asked(struct discoverer *d)
{
	uint32_t ask;

	gather(d);
	ask = gathered;
	gathered = 0;
	return ask;
}

static struct discoverer start(size_t resolvers, int64_t now)
{
	struct discoverer d;

	jitter = 0;
	gathered = 0;
	disc_init(&d, test_random);
	disc_resolvers(&d, resolvers, now);
	assert_int_equal(asked(&d), 0);
	disc_start(&d, now);
	return d;
}

static void found(struct discoverer *d, size_t resolver, const char *one, const char *two, uint32_t ttl, int64_t now)
{
	struct plat plats[2] = { plat(one) };

	if (two)
		plats[1] = plat(two);
	disc_answer(d, resolver, DISC_FOUND, plats, two ? 2 : 1, ttl, now);
}

static void denied(struct discoverer *d, size_t resolver, uint32_t ttl, int64_t now)
{
	disc_answer(d, resolver, DISC_DENIED, NULL, 0, ttl, now);
}

static void failed(struct discoverer *d, size_t resolver, int64_t now)
{
	disc_answer(d, resolver, DISC_FAILED, NULL, 0, 0, now);
}

static void ra(struct discoverer *d, const char *router, const char *prefix, uint32_t lifetime_s, int64_t now)
{
	struct in6_addr from = v6(router);
	struct ra message = { .nplat = 1, .plat = { { plat(prefix), lifetime_s } } };

	disc_ra(d, &from, &message, now);
}

/* Runs to a time as the daemon does: each deadline in its turn. Returns how many there were. */
static unsigned int run_to(struct discoverer *d, int64_t now)
{
	unsigned int count = 0;
	int64_t at;

	while ((at = disc_deadline(d)) <= now) {
		disc_tick(d, at);
		gather(d);
		assert_true(disc_deadline(d) > at);
		count++;
	}
	disc_tick(d, now);
	return count;
}

static void asks_at_once(void **state)
{
	struct discoverer d = start(1, T0);

	(void)state;
	assert_int_equal(asked(&d), 1);
	assert_list(&d, "");
	found(&d, 0, "64:ff9b::/96", NULL, 600, T0 + 30);
	assert_list(&d, "64:ff9b::/96");
	assert_int_equal(d.source, SOURCE_DNS);
	assert_int_equal(d.prefix[0].until, T0 + 30 + 600 * S);
}

static void asks_again_before_the_ttl_ends(void **state)
{
	static const struct { uint32_t ttl, jitter; int64_t after_s; } rows[] = {
		{ 600, 0, 590 }, { 600, 29, 561 }, { 600, 30, 590 }, { 0, 0, 30 }, { 1, 7, 30 }, { 39, 0, 30 },
		{ 40, 0, 30 }, { 41, 0, 31 }, { 41, 1, 30 }, { 3600, 0, 3590 }, { 86410, 0, 86400 }, { 86411, 0, 86400 },
		{ UINT32_MAX, 0, 86400 }, { UINT32_MAX, 4320, 82080 }, { INT32_MAX, 4321, 86400 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct discoverer d = start(1, T0);

		asked(&d);
		jitter = rows[i].jitter;
		found(&d, 0, "64:ff9b::/96", NULL, rows[i].ttl, T0);
		assert_int_equal(disc_deadline(&d) - T0, rows[i].after_s * S);
		assert_int_equal(run_to(&d, T0 + rows[i].after_s * S - 1), 0);
		assert_int_equal(asked(&d), 0);
		disc_tick(&d, T0 + rows[i].after_s * S);
		assert_int_equal(asked(&d), 1);
	}
}

/* 1 s to wait for an answer, then the pause: 1, 2, 4, ... 60 s, for ever. */
static void silence(void **state)
{
	static const int pauses[] = { 1, 2, 4, 8, 16, 32, 60, 60, 60 };
	struct discoverer d = start(1, T0);
	int64_t now = T0;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(pauses); i++) {
		assert_int_equal(asked(&d), 1);
		assert_int_equal(disc_deadline(&d), now + 1 * S);
		now += 1 * S;
		disc_tick(&d, now);
		assert_int_equal(asked(&d), 0);
		assert_int_equal(disc_deadline(&d), now + pauses[i] * S);
		assert_int_equal(disc_next_query(&d), now + pauses[i] * S);
		now += pauses[i] * S;
		disc_tick(&d, now);
	}
	run_to(&d, now + 30 * 24 * (int64_t)HOUR);
	assert_true(disc_deadline(&d) <= now + 30 * 24 * (int64_t)HOUR + 61 * S);
	assert_false(d.denied);
}

static void servfail_storm(void **state)
{
	struct discoverer d = start(3, T0);
	int64_t now = T0;

	(void)state;
	assert_int_equal(asked(&d), 1);
	/* Each failure brings the next resolver at once. */
	failed(&d, 0, now += 5);
	assert_int_equal(asked(&d), 2);
	failed(&d, 1, now += 5);
	assert_int_equal(asked(&d), 4);
	failed(&d, 2, now += 5);
	assert_int_equal(asked(&d), 0);
	assert_int_equal(disc_deadline(&d), now + 1 * S);
	/* What comes late of a round that is over does not hurry the next. */
	failed(&d, 2, now += 5);
	assert_int_equal(disc_deadline(&d), now - 5 + 1 * S);
}

static void last_good_prefix_stays(void **state)
{
	struct discoverer d = start(2, T0);
	int64_t now = T0 + 590 * S;

	(void)state;
	found(&d, 0, "64:ff9b::/96", NULL, 600, T0);
	run_to(&d, now + 300 * S);
	assert_list(&d, "64:ff9b::/96");
	assert_int_equal(d.source, SOURCE_DNS);
	asked(&d);
	/* It is asked for all that time, and the answer ends it. */
	run_to(&d, now + 361 * S);
	assert_int_not_equal(asked(&d), 0);
	found(&d, 1, "64:ff9b::/96", NULL, 600, now + 361 * S);
	assert_int_equal(disc_deadline(&d), now + 361 * S + 590 * S);
}

static void late_answer(void **state)
{
	struct discoverer d = start(1, T0);

	(void)state;
	run_to(&d, T0 + 1500);
	assert_false(d.in_round);
	assert_false(d.answered);
	found(&d, 0, "64:ff9b::/96", NULL, 600, T0 + 1500);
	assert_list(&d, "64:ff9b::/96");
	/* Later, when it is asked anew, no less. */
	assert_true(d.answered);
	run_to(&d, T0 + 600 * S);
	assert_false(d.answered);
	d = start(1, T0);
	run_to(&d, T0 + 1500);
	denied(&d, 0, 60, T0 + 1500);
	assert_false(d.denied);
	assert_int_equal(disc_deadline(&d), T0 + 1500 + 60 * S);
}

static void stagger(void **state)
{
	struct discoverer d = start(3, T0);

	(void)state;
	assert_int_equal(asked(&d), 1);
	assert_int_equal(disc_deadline(&d), T0 + 500);
	disc_tick(&d, T0 + 500);
	assert_int_equal(asked(&d), 2);
	found(&d, 1, "64:ff9b::/96", NULL, 600, T0 + 600);
	assert_int_equal(d.server, 1);
	assert_false(d.in_round);
	run_to(&d, T0 + 60 * S);
	assert_int_equal(asked(&d), 0);
	/* The other one is late: what it says counts all the same, and the prefix in use stays first. */
	found(&d, 0, "64:ff9b:1::/96", "64:ff9b::/96", 600, T0 + 700);
	assert_list(&d, "64:ff9b::/96 64:ff9b:1::/96");
}

static void tcp_gets_more_time(void **state)
{
	struct discoverer d = start(1, T0);

	(void)state;
	disc_busy(&d, 0, T0 + 100);
	assert_int_equal(disc_deadline(&d), T0 + 3100);
	run_to(&d, T0 + 3000);
	assert_true(d.in_round);
	found(&d, 0, "64:ff9b::/96", NULL, 600, T0 + 3050);
	assert_list(&d, "64:ff9b::/96");
}

static void one_denial_is_not_enough(void **state)
{
	struct discoverer d = start(1, T0);
	int64_t now = T0 + 590 * S;

	(void)state;
	found(&d, 0, "64:ff9b::/96", NULL, 600, T0);
	disc_tick(&d, now);
	denied(&d, 0, 120, now);
	assert_list(&d, "64:ff9b::/96");
	assert_false(d.denied);
	assert_int_equal(disc_deadline(&d), now + 120 * S);
	/* The same one repeats it after its negative TTL. */
	disc_tick(&d, now += 120 * S);
	denied(&d, 0, 120, now);
	assert_list(&d, "");
	assert_true(d.denied);
	/* Asked again at each negative TTL, for ever, and believed when it knows better. */
	disc_tick(&d, now += 120 * S);
	denied(&d, 0, 240, now);
	assert_int_equal(disc_deadline(&d), now + 240 * S);
	disc_tick(&d, now += 240 * S);
	found(&d, 0, "64:ff9b::/96", NULL, 600, now);
	assert_false(d.denied);
	assert_list(&d, "64:ff9b::/96");
	/* One denial after that is the first again. */
	disc_tick(&d, now += 590 * S);
	denied(&d, 0, 120, now);
	assert_list(&d, "64:ff9b::/96");
}

static void denial_ttl_has_bounds(void **state)
{
	static const struct { uint32_t ttl; int64_t after_s; } rows[] = {
		{ 0, 30 }, { 30, 30 }, { 31, 31 }, { 3600, 3600 }, { 3601, 3600 }, { UINT32_MAX, 3600 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct discoverer d = start(1, T0);

		denied(&d, 0, rows[i].ttl, T0);
		assert_int_equal(disc_deadline(&d), T0 + rows[i].after_s * S);
	}
}

static void second_resolver_confirms(void **state)
{
	struct discoverer d = start(2, T0);
	int64_t now = T0 + 590 * S;

	(void)state;
	found(&d, 0, "64:ff9b::/96", NULL, 600, T0);
	disc_tick(&d, now);
	asked(&d);
	denied(&d, 0, 300, now);
	assert_int_equal(asked(&d), 2);
	assert_list(&d, "64:ff9b::/96");
	denied(&d, 1, 60, now);
	assert_list(&d, "");
	assert_true(d.denied);
	assert_int_equal(disc_deadline(&d), now + 60 * S);
}

static void second_resolver_knows_better(void **state)
{
	struct discoverer d = start(2, T0);

	(void)state;
	asked(&d);
	denied(&d, 0, 300, T0);
	assert_int_equal(asked(&d), 2);
	found(&d, 1, "64:ff9b::/96", NULL, 600, T0);
	assert_list(&d, "64:ff9b::/96");
	assert_false(d.denied);
}

/* Two who never agree on the same round: one denies, the other is silent. */
static void denial_and_silence(void **state)
{
	struct discoverer d = start(2, T0);

	(void)state;
	denied(&d, 0, 40, T0);
	run_to(&d, T0 + 1 * S);
	assert_false(d.denied);
	assert_int_equal(disc_deadline(&d), T0 + 41 * S);
	run_to(&d, T0 + 41 * S);
	denied(&d, 0, 40, T0 + 41 * S);
	run_to(&d, T0 + 42 * S);
	assert_true(d.denied);
}

/* A kick asks anew; what was denied before it does not make one denial after it a second one. */
static void kick_is_no_confirmation(void **state)
{
	struct discoverer d = start(1, T0);

	(void)state;
	found(&d, 0, "64:ff9b::/96", NULL, 600, T0);
	disc_kick(&d, T0 + 1 * S);
	denied(&d, 0, 60, T0 + 1 * S);
	disc_kick(&d, T0 + 2 * S);
	assert_true(d.in_round);
	denied(&d, 0, 60, T0 + 2 * S);
	assert_list(&d, "64:ff9b::/96");
}

static void kick_begins_back_off_anew(void **state)
{
	struct discoverer d = start(1, T0);

	(void)state;
	run_to(&d, T0 + 200 * S);
	asked(&d);
	disc_kick(&d, T0 + 200 * S);
	assert_int_equal(asked(&d), 1);
	disc_tick(&d, T0 + 201 * S);
	assert_int_equal(disc_deadline(&d), T0 + 202 * S);
}

static void resolvers_rotate(void **state)
{
	struct discoverer d = start(1, T0);
	int64_t now = T0;
	int i;

	(void)state;
	found(&d, 0, "64:ff9b::/96", "64:ff9b:1::/96", 60, now);
	for (i = 0; i < 10; i++) {
		disc_tick(&d, now += 50 * S);
		if (i % 2)
			found(&d, 0, "64:ff9b::/96", "64:ff9b:1::/96", 60, now);
		else
			found(&d, 0, "64:ff9b:1::/96", "64:ff9b::/96", 60, now);
		assert_list(&d, "64:ff9b::/96 64:ff9b:1::/96");
	}
}

static void prefix_moves(void **state)
{
	struct discoverer d = start(1, T0);
	int64_t now = T0 + 590 * S;

	(void)state;
	found(&d, 0, "64:ff9b::/96", NULL, 600, T0);
	disc_tick(&d, now);
	found(&d, 0, "2001:db8:64::/48", NULL, 600, now);
	assert_list(&d, "2001:db8:64::/48 (64:ff9b::/96)");
	run_to(&d, now + 299 * S);
	assert_list(&d, "2001:db8:64::/48 (64:ff9b::/96)");
	run_to(&d, now + 300 * S);
	assert_list(&d, "2001:db8:64::/48");
	/* And back, while it is still accepted. */
	disc_tick(&d, now += 590 * S);
	found(&d, 0, "64:ff9b::/96", NULL, 600, now);
	disc_kick(&d, now + 10 * S);
	found(&d, 0, "2001:db8:64::/48", NULL, 600, now + 10 * S);
	assert_list(&d, "2001:db8:64::/48 (64:ff9b::/96)");
}

static void there_is_room_for_eight(void **state)
{
	struct discoverer d = start(1, T0);
	struct plat many[CLAT_PLAT_MAX];
	char text[32];
	size_t i;

	(void)state;
	found(&d, 0, "64:ff9b::/96", NULL, 600, T0);
	for (i = 0; i < CLAT_PLAT_MAX; i++) {
		snprintf(text, sizeof(text), "64:ff9b:%zx::/96", i + 1);
		many[i] = plat(text);
	}
	disc_answer(&d, 0, DISC_FOUND, many, CLAT_PLAT_MAX, 600, T0 + 1);
	assert_int_equal(d.nprefix, CLAT_PLAT_MAX);
	assert_false(d.prefix[CLAT_PLAT_MAX - 1].old);
	/* Twelve one after another: the newest first, no more than fit. */
	for (i = 0; i < 12; i++) {
		snprintf(text, sizeof(text), "2001:db8:%zx::/48", i + 1);
		found(&d, 0, text, NULL, 600, T0 + 2 + (int64_t)i);
	}
	assert_int_equal(d.nprefix, CLAT_PLAT_MAX);
	assert_v6(&d.prefix[0].plat.addr, "2001:db8:c::");
	assert_v6(&d.prefix[1].plat.addr, "2001:db8:b::");
}

static void same_prefix_twice(void **state)
{
	struct discoverer d = start(1, T0);

	(void)state;
	found(&d, 0, "64:ff9b::/96", "64:ff9b::/96", 600, T0);
	assert_list(&d, "64:ff9b::/96");
}

static void all_lengths(void **state)
{
	static const char *const prefixes[] = {
		"2001:db8::/32", "2001:db8:100::/40", "2001:db8:122::/48", "2001:db8:122:300::/56", "2001:db8:122:344::/64",
		"2001:db8:122:344::/96",
	};
	struct discoverer d = start(1, T0);
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(prefixes); i++) {
		found(&d, 0, prefixes[i], NULL, 600, T0 + (int64_t)i);
		assert_int_equal(strncmp(list(&d), prefixes[i], strlen(prefixes[i])), 0);
	}
	for (i = 0; i < COUNT(prefixes); i++) {
		ra(&d, "fe80::1", prefixes[i], 1800, T0 + 10 + (int64_t)i);
		assert_non_null(strstr(list(&d), prefixes[i]));
	}
}

static void router_beats_dns(void **state)
{
	struct discoverer d = start(1, T0);

	(void)state;
	found(&d, 0, "64:ff9b::/96", NULL, 600, T0);
	ra(&d, "fe80::1", "64:ff9b:1::/96", 1800, T0 + 1 * S);
	assert_list(&d, "64:ff9b:1::/96 (64:ff9b::/96)");
	assert_int_equal(d.source, SOURCE_RA);
	assert_int_equal(disc_next_query(&d), DISC_NEVER);
	/* DNS is not asked, and not listened to. */
	asked(&d);
	run_to(&d, T0 + 1000 * S);
	assert_int_equal(asked(&d), 0);
	found(&d, 0, "64:ff9b:2::/96", NULL, 600, T0 + 1000 * S);
	assert_list(&d, "64:ff9b:1::/96");
}

static void router_ends_a_query(void **state)
{
	struct discoverer d = start(2, T0);

	(void)state;
	ra(&d, "fe80::1", "64:ff9b::/96", 1800, T0 + 100);
	assert_false(d.in_round);
	assert_int_equal(d.ask, 0);
	assert_int_equal(disc_deadline(&d), T0 + 100 + 1800 * S);
}

static void routers_prefix_expires(void **state)
{
	struct discoverer d = start(1, T0);
	int64_t end = T0 + 100 + 600 * S;

	(void)state;
	ra(&d, "fe80::1", "64:ff9b:1::/96", 600, T0 + 100);
	asked(&d);
	run_to(&d, end - 1);
	assert_int_equal(asked(&d), 0);
	/* It stays in use until DNS has spoken. */
	run_to(&d, end);
	assert_int_equal(asked(&d), 1);
	assert_list(&d, "64:ff9b:1::/96");
	run_to(&d, end + 600 * S);
	assert_list(&d, "64:ff9b:1::/96");
	found(&d, 0, "64:ff9b::/96", NULL, 600, end + 600 * S);
	assert_list(&d, "64:ff9b::/96 (64:ff9b:1::/96)");
}

/* The router has taken it back: one denial is the second voice. */
static void withdrawn_and_denied(void **state)
{
	struct discoverer d = start(1, T0);

	(void)state;
	ra(&d, "fe80::1", "64:ff9b:1::/96", 600, T0);
	asked(&d);
	ra(&d, "fe80::1", "64:ff9b:1::/96", 0, T0 + 1 * S);
	assert_int_equal(asked(&d), 1);
	assert_list(&d, "64:ff9b:1::/96");
	denied(&d, 0, 60, T0 + 1 * S);
	assert_list(&d, "");
	assert_true(d.denied);
	/* It announces it again. */
	ra(&d, "fe80::1", "64:ff9b:1::/96", 600, T0 + 2 * S);
	assert_list(&d, "64:ff9b:1::/96");
	assert_false(d.denied);
}

static void two_routers(void **state)
{
	struct discoverer d = start(1, T0);

	(void)state;
	ra(&d, "fe80::1", "64:ff9b:1::/96", 600, T0);
	ra(&d, "fe80::2", "64:ff9b:1::/96", 1200, T0);
	ra(&d, "fe80::2", "64:ff9b:2::/96", 1200, T0);
	assert_list(&d, "64:ff9b:1::/96 64:ff9b:2::/96");
	assert_int_equal(d.prefix[0].until, T0 + 1200 * S);
	/* One takes it back, the other still has it. */
	ra(&d, "fe80::1", "64:ff9b:1::/96", 0, T0 + 1 * S);
	assert_list(&d, "64:ff9b:1::/96 64:ff9b:2::/96");
	ra(&d, "fe80::2", "64:ff9b:1::/96", 0, T0 + 2 * S);
	assert_list(&d, "64:ff9b:2::/96 (64:ff9b:1::/96)");
	/* A router that takes back what it never had changes nothing. */
	ra(&d, "fe80::3", "64:ff9b:2::/96", 0, T0 + 3 * S);
	assert_list(&d, "64:ff9b:2::/96 (64:ff9b:1::/96)");
}

static void lifetime_is_renewed(void **state)
{
	struct discoverer d = start(1, T0);
	int i;

	(void)state;
	asked(&d);
	for (i = 0; i < 100; i++) {
		ra(&d, "fe80::1", "64:ff9b:1::/96", 600, T0 + i * 500 * (int64_t)S);
		run_to(&d, T0 + i * 500 * (int64_t)S + 499 * S);
		assert_list(&d, "64:ff9b:1::/96");
		assert_int_equal(asked(&d), 0);
	}
}

static void flood_of_prefixes(void **state)
{
	struct discoverer d = start(1, T0);
	char text[32];
	int i;

	(void)state;
	for (i = 0; i < 1000; i++) {
		snprintf(text, sizeof(text), "64:ff9b:%x::/96", i);
		ra(&d, "fe80::1", text, 600, T0 + i);
	}
	assert_int_equal(d.nprefix, CLAT_PLAT_MAX);
	assert_string_equal(strtok((char *)list(&d), " "), "64:ff9b::/96");
}

static void configured_beats_all(void **state)
{
	struct discoverer d = start(1, T0);
	struct plat own = plat("2001:db8:64::/96");

	(void)state;
	ra(&d, "fe80::1", "64:ff9b:1::/96", 1800, T0);
	disc_configure(&d, &own, 1, NULL, T0 + 1);
	assert_list(&d, "2001:db8:64::/96 (64:ff9b:1::/96)");
	assert_int_equal(d.source, SOURCE_CONFIGURED);
	ra(&d, "fe80::1", "64:ff9b:2::/96", 1800, T0 + 2);
	assert_int_equal(d.source, SOURCE_CONFIGURED);
	/* Not configured any more: the router's are there. */
	disc_configure(&d, NULL, 0, NULL, T0 + 3);
	assert_int_equal(d.source, SOURCE_RA);
	assert_list(&d, "64:ff9b:1::/96 64:ff9b:2::/96 (2001:db8:64::/96)");
}

static void configured_needs_nobody(void **state)
{
	struct plat own = plat("2001:db8:64::/96");
	struct discoverer d;

	(void)state;
	disc_init(&d, test_random);
	disc_configure(&d, &own, 1, NULL, T0);
	disc_resolvers(&d, 2, T0);
	disc_start(&d, T0);
	assert_int_equal(d.ask, 0);
	assert_int_equal(disc_deadline(&d), DISC_NEVER);
	/* Taken out of the configuration: DNS is asked at once, and until then it serves. */
	disc_configure(&d, NULL, 0, NULL, T0 + 5);
	assert_int_equal(asked(&d), 1);
	assert_list(&d, "2001:db8:64::/96");
	found(&d, 0, "64:ff9b::/96", NULL, 600, T0 + 10);
	assert_list(&d, "64:ff9b::/96 (2001:db8:64::/96)");
}

static void no_silent_default(void **state)
{
	struct discoverer d = start(1, T0);

	(void)state;
	run_to(&d, T0 + HOUR);
	assert_list(&d, "");
}

static void fallback(void **state)
{
	struct plat wkp = plat("64:ff9b::/96");
	struct discoverer d = start(2, T0);

	(void)state;
	disc_configure(&d, NULL, 0, &wkp, T0);
	assert_list(&d, "");
	/* After one round that has brought nothing. */
	run_to(&d, T0 + 2 * S);
	assert_list(&d, "64:ff9b::/96");
	assert_int_equal(d.source, SOURCE_FALLBACK);
	/* Discovery goes on, and replaces it. */
	asked(&d);
	run_to(&d, T0 + 120 * S);
	assert_int_not_equal(asked(&d), 0);
	found(&d, 0, "64:ff9b:1::/96", NULL, 600, T0 + 120 * S);
	assert_list(&d, "64:ff9b:1::/96 (64:ff9b::/96)");
	/* Denied: it is used, and the denial is known. */
	disc_tick(&d, T0 + 710 * S);
	denied(&d, 0, 60, T0 + 710 * S);
	denied(&d, 1, 60, T0 + 710 * S);
	assert_list(&d, "64:ff9b::/96");
	assert_int_equal(d.source, SOURCE_FALLBACK);
	assert_true(d.denied);
	/* Not configured any more. */
	disc_configure(&d, NULL, 0, NULL, T0 + 711 * S);
	assert_list(&d, "");
}

static void without_resolvers(void **state)
{
	struct plat wkp = plat("64:ff9b::/96");
	struct discoverer d = start(0, T0);

	(void)state;
	assert_int_equal(disc_deadline(&d), DISC_NEVER);
	run_to(&d, T0 + HOUR);
	disc_configure(&d, NULL, 0, &wkp, T0 + HOUR);
	assert_list(&d, "64:ff9b::/96");
	disc_resolvers(&d, 1, T0 + HOUR);
	assert_int_equal(asked(&d), 1);
}

static void other_resolvers(void **state)
{
	struct discoverer d = start(1, T0);

	(void)state;
	found(&d, 0, "64:ff9b::/96", NULL, 600, T0);
	asked(&d);
	disc_resolvers(&d, 2, T0 + 10 * S);
	assert_int_equal(asked(&d), 1);
	assert_list(&d, "64:ff9b::/96");
	/* An answer of a resolver that there is none of. */
	found(&d, 7, "64:ff9b:7::/96", NULL, 600, T0 + 10 * S);
	assert_list(&d, "64:ff9b::/96");
}

static void stop_and_start(void **state)
{
	struct discoverer d = start(1, T0);

	(void)state;
	found(&d, 0, "64:ff9b::/96", NULL, 600, T0);
	disc_stop(&d);
	assert_int_equal(disc_deadline(&d), DISC_NEVER);
	asked(&d);
	run_to(&d, T0 + 2 * HOUR);
	assert_int_equal(asked(&d), 0);
	/* Back: what was known serves at once, and is asked for. */
	disc_start(&d, T0 + 2 * HOUR);
	assert_int_equal(asked(&d), 1);
	assert_list(&d, "64:ff9b::/96");
	disc_start(&d, T0 + 2 * HOUR);
	assert_int_equal(asked(&d), 0);
}

static void another_network(void **state)
{
	struct discoverer d = start(1, T0);

	(void)state;
	found(&d, 0, "64:ff9b::/96", NULL, 600, T0);
	ra(&d, "fe80::1", "64:ff9b:1::/96", 1800, T0);
	disc_stop(&d);
	disc_forget(&d, T0 + 1 * S);
	assert_list(&d, "");
	disc_start(&d, T0 + 1 * S);
	assert_int_equal(asked(&d), 1);
}

static void adopted(void **state)
{
	struct plat old[] = { plat("64:ff9b::/96"), plat("64:ff9b:1::/96") };
	struct discoverer d;

	(void)state;
	disc_init(&d, test_random);
	disc_adopt(&d, old, 2, T0);
	disc_resolvers(&d, 1, T0);
	disc_start(&d, T0);
	assert_list(&d, "64:ff9b::/96 64:ff9b:1::/96");
	/* Silence does not take it away. */
	run_to(&d, T0 + HOUR);
	assert_list(&d, "64:ff9b::/96 64:ff9b:1::/96");
	found(&d, 0, "64:ff9b:2::/96", "64:ff9b::/96", 600, T0 + HOUR);
	assert_list(&d, "64:ff9b::/96 64:ff9b:2::/96 (64:ff9b:1::/96)");
	/* What is known already is not replaced. */
	disc_adopt(&d, old, 2, T0 + HOUR);
	assert_list(&d, "64:ff9b::/96 64:ff9b:2::/96 (64:ff9b:1::/96)");
}

static void next_prefix(void **state)
{
	struct discoverer d = start(1, T0);

	(void)state;
	assert_false(disc_next_prefix(&d));
	found(&d, 0, "64:ff9b::/96", NULL, 600, T0);
	assert_false(disc_next_prefix(&d));
	/* One that is only accepted is none to try. */
	found(&d, 0, "64:ff9b:1::/96", NULL, 600, T0 + 1);
	assert_false(disc_next_prefix(&d));
	assert_list(&d, "64:ff9b:1::/96 (64:ff9b::/96)");
	found(&d, 0, "64:ff9b:1::/96", "64:ff9b:2::/96", 600, T0 + 2);
	assert_true(disc_next_prefix(&d));
	assert_list(&d, "64:ff9b:2::/96 64:ff9b:1::/96 (64:ff9b::/96)");
	/* The choice holds, whatever the order of the next answer. */
	found(&d, 0, "64:ff9b:1::/96", "64:ff9b:2::/96", 600, T0 + 3);
	assert_list(&d, "64:ff9b:2::/96 64:ff9b:1::/96 (64:ff9b::/96)");
	ra(&d, "fe80::1", "64:ff9b:1::/96", 1800, T0 + 4);
	ra(&d, "fe80::1", "64:ff9b:2::/96", 1800, T0 + 4);
	assert_true(disc_next_prefix(&d));
	run_to(&d, T0 + 100 * S);
	assert_list(&d, "64:ff9b:2::/96 64:ff9b:1::/96 (64:ff9b::/96)");
}

/* A million events in random order: it asks on, never in a rush, and is never stuck. */
static void random_events(void **state)
{
	struct discoverer d = start(3, T0);
	unsigned int i, asks = 0;
	char text[32];
	int64_t now = T0;

	(void)state;
	srand(64);
	for (i = 0; i < 1000000; i++) {
		size_t r = (size_t)rand() % 4;

		now += rand() % 2000;
		snprintf(text, sizeof(text), "64:ff9b:%x::/96", rand() % 12);
		jitter = (uint32_t)rand();
		switch (rand() % 12) {
		case 0: found(&d, r, text, NULL, (uint32_t)rand() % 900, now); break;
		case 1: denied(&d, r, (uint32_t)rand() % 900, now); break;
		case 2: failed(&d, r, now); break;
		case 3: ra(&d, r % 2 ? "fe80::1" : "fe80::2", text, (uint32_t)rand() % 3 * 8, now); break;
		case 4: disc_busy(&d, r, now); break;
		case 5: if (rand() % 50 == 0) disc_stop(&d); break;
		case 6: disc_start(&d, now); break;
		case 7: if (rand() % 50 == 0) disc_forget(&d, now); break;
		case 8: if (rand() % 50 == 0) disc_resolvers(&d, (size_t)rand() % 4, now); break;
		default: run_to(&d, now); break;
		}
		assert_true(d.nprefix <= CLAT_PLAT_MAX && d.nra <= DISC_RA_MAX);
		assert_true(!d.nprefix || !d.prefix[0].old);
		assert_true(disc_deadline(&d) > 0);
		asks += !!asked(&d);
	}
	assert_true(asks > 1000);
	/* With everybody silent from now on, the next query is a minute away at most. */
	disc_stop(&d);
	disc_forget(&d, now);
	disc_resolvers(&d, 1, now);
	disc_start(&d, now);
	run_to(&d, now + HOUR);
	assert_true(disc_deadline(&d) <= now + HOUR + 61 * S);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(asks_at_once),
		cmocka_unit_test(asks_again_before_the_ttl_ends),
		cmocka_unit_test(silence),
		cmocka_unit_test(servfail_storm),
		cmocka_unit_test(last_good_prefix_stays),
		cmocka_unit_test(late_answer),
		cmocka_unit_test(stagger),
		cmocka_unit_test(tcp_gets_more_time),
		cmocka_unit_test(one_denial_is_not_enough),
		cmocka_unit_test(denial_ttl_has_bounds),
		cmocka_unit_test(second_resolver_confirms),
		cmocka_unit_test(second_resolver_knows_better),
		cmocka_unit_test(denial_and_silence),
		cmocka_unit_test(kick_is_no_confirmation),
		cmocka_unit_test(kick_begins_back_off_anew),
		cmocka_unit_test(resolvers_rotate),
		cmocka_unit_test(prefix_moves),
		cmocka_unit_test(there_is_room_for_eight),
		cmocka_unit_test(same_prefix_twice),
		cmocka_unit_test(all_lengths),
		cmocka_unit_test(router_beats_dns),
		cmocka_unit_test(router_ends_a_query),
		cmocka_unit_test(routers_prefix_expires),
		cmocka_unit_test(withdrawn_and_denied),
		cmocka_unit_test(two_routers),
		cmocka_unit_test(lifetime_is_renewed),
		cmocka_unit_test(flood_of_prefixes),
		cmocka_unit_test(configured_beats_all),
		cmocka_unit_test(configured_needs_nobody),
		cmocka_unit_test(no_silent_default),
		cmocka_unit_test(fallback),
		cmocka_unit_test(without_resolvers),
		cmocka_unit_test(other_resolvers),
		cmocka_unit_test(stop_and_start),
		cmocka_unit_test(another_network),
		cmocka_unit_test(adopted),
		cmocka_unit_test(next_prefix),
		cmocka_unit_test(random_events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
