// SPDX-License-Identifier: GPL-2.0
/*
 * What the daemon knows of the network on an uplink, and how: the sockets and timers around the discovery's state
 * machine.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "ctl.h"
#include "daemon.h"
#include "pref64.h"
#include "ra_socket.h"
#include "trace.h"
#include "uplink.h"

#define SOLICITS 3
#define SOLICIT_MS 4000
#define BACKOFF_MIN_MS 1000
#define BACKOFF_MAX_MS 60000
#define QUIET_MS 60000
#define RAS_AT_ONCE 32

void backoff_next(struct backoff *b, int64_t now)
{
	if (now > b->next + QUIET_MS)
		b->pause = 0;
	b->pause = b->pause ? b->pause * 2 : BACKOFF_MIN_MS;
	if (b->pause > BACKOFF_MAX_MS)
		b->pause = BACKOFF_MAX_MS;
	b->next = now + b->pause;
}

static uint32_t random32(void)
{
	uint32_t value = 0;

	/* Jitter needs no more than a guess where the kernel has nothing to give yet. */
	if (getrandom(&value, sizeof(value), GRND_NONBLOCK) < 0)
		value = (uint32_t)loop_now();
	return value;
}

/* --- DNS ---------------------------------------------------------------------------------------------------------- */

static void close_queries(struct uplink *u)
{
	size_t i;

	for (i = 0; i < RESOLVERS_MAX; i++) {
		query_close(&u->asking[i].query);
		query_watch(&u->asking[i].query, &u->asking[i].watch);
	}
}

static void note_trouble(struct uplink *u, const struct resolver *resolver, const char *trouble)
{
	snprintf(u->query_trouble, sizeof(u->query_trouble), "%s %s", resolver->text, trouble);
	trace_trouble(u->ifname, u->query_trouble);
}

static void take_answer(struct asking *a, const struct dns_answer *answer, enum dns_verdict verdict)
{
	struct uplink *u = a->uplink;
	struct plat plat[CLAT_PLAT_MAX];
	size_t count = 0;

	if (verdict == DNS_FOUND)
		count = pref64_collect(answer->addrs, answer->count, plat, CLAT_PLAT_MAX);
	if (count) {
		snprintf(u->server, sizeof(u->server), "%s", a->query.resolver.text);
		u->server_loopback = a->query.resolver.loopback;
		u->server_source = a->query.resolver.source;
		u->query_trouble[0] = '\0';
		trace_found(u->ifname, u->server, plat, count, answer->ttl);
	} else if (verdict == DNS_FOUND) {
		note_trouble(u, &a->query.resolver, "answers with AAAA records of no NAT64 prefix");
	} else {
		note_trouble(u, &a->query.resolver, "knows no AAAA record of ipv4only.arpa");
	}
	disc_answer(&u->disc, a->number, count ? DISC_FOUND : DISC_DENIED, plat, count, answer->ttl, loop_now());
}

static void go_on(struct asking *a)
{
	struct uplink *u = a->uplink;
	struct dns_answer answer;
	enum dns_verdict verdict;
	bool tcp = a->query.tcp;

	switch (query_go_on(&a->query, &answer, &verdict)) {
	case QUERY_ANSWERED:
		take_answer(a, &answer, verdict);
		break;
	case QUERY_FAILED:
		note_trouble(u, &a->query.resolver, a->query.trouble);
		disc_answer(&u->disc, a->number, DISC_FAILED, NULL, 0, 0, loop_now());
		break;
	case QUERY_WAITING:
		if (a->query.tcp && !tcp)
			disc_busy(&u->disc, a->number, loop_now());
		break;
	}
}

static void on_query(struct watch *watch, uint32_t events)
{
	struct asking *a = watch->owner;

	(void)events;
	go_on(a);
	query_watch(&a->query, &a->watch);
	uplink_set_timer(a->uplink);
	daemon_changed();
}

