// SPDX-License-Identifier: GPL-2.0
/*
 * Netlink requests over libnl sockets. libnl turns the kernel's answers into error numbers of its own and loses the
 * text that says why; so answers are read here, with the attributes of the extended acknowledgement.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/netlink.h>
#include <netlink/attr.h>
#include <netlink/errno.h>
#include <netlink/handlers.h>

#include "ctl.h"
#include "nl.h"

/* The kernel answers a request before it returns from send(): a longer silence is a broken kernel, not a slow one. */
#define ANSWER_TIMEOUT_S 5

/* Attributes of an extended acknowledgement; the last is newer than the headers clatctl may be built with. */
enum { EXTACK_MSG = 1, EXTACK_OFFS = 2, EXTACK_MISS_TYPE = 5, EXTACK_MAX = 6 };

/**
 * nl_open - a netlink socket with extended acknowledgements and strict checking
 * @protocol: NETLINK_ROUTE or NETLINK_GENERIC
 *
 * Returns the socket, to be freed by the caller, or NULL with the failure recorded.
 */
struct nl_sock *nl_open(int protocol)
{
	const struct timeval timeout = { .tv_sec = ANSWER_TIMEOUT_S };
	struct nl_sock *sock = nl_socket_alloc();
	int err, fd, on = 1;

	if (!sock) {
		fail(CTL_REFUSED, NULL, "cannot open a netlink socket: out of memory");
		return NULL;
	}
	err = nl_connect(sock, protocol);
	if (err < 0) {
		fail(CTL_REFUSED, "is the kernel built with CONFIG_NET?", "cannot open a netlink socket: %s",
		     nl_geterror(err));
		nl_socket_free(sock);
		return NULL;
	}
	fd = nl_socket_get_fd(sock);
	/* Kernels that know none of these serve requests all the same, with shorter messages. */
	setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	nl_socket_set_buffer_size(sock, 1 << 18, 0);
	nl_socket_set_msg_buf_size(sock, 1 << 16);
	return sock;
}

static void extack_attrs(const void *attrs, int len, struct extack *ack)
{
	struct nlattr *tb[EXTACK_MAX + 1];

	if (len <= 0 || nla_parse(tb, EXTACK_MAX, (struct nlattr *)attrs, len, NULL) < 0)
		return;
	if (tb[EXTACK_MSG])
		snprintf(ack->text, sizeof(ack->text), "%.*s", nla_len(tb[EXTACK_MSG]),
			 (const char *)nla_data(tb[EXTACK_MSG]));
	if (tb[EXTACK_OFFS] && nla_len(tb[EXTACK_OFFS]) >= 4)
		ack->offset = (int)nla_get_u32(tb[EXTACK_OFFS]);
	if (tb[EXTACK_MISS_TYPE] && nla_len(tb[EXTACK_MISS_TYPE]) >= 4)
		ack->missing = (int)nla_get_u32(tb[EXTACK_MISS_TYPE]);
}

/**
 * extack_parse - read an NLMSG_ERROR or NLMSG_DONE message
 * @nlh: the message, complete as its nlmsg_len says
 * @ack: filled in
 */
void extack_parse(const struct nlmsghdr *nlh, struct extack *ack)
{
	const char *data = nlmsg_data(nlh);
	int len = nlmsg_datalen(nlh), skip = sizeof(int);

	memset(ack, 0, sizeof(*ack));
	ack->offset = -1;
	if (len < (int)sizeof(int))
		return;
	memcpy(&ack->error, data, sizeof(int));
	if (nlh->nlmsg_type == NLMSG_ERROR) {
		const struct nlmsgerr *e = (const void *)data;

		if (len < (int)sizeof(*e))
			return;
		skip = sizeof(*e);
		/* Unless capped, the whole request comes back before the attributes. */
		if (!(nlh->nlmsg_flags & NLM_F_CAPPED)) {
			if (e->msg.nlmsg_len < NLMSG_HDRLEN || e->msg.nlmsg_len - NLMSG_HDRLEN > (uint32_t)(len - skip))
				return;
			skip += NLMSG_ALIGN(e->msg.nlmsg_len - NLMSG_HDRLEN);
		}
	}
	if (nlh->nlmsg_flags & NLM_F_ACK_TLVS)
		extack_attrs(data + skip, len - skip, ack);
}

struct request {
	nl_recvmsg_msg_cb_t valid;
	void *arg;
	struct extack *ack;
	bool done;
};

static int on_valid(struct nl_msg *msg, void *arg)
{
	struct request *req = arg;

	return req->valid ? req->valid(msg, req->arg) : NL_OK;
}

static int on_error(struct sockaddr_nl *from, struct nlmsgerr *e, void *arg)
{
	struct request *req = arg;

	(void)from;
	extack_parse((const struct nlmsghdr *)((const char *)e - NLMSG_HDRLEN), req->ack);
	req->done = true;
	return NL_STOP;
}

static int on_ack(struct nl_msg *msg, void *arg)
{
	struct request *req = arg;

	(void)msg;
	req->done = true;
	return NL_STOP;
}

