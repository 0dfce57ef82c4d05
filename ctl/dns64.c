// SPDX-License-Identifier: GPL-2.0
/*
 * Finding the NAT64 prefix of a network by DNS (RFC 7050): AAAA of ipv4only.arpa, asked of several servers side by side
 * on non-blocking sockets, all within one time-out. A server that answers nothing or an error is asked again; one that
 * denies is believed, but only once none of the others knows better.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ctl.h"
#include "dns64.h"
#include "dnsmsg.h"
#include "pref64.h"

/* The next server is asked this long after the one before, or at once when that one is of no use. */
#define STAGGER_MS 500
#define RETRY_MS 1000
#define RETRY_MAX_MS 4000
#define TCP_MS 3000
#define TCP_MAX (2 + 65535)

struct query {
	const struct resolver *resolver;
	uint16_t id;
	int64_t next;			/* when to send (again) */
	int64_t interval;
	int udp;
	int tcp;
	uint8_t request[2 + 64];	/* TCP's length before the message */
	size_t length;			/* of the message */
	size_t sent;			/* of the request, by TCP */
	uint8_t *reply;			/* by TCP, TCP_MAX octets */
	size_t got;
	bool denied;
	char trouble[96];		/* why there is no usable answer yet */
};

struct search {
	const char *uplink;
	struct query queries[RESOLVERS_MAX];
	size_t count;
	struct discovery *result;
	int code;			/* of a failure that ends the search */
};

static void trouble(struct query *q, const char *what, const char *detail)
{
	snprintf(q->trouble, sizeof(q->trouble), "%s%s", what, detail);
	verbose("%s: %s", q->resolver->text, q->trouble);
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* A server is of no use at the moment: the first one that was not asked yet goes next, now. */
static void hurry(struct search *s)
{
	size_t i;

	for (i = 0; i < s->count; i++) {
		if (!s->queries[i].interval) {
			s->queries[i].next = now_ms();
			return;
		}
	}
}

/* A connected, non-blocking socket to the server, by the uplink. Returns it or a negative errno. */
static int open_socket(struct search *s, const struct query *q, int type)
{
	const struct resolver *r = q->resolver;
	int fd = socket(r->sa.sa_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), err;

	if (fd < 0)
		return -errno;
	if (s->uplink && !r->loopback && setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, s->uplink, strlen(s->uplink) + 1)) {
		err = errno;
		close(fd);
		if (err == EPERM)
			s->code = fail(CTL_PERM, "run clatctl as root", "cannot ask by interface %s: %s", s->uplink,
				       strerror(err));
		return -err;
	}
	if (connect(fd, &r->sa, r->salen) && errno != EINPROGRESS) {
		err = errno;
		close(fd);
		return -err;
	}
	return fd;
}

static void send_udp(struct search *s, struct query *q)
{
	int64_t now = now_ms();

	close_fd(&q->tcp);
	q->interval = q->interval ? q->interval * 2 : RETRY_MS;
	if (q->interval > RETRY_MAX_MS)
		q->interval = RETRY_MAX_MS;
	q->next = now + q->interval;
	if (q->udp < 0)
		q->udp = open_socket(s, q, SOCK_DGRAM);
	if (q->udp < 0) {
		trouble(q, "cannot ask: ", strerror(-q->udp));
		q->udp = -1;
		hurry(s);
		return;
	}
	verbose("%s: asking for " DNSMSG_NAME " AAAA", q->resolver->text);
	if (send(q->udp, q->request + 2, q->length, MSG_NOSIGNAL) < 0) {
		trouble(q, "cannot ask: ", strerror(errno));
		close_fd(&q->udp);
		hurry(s);
	}
}

static void start_tcp(struct search *s, struct query *q)
{
	close_fd(&q->tcp);
	q->sent = 0;
	q->got = 0;
	if (!q->reply)
		q->reply = malloc(TCP_MAX);
	q->tcp = q->reply ? open_socket(s, q, SOCK_STREAM) : -ENOMEM;
	if (q->tcp < 0) {
		trouble(q, "truncated its answer, and TCP failed: ", strerror(-q->tcp));
		q->tcp = -1;
		hurry(s);
		return;
	}
	trouble(q, "truncated its answer, and did not answer by TCP", "");
	q->next = now_ms() + TCP_MS;
}

static void found(struct search *s, struct query *q, const struct dns_answer *answer)
{
	struct discovery *d = s->result;

	d->count = pref64_collect(answer->addrs, answer->count, d->prefixes, CLAT_PLAT_MAX);
	if (!d->count) {
		q->denied = true;
		trouble(q, "answers with AAAA records of no NAT64 prefix", "");
		hurry(s);
		return;
	}
	d->ttl = answer->ttl;
	d->loopback = q->resolver->loopback;
	snprintf(d->server, sizeof(d->server), "%s", q->resolver->text);
}

static void take(struct search *s, struct query *q, const uint8_t *data, size_t len, bool tcp)
{
	struct dns_answer answer;

	switch (dnsmsg_parse(data, len, q->id, &answer)) {
	case DNS_FOREIGN:
		trouble(q, "sent what is no answer to the query", "");
		return;
	case DNS_MALFORMED:
		trouble(q, "sent an answer that cannot be read", "");
		return;
	case DNS_TRUNCATED:
		if (tcp)
			trouble(q, "truncated its answer even by TCP", "");
		else
			start_tcp(s, q);
		return;
	case DNS_FAILED:
		trouble(q, "answers ", dnsmsg_rcode(answer.rcode));
		hurry(s);
		return;
	case DNS_NXDOMAIN:
	case DNS_NODATA:
		q->denied = true;
		trouble(q, "knows no AAAA record of ipv4only.arpa", "");
		hurry(s);
		return;
	case DNS_ADDRESSES:
		found(s, q, &answer);
		return;
	}
}

