// SPDX-License-Identifier: GPL-2.0
/* ICMP echo (RFC 792): a request, and whether a packet is its reply. Pure functions over bytes; replies are hostile. */
#include <string.h>

#include "echo.h"

#define IPV4_HEADER 20
#define TYPE_REPLY 0
#define TYPE_REQUEST 8

/* RFC 1071; 0 over what has its checksum in it. */
static uint16_t checksum(const uint8_t *data, size_t len)
{
	uint32_t sum = 0;
	size_t i;

	for (i = 0; i < len; i++)
		sum += i & 1 ? data[i] : (uint32_t)data[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static void put16(uint8_t *p, uint16_t value)
{
	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)value;
}

static uint16_t get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

/**
 * echo_host_ok - whether a NAT64 can be checked by asking this host
 * @host: its address
 *
 * Nobody answers at 192.0.0.170 and 192.0.0.171, nor is anybody to be asked there (RFC 7050, section 3.2.1), and the
 * other addresses around them are for protocols, such as our own (RFC 6890).
 */
bool echo_host_ok(struct in_addr host)
{
	uint32_t a = ntohl(host.s_addr);

	return a >> 24 && a >> 24 != 127 && a >> 16 != 0xa9fe && a >> 8 != 0xc00000 && a >> 28 < 0xe;
}

void echo_request(const struct echo *echo, uint8_t message[ECHO_SIZE])
{
	memset(message, 0, ECHO_SIZE);
	message[0] = TYPE_REQUEST;
	put16(message + 4, echo->id);
	put16(message + 6, echo->seq);
	memcpy(message + 8, echo->data, ECHO_DATA);
	put16(message + 2, checksum(message, ECHO_SIZE));
}

/**
 * echo_is_reply - whether a packet is the reply to one of our requests
 * @echo: the last request; the first had the number 1
 * @host: that was asked
 * @packet: an IPv4 packet as raw sockets deliver it: nobody has looked at its checksum yet
 * @len: its length
 */
bool echo_is_reply(const struct echo *echo, struct in_addr host, const uint8_t *packet, size_t len)
{
	size_t header = len >= IPV4_HEADER ? (size_t)(packet[0] & 15) * 4 : 0;
	const uint8_t *message = packet + header;

	if (header < IPV4_HEADER || packet[0] >> 4 != 4 || packet[9] != IPPROTO_ICMP || len != header + ECHO_SIZE)
		return false;
	return !memcmp(packet + 12, &host, sizeof(host)) && message[0] == TYPE_REPLY && !message[1] &&
	       !checksum(message, ECHO_SIZE) && get16(message + 4) == echo->id && get16(message + 6) &&
	       get16(message + 6) <= echo->seq && !memcmp(message + 8, echo->data, ECHO_DATA);
}
