// SPDX-License-Identifier: GPL-2.0
/* Router Advertisements from bytes: what is in good ones, and that nothing is in others. */
#include "unit.h"

#include <errno.h>
#include <stdlib.h>

#include "ra.h"

#define HEADER "86 00 0000 40 00 0708 00000000 00000000 "
#define SLLA "01 01 020000000001 "
#define MTU "05 01 0000 000005dc "
/* Its lifetime, 1800 s, is 225 units of 8 s: 0x0708 with a length code of 0. */
#define PREF64 "26 02 0708 0064ff9b 00000000 00000000 "
#define RDNSS "19 03 0000 00000708 20010db8000000000000000000000053 "

static size_t bytes(const char *hex, uint8_t *out, size_t size)
{
	size_t len = 0;
	unsigned int octet;

	for (; *hex; hex++) {
		if (*hex == ' ')
			continue;
		assert_true(len < size && sscanf(hex, "%2x", &octet) == 1);
		out[len++] = (uint8_t)octet;
		hex++;
	}
	return len;
}

/* On the heap and no longer than it is: valgrind and ASan see a read too far. */
static int parse(const char *hex, struct ra *ra)
{
	uint8_t buf[4096], *exact;
	size_t len = bytes(hex, buf, sizeof(buf));
	int err;

	exact = malloc(len ? len : 1);
	memcpy(exact, buf, len);
	err = ra_parse(exact, len, ra);
	free(exact);
	return err;
}

static void prefixes(void **state)
{
	static const struct { const char *option, *prefix; uint8_t len; uint32_t lifetime_s; } rows[] = {
		{ "26 02 0708 0064ff9b 00000000 00000000", "64:ff9b::", 96, 1800 },
		{ "26 02 0000 0064ff9b 00000000 00000000", "64:ff9b::", 96, 0 },
		{ "26 02 fff8 0064ff9b 00000000 00000000", "64:ff9b::", 96, 65528 },
		{ "26 02 0008 0064ff9b 00000000 00000000", "64:ff9b::", 96, 8 },
		{ "26 02 0709 20010db8 01220344 00000000", "2001:db8:122:344::", 64, 1800 },
		{ "26 02 070a 20010db8 01220300 00000000", "2001:db8:122:300::", 56, 1800 },
		{ "26 02 070b 20010db8 01220000 00000000", "2001:db8:122::", 48, 1800 },
		{ "26 02 070c 20010db8 01000000 00000000", "2001:db8:100::", 40, 1800 },
		{ "26 02 070d 20010db8 00000000 00000000", "2001:db8::", 32, 1800 },
		/* What is behind the length does not count. */
		{ "26 02 070d 20010db8 ffffffff ffffffff", "2001:db8::", 32, 1800 },
		{ "26 02 0709 20010db8 01220344 ffffffff", "2001:db8:122:344::", 64, 1800 },
		{ "26 02 0708 20010db8 01220344 00ffffff", "2001:db8:122:344:ff:ffff::", 96, 1800 },
	};
	char hex[256];
	struct ra ra;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		snprintf(hex, sizeof(hex), HEADER "%s", rows[i].option);
		assert_int_equal(parse(hex, &ra), 0);
		assert_int_equal(ra.nplat, 1);
		assert_v6(&ra.plat[0].plat.addr, rows[i].prefix);
		assert_int_equal(ra.plat[0].plat.len, rows[i].len);
		assert_int_equal(ra.plat[0].lifetime_s, rows[i].lifetime_s);
	}
}

/* The message is good, the option is none that can be used. */
static void no_prefixes(void **state)
{
	static const char *const options[] = {
		"", SLLA, MTU,
		"26 02 070e 20010db8 00000000 00000000",	/* length codes 6 and 7 */
		"26 02 070f 20010db8 00000000 00000000",
		"26 01 0708 0064ff9b",				/* too short, too long */
		"26 03 0708 0064ff9b 00000000 00000000 0000000000000000",
		"26 02 0708 20010db8 01220344 01000000",	/* octet 8 of a /96 is not zero */
		"26 02 0708 00000000 00000000 00000000",	/* ::/96 */
		"26 02 0708 00000000 00000000 0000ffff",	/* ::ffff:0:0/96 */
		"26 02 0708 fe800000 00000000 00000000",	/* link-local, multicast */
		"26 02 0708 ff0e0000 00000000 00000000",
	};
	char hex[256];
	struct ra ra;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(options); i++) {
		snprintf(hex, sizeof(hex), HEADER "%s", options[i]);
		assert_int_equal(parse(hex, &ra), 0);
		assert_int_equal(ra.nplat, 0);
		/* It does not spoil another one. */
		snprintf(hex, sizeof(hex), HEADER "%s " PREF64, options[i]);
		assert_int_equal(parse(hex, &ra), 0);
		assert_int_equal(ra.nplat, 1);
	}
}

