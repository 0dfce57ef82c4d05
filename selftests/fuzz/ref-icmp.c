// SPDX-License-Identifier: GPL-2.0
/* ICMP errors by the book: the tables of RFC 7915, sections 4.2 and 5.2. */
#include "ref.h"

#define REF_NONE	-1

static void ref_error(struct ref_error *out, u8 type, u8 code, bool extends)
{
	memset(out, 0, sizeof(*out));
	out->head[0] = type;
	out->head[1] = code;
	out->extends = extends;
}

static unsigned int ref_least(unsigned int a, unsigned int b, unsigned int c)
{
	unsigned int least = a < b ? a : b;

	return least < c ? least : c;
}

/* RFC 1191, section 7.1: table 7-1 without its notes */
static unsigned int ref_plateau(unsigned int len)
{
	static const unsigned int plateaus[] = {
		68, 296, 508, 1006, 1492, 2002, 4352, 8166, 17914, 32000, 65535,
	};
	unsigned int i = ARRAY_SIZE(plateaus) - 1;

	while (i && plateaus[i] >= len)
		i--;
	return plateaus[i];
}

static bool ref_unreach46(const u8 *in, const struct clat_mtus *mtus,
			  unsigned int quoted_len, struct ref_error *out)
{
	unsigned int mtu;

	switch (in[1]) {
	case 0: case 1: case 5: case 6: case 7: case 8: case 11: case 12:
		ref_error(out, 1, 0, true);
		return true;
	case 9: case 10: case 13: case 15:
		ref_error(out, 1, 1, true);
		return true;
	case 2:
		ref_error(out, 4, 1, false);
		out->head[7] = 6;
		return true;
	case 3:
		ref_error(out, 1, 4, true);
		return true;
	case 4:
		ref_error(out, 2, 0, false);
		mtu = fz_get16(in + 6);
		if (!mtu)
			mtu = ref_plateau(quoted_len);
		mtu = ref_least(mtu + 20, mtus->v6, mtus->v4 + 20);
		fz_put32(out->head + 4, mtu < 1280 ? 1280 : mtu);
		return true;
	default:
		return false;
	}
}

/**
 * ref_icmp46() - translate the first 8 octets of an ICMPv4 error
 * @in:		the message
 * @mtus:	of the next hops
 * @quoted_len:	total length of the quoted packet
 * @out:	filled in
 *
 * Return: false if it isn't translated.
 */
bool ref_icmp46(const u8 *in, const struct clat_mtus *mtus,
		unsigned int quoted_len, struct ref_error *out)
{
	static const s8 pointers[20] = {
		[0] = 0, [1] = 1, [2] = 4, [3] = 4,
		[4] = REF_NONE, [5] = REF_NONE, [6] = REF_NONE, [7] = REF_NONE,
		[8] = 7, [9] = 6, [10] = REF_NONE, [11] = REF_NONE,
		[12] = 8, [13] = 8, [14] = 8, [15] = 8,
		[16] = 24, [17] = 24, [18] = 24, [19] = 24,
	};

	if (in[0] == 3)
		return ref_unreach46(in, mtus, quoted_len, out);
	if (in[0] == 11) {
		ref_error(out, 3, in[1], true);
		return true;
	}
	if (in[0] != 12 || (in[1] != 0 && in[1] != 2) || in[4] >= 20 ||
	    pointers[in[4]] == REF_NONE)
		return false;
	ref_error(out, 4, 0, false);
	out->head[7] = pointers[in[4]];
	return true;
}

static int ref_pointer64(u32 pointer)
{
	switch (pointer) {
	case 0: case 1:
		return pointer;
	case 4: case 5:
		return 2;
	case 6:
		return 9;
	case 7:
		return 8;
	default:
		if (pointer >= 8 && pointer <= 23)
			return 12;
		return pointer >= 24 && pointer <= 39 ? 16 : REF_NONE;
	}
}

static void ref_too_big64(const u8 *in, const struct clat_mtus *mtus,
			  bool quoted_frag, struct ref_error *out)
{
	u32 mtu = fz_get32(in + 4);

	ref_error(out, 3, 4, true);
	if (mtu < 1280)
		mtu = 1280;
	mtu -= quoted_frag ? 28 : 20;
	fz_put16(out->head + 6, ref_least(mtu, mtus->v4, mtus->v6 - 20));
}

/**
 * ref_icmp64() - translate the first 8 octets of an ICMPv6 error
 * @in:		the message
 * @mtus:	of the next hops
 * @quoted_frag: the quoted packet has a Fragment header
 * @out:	filled in
 *
 * Return: false if it isn't translated.
 */
bool ref_icmp64(const u8 *in, const struct clat_mtus *mtus, bool quoted_frag,
		struct ref_error *out)
{
	static const u8 unreach[] = { 1, 10, 1, 1, 3 };
	int pointer;

	switch (in[0]) {
	case 1:
		if (in[1] >= sizeof(unreach))
			return false;
		ref_error(out, 3, unreach[in[1]], true);
		return true;
	case 2:
		ref_too_big64(in, mtus, quoted_frag, out);
		return true;
	case 3:
		ref_error(out, 11, in[1], true);
		return true;
	case 4:
		if (in[1] == 1) {
			ref_error(out, 3, 2, true);
			return true;
		}
		pointer = ref_pointer64(fz_get32(in + 4));
		if (in[1] || pointer == REF_NONE)
			return false;
		ref_error(out, 12, 0, true);
		out->head[4] = pointer;
		return true;
	default:
		return false;
	}
}
