// SPDX-License-Identifier: GPL-2.0
/*
 * One query to one DNS server, on a non-blocking socket of its own: by UDP, and by TCP where the
 * server says that its answer is too long. What the socket lets through comes from the server that was asked; the id
 * and the question are checked as well.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ctl.h"
#include "query.h"

#define TCP_MAX (2 + 65535)

static enum query_state failed(struct query *q, int error, const char *what, const char *detail)
{
	q->error = error;
	snprintf(q->trouble, sizeof(q->trouble), "%s%s", what, detail);
	verbose("%s: %s", q->resolver.text, q->trouble);
	return QUERY_FAILED;
}

static void close_socket(struct query *q)
{
	if (q->fd >= 0)
		close(q->fd);
	q->fd = -1;
	q->tcp = false;
	free(q->reply);
	q->reply = NULL;
}

/**
 * query_open - prepare a query, and send nothing yet
 * @q: to be closed by query_close() whatever this returns
 * @question: what to ask
 * @resolver: whom to ask
 * @uplink: by which interface, or NULL for any
 *
 * Returns 0, or -ENOMEM.
 */
int query_open(struct query *q, const struct dns_question *question, const struct resolver *resolver,
	       const char *uplink)
{
	memset(q, 0, sizeof(*q));
	q->question = *question;
	q->resolver = *resolver;
	q->uplink = uplink;
	q->fd = -1;
	if (getrandom(&q->id, sizeof(q->id), 0) != sizeof(q->id) ||
	    dnsmsg_query(question, q->id, q->request + 2, DNSMSG_SIZE_MAX, &q->length))
		return -ENOMEM;
	q->request[0] = (uint8_t)(q->length >> 8);
	q->request[1] = (uint8_t)q->length;
	return 0;
}

void query_close(struct query *q)
{
	close_socket(q);
}

/* A connected socket to the server, by the uplink. Returns 0 or a negative errno. */
static int open_socket(struct query *q, int type)
{
	const struct resolver *r = &q->resolver;
	int err;

	q->fd = socket(r->sa.sa_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (q->fd < 0)
		return -errno;
	if ((!q->uplink || r->loopback ||
	     !setsockopt(q->fd, SOL_SOCKET, SO_BINDTODEVICE, q->uplink, strlen(q->uplink) + 1)) &&
	    (!connect(q->fd, &r->sa, r->salen) || errno == EINPROGRESS))
		return 0;
	err = errno;
	close_socket(q);
	return -err;
}

/* Sends by UDP, once more if it was sent before: then by the same socket, so that a late answer is taken too. */
enum query_state query_send(struct query *q)
{
	char text[128];
	int err;

	if (q->tcp)
		close_socket(q);
	if (q->fd < 0) {
		err = open_socket(q, SOCK_DGRAM);
		if (err)
			return failed(q, -err, "cannot ask: ", strerror(-err));
	}
	dnsmsg_show(&q->question, text, sizeof(text));
	verbose("%s: asking for %s", q->resolver.text, text);
	if (send(q->fd, q->request + 2, q->length, MSG_NOSIGNAL) < 0) {
		failed(q, errno, "cannot ask: ", strerror(errno));
		close_socket(q);
		return QUERY_FAILED;
	}
	return QUERY_WAITING;
}

static enum query_state tcp_failed(struct query *q, const char *why)
{
	close_socket(q);
	return failed(q, 0, "truncated its answer, and TCP failed: ", why);
}

static enum query_state start_tcp(struct query *q)
{
	int err;

	close_socket(q);
	q->sent = 0;
	q->got = 0;
	err = open_socket(q, SOCK_STREAM);
	if (err)
		return tcp_failed(q, strerror(-err));
	q->tcp = true;
	failed(q, 0, "truncated its answer, and did not answer by TCP", "");
	return QUERY_WAITING;
}

static enum query_state take(struct query *q, const uint8_t *data, size_t len, struct dns_answer *answer,
			     enum dns_verdict *verdict)
{
	bool tcp = q->tcp;

	*verdict = dnsmsg_parse(data, len, &q->question, q->id, answer);
	switch (*verdict) {
	case DNS_FOREIGN:
		failed(q, 0, "sent what is no answer to the query", "");
		break;
	case DNS_MALFORMED:
		failed(q, 0, "sent an answer that cannot be read", "");
		break;
	case DNS_TRUNCATED:
		if (!tcp)
			return start_tcp(q);
		failed(q, 0, "truncated its answer even by TCP", "");
		break;
	case DNS_FAILED:
		close_socket(q);
		return failed(q, 0, "answers ", dnsmsg_rcode(answer->rcode));
	default:
		close_socket(q);
		return QUERY_ANSWERED;
	}
	/* Somebody else may have sent it: the answer can still come, but by TCP there is nobody else. */
	if (!tcp)
		return QUERY_WAITING;
	close_socket(q);
	return QUERY_FAILED;
}

static enum query_state receive_udp(struct query *q, struct dns_answer *answer, enum dns_verdict *verdict)
{
	uint8_t buf[4096];
	ssize_t len = recv(q->fd, buf, sizeof(buf), 0);

	if (len >= 0)
		return take(q, buf, (size_t)len, answer, verdict);
	if (errno == EAGAIN || errno == EINTR)
		return QUERY_WAITING;
	/* Such as an ICMP error. The next attempt takes a new socket, and with it another port. */
	failed(q, 0, "cannot be reached: ", strerror(errno));
	close_socket(q);
	return QUERY_FAILED;
}

static enum query_state send_tcp(struct query *q)
{
	ssize_t n = send(q->fd, q->request + q->sent, q->length + 2 - q->sent, MSG_NOSIGNAL);

	if (n > 0)
		q->sent += (size_t)n;
	else if (n < 0 && errno != EAGAIN)
		return tcp_failed(q, strerror(errno));
	return QUERY_WAITING;
}

static enum query_state receive_tcp(struct query *q, struct dns_answer *answer, enum dns_verdict *verdict)
{
	size_t want;
	ssize_t n;

	if (!q->reply)
		q->reply = malloc(TCP_MAX);
	if (!q->reply)
		return tcp_failed(q, strerror(ENOMEM));
	want = q->got < 2 ? 2 : 2 + ((size_t)q->reply[0] << 8 | q->reply[1]);
	n = recv(q->fd, q->reply + q->got, want - q->got, 0);
	if (n < 0 && errno == EAGAIN)
		return QUERY_WAITING;
	if (n <= 0)
		return tcp_failed(q, n ? strerror(errno) : "connection closed");
	q->got += (size_t)n;
	if (q->got < 2 || q->got < 2 + ((size_t)q->reply[0] << 8 | q->reply[1]))
		return QUERY_WAITING;
	return take(q, q->reply + 2, q->got - 2, answer, verdict);
}

/* Whether the descriptor is to be waited for until it can be written to, and not until it can be read. */
bool query_wants_to_write(const struct query *q)
{
	return q->tcp && q->sent < q->length + 2;
}

/**
 * query_go_on - the descriptor is ready
 * @q: the query; the descriptor may be another one afterwards, or none unless QUERY_WAITING is returned
 * @answer: filled in for QUERY_ANSWERED
 * @verdict: set to what it says
 */
enum query_state query_go_on(struct query *q, struct dns_answer *answer, enum dns_verdict *verdict)
{
	if (!q->tcp)
		return receive_udp(q, answer, verdict);
	if (query_wants_to_write(q))
		return send_tcp(q);
	return receive_tcp(q, answer, verdict);
}