static void servers(void **state)
{
	struct ra ra;

	(void)state;
	assert_int_equal(parse(HEADER RDNSS, &ra), 0);
	assert_int_equal(ra.nrdnss, 1);
	assert_v6(&ra.rdnss[0].addr, "2001:db8::53");
	assert_int_equal(ra.rdnss[0].lifetime_s, 1800);
	/* Two in one option, one in another, with other lifetimes. */
	assert_int_equal(parse(HEADER "19 05 0000 ffffffff 20010db8000000000000000000000001 fe800000000000000000000000000002"
			       "19 03 0000 00000000 fd000000000000000000000000000003", &ra), 0);
	assert_int_equal(ra.nrdnss, 3);
	assert_v6(&ra.rdnss[1].addr, "fe80::2");
	assert_int_equal(ra.rdnss[1].lifetime_s, UINT32_MAX);
	assert_v6(&ra.rdnss[2].addr, "fd00::3");
	assert_int_equal(ra.rdnss[2].lifetime_s, 0);
}

static void no_servers(void **state)
{
	static const char *const options[] = {
		"19 01 0000 00000708",
		"19 02 0000 00000708 20010db800000000",
		"19 03 0000 00000708 00000000000000000000000000000000",
		"19 03 0000 00000708 00000000000000000000000000000001",
		"19 03 0000 00000708 ff020000000000000000000000000001",
		"19 03 0000 00000708 00000000000000000000ffff08080808",
	};
	char hex[256];
	struct ra ra;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(options); i++) {
		snprintf(hex, sizeof(hex), HEADER "%s", options[i]);
		assert_int_equal(parse(hex, &ra), 0);
		assert_int_equal(ra.nrdnss, 0);
	}
}

/* RFC 4861, section 6.1.2: thrown away as a whole. */
static void bad_messages(void **state)
{
	static const char *const messages[] = {
		"", "86", "86 00 0000 40 00 0708 00000000 000000",
		"85 00 0000 40 00 0708 00000000 00000000",		/* a solicitation */
		"86 01 0000 40 00 0708 00000000 00000000",		/* a code that there is none of */
		HEADER PREF64 "26",					/* cut off */
		HEADER PREF64 "26 02 0708 0064ff9b 00000000 000000",
		HEADER PREF64 "26 00 0708 0064ff9b",			/* an option without length */
		HEADER PREF64 RDNSS "00 00",
		HEADER PREF64 "05 ff 0000",				/* longer than the message */
		HEADER RDNSS "19 20 0000 00000708 20010db8000000000000000000000053",
	};
	struct ra ra;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(messages); i++) {
		assert_int_equal(parse(messages[i], &ra), -EBADMSG);
		assert_int_equal(ra.nplat, 0);
		assert_int_equal(ra.nrdnss, 0);
	}
}

static void many(void **state)
{
	char hex[4096] = HEADER;
	struct ra ra;
	int i;

	(void)state;
	for (i = 0; i < 20; i++)
		snprintf(hex + strlen(hex), sizeof(hex) - strlen(hex),
			 "26 02 0708 0064ff9b %04x0000 00000000 19 03 0000 00000708 20010db80000000000000000000000%02x ", i, i);
	assert_int_equal(parse(hex, &ra), 0);
	assert_int_equal(ra.nplat, RA_PLAT_MAX);
	assert_int_equal(ra.nrdnss, RA_RDNSS_MAX);
	assert_v6(&ra.plat[7].plat.addr, "64:ff9b:7::");
}

/* Every octet of a good message set to every value, and every length: no read too far, no more than there is room for. */
static void mutations(void **state)
{
	uint8_t good[256], *copy;
	size_t len = bytes(HEADER SLLA PREF64 RDNSS MTU, good, sizeof(good)), i;
	unsigned int value, accepted = 0;
	struct ra ra;

	(void)state;
	for (i = 0; i <= len; i++) {
		copy = malloc(i ? i : 1);
		memcpy(copy, good, i);
		ra_parse(copy, i, &ra);
		free(copy);
	}
	copy = malloc(len);
	for (i = 0; i < len; i++) {
		for (value = 0; value < 256; value++) {
			memcpy(copy, good, len);
			copy[i] = (uint8_t)value;
			accepted += !ra_parse(copy, len, &ra);
			assert_true(ra.nplat <= 1 && ra.nrdnss <= 1);
		}
	}
	free(copy);
	assert_in_range(accepted, len * 128, len * 255);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(prefixes),
		cmocka_unit_test(no_prefixes),
		cmocka_unit_test(servers),
		cmocka_unit_test(no_servers),
		cmocka_unit_test(bad_messages),
		cmocka_unit_test(many),
		cmocka_unit_test(mutations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