static void ask(struct uplink *u, size_t i)
{
	struct asking *a = &u->asking[i];

	/* A query that waits is sent once more by the same socket, so that a late answer is taken too. */
	if (a->query.fd < 0 && query_open(&a->query, &dnsmsg_ipv4only, &u->resolvers.list[i], u->ifname)) {
		disc_answer(&u->disc, i, DISC_FAILED, NULL, 0, 0, loop_now());
		return;
	}
	trace_asked(u->ifname, u->resolvers.list[i].text);
	if (query_send(&a->query) == QUERY_FAILED) {
		note_trouble(u, &a->query.resolver, a->query.trouble);
		disc_answer(&u->disc, i, DISC_FAILED, NULL, 0, 0, loop_now());
	}
	query_watch(&a->query, &a->watch);
}

/* Does what the state machine asks for. */
static void ask_all(struct uplink *u)
{
	size_t i;

	while (u->disc.ask) {
		uint32_t ask_now = u->disc.ask;

		u->disc.ask = 0;
		for (i = 0; i < u->resolvers.count; i++)
			if (ask_now & 1u << i)
				ask(u, i);
	}
	/* After a round that has brought nothing, late answers are waited for. */
	if (!u->disc.in_round && (u->disc.answered || u->disc.nra || u->disc.nconfigured || !u->disc.running))
		close_queries(u);
}

/* --- whom to ask -------------------------------------------------------------------------------------------------- */

static bool same_resolvers(const struct resolvers *a, const struct resolvers *b)
{
	size_t i;

	if (a->count != b->count)
		return false;
	for (i = 0; i < a->count; i++)
		if (a->list[i].salen != b->list[i].salen || memcmp(&a->list[i].sin6, &b->list[i].sin6, a->list[i].salen))
			return false;
	return true;
}

/* Finds out anew whom to ask, and asks at once if that has changed. */
void uplink_read_resolvers(struct uplink *u)
{
	struct resolvers list;

	bool same;
	size_t i;

	uplink_list_resolvers(u, &list);
	same = same_resolvers(&list, &u->resolvers);
	u->resolvers = list;
	/* Somebody else may name the same ones. */
	for (i = 0; i < list.count; i++)
		if (!strcmp(list.list[i].text, u->server))
			u->server_source = list.list[i].source;
	if (same)
		return;
	close_queries(u);
	disc_resolvers(&u->disc, list.count, loop_now());
	uplink_set_timer(u);
}

/* --- Router Advertisements ---------------------------------------------------------------------------------------- */

static void expire_rdnss(struct uplink *u, int64_t now)
{
	size_t i, kept = 0;

	for (i = 0; i < u->nrdnss; i++)
		if (u->rdnss[i].until > now)
			u->rdnss[kept++] = u->rdnss[i];
	u->nrdnss = kept;
}

static void take_rdnss(struct uplink *u, const struct ra *ra, int64_t now)
{
	size_t i, j;

	for (i = 0; i < ra->nrdnss; i++) {
		const struct ra_rdnss *entry = &ra->rdnss[i];

		for (j = 0; j < u->nrdnss && memcmp(&u->rdnss[j].addr, &entry->addr, sizeof(entry->addr)); j++)
			;
		if (j == RA_RDNSS_MAX)
			continue;
		u->rdnss[j].addr = entry->addr;
		u->rdnss[j].until = entry->lifetime_s == UINT32_MAX ? LOOP_NEVER : now + (int64_t)entry->lifetime_s * 1000;
		if (j == u->nrdnss)
			u->nrdnss++;
	}
	expire_rdnss(u, now);
	uplink_read_resolvers(u);
}

static void on_ra(struct watch *watch, uint32_t events)
{
	struct uplink *u = watch->owner;
	struct in6_addr router;
	struct ra ra;
	int i;

	(void)events;
	/* A flood of them must not keep the loop from all else. */
	for (i = 0; i < RAS_AT_ONCE && ra_receive(watch->fd, &ra, &router); i++) {
		u->solicits = 0;
		trace_ra(u->ifname, &router, &ra);
		take_rdnss(u, &ra, loop_now());
		disc_ra(&u->disc, &router, &ra, loop_now());
	}
	uplink_set_timer(u);
	/* The uplink's MTU may be another one too. */
	daemon_changed();
}