static int on_finish(struct nl_msg *msg, void *arg)
{
	struct request *req = arg;

	extack_parse(nlmsg_hdr(msg), req->ack);
	req->done = true;
	return NL_STOP;
}

/* A dump that something changed under is used as it is: each step that relies on it is checked again by the kernel. */
static int on_interrupted_dump(struct nl_msg *msg, void *arg)
{
	(void)msg;
	(void)arg;
	return NL_OK;
}

/**
 * nl_request - send a request and read its answers to the end
 * @sock: from nl_open()
 * @msg: the request; stays the caller's
 * @valid: called for each answer that carries data, or NULL
 * @arg: for @valid
 * @ack: filled in with the kernel's verdict
 *
 * Returns 0 or a negative errno, the same as in @ack.
 */
int nl_request(struct nl_sock *sock, struct nl_msg *msg, nl_recvmsg_msg_cb_t valid, void *arg, struct extack *ack)
{
	struct request req = { .valid = valid, .arg = arg, .ack = ack };
	struct nl_cb *cb = nl_cb_alloc(NL_CB_DEFAULT);
	int err;

	memset(ack, 0, sizeof(*ack));
	ack->offset = -1;
	if (!cb)
		return ack->error = -ENOMEM;
	nl_cb_set(cb, NL_CB_VALID, NL_CB_CUSTOM, on_valid, &req);
	nl_cb_set(cb, NL_CB_ACK, NL_CB_CUSTOM, on_ack, &req);
	nl_cb_set(cb, NL_CB_FINISH, NL_CB_CUSTOM, on_finish, &req);
	nl_cb_set(cb, NL_CB_DUMP_INTR, NL_CB_CUSTOM, on_interrupted_dump, NULL);
	nl_cb_err(cb, NL_CB_CUSTOM, on_error, &req);
	err = nl_send_auto(sock, msg);
	while (err >= 0 && !req.done) {
		err = nl_recvmsgs(sock, cb);
		if (err == -NLE_INTR)
			err = 0;
	}
	if (err < 0 && !req.done) {
		ack->error = err == -NLE_AGAIN ? -ETIMEDOUT : -EIO;
		snprintf(ack->text, sizeof(ack->text), "netlink: %s", nl_geterror(err));
	}
	nl_cb_put(cb);
	return ack->error;
}

static const struct attr_name *find_name(const struct attr_name *names, int type)
{
	for (; names && names->type; names++)
		if (names->type == type)
			return names;
	return NULL;
}

static void append_name(char *buf, size_t size, const struct attr_name *name, int type)
{
	size_t used = strlen(buf);

	if (name)
		snprintf(buf + used, size - used, "%s%s", used ? "." : "", name->name);
	else
		snprintf(buf + used, size - used, "%s%d", used ? "." : "", type);
}

/**
 * attr_path - name the attribute that the kernel refused
 * @nlh: the request
 * @hdrlen: length of the protocol header between the netlink header and the attributes
 * @ack: the kernel's answer
 * @names: what the request's attributes are called
 * @buf: set to a path such as "plat.prefix.len", or to "" when the answer names none
 * @size: of @buf
 */
void attr_path(const struct nlmsghdr *nlh, int hdrlen, const struct extack *ack, const struct attr_name *names,
	       char *buf, size_t size)
{
	const struct nlattr *nla = nlmsg_attrdata(nlh, hdrlen);
	int rem = nlmsg_attrlen(nlh, hdrlen), offset = ack->offset;

	buf[0] = '\0';
	if (ack->missing) {
		append_name(buf, size, find_name(names, ack->missing), ack->missing);
		return;
	}
	while (offset > 0 && nla_ok(nla, rem)) {
		int start = (const char *)nla - (const char *)nlh;
		const struct attr_name *name;

		if (offset >= start + nla->nla_len) {
			nla = nla_next(nla, &rem);
			continue;
		}
		name = find_name(names, nla_type(nla));
		append_name(buf, size, name, nla_type(nla));
		if (offset == start || !name || !name->nested)
			return;
		names = name->nested;
		rem = nla_len(nla);
		nla = nla_data(nla);
	}
}

/**
 * nl_fail - record that the kernel refused a request
 * @ack: the kernel's answer
 * @hint: what to do about it; not used where the error number itself says it
 * @fmt: what was tried, and on what
 *
 * Returns the exit code.
 */
int nl_fail(const struct extack *ack, const char *hint, const char *fmt, ...)
{
	int code = CTL_REFUSED;
	char what[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	if (ack->error == -EPERM || ack->error == -EACCES) {
		code = CTL_PERM;
		hint = "run clatctl as root, or with CAP_NET_ADMIN";
	} else if (ack->error == -ENODEV) {
		code = CTL_NODEV;
		hint = "see: ip link, clatctl show";
	} else if (ack->error == -ETIMEDOUT) {
		code = CTL_TIMEOUT;
	}
	return fail(code, hint, "%s: %s", what, ack->text[0] ? ack->text : strerror(-ack->error));
}
