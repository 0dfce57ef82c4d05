// SPDX-License-Identifier: GPL-2.0
/* What the kernel says when it refuses: extended acknowledgements as bytes, and the name of the attribute meant. */
#include "unit.h"

#include <errno.h>
#include <stdbool.h>

#include <linux/genetlink.h>
#include <netlink/attr.h>

#include "ctl.h"
#include "nl.h"

static const struct attr_name inner_names[] = { { 1, "addr", NULL }, { 2, "len", NULL }, { 0 } };
static const struct attr_name list_names[] = { { 1, "prefix", inner_names }, { 0 } };
static const struct attr_name names[] = { { 1, "ifindex", NULL }, { 4, "plat", list_names }, { 7, "mtu", NULL }, { 0 } };

/* ifindex, plat { prefix { addr, len }, prefix { addr, len } }, mtu: after a generic netlink header. */
static struct nl_msg *request(void)
{
	struct nl_msg *msg = nlmsg_alloc_simple(20, 0);
	struct genlmsghdr hdr = { .cmd = 2 };
	struct nlattr *list, *nest;
	int i;

	nlmsg_append(msg, &hdr, sizeof(hdr), NLMSG_ALIGNTO);
	nla_put_u32(msg, 1, 5);
	list = nla_nest_start(msg, 4);
	for (i = 0; i < 2; i++) {
		nest = nla_nest_start(msg, 1);
		nla_put(msg, 1, 16, "0123456789abcdef");
		nla_put_u8(msg, 2, 96);
		nla_nest_end(msg, nest);
	}
	nla_nest_end(msg, list);
	nla_put_u32(msg, 7, 1280);
	return msg;
}

static void path_of(struct nl_msg *msg, int offset, int missing, char *buf, size_t size)
{
	struct extack ack = { .offset = offset, .missing = missing };

	attr_path(nlmsg_hdr(msg), GENL_HDRLEN, &ack, names, buf, size);
}

static void path_of_an_attribute(void **state)
{
	/* Offsets of the headers: 16 + 4 is the first attribute, 8 octets long; then nests of 4, 4, 20, 8, 4, 20, 8. */
	static const struct { int offset; const char *path; } rows[] = {
		{ 20, "ifindex" }, { 28, "plat" }, { 32, "plat.prefix" }, { 36, "plat.prefix.addr" },
		{ 56, "plat.prefix.len" }, { 64, "plat.prefix" }, { 68, "plat.prefix.addr" }, { 88, "plat.prefix.len" },
		{ 96, "mtu" }, { 104, "" }, { 1 << 30, "" }, { -1, "" }, { 0, "" },
	};
	struct nl_msg *msg = request();
	char buf[64], tiny[6];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		path_of(msg, rows[i].offset, 0, buf, sizeof(buf));
		assert_string_equal(buf, rows[i].path);
	}
	path_of(msg, -1, 7, buf, sizeof(buf));
	assert_string_equal(buf, "mtu");
	path_of(msg, -1, 99, buf, sizeof(buf));
	assert_string_equal(buf, "99");
	path_of(msg, 88, 0, tiny, sizeof(tiny));
	assert_string_equal(tiny, "plat.");
	nlmsg_free(msg);
}

struct answer {
	struct nlmsghdr nlh;
	struct nlmsgerr err;
	char rest[256];
};

static void put_attr(struct answer *a, int type, const void *data, int len)
{
	struct nlattr *nla = (struct nlattr *)(void *)((char *)a + NLMSG_ALIGN(a->nlh.nlmsg_len));

	nla->nla_type = (uint16_t)type;
	nla->nla_len = (uint16_t)(NLA_HDRLEN + len);
	memcpy((char *)nla + NLA_HDRLEN, data, len);
	a->nlh.nlmsg_len = NLMSG_ALIGN(a->nlh.nlmsg_len) + NLA_ALIGN(nla->nla_len);
}

static struct answer refused(int flags, uint32_t request_len)
{
	struct answer a = { .nlh = { .nlmsg_type = NLMSG_ERROR, .nlmsg_flags = (uint16_t)flags },
			    .err = { .error = -EINVAL, .msg = { .nlmsg_len = request_len } } };

