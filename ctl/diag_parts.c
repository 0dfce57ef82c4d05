// SPDX-License-Identifier: GPL-2.0
/* The parts of an archive that the kernel and files tell; netlink dumps by libnl, which has words for all of it. */
#include <errno.h>
#include <glob.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <linux/rtnetlink.h>
#include <netlink/cache.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/object.h>
#include <netlink/route/link.h>

#include "ctl.h"
#include "diag_parts.h"
#include "genl.h"
#include "nft.h"
#include "show.h"

#define FILE_MAX_SIZE (1 << 20)

/* Text by printf(), to be freed. Nothing is left to do without memory. */
static char *__attribute__((format(printf, 1, 2))) text(const char *fmt, ...)
{
	char *result;
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vasprintf(&result, fmt, ap);
	va_end(ap);
	if (len < 0)
		abort();
	return result;
}

static FILE *stream(char **result, size_t *size)
{
	FILE *out = open_memstream(result, size);

	if (!out)
		abort();
	return out;
}

/* A text file, the first MiB of it. */
char *part_file(const char *path)
{
	FILE *in = fopen(path, "re");
	char *result;
	size_t len;

	if (!in)
		return text("cannot read %s: %s\n", path, strerror(errno));
	result = malloc(FILE_MAX_SIZE + 1);
	if (!result)
		abort();
	len = fread(result, 1, FILE_MAX_SIZE, in);
	result[len] = '\0';
	fclose(in);
	return result;
}

/* Of kernel, module, clatctl and distribution, without the machine's name. */
char *part_versions(void)
{
	char version[32], srcversion[64], *release = part_file("/etc/os-release"), *result;
	struct utsname name = { 0 };

	uname(&name);
	diag_module_value("version", version, sizeof(version));
	diag_module_value("srcversion", srcversion, sizeof(srcversion));
	result = text("clatctl %s\nmodule clat %s, srcversion %s\n%s %s %s %s\n\n%s", clat_version,
		      version[0] ? version : "not loaded", srcversion[0] ? srcversion : "unknown", name.sysname, name.release,
		      name.version, name.machine, release);
	free(release);
	return result;
}

/* Of a veth without a peer, and so perhaps of other kinds of interfaces, libnl 3.7 tells no details and ends the program. */
static void print_object(struct nl_object *object, void *out)
{
	struct nl_dump_params params = { .dp_fd = out, .dp_type = NL_DUMP_STATS };

	if (!strcmp(nl_object_get_type(object), "route/link") && rtnl_link_get_type((struct rtnl_link *)object))
		params.dp_type = NL_DUMP_LINE;
	nl_object_dump(object, &params);
}

/* Not by way of a cache, which takes two routes to one network for the same. */
static int on_message(struct nl_msg *msg, void *out)
{
	nl_msg_parse(msg, print_object, out);
	return NL_OK;
}

/* Without strict checking, which requests as short as these do not stand. */
static int dump(struct nl_sock *sock, int type, FILE *out)
{
	static struct tcmsg all;
	int err = nl_socket_modify_cb(sock, NL_CB_VALID, NL_CB_CUSTOM, on_message, out);

	if (err >= 0)
		err = nl_send_simple(sock, type, NLM_F_DUMP, &all,
				     type == RTM_GETQDISC ? sizeof(struct tcmsg) : sizeof(struct rtgenmsg));
	return err < 0 ? err : nl_recvmsgs_default(sock);
}

/* All objects that a request of rtnetlink asks for, RTM_GETADDR for one, in libnl's words. */
char *part_netlink(int type)
{
	struct nl_sock *sock = nl_socket_alloc();
	struct nl_cache *links = NULL;
	char *result;
	size_t size;
	FILE *out = stream(&result, &size);
	int err = sock ? nl_connect(sock, NETLINK_ROUTE) : -NLE_NOMEM;

	/* So that interfaces have their names. */
	if (err >= 0 && !rtnl_link_alloc_cache(sock, AF_UNSPEC, &links))
		nl_cache_mngt_provide(links);
	if (err >= 0)
		err = dump(sock, type, out);
	if (err < 0)
		fprintf(out, "the kernel does not tell: %s\n", nl_geterror(err));
	fclose(out);
	if (links)
		nl_cache_mngt_unprovide(links);
	nl_cache_free(links);
	nl_socket_free(sock);
	return result;
}

char *part_nftables(void)
{
	static const struct failure none;
	char *rules = nft_list("ruleset");

	if (!rules)
		rules = text("%s\n", failure_get().message);
	failure_set(&none);
	return rules;
}

static void print_sysctls(FILE *out, const char *pattern)
{
	char value[128];
	glob_t found;
	FILE *in;
	size_t i;

	if (glob(pattern, 0, NULL, &found))
		return;
	for (i = 0; i < found.gl_pathc; i++) {
		in = fopen(found.gl_pathv[i], "re");
		if (in && fgets(value, sizeof(value), in))
			fprintf(out, "%s = %s", found.gl_pathv[i] + strlen("/proc/sys/"), value);
		if (in)
			fclose(in);
	}
	globfree(&found);
}

/* Those that what is forwarded, received and fragmented depends on; secrets for addresses are none of them. */
char *part_sysctls(void)
{
	static const char *const patterns[] = {
		"/proc/sys/net/ipv4/ip_forward", "/proc/sys/net/ipv4/conf/*/forwarding", "/proc/sys/net/ipv4/conf/*/rp_filter",
		"/proc/sys/net/ipv4/conf/*/src_valid_mark", "/proc/sys/net/ipv4/ip_no_pmtu_disc",
		"/proc/sys/net/ipv4/tcp_mtu_probing", "/proc/sys/net/ipv6/conf/*/forwarding",
		"/proc/sys/net/ipv6/conf/*/accept_ra*", "/proc/sys/net/ipv6/conf/*/accept_dad",
		"/proc/sys/net/ipv6/conf/*/addr_gen_mode", "/proc/sys/net/ipv6/conf/*/dad_transmits",
		"/proc/sys/net/ipv6/conf/*/disable_ipv6", "/proc/sys/net/ipv6/conf/*/mtu",
		"/proc/sys/net/ipv6/conf/*/proxy_ndp", "/proc/sys/net/ipv6/conf/*/use_tempaddr",
		"/proc/sys/net/netfilter/nf_conntrack_*",
	};
	char *result;
	size_t i, size;
	FILE *out = stream(&result, &size);

	for (i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
		print_sysctls(out, patterns[i]);
	fclose(out);
	return result;
}

char *part_json(struct json_object *object)
{
	int flags = JSON_C_TO_STRING_NOSLASHESCAPE | JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED;

	return object ? text("%s\n", json_object_to_json_string_ext(object, flags)) : text("null\n");
}

/* The clat devices as the kernel has them, with their counters. */
char *part_devices(const struct diag *d)
{
	struct json_object *root = json_schema(), *instances = json_instances(root), *object;
	static const struct failure none;
	struct stats stats;
	char *result;
	size_t i;

	for (i = 0; i < d->world.ndevs; i++) {
		const struct link *link = world_link(&d->world, (int)d->world.devs[i].ifindex);

		object = json_dev(&d->world.devs[i], link ? link->mtu : 0);
		if (!genl_stats_get(d->world.devs[i].ifindex, &stats))
			json_object_object_add(object, "counters", json_counters(&stats));
		json_object_array_add(instances, object);
	}
	failure_set(&none);
	result = part_json(root);
	json_object_put(root);
	return result;
}
