// SPDX-License-Identifier: GPL-2.0
/*
 * Finding the NAT64 prefix of a network by DNS (RFC 7050) in one go: AAAA of ipv4only.arpa, asked of several servers
 * side by side, all within one time-out. A server that answers nothing or an error is asked again; one that denies is
 * believed, but only once none of the others knows better.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ctl.h"
#include "dns64.h"
#include "pref64.h"
#include "query.h"

/* The next server is asked this long after the one before, or at once when that one is of no use. */
#define STAGGER_MS 500
#define RETRY_MS 1000
#define RETRY_MAX_MS 4000
#define TCP_MS 3000

struct asked {
	struct query query;
	int64_t next;			/* when to send (again) */
	int64_t interval;
	bool denied;
};

struct search {
	const char *uplink;
	struct asked asked[RESOLVERS_MAX];
	size_t count;
	struct discovery *result;
	int code;			/* of a failure that ends the search */
};

/* A server is of no use at the moment: the first one that was not asked yet goes next, now. */
static void hurry(struct search *s)
{
	size_t i;

	for (i = 0; i < s->count; i++) {
		if (!s->asked[i].interval) {
			s->asked[i].next = now_ms();
			return;
		}
	}
}

static void deny(struct search *s, struct asked *a, const char *why)
{
	a->denied = true;
	snprintf(a->query.trouble, sizeof(a->query.trouble), "%s", why);
	verbose("%s: %s", a->query.resolver.text, why);
	query_close(&a->query);
	hurry(s);
}

static void answered(struct search *s, struct asked *a, const struct dns_answer *answer, enum dns_verdict verdict)
{
	struct discovery *d = s->result;

	if (verdict != DNS_FOUND) {
		deny(s, a, "knows no AAAA record of ipv4only.arpa");
		return;
	}
	d->count = pref64_collect(answer->addrs, answer->count, d->prefixes, CLAT_PLAT_MAX);
	if (!d->count) {
		deny(s, a, "answers with AAAA records of no NAT64 prefix");
		return;
	}
	d->ttl = answer->ttl;
	d->loopback = a->query.resolver.loopback;
	snprintf(d->server, sizeof(d->server), "%s", a->query.resolver.text);
}

static void failed(struct search *s, struct asked *a)
{
	if (a->query.error == EPERM && s->uplink)
		s->code = fail(CTL_PERM, "run clatctl as root", "cannot ask by interface %s: %s", s->uplink,
			       strerror(EPERM));
	hurry(s);
}

static void ask(struct search *s, struct asked *a)
{
	a->interval = a->interval ? a->interval * 2 : RETRY_MS;
	if (a->interval > RETRY_MAX_MS)
		a->interval = RETRY_MAX_MS;
	a->next = now_ms() + a->interval;
	if (query_send(&a->query) == QUERY_FAILED)
		failed(s, a);
}

static void go_on(struct search *s, struct asked *a)
{
	struct dns_answer answer;
	enum dns_verdict verdict;
	bool tcp = a->query.tcp;

	switch (query_go_on(&a->query, &answer, &verdict)) {
	case QUERY_ANSWERED:
		answered(s, a, &answer, verdict);
		break;
	case QUERY_FAILED:
		if (tcp)
			a->next = now_ms() + a->interval;
		failed(s, a);
		break;
	case QUERY_WAITING:
		if (a->query.tcp && !tcp)
			a->next = now_ms() + TCP_MS;
		break;
	}
}

static bool all_denied(const struct search *s)
{
	size_t i;

	for (i = 0; i < s->count; i++)
		if (!s->asked[i].denied)
			return false;
	return true;
}

/* Sends what is due; returns when the next is. */
static int64_t send_due(struct search *s, int64_t until)
{
	size_t i;

	for (i = 0; i < s->count && !s->code; i++) {
		struct asked *a = &s->asked[i];

		if (a->denied)
			continue;
		if (a->next <= now_ms())
			ask(s, a);
		if (a->next < until)
			until = a->next;
	}
	return until;
}

static void receive(struct search *s, int64_t until)
{
	struct pollfd fds[RESOLVERS_MAX];
	size_t i;

	/* poll() passes over negative descriptors. */
	for (i = 0; i < s->count; i++)
		fds[i] = (struct pollfd){ .fd = s->asked[i].query.fd,
					  .events = query_wants_to_write(&s->asked[i].query) ? POLLOUT : POLLIN };
	if (wait_events(fds, s->count, until) <= 0)
		return;
	for (i = 0; i < s->count && !s->result->count; i++)
		if (fds[i].revents)
			go_on(s, &s->asked[i]);
}

static int search_fail(const struct search *s, unsigned int timeout_s)
{
	char servers[360] = "";
	bool denied = false;
	size_t i, used;

	for (i = 0; i < s->count; i++) {
		const struct query *q = &s->asked[i].query;

		denied |= s->asked[i].denied;
		used = strlen(servers);
		snprintf(servers + used, sizeof(servers) - used, "%s%s %s", used ? "; " : "", q->resolver.text,
			 q->trouble[0] ? q->trouble : "does not answer");
	}
	if (denied)
		return fail(CTL_NONAT64, "this network has no NAT64, or other DNS servers: try --server ADDR, or --plat with up",
			    "no NAT64 prefix here: %s", servers);
	return fail(CTL_TIMEOUT, "is the network up? try another server: --server ADDR",
		    "no usable answer from DNS in %u s: %s", timeout_s, servers);
}

static int search_open(struct search *s, const struct resolvers *resolvers)
{
	size_t i;
	int err = 0;

	s->count = resolvers->count;
	for (i = 0; i < s->count; i++) {
		err |= query_open(&s->asked[i].query, &dnsmsg_ipv4only, &resolvers->list[i], s->uplink);
		s->asked[i].next = now_ms() + (int64_t)i * STAGGER_MS;
	}
	return err ? fail(CTL_REFUSED, NULL, "cannot make a DNS query: out of memory") : CTL_OK;
}

static void search_close(struct search *s)
{
	size_t i;

	for (i = 0; i < s->count; i++)
		query_close(&s->asked[i].query);
}

/**
 * dns64_discover - ask for the NAT64 prefixes of a network
 * @resolvers: whom to ask, at least one
 * @uplink: interface to ask by, or NULL for any; servers on this machine are asked whatever it is
 * @timeout_s: for all of it
 * @discovery: filled in
 *
 * Returns CTL_OK with at least one prefix; CTL_NONAT64 if a server denied and none knew better; CTL_TIMEOUT if none
 * gave a usable answer in time; CTL_PERM; the failure recorded.
 */
int dns64_discover(const struct resolvers *resolvers, const char *uplink, unsigned int timeout_s,
		   struct discovery *discovery)
{
	struct search s = { .uplink = uplink, .result = discovery };
	int64_t until = now_ms() + (int64_t)timeout_s * 1000;

	memset(discovery, 0, sizeof(*discovery));
	s.code = search_open(&s, resolvers);
	while (!s.code && !interrupted && !discovery->count && !all_denied(&s) && now_ms() < until) {
		int64_t next = send_due(&s, until);

		if (!s.code)
			receive(&s, next);
	}
	if (!s.code && interrupted)
		s.code = fail(CTL_TIMEOUT, NULL, "interrupted while asking DNS for the NAT64 prefix");
	if (!s.code && !discovery->count)
		s.code = search_fail(&s, timeout_s);
	search_close(&s);
	return s.code;
}
