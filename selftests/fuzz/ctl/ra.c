// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzzer: Router Advertisements. Whatever is read of a message must be in it, and be of use; a message is read as a whole
 * or not at all. The first octet says what is put right before.
 */
#include "check.h"
#include "pref64.h"
#include "ra.h"

#define FIX_HEADER 1
#define FIX_OPTIONS 2
#define HEADER 16

/* A length of zero, or one that leads behind the end, would end the message: so options are as long as there is room. */
static void fix_options(uint8_t *data, size_t size)
{
	size_t pos, len;

	for (pos = HEADER; pos + 8 <= size; pos += len) {
		len = (size_t)data[pos + 1] * 8;
		if (!len || len > size - pos)
			data[pos + 1] = pos + 16 <= size ? 2 : 1;
		len = (size_t)data[pos + 1] * 8;
	}
}

/* Whether the options are in order, by a reader of its own. */
static bool in_order(const uint8_t *data, size_t size)
{
	size_t pos = HEADER;

	if (size < HEADER || data[0] != 134 || data[1])
		return false;
	while (pos < size) {
		if (size - pos < 2 || !data[pos + 1] || (size_t)data[pos + 1] * 8 > size - pos)
			return false;
		pos += (size_t)data[pos + 1] * 8;
	}
	return true;
}

/* The option of 16 octets that tells of @entry. */
static bool told(const uint8_t *data, size_t size, const struct ra_plat *entry)
{
	size_t pos;

	for (pos = HEADER; pos < size; pos += (size_t)data[pos + 1] * 8)
		if (data[pos] == 38 && data[pos + 1] == 2 &&
		    (((uint32_t)data[pos + 2] << 8 | data[pos + 3]) & ~7u) == entry->lifetime_s &&
		    !memcmp(data + pos + 4, &entry->plat.addr, entry->plat.len / 8))
			return true;
	return false;
}

static void look(const uint8_t *data, size_t size)
{
	struct ra ra;
	int err = ra_parse(data, size, &ra);
	size_t i;

	check(!err == in_order(data, size));
	check(!err || (!ra.nplat && !ra.nrdnss));
	check(ra.nplat <= RA_PLAT_MAX && ra.nrdnss <= RA_RDNSS_MAX);
	for (i = 0; i < ra.nplat; i++) {
		check(pref64_usable(&ra.plat[i].plat));
		check(ra.plat[i].lifetime_s <= 65528);
		check(told(data, size, &ra.plat[i]));
	}
	for (i = 0; i < ra.nrdnss; i++) {
		check(!IN6_IS_ADDR_MULTICAST(&ra.rdnss[i].addr));
		check(find(data, size, &ra.rdnss[i].addr, 16));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t flags = size ? data[0] : 0, *copy;

	if (!size)
		return 0;
	copy = copy_of(data + 1, --size);
	if (flags & FIX_HEADER && size >= 2) {
		copy[0] = 134;
		copy[1] = 0;
	}
	if (flags & FIX_OPTIONS)
		fix_options(copy, size);
	look(copy, size);
	free(copy);
	return 0;
}
