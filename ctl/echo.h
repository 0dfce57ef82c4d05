/* SPDX-License-Identifier: GPL-2.0 */
/* ICMP echo (RFC 792): a request, and whether a packet is its reply. Pure functions over bytes; replies are hostile. */
#ifndef ECHO_H
#define ECHO_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ECHO_DATA 16
#define ECHO_SIZE (8 + ECHO_DATA)

struct echo {
	uint16_t id;
	uint16_t seq;			/* of the last request; replies to those before count too */
	uint8_t data[ECHO_DATA];	/* that nobody can guess */
};

bool echo_host_ok(struct in_addr host);
void echo_request(const struct echo *echo, uint8_t message[ECHO_SIZE]);
bool echo_is_reply(const struct echo *echo, struct in_addr host, const uint8_t *packet, size_t len);

#endif
