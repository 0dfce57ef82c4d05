// SPDX-License-Identifier: GPL-2.0
/* Spoils packets: octets, lengths, ends. */
#include "skbfuzz.h"

/* Headers are worth more than payload. */
static unsigned int draw_octet(struct fuzz *f)
{
	unsigned int near = fuzz_rnd(f, 4) ? 64 : 200;

	return fuzz_rnd(f, fuzz_rnd(f, 8) ? min(f->in.len, near) : f->in.len);
}

static u16 draw_value(struct fuzz *f)
{
	static const u16 values[] = {
		0, 1, 7, 8, 19, 20, 28, 39, 40, 48, 127, 128, 255, 256, 1279,
		1280, 1500, 0x1fff, 0x2000, 0x3fff, 0x7fff, 0x8000, 0xfff8,
		0xfffe, 0xffff,
	};

	return fuzz_rnd(f, 4) ? values[fuzz_rnd(f, ARRAY_SIZE(values))] :
				f->in.len - 4 + fuzz_rnd(f, 9);
}

static void spoil_once(struct fuzz *f)
{
	struct fuzz_packet *in = &f->in;
	unsigned int at;

	switch (fuzz_rnd(f, 8)) {
	case 0:
	case 1:
		in->data[draw_octet(f)] ^= 1 << fuzz_rnd(f, 8);
		break;
	case 2:
		in->data[draw_octet(f)] = fuzz_rnd(f, 256);
		break;
	case 3:
		at = draw_octet(f);
		fuzz_put16(in->data + (at & ~1), draw_value(f));
		break;
	case 4:
		/* Cut: most within the headers */
		in->len = 1 + draw_octet(f);
		break;
	case 5:
		/* The length field alone */
		at = in->ipv6 ? 4 : 2;
		fuzz_put16(in->data + at, fuzz_get16(in->data + at) - 4 +
					  fuzz_rnd(f, 9));
		break;
	case 6:
		/* Cut, and the length says so */
		at = in->ipv6 ? 40 : 20;
		if (in->len <= at)
			break;
		in->len = at + fuzz_rnd(f, min(in->len - at, 80U) + 1);
		fuzz_put16(in->data + (in->ipv6 ? 4 : 2),
			   in->ipv6 ? in->len - 40 : in->len);
		break;
	case 7:
		/* Another protocol */
		in->data[in->ipv6 ? 6 : 9] = fuzz_rnd(f, 2) ? fuzz_rnd(f, 256) :
							      fuzz_rnd(f, 64);
		break;
	}
}

/**
 * fuzz_spoil() - spoil the packet of the run
 * @f:		the run
 *
 * The checksum of an IPv4 header is made right again most times, or nothing
 * else would be looked at.
 */
void fuzz_spoil(struct fuzz *f)
{
	struct fuzz_packet *in = &f->in;
	unsigned int i, n = 1 + fuzz_rnd(f, fuzz_rnd(f, 2) ? 1 : 5);

	in->spoiled = true;
	for (i = 0; i < n && in->len; i++)
		spoil_once(f);
	if (!in->ipv6 && in->len >= 20 && fuzz_rnd(f, 8))
		fuzz_ip_check(in->data);
}
