// SPDX-License-Identifier: GPL-2.0
/*
 * The check whether a NAT64 works (RFC 7050, section 3.2): an echo to a host that is there to be asked. That is the one
 * that the configuration names; else the one that the operator has for it: DNS knows the name of the NAT64 by its
 * prefix, and the host by that name. Where nobody names one nobody is asked.
 *
 * The request is sent as IPv4 by the clat device and leaves translated, from the CLAT's IPv6 address to the host's under
 * the prefix in use: the way that all packets go.
 */
#include <errno.h>
#include <net/if.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/icmp.h>

#include "check.h"
#include "ctl.h"
#include "pref64.h"

/* Real time: a network does not answer faster because a test is in a hurry. */
#define DNS_WAIT_MS 3000
#define ECHO_WAIT_MS 1000
#define PACKET_MAX 128
/* 192.0.0.170, under which operators put the name of their NAT64. */
#define WELL_KNOWN 0xc00000aa

static void end(struct check *c, enum check_verdict verdict)
{
	check_stop(c);
	c->done(c, verdict);
}

/* --- the host ----------------------------------------------------------------------------------------------------- */

static void send_echo(struct check *c)
{
	uint8_t message[ECHO_SIZE];

	if (c->echo.seq == CHECK_ECHOES) {
		end(c, CHECK_UNANSWERED);
		return;
	}
	c->echo.seq++;
	echo_request(&c->echo, message);
	/* What else fails is an answer to the one before, such as that the host is not there. */
	if (send(c->on_echo.fd, message, sizeof(message), MSG_NOSIGNAL) < 0 && (errno == EPERM || errno == EACCES)) {
		verbose("%s: a firewall does not let echo requests out", c->clat);
		end(c, CHECK_NO_HOST);
		return;
	}
	timer_set(&c->timer, loop_now() + loop_real_ms(ECHO_WAIT_MS));
}

static void on_echo(struct watch *watch, uint32_t events)
{
	struct check *c = watch->owner;
	uint8_t packet[PACKET_MAX];
	ssize_t len = recv(watch->fd, packet, sizeof(packet), MSG_TRUNC);

	(void)events;
	if (len > 0 && (size_t)len <= sizeof(packet) && echo_is_reply(&c->echo, c->host, packet, (size_t)len))
		end(c, CHECK_ANSWERED);
}

/* A raw socket that hears echo replies of the host alone, by the device alone. Returns 0 or a negative errno. */
static int open_echo(struct check *c)
{
	struct sockaddr_in from = { .sin_family = AF_INET, .sin_addr = c->from };
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr = c->host };
	struct icmp_filter filter = { .data = ~(1u << ICMP_ECHOREPLY) };
	int fd = socket(AF_INET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_ICMP), err;

	if (fd < 0)
		return -errno;
	if (!setsockopt(fd, SOL_RAW, ICMP_FILTER, &filter, sizeof(filter)) &&
	    !setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, c->clat, strlen(c->clat) + 1) &&
	    !bind(fd, (struct sockaddr *)&from, sizeof(from)) && !connect(fd, (struct sockaddr *)&to, sizeof(to)) &&
	    !loop_watch(&c->on_echo, fd, EPOLLIN))
		return 0;
	err = errno;
	close(fd);
	c->on_echo.fd = -1;
	return -err;
}

static void ask_host(struct check *c)
{
	int err = getrandom(&c->echo, sizeof(c->echo), 0) == sizeof(c->echo) ? open_echo(c) : -EIO;

	if (err) {
		verbose("%s: cannot ask a host: %s", c->clat, strerror(-err));
		end(c, CHECK_NO_HOST);
		return;
	}
	c->echo.seq = 0;
	send_echo(c);
}

/* --- its name ----------------------------------------------------------------------------------------------------- */

/* Asks the resolver, or the next one that can be asked. */
static void ask_dns(struct check *c)
{
	for (; c->resolver < c->resolvers->count; c->resolver++) {
		query_close(&c->query);
		if (query_open(&c->query, &c->question, &c->resolvers->list[c->resolver], c->uplink) ||
		    query_send(&c->query) == QUERY_FAILED)
			continue;
		query_watch(&c->query, &c->on_query);
		timer_set(&c->timer, loop_now() + loop_real_ms(DNS_WAIT_MS));
		return;
	}
	end(c, CHECK_NO_HOST);
}

/* RFC 7050, section 3.2: the first one. */
static void take_hosts(struct check *c, const struct dns_answer *answer)
{
	size_t i;

	for (i = 0; i < answer->count && !c->host.s_addr; i++)
		if (echo_host_ok(answer->addrs4[i]))
			c->host = answer->addrs4[i];
	if (c->host.s_addr)
		ask_host(c);
	else
		end(c, CHECK_NO_HOST);
}

static void take_answer(struct check *c, const struct dns_answer *answer, enum dns_verdict verdict)
{
	if (verdict != DNS_FOUND) {
		end(c, CHECK_NO_HOST);
	} else if (c->question.type == DNS_PTR) {
		c->question = (struct dns_question){ .name = answer->name, .type = DNS_A };
		ask_dns(c);
	} else {
		query_close(&c->query);
		take_hosts(c, answer);
	}
}

static void on_query(struct watch *watch, uint32_t events)
{
	struct check *c = watch->owner;
	struct dns_answer answer;
	enum dns_verdict verdict;

	(void)events;
	switch (query_go_on(&c->query, &answer, &verdict)) {
	case QUERY_ANSWERED:
		take_answer(c, &answer, verdict);
		break;
	case QUERY_FAILED:
		c->resolver++;
		ask_dns(c);
		break;
	case QUERY_WAITING:
		query_watch(&c->query, &c->on_query);
		break;
	}
}

/* --- the check ---------------------------------------------------------------------------------------------------- */

/* What was waited for has not come. */
static void on_timer(struct timer *timer)
{
	struct check *c = timer->owner;

	if (c->on_echo.fd >= 0) {
		send_echo(c);
		return;
	}
	c->resolver++;
	ask_dns(c);
}

/* Makes ready what is not the owner's to set. */
void check_init(struct check *c)
{
	c->timer = (struct timer){ .at = LOOP_NEVER, .due = on_timer, .owner = c };
	c->query.fd = -1;
	c->on_query = (struct watch){ .fd = -1, .ready = on_query, .owner = c };
	c->on_echo = (struct watch){ .fd = -1, .ready = on_echo, .owner = c };
}

/**
 * check_start - check whether the NAT64 works; one that is going on ends, and is not told of
 * @c: the check; its done() is called once, at any time from now on
 * @plat: the prefix in use
 * @from: the CLAT's IPv4 address
 * @host: whom to ask, or NULL for the host that DNS names
 */
void check_start(struct check *c, const struct plat *plat, struct in_addr from, const struct in_addr *host)
{
	const struct in_addr well_known = { .s_addr = htonl(WELL_KNOWN) };
	struct in6_addr addr = pref64_embed(plat, well_known);

	check_stop(c);
	c->from = from;
	c->host.s_addr = host ? host->s_addr : 0;
	c->resolver = 0;
	if (host)
		ask_host(c);
	else if (dnsmsg_reverse(&addr, &c->question))
		end(c, CHECK_NO_HOST);
	else
		ask_dns(c);
}

void check_stop(struct check *c)
{
	timer_stop(&c->timer);
	query_close(&c->query);
	c->on_query.fd = -1;
	if (c->on_echo.fd < 0)
		return;
	loop_unwatch(&c->on_echo);
	close(c->on_echo.fd);
	c->on_echo.fd = -1;
}
