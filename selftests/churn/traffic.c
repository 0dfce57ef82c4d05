// SPDX-License-Identifier: GPL-2.0
/*
 * Traffic in both directions for as long as the test runs: UDP that the phone sends and the peer echoes, UDP that the
 * peer sends unasked, echo requests of the peer, and a TCP stream of the phone's that comes back. Contents are checked.
 * Two threads, one for each side; what cannot be sent while the device is away is sent again later.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/icmp6.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "churn.h"

#define ECHO_PORT	7000
#define PUSH_PORT	7002
#define STREAM_PORT	7001
#define STREAMS		4		/* that the peer serves at a time */
#define TICK_MS		5		/* between sendings, while nobody waits for them */
#define WINDOW		(16 * 1024)	/* octets of the stream that may be under way */
#define PATIENCE	0.25		/* seconds after which a stream without progress is given up */
#define BUFFER		(64 * 1024)
#define DRAIN		32		/* datagrams read before something else has its turn */

enum kind { ECHO = 0xec, PUSH = 0x9a };

/* The phone's end of the TCP stream. */
struct stream {
	int fd;
	unsigned long sent, back;
	double progress;	/* time of the last octet that came back */
};

struct traffic traffic;
atomic_bool traffic_hurry;

static pthread_t peer_thread, phone_thread;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t switched = PTHREAD_COND_INITIALIZER;
static const struct ns *phone_ns;	/* where the phone's sockets are to be; lock */
static unsigned int wanted, reached;	/* changes of phone_ns, asked for and done; lock */
static atomic_bool stop;
static struct ns peer_ns;

/* --- contents ---------------------------------------------------------------------------------------------------- */

static unsigned char pattern(unsigned long offset)
{
	return offset * 7 + (offset >> 8) * 13;
}

/* The number is in it, so that the receiver can make the same. */
static size_t make_datagram(unsigned char *buf, enum kind kind, unsigned char number)
{
	static const size_t sizes[] = { 18, 1200, 333, 64 };
	size_t len = sizes[number % 4], i;

	buf[0] = kind;
	buf[1] = number;
	for (i = 2; i < len; i++)
		buf[i] = pattern(number + i);
	return len;
}

static void check_datagram(const unsigned char *buf, size_t len, enum kind kind)
{
	unsigned char want[1500];

	if (len < 2 || len != make_datagram(want, kind, buf[1]) || memcmp(buf, want, len))
		die("a datagram of %zu octets was changed on its way", len);
}

/* --- sockets ----------------------------------------------------------------------------------------------------- */

static int open_socket(int family, int type, int protocol)
{
	int fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);

	if (fd < 0)
		die("socket: %s", strerror(errno));
	return fd;
}

static struct sockaddr_in addr4(const char *addr, unsigned short port)
{
	struct sockaddr_in sin = { .sin_family = AF_INET, .sin_port = htons(port) };

	inet_pton(AF_INET, addr, &sin.sin_addr);
	return sin;
}

static struct sockaddr_in6 addr6(const char *addr, unsigned short port)
{
	struct sockaddr_in6 sin = { .sin6_family = AF_INET6, .sin6_port = htons(port) };

	inet_pton(AF_INET6, addr, &sin.sin6_addr);
	return sin;
}

static void bind_to(int fd, const void *addr, socklen_t len)
{
	if (bind(fd, addr, len))
		die("bind: %s", strerror(errno));
}

/* Nothing lingers: a socket that still waits for something would keep its namespace. */
static void close_stream(int fd)
{
	struct linger now_or_never = { .l_onoff = 1 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now_or_never, sizeof(now_or_never));
	close(fd);
}

/* --- the peer ---------------------------------------------------------------------------------------------------- */

static void peer_echo(int fd)
{
	struct sockaddr_in6 from;
	unsigned char buf[2048];
	socklen_t size;
	ssize_t len;

	for (int i = 0; i < DRAIN; i++) {
		size = sizeof(from);
		len = recvfrom(fd, buf, sizeof(buf), 0, (struct sockaddr *)&from, &size);
		if (len < 0)
			return;
		check_datagram(buf, len, ECHO);
		sendto(fd, buf, len, 0, (struct sockaddr *)&from, size);
	}
}

static void peer_push(int fd, unsigned char *number)
{
	struct sockaddr_in6 to = addr6(CLAT6, PUSH_PORT);
	unsigned char buf[1500];

	size_t len = make_datagram(buf, PUSH, ++*number);

	sendto(fd, buf, len, 0, (struct sockaddr *)&to, sizeof(to));
}

