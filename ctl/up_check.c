// SPDX-License-Identifier: GPL-2.0
/* What must hold before "clatctl up" begins, and what it finds: permission, module, uplink, routes, its own device. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/capability.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

#include "up.h"

static bool net_admin(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { 0 };

	if (syscall(SYS_capget, &header, data))
		return geteuid() == 0;
	return data[0].effective & 1u << CAP_NET_ADMIN;
}

/* A device of another uplink, or none of clat's, is not ours to take. */
static int check_name(const struct up *up, const struct dev *list, size_t count)
{
	char uplink[IF_NAMESIZE + 8];
	size_t i;

	if (!if_nametoindex(up->dev_name))
		return CTL_OK;
	for (i = 0; i < count && strcmp(list[i].ifname, up->dev_name); i++)
		;
	if (i == count) {
		fail(CTL_REFUSED, "choose another name: --dev", "cannot make %s: the name is taken by another kind of device",
		     up->dev_name);
		return fail_attribute("ifname");
	}
	if (!list[i].uplink || list[i].uplink == (uint32_t)up->uplink.ifindex)
		return CTL_OK;
	snprintf(uplink, sizeof(uplink), "%s", list[i].uplink_name);
	fail(CTL_REFUSED, "choose another name: --dev", "%s is the CLAT of %s", up->dev_name, uplink);
	return fail_attribute("ifname");
}

/* The device that serves the uplink; else one of the wanted name that has no uplink. */
static int adopt(struct up *up, const struct dev *list, size_t count)
{
	size_t i;
	int code;

	for (i = 0; i < count; i++)
		if (list[i].uplink == (uint32_t)up->uplink.ifindex)
			break;
	if (i < count && up->dev_name && strcmp(list[i].ifname, up->dev_name))
		return fail(CTL_REFUSED, "clatctl down UPLINK first", "%s has a CLAT already, %s", up->uplink_name,
			    list[i].ifname);
	if (i == count)
		for (i = 0; i < count; i++)
			if (!list[i].uplink && !strcmp(list[i].ifname, up->dev_name ? up->dev_name : "clat0"))
				break;
	if (i == count)
		return CTL_OK;
	up->before = list[i];
	code = link_get(list[i].ifname, &up->before_link);
	if (!code && up->before_link.tayga)
		return fail(CTL_REFUSED, "end that one first: it is ConnMan's, or who has started clat-tayga",
			    "another CLAT is at work on %s: %s, which was set up by clat-tayga", up->uplink_name,
			    list[i].ifname);
	return code;
}

static int find_device(struct up *up)
{
	struct dev *list;
	size_t count;
	int code = genl_dev_list(&list, &count);

	if (!code && up->dev_name)
		code = check_name(up, list, count);
	if (!code)
		code = adopt(up, list, count);
	free(list);
	return code;
}

static int check_routes(struct up *up)
{
	bool v4 = false, v6 = false;
	int code = route_default(AF_INET, up->uplink.ifindex, &v4);

	if (!code)
		code = route_default(AF_INET6, up->uplink.ifindex, &v6);
	if (code)
		return code;
	if (v4 && !up->force)
		return fail(CTL_NATIVE4, "to run CLAT beside it: --force",
			    "%s has an IPv4 default route of its own: CLAT is not needed", up->uplink_name);
	if (!v6)
		return fail(CTL_NOADDR, "is the network up? see: ip -6 route show default",
			    "%s has no IPv6 default route", up->uplink_name);
	return CTL_OK;
}

static void add_prefix(struct up *up, const struct in6_addr *addr, bool deprecated)
{
	size_t i;

	for (i = 0; i < up->nprefixes; i++) {
		if (!memcmp(&up->prefixes[i].addr, addr, 8)) {
			up->prefixes[i].deprecated &= deprecated;
			return;
		}
	}
	if (up->nprefixes < UP_PREFIXES_MAX)
		up->prefixes[up->nprefixes++] = (struct prefix64){ .addr = *addr, .deprecated = deprecated };
}

/* The addresses of the uplink itself that can be shared. */
static int find_shared(struct up *up, const struct addr *list, size_t count)
{
	size_t i;

	for (i = 0; i < count && up->nprefixes < UP_PREFIXES_MAX; i++)
		if (address_can_be_shared(&list[i]))
			up->prefixes[up->nprefixes++] = (struct prefix64){ .addr = list[i].v6 };
	return up->nprefixes ? CTL_OK : fail(CTL_NOADDR, "is the network up? see: ip -6 address",
					     "%s has no preferred global IPv6 address to share", up->uplink_name);
}

static int no_prefix(const struct up *up, const struct addr *list, size_t count)
{
	char text[INET6_ADDRSTRLEN];
	size_t i;

	for (i = 0; i < count && !address_can_be_shared(&list[i]); i++)
		;
	if (i == count)
		return fail(CTL_NOADDR, "is the network up? see: ip -6 address; or choose an address: --address ADDR",
			    "%s has no global IPv6 address with a /64 to choose the CLAT's from", up->uplink_name);
	inet_ntop(AF_INET6, &list[i].v6, text, sizeof(text));
	return fail(CTL_NOADDR, "to share the one that it has: --address shared",
		    "%s has %s, but no /64 to choose the CLAT's IPv6 address from", up->uplink_name, text);
}

/* The /64s that the uplink has an address in; else one that router advertisements say is on the link. */
static int find_prefixes(struct up *up, const struct addr *list, size_t count)
{
	struct in6_addr onlink;
	bool found = false;
	int code = CTL_OK;
	size_t i;

	for (i = 0; i < count; i++)
		if (list[i].len == 64 && list[i].scope == RT_SCOPE_UNIVERSE &&
		    !(list[i].flags & (IFA_F_TEMPORARY | IFA_F_DADFAILED)))
			add_prefix(up, &list[i].v6, list[i].flags & IFA_F_DEPRECATED);
	if (!up->nprefixes)
		code = route_onlink64(up->uplink.ifindex, &onlink, &found);
	if (found)
		add_prefix(up, &onlink, false);
	if (!code && !up->nprefixes && !up->have_address)
		return no_prefix(up, list, count);
	return code;
}

static int find_addresses(struct up *up)
{
	struct addr *list;
	size_t count;
	int code = addr_list(AF_INET6, up->uplink.ifindex, &list, &count);

	if (!code)
		code = up->shared ? find_shared(up, list, count) : find_prefixes(up, list, count);
	free(list);
	return code;
}

/* Everything that can be known to fail is found out before anything is changed. */
int up_check(struct up *up)
{
	int code;

	if (!net_admin())
		return fail(CTL_PERM, "run clatctl as root, or with CAP_NET_ADMIN", "no permission to set up CLAT on %s",
			    up->uplink_name);
	code = lock_netns();
	if (!code)
		code = link_get(up->uplink_name, &up->uplink);
	if (!code)
		code = find_device(up);
	if (!code)
		code = check_routes(up);
	if (!code)
		code = find_addresses(up);
	return code;
}