static void receive_udp(struct search *s, struct query *q)
{
	uint8_t buf[4096];
	ssize_t len = recv(q->udp, buf, sizeof(buf), 0);

	if (len >= 0) {
		take(s, q, buf, (size_t)len, false);
	} else if (errno != EAGAIN && errno != EINTR) {
		/* Such as an ICMP error. The next attempt takes a new socket, and with it another port. */
		trouble(q, "cannot be reached: ", strerror(errno));
		close_fd(&q->udp);
		hurry(s);
	}
}

static void tcp_failed(struct search *s, struct query *q, const char *why)
{
	trouble(q, "truncated its answer, and TCP failed: ", why);
	close_fd(&q->tcp);
	q->next = now_ms() + q->interval;
	hurry(s);
}

static void send_tcp(struct search *s, struct query *q)
{
	ssize_t n = send(q->tcp, q->request + q->sent, q->length + 2 - q->sent, MSG_NOSIGNAL);

	if (n > 0)
		q->sent += (size_t)n;
	else if (n < 0 && errno != EAGAIN)
		tcp_failed(s, q, strerror(errno));
}

static void receive_tcp(struct search *s, struct query *q)
{
	size_t want = q->got < 2 ? 2 : 2 + ((size_t)q->reply[0] << 8 | q->reply[1]);
	ssize_t n = recv(q->tcp, q->reply + q->got, want - q->got, 0);

	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0) {
		tcp_failed(s, q, n ? strerror(errno) : "connection closed");
		return;
	}
	q->got += (size_t)n;
	if (q->got < 2 || q->got < 2 + ((size_t)q->reply[0] << 8 | q->reply[1]))
		return;
	close_fd(&q->tcp);
	q->next = now_ms() + q->interval;
	take(s, q, q->reply + 2, q->got - 2, true);
}

static bool all_denied(const struct search *s)
{
	size_t i;

	for (i = 0; i < s->count; i++)
		if (!s->queries[i].denied)
			return false;
	return true;
}

/* Sends what is due; returns when the next is. */
static int64_t send_due(struct search *s, int64_t until)
{
	size_t i;

	for (i = 0; i < s->count && !s->code; i++) {
		struct query *q = &s->queries[i];

		if (q->denied)
			continue;
		if (q->next <= now_ms())
			send_udp(s, q);
		if (q->next < until)
			until = q->next;
	}
	return until;
}

static bool tcp_writes(const struct query *q)
{
	return q->sent < q->length + 2;
}

static void receive(struct search *s, int64_t until)
{
	struct pollfd fds[2 * RESOLVERS_MAX];
	size_t i;

	for (i = 0; i < s->count; i++) {
		struct query *q = &s->queries[i];

		/* poll() passes over negative descriptors. */
		fds[2 * i] = (struct pollfd){ .fd = q->denied ? -1 : q->udp, .events = POLLIN };
		fds[2 * i + 1] = (struct pollfd){ .fd = q->denied ? -1 : q->tcp,
						  .events = tcp_writes(q) ? POLLOUT : POLLIN };
	}
	if (wait_events(fds, 2 * s->count, until) <= 0)
		return;
	for (i = 0; i < s->count && !s->result->count; i++) {
		struct query *q = &s->queries[i];

		if (fds[2 * i].revents)
			receive_udp(s, q);
		if (fds[2 * i + 1].revents && q->tcp == fds[2 * i + 1].fd && !s->result->count) {
			if (tcp_writes(q))
				send_tcp(s, q);
			else
				receive_tcp(s, q);
		}
	}
}

static int search_fail(const struct search *s, unsigned int timeout_s)
{
	char servers[360] = "";
	bool denied = false;
	size_t i, used;

	for (i = 0; i < s->count; i++) {
		const struct query *q = &s->queries[i];

		denied |= q->denied;
		used = strlen(servers);
		snprintf(servers + used, sizeof(servers) - used, "%s%s %s", used ? "; " : "", q->resolver->text,
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

	s->count = resolvers->count;
	for (i = 0; i < s->count; i++) {
		struct query *q = &s->queries[i];

		q->resolver = &resolvers->list[i];
		q->udp = q->tcp = -1;
		q->next = now_ms() + (int64_t)i * STAGGER_MS;
	}
	for (i = 0; i < s->count; i++) {
		struct query *q = &s->queries[i];

		if (getrandom(&q->id, sizeof(q->id), 0) != sizeof(q->id) ||
		    dnsmsg_query(q->id, q->request + 2, sizeof(q->request) - 2, &q->length))
			return fail(CTL_REFUSED, NULL, "cannot make a DNS query: out of memory");
		q->request[0] = 0;
		q->request[1] = (uint8_t)q->length;
	}
	return CTL_OK;
}

static void search_close(struct search *s)
{
	size_t i;

	for (i = 0; i < s->count; i++) {
		close_fd(&s->queries[i].udp);
		close_fd(&s->queries[i].tcp);
		free(s->queries[i].reply);
	}
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
