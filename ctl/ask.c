// SPDX-License-Identifier: GPL-2.0
/* The options that say whom to ask for the NAT64 prefix: --server and --timeout, of discover and up. */
#include <errno.h>

#include "ask.h"
#include "attr.h"
#include "bus_dns.h"
#include "link_resolvers.h"

int ask_server(const struct command *cmd, struct ask *ask, const char *text)
{
	if (ask->count == RESOLVERS_MAX)
		return usage(cmd, "more than %d servers, from '%s' on", RESOLVERS_MAX, text);
	ask->servers[ask->count++] = text;
	return CTL_OK;
}

int ask_timeout(const struct command *cmd, struct ask *ask, const char *text)
{
	unsigned long value;

	if (attr_number(text, 3600, &value) || !value)
		return usage(cmd, "--timeout '%s' is no number of seconds from 1 to 3600", text);
	ask->timeout_s = (unsigned int)value;
	return CTL_OK;
}

/**
 * ask_run - find the NAT64 prefix as the options say
 * @cmd: the command, for messages
 * @ask: its options
 * @uplink: interface to ask by, or NULL for any
 * @ifindex: of @uplink, or 0
 * @discovery: filled in
 *
 * Returns an exit code, with the failure recorded.
 */
int ask_run(const struct command *cmd, const struct ask *ask, const char *uplink, unsigned int ifindex,
	    struct discovery *discovery)
{
	struct resolvers resolvers = { 0 };
	int code = CTL_OK, err;
	size_t i;

	for (i = 0; i < ask->count; i++) {
		err = resolver_parse(ask->servers[i], ifindex, &resolvers.list[i]);
		if (err == -ENODEV)
			return fail(CTL_NODEV, "see: ip link", "--server '%s': no such interface", ask->servers[i]);
		if (err)
			return usage(cmd, "--server '%s' is no ADDR[%%IF][@PORT]", ask->servers[i]);
		resolvers.count++;
	}
	if (!resolvers.count && uplink) {
		bus_dns_ask();
		code = link_resolvers((int)ifindex, uplink, &resolvers);
	} else if (!resolvers.count) {
		code = resolvers_default(opts.netns, ifindex, &resolvers);
	}
	if (!code)
		code = dns64_discover(&resolvers, uplink, ask->timeout_s ? ask->timeout_s : DNS64_TIMEOUT_S, discovery);
	if (!code && uplink && discovery->loopback)
		warning("%s runs on this machine: it may have asked another network than that of %s", discovery->server,
			uplink);
	return code;
}