static void peer_ping(int fd)
{
	struct icmp6_hdr request = { .icmp6_type = ICMP6_ECHO_REQUEST, .icmp6_id = htons(0xc1a7) };
	struct sockaddr_in6 to = addr6(CLAT6, 0);
	struct icmp6_hdr reply;

	for (int i = 0; i < DRAIN && recv(fd, &reply, sizeof(reply), 0) == sizeof(reply); i++)
		if (reply.icmp6_type == ICMP6_ECHO_REPLY && reply.icmp6_id == request.icmp6_id)
			traffic.ping++;
	sendto(fd, &request, sizeof(request), 0, (struct sockaddr *)&to, sizeof(to));
}

/* The oldest stream makes room: its other end may be long gone. */
static void peer_accept(int listener, struct pollfd *streams)
{
	int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd < 0)
		return;
	if (streams[STREAMS - 1].fd >= 0)
		close_stream(streams[STREAMS - 1].fd);
	memmove(streams + 1, streams, (STREAMS - 1) * sizeof(*streams));
	streams[0] = (struct pollfd){ .fd = fd, .events = POLLIN };
}

static void peer_stream(struct pollfd *stream)
{
	static unsigned char buf[BUFFER];
	ssize_t len = recv(stream->fd, buf, sizeof(buf), 0);

	/* The other end sends no more than the socket's buffers hold. */
	if (len > 0 && send(stream->fd, buf, len, MSG_NOSIGNAL) == len)
		return;
	if (len < 0 && errno == EAGAIN)
		return;
	close_stream(stream->fd);
	stream->fd = -1;
}

static void *peer_main(void *arg)
{
	struct sockaddr_in6 echo = addr6("::", ECHO_PORT), push = addr6(FAR6, 0), stream = addr6("::", STREAM_PORT);
	struct sockaddr_in6 ping = addr6(FAR6, 0);
	struct pollfd fds[3 + STREAMS];
	unsigned char number = 0;

	(void)arg;
	ns_enter(&peer_ns);
	int push_fd = open_socket(AF_INET6, SOCK_DGRAM, 0);
	int ping_fd = open_socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6);

	fds[0] = (struct pollfd){ .fd = open_socket(AF_INET6, SOCK_DGRAM, 0), .events = POLLIN };
	fds[1] = (struct pollfd){ .fd = open_socket(AF_INET6, SOCK_STREAM, 0), .events = POLLIN };
	for (unsigned int i = 2; i < 2 + STREAMS; i++)
		fds[i] = (struct pollfd){ .fd = -1 };
	bind_to(fds[0].fd, &echo, sizeof(echo));
	bind_to(push_fd, &push, sizeof(push));
	bind_to(ping_fd, &ping, sizeof(ping));
	bind_to(fds[1].fd, &stream, sizeof(stream));
	if (listen(fds[1].fd, STREAMS))
		die("listen: %s", strerror(errno));

	for (double next = 0; !stop;) {
		poll(fds, 2 + STREAMS, traffic_hurry ? 1 : TICK_MS);
		peer_echo(fds[0].fd);
		for (unsigned int i = 2; i < 2 + STREAMS; i++)
			if (fds[i].fd >= 0 && fds[i].revents)
				peer_stream(&fds[i]);
		peer_accept(fds[1].fd, fds + 2);
		if (now() < next && !traffic_hurry)
			continue;
		next = now() + TICK_MS / 1e3;
		peer_push(push_fd, &number);
		peer_ping(ping_fd);
	}
	for (unsigned int i = 2; i < 2 + STREAMS; i++)
		if (fds[i].fd >= 0)
			close_stream(fds[i].fd);
	close(fds[0].fd);
	close(fds[1].fd);
	close(push_fd);
	close(ping_fd);
	return NULL;
}

/* --- the phone --------------------------------------------------------------------------------------------------- */

static void phone_datagrams(int fd, enum kind kind, _Atomic unsigned long *count)
{
	unsigned char buf[2048];
	ssize_t len;

	for (int i = 0; i < DRAIN; i++) {
		len = recv(fd, buf, sizeof(buf), 0);
		/* Other errors were reported by ICMP, and are no end of the queue. */
		if (len < 0 && errno == EAGAIN)
			return;
		if (len < 0)
			continue;
		check_datagram(buf, len, kind);
		++*count;
	}
}

static void phone_echo(int fd, unsigned char *number)
{
	struct sockaddr_in to = addr4(FAR4, ECHO_PORT);
	unsigned char buf[1500];

	size_t len = make_datagram(buf, ECHO, ++*number);

	sendto(fd, buf, len, 0, (struct sockaddr *)&to, sizeof(to));
}

static void stream_close(struct stream *stream)
{
	if (stream->fd >= 0)
		close_stream(stream->fd);
	stream->fd = -1;
}