	a.nlh.nlmsg_len = NLMSG_HDRLEN + sizeof(a.err);
	if (!(flags & NLM_F_CAPPED))
		a.nlh.nlmsg_len += request_len - NLMSG_HDRLEN;
	return a;
}

static void text_and_offset(void **state)
{
	static const int flags[] = { NLM_F_ACK_TLVS | NLM_F_CAPPED, NLM_F_ACK_TLVS };
	const uint32_t offset = 56, missing = 7;
	struct extack ack;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(flags); i++) {
		struct answer a = refused(flags[i], 48);

		put_attr(&a, 1, "no such thing", 14);
		put_attr(&a, 2, &offset, 4);
		put_attr(&a, 5, &missing, 4);
		extack_parse(&a.nlh, &ack);
		assert_int_equal(ack.error, -EINVAL);
		assert_string_equal(ack.text, "no such thing");
		assert_int_equal(ack.offset, 56);
		assert_int_equal(ack.missing, 7);
	}
}

static void nothing_said(void **state)
{
	struct answer a = refused(NLM_F_CAPPED, 48);
	struct extack ack;

	(void)state;
	put_attr(&a, 1, "not for us", 11);	/* without the flag that says so */
	extack_parse(&a.nlh, &ack);
	assert_int_equal(ack.error, -EINVAL);
	assert_string_equal(ack.text, "");
	assert_int_equal(ack.offset, -1);
}

/* Text without an end, a request longer than the answer: bounded. */
static void malformed(void **state)
{
	struct answer a = refused(NLM_F_ACK_TLVS | NLM_F_CAPPED, 48);
	struct extack ack;

	(void)state;
	put_attr(&a, 1, "unended", 7);
	extack_parse(&a.nlh, &ack);
	assert_string_equal(ack.text, "unended");
	a = refused(NLM_F_ACK_TLVS | NLM_F_CAPPED, 48);
	a.nlh.nlmsg_flags = NLM_F_ACK_TLVS;
	a.err.msg.nlmsg_len = 0xfffffff0;
	extack_parse(&a.nlh, &ack);
	assert_int_equal(ack.error, -EINVAL);
	assert_string_equal(ack.text, "");
	a.err.msg.nlmsg_len = 0;
	extack_parse(&a.nlh, &ack);
	assert_string_equal(ack.text, "");
	a.nlh.nlmsg_len = NLMSG_HDRLEN + 2;
	extack_parse(&a.nlh, &ack);
	assert_int_equal(ack.error, 0);
}

static void end_of_a_dump(void **state)
{
	struct answer a = { .nlh = { .nlmsg_type = NLMSG_DONE, .nlmsg_flags = NLM_F_ACK_TLVS,
				     .nlmsg_len = NLMSG_HDRLEN + 4 }, .err = { .error = -EBUSY } };
	struct extack ack;

	(void)state;
	put_attr(&a, 1, "too busy", 9);
	extack_parse(&a.nlh, &ack);
	assert_int_equal(ack.error, -EBUSY);
	assert_string_equal(ack.text, "too busy");
}

static void exit_codes(void **state)
{
	static const struct { int error, code; } rows[] = {
		{ -EPERM, CTL_PERM }, { -EACCES, CTL_PERM }, { -ENODEV, CTL_NODEV }, { -ETIMEDOUT, CTL_TIMEOUT },
		{ -EINVAL, CTL_REFUSED }, { -EBUSY, CTL_REFUSED },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(rows); i++) {
		struct extack ack = { .error = rows[i].error };

		assert_int_equal(nl_fail(&ack, "try again", "cannot set %s", "clat0"), rows[i].code);
		assert_non_null(strstr(failure_get().message, "cannot set clat0: "));
		assert_string_not_equal(failure_get().hint, "");
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(path_of_an_attribute),
		cmocka_unit_test(text_and_offset),
		cmocka_unit_test(nothing_said),
		cmocka_unit_test(malformed),
		cmocka_unit_test(end_of_a_dump),
		cmocka_unit_test(exit_codes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