static void close_ra(struct uplink *u)
{
	if (u->ra.fd < 0)
		return;
	loop_unwatch(&u->ra);
	close(u->ra.fd);
	u->ra.fd = -1;
}

static void open_ra(struct uplink *u)
{
	int fd;

	if (u->ra.fd >= 0)
		return;
	fd = ra_open(u->ifindex, u->ifname);
	if (fd < 0) {
		warning("%s: cannot listen to router advertisements: %s", u->ifname, strerror(-fd));
		return;
	}
	if (loop_watch(&u->ra, fd, EPOLLIN)) {
		close(fd);
		u->ra.fd = -1;
		return;
	}
}

/* Routers are asked until one has answered, three times at most. */
static void solicit_anew(struct uplink *u)
{
	u->solicits = SOLICITS;
	u->solicit_at = loop_now();
}

static void solicit(struct uplink *u, int64_t now)
{
	if (!u->solicits || u->ra.fd < 0 || now < u->solicit_at)
		return;
	trace_solicited(u->ifname);
	ra_solicit(u->ra.fd, u->ifindex);
	u->solicits--;
	u->solicit_at = now + SOLICIT_MS;
}

/* --- the uplink --------------------------------------------------------------------------------------------------- */

/* Whom the state machine waits for no more is the one in trouble. */
static void tick(struct uplink *u, int64_t now)
{
	bool asked[RESOLVERS_MAX];
	size_t i;

	for (i = 0; i < RESOLVERS_MAX; i++)
		asked[i] = u->disc.in_round && u->disc.resolver[i].state == DISC_ASKED;
	disc_tick(&u->disc, now);
	for (i = 0; i < u->resolvers.count; i++)
		if (asked[i] && u->disc.resolver[i].state == DISC_HAS_FAILED)
			note_trouble(u, &u->resolvers.list[i], "does not answer");
}

static void on_timer(struct timer *timer)
{
	struct uplink *u = timer->owner;
	int64_t now = loop_now();

	expire_rdnss(u, now);
	uplink_read_resolvers(u);
	solicit(u, now);
	tick(u, now);
	uplink_set_timer(u);
	daemon_changed();
}

/* What is due on the kernel's side is a pass of the daemon's, which comes; until then nothing is waited for. */
static int64_t earlier_pass(int64_t pass, int64_t at)
{
	if (pass > loop_now())
		return pass < at ? pass : at;
	daemon_changed();
	return at;
}

/* Does what is due, and sets the timer to what comes next. */
void uplink_set_timer(struct uplink *u)
{
	int64_t at;
	size_t i;

	ask_all(u);
	at = disc_deadline(&u->disc);
	if (u->solicits && u->ra.fd >= 0 && u->solicit_at < at)
		at = u->solicit_at;
	at = earlier_pass(u->retry_at, at);
	at = earlier_pass(u->leave_at, at);
	for (i = 0; i < u->nrdnss; i++)
		if (u->rdnss[i].until < at)
			at = u->rdnss[i].until;
	timer_set(&u->timer, at);
}

/**
 * uplink_share - share an address of the uplink itself from the next pass on, or have one of the CLAT's own again
 * @u: the uplink
 * @share: which of both
 *
 * For networks where a second address leads nowhere. Forgotten when the network is another one; a device that is
 * adopted as shared stays so. Where the configuration has said which address it is to be, that stays.
 */
void uplink_share(struct uplink *u, bool share)
{
	if (u->settings.has & 1u << KEY_ADDRESS)
		share = false;
	else
		u->settings.shared = share;
	u->share = share;
}

void uplink_configure(struct uplink *u, const struct settings *settings)
{
	u->settings = *settings;
	uplink_share(u, u->share);
	uplink_read_resolvers(u);
	disc_configure(&u->disc, settings->plat, settings->nplat, settings->have_fallback ? &settings->fallback : NULL,
		       loop_now());
	uplink_set_timer(u);
}

