// SPDX-License-Identifier: GPL-2.0
/* Echo requests as bytes, and every kind of packet that is no reply to one. */
#include "unit.h"

#include <stdlib.h>

#include "echo.h"

#define HOST "198.51.100.53"

static const struct echo asked = { .id = 0xc1a7, .seq = 2, .data = "0123456789abcde" };

struct packet {
	uint8_t data[128];
	size_t len;
};

static uint16_t sum(const uint8_t *p, size_t len)
{
	uint32_t s = 0;

	for (; len > 1; p += 2, len -= 2)
		s += (uint32_t)(p[0] << 8 | p[1]);
	return (uint16_t)~(s % 0xffff);
}

static void fill_in(uint8_t *message)
{
	uint16_t check;

	message[2] = message[3] = 0;
	check = sum(message, ECHO_SIZE);
	message[2] = (uint8_t)(check >> 8);
	message[3] = (uint8_t)check;
}

/* The reply to the request of that number, behind an IPv4 header of so many octets. */
static struct packet reply(uint16_t seq, size_t header)
{
	struct packet p = { .len = header + ECHO_SIZE };
	struct in_addr host = v4(HOST);
	struct echo e = asked;

	p.data[0] = (uint8_t)(0x40 | header / 4);
	p.data[9] = 1;
	memcpy(p.data + 12, &host, 4);
	e.seq = seq;
	echo_request(&e, p.data + header);
	p.data[header] = 0;
	fill_in(p.data + header);
	return p;
}

/* From memory of exactly that size, so that a sanitizer sees a read beyond it. */
static bool taken(const struct packet *p)
{
	uint8_t *copy = malloc(p->len ? p->len : 1);
	bool is;

	memcpy(copy, p->data, p->len);
	is = echo_is_reply(&asked, v4(HOST), copy, p->len);
	free(copy);
	return is;
}

static void request(void **state)
{
	static const uint8_t begins[] = { 8, 0 }, goes_on[] = "\xc1\xa7\x00\x02" "0123456789abcde";
	uint8_t message[ECHO_SIZE];

	(void)state;
	echo_request(&asked, message);
	assert_memory_equal(message, begins, 2);
	assert_memory_equal(message + 4, goes_on, 20);
	assert_int_equal(sum(message, ECHO_SIZE), 0xffff);
}

static void replies(void **state)
{
	struct packet p;

	(void)state;
	p = reply(2, 20);
	assert_true(taken(&p));
	p = reply(1, 20);		/* late */
	assert_true(taken(&p));
	p = reply(2, 60);		/* with options */
	assert_true(taken(&p));
}

static void no_replies(void **state)
{
	/* Octets that must be as they are: each is changed, and the checksum put right behind the header. */
	static const size_t octets[] = { 0, 9, 12, 15, 20, 21, 24, 25, 26, 27, 28, 43 };
	struct packet p;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(octets); i++) {
		p = reply(2, 20);
		p.data[octets[i]] ^= 0x11;
		fill_in(p.data + 20);
		if (taken(&p))
			fail_msg("octet %zu is not looked at", octets[i]);
	}
	p = reply(3, 20);		/* to what was not sent yet */
	assert_false(taken(&p));
	p = reply(0, 20);
	assert_false(taken(&p));
	p = reply(2, 20);
	p.data[22] ^= 1;		/* the checksum */
	assert_false(taken(&p));
	p = reply(2, 20);
	p.len++;
	assert_false(taken(&p));
}

static void cut_anywhere(void **state)
{
	struct packet p = reply(2, 60);

	(void)state;
	while (p.len--)
		assert_false(taken(&p));
}

static void hosts(void **state)
{
	static const char *const good[] = { "198.51.100.53", "10.0.0.1", "192.0.1.0", "191.255.255.255", "223.255.255.255" };
	static const char *const bad[] = { "192.0.0.170", "192.0.0.171", "192.0.0.1", "0.0.0.0", "0.1.2.3", "127.0.0.1",
					   "169.254.1.1", "224.0.0.1", "255.255.255.255" };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(good); i++)
		if (!echo_host_ok(v4(good[i])))
			fail_msg("%s is a host", good[i]);
	for (i = 0; i < COUNT(bad); i++)
		if (echo_host_ok(v4(bad[i])))
			fail_msg("%s is no host", bad[i]);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(request),
		cmocka_unit_test(replies),
		cmocka_unit_test(no_replies),
		cmocka_unit_test(cut_anywhere),
		cmocka_unit_test(hosts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