static void stream_open(struct stream *stream)
{
	struct sockaddr_in to = addr4(FAR4, STREAM_PORT);

	*stream = (struct stream){ .fd = open_socket(AF_INET, SOCK_STREAM, 0), .progress = now() };
	if (connect(stream->fd, (struct sockaddr *)&to, sizeof(to)) && errno != EINPROGRESS)
		stream_close(stream);
}

static void stream_receive(struct stream *stream)
{
	static unsigned char buf[BUFFER];
	ssize_t len;

	while ((len = recv(stream->fd, buf, sizeof(buf), 0)) > 0) {
		for (ssize_t i = 0; i < len; i++)
			if (buf[i] != pattern(stream->back + i))
				die("octet %lu of a stream was changed on its way", stream->back + i);
		if (!stream->back)
			traffic.connections++;
		stream->back += len;
		stream->progress = now();
		traffic.tcp += len;
	}
}

static void stream_go_on(struct stream *stream)
{
	static unsigned char buf[WINDOW];

	if (stream->fd < 0)
		stream_open(stream);
	if (stream->fd < 0)
		return;
	stream_receive(stream);
	size_t room = WINDOW - (stream->sent - stream->back);

	for (size_t i = 0; i < room; i++)
		buf[i] = pattern(stream->sent + i);
	ssize_t len = room ? send(stream->fd, buf, room, MSG_NOSIGNAL) : 0;

	if (len > 0)
		stream->sent += len;
	if (now() > stream->progress + PATIENCE)
		stream_close(stream);
}

static void phone_sockets(struct pollfd *fds, struct stream *stream, const struct ns *ns)
{
	struct sockaddr_in push = addr4("0.0.0.0", PUSH_PORT);

	stream_close(stream);
	for (int i = 0; i < 2; i++) {
		if (fds[i].fd >= 0)
			close(fds[i].fd);
		fds[i] = (struct pollfd){ .fd = -1, .events = POLLIN };
	}
	if (!ns)
		return;
	ns_enter(ns);
	for (int i = 0; i < 2; i++)
		fds[i].fd = open_socket(AF_INET, SOCK_DGRAM, 0);
	bind_to(fds[1].fd, &push, sizeof(push));
}

/* Does what traffic_phone() asked for. */
static void phone_follow(struct pollfd *fds, struct stream *stream)
{
	pthread_mutex_lock(&lock);
	if (reached != wanted) {
		/* A thread must not stay in a namespace that is to go. */
		if (!phone_ns)
			ns_enter(&peer_ns);
		phone_sockets(fds, stream, phone_ns);
		reached = wanted;
		pthread_cond_signal(&switched);
	}
	pthread_mutex_unlock(&lock);
}

static void *phone_main(void *arg)
{
	/* Echo, push, stream */
	struct pollfd fds[3] = { { .fd = -1 }, { .fd = -1 }, { .fd = -1 } };
	struct stream stream = { .fd = -1 };
	unsigned char number = 0;

	bool hurried = false;

	(void)arg;
	for (double next = 0; !stop;) {
		bool hurry = traffic_hurry;

		fds[2].fd = hurry ? stream.fd : -1;
		fds[2].events = stream.sent ? POLLIN : POLLIN | POLLOUT;
		poll(fds, 3, hurry ? 1 : TICK_MS);
		phone_follow(fds, &stream);
		/* The device was away: a new stream is quicker than the old one's next retransmission. */
		if (hurry && !hurried)
			stream_close(&stream);
		hurried = hurry;
		if (fds[0].fd < 0)
			continue;
		phone_datagrams(fds[0].fd, ECHO, &traffic.udp_echo);
		phone_datagrams(fds[1].fd, PUSH, &traffic.udp_push);
		if (now() < next && !hurry)
			continue;
		next = now() + TICK_MS / 1e3;
		phone_echo(fds[0].fd, &number);
		stream_go_on(&stream);
	}
	phone_sockets(fds, &stream, NULL);
	return NULL;
}

/* --- control ----------------------------------------------------------------------------------------------------- */

void traffic_start(const struct ns *peer)
{
	peer_ns = *peer;
	if (pthread_create(&peer_thread, NULL, peer_main, NULL) ||
	    pthread_create(&phone_thread, NULL, phone_main, NULL))
		die("threads: %s", strerror(errno));
}

/* Open the phone's sockets in this namespace, those of another closed before. */
void traffic_phone(const struct ns *phone)
{
	pthread_mutex_lock(&lock);
	phone_ns = phone;
	wanted++;
	while (reached != wanted)
		pthread_cond_wait(&switched, &lock);
	pthread_mutex_unlock(&lock);
}

void traffic_stop(void)
{
	stop = true;
	pthread_join(phone_thread, NULL);
	pthread_join(peer_thread, NULL);
}