/* Returns NULL if there is no memory for one more. */
struct uplink *uplink_new(const struct link *link, const struct settings *settings)
{
	struct uplink *u = calloc(1, sizeof(*u));
	size_t i;

	if (!u)
		return NULL;
	u->ifindex = link->ifindex;
	snprintf(u->ifname, sizeof(u->ifname), "%s", link->ifname);
	u->ra = (struct watch){ .fd = -1, .ready = on_ra, .owner = u };
	u->timer = (struct timer){ .due = on_timer, .owner = u };
	for (i = 0; i < RESOLVERS_MAX; i++) {
		u->asking[i].uplink = u;
		u->asking[i].number = i;
		u->asking[i].query.fd = -1;
		u->asking[i].watch = (struct watch){ .fd = -1, .ready = on_query, .owner = &u->asking[i] };
	}
	u->leave_at = u->retry_at = LOOP_NEVER;
	u->why = WHY_SEARCHING;
	instance_init(u);
	disc_init(&u->disc, random32);
	uplink_configure(u, settings);
	return u;
}

void uplink_free(struct uplink *u)
{
	timer_stop(&u->timer);
	close_queries(u);
	close_ra(u);
	check_stop(&u->check);
	free(u);
}

/* Sockets that were bound to the old name stay bound to the interface; queries to come ask by the new one. */
void uplink_rename(struct uplink *u, const char *ifname)
{
	snprintf(u->ifname, sizeof(u->ifname), "%s", ifname);
	close_queries(u);
}

static bool same_network(const struct uplink *u, const struct plan *plan)
{
	size_t i, j;

	for (i = 0; i < u->nnetwork; i++)
		for (j = 0; j < plan->nprefixes; j++)
			if (!memcmp(&u->network[i], &plan->prefixes[j].addr, 8))
				return true;
	return !u->nnetwork;
}

static void remember_network(struct uplink *u, const struct plan *plan)
{
	for (u->nnetwork = 0; u->nnetwork < plan->nprefixes && u->nnetwork < UPLINK_NETWORKS_MAX; u->nnetwork++)
		u->network[u->nnetwork] = plan->prefixes[u->nnetwork].addr;
}

/* What the device has from the run before is good as long as it belongs to this network. */
static void adopt(struct uplink *u, const struct plan *plan, const struct dev *dev)
{
	const struct pair *pair = dev ? dev_pair(dev) : NULL;
	size_t i;

	for (i = 0; pair && i < plan->nprefixes; i++)
		if (!memcmp(&plan->prefixes[i].addr, &pair->v6, 8))
			disc_adopt(&u->disc, dev->plat, dev->nplat, loop_now());
}

/**
 * uplink_follow - the uplink's network is as @plan says: ask, or stop asking
 * @u: the uplink
 * @plan: of plan_network()
 * @dev: the clat device on it, or NULL
 */
void uplink_follow(struct uplink *u, const struct plan *plan, const struct dev *dev)
{
	bool network = plan->nprefixes && (plan->why == WHY_ACTIVE || plan->why == WHY_NO_ADDRESS);

	/* Routers are listened to as long as the interface is up: that costs nothing. */
	if (plan->why == WHY_OFF || plan->why == WHY_UNFIT)
		close_ra(u);
	else
		open_ra(u);
	if (!network) {
		disc_stop(&u->disc);
	} else if (!u->disc.running) {
		if (!same_network(u, plan)) {
			disc_forget(&u->disc, loop_now());
			uplink_share(u, false);
		}
		adopt(u, plan, dev);
		uplink_read_resolvers(u);
		solicit_anew(u);
		disc_start(&u->disc, loop_now());
	}
	if (network)
		remember_network(u, plan);
	uplink_set_timer(u);
}

/* Whatever was known may not hold any more. */
void uplink_ask_anew(struct uplink *u)
{
	solicit_anew(u);
	if (u->disc.running)
		disc_kick(&u->disc, loop_now());
	uplink_set_timer(u);
}

/* The machine was asleep: what queries wait for does not come any more. */
void uplink_resume(struct uplink *u)
{
	close_queries(u);
	uplink_ask_anew(u);
}
