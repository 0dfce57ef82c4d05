// SPDX-License-Identifier: GPL-2.0
/*
 * The DNS servers that network managers tell by the bus. The daemon follows them: whatever they signal, all of theirs
 * is asked for anew. A command asks once.
 */
#include <errno.h>
#include <string.h>

#include <json-c/json.h>

#include "bus.h"
#include "bus_dns.h"
#include "ctl.h"
#include "link_servers.h"
#include "uplink.h"

#define PROPERTIES "org.freedesktop.DBus.Properties"
#define CHANGED "interface='" PROPERTIES "',member='PropertiesChanged'"
#define RESOLVED "org.freedesktop.resolve1"
#define NETWORKMANAGER "org.freedesktop.NetworkManager"
#define TIMEOUT_MS 2000
/* One that is just starting refuses until it is ready. */
#define REFUSALS_MAX 5

struct manager {
	const char *source;
	struct bus_method method;
	const char *types;		/* of the arguments */
	const char *args[2];
	void (*read)(struct json_object *values, struct link_servers *servers);
	struct bus_peer peer;
	struct timer retry;
	struct backoff trouble;
	unsigned int refusals;
	bool asking;
	bool again;			/* asked again after the answer: something may have changed since */
	struct link_servers servers;
};

static const char *const resolved_signals[] = {
	"path='/org/freedesktop/resolve1'," CHANGED ",arg0='" RESOLVED ".Manager'", NULL,
};
static const char *const networkmanager_signals[] = {
	"path='/org/freedesktop/NetworkManager/DnsManager'," CHANGED, NULL,
};
/* Not those of scans and of a signal's strength, which come all the time. */
static const char *const connman_signals[] = {
	"interface='net.connman.Service',member='PropertyChanged',arg0='Nameservers'",
	"interface='net.connman.Service',member='PropertyChanged',arg0='State'", NULL,
};
static const char *const resolved_keys[] = { "DNS", "DNSEx", NULL };
static const char *const networkmanager_keys[] = { "interface", "nameservers", "vpn", NULL };
static const char *const connman_keys[] = { "Ethernet", "Interface", "Nameservers", NULL };

static struct manager managers[] = {
	{
		.source = "resolved",
		.method = { RESOLVED, "/org/freedesktop/resolve1", PROPERTIES, "GetAll", resolved_keys, TIMEOUT_MS },
		.types = "s",
		.args = { RESOLVED ".Manager" },
		.read = link_servers_resolved,
		.peer = { .name = RESOLVED, .signals = resolved_signals },
	}, {
		.source = "networkmanager",
		.method = { NETWORKMANAGER, "/org/freedesktop/NetworkManager/DnsManager", PROPERTIES, "Get",
			    networkmanager_keys, TIMEOUT_MS },
		.types = "ss",
		.args = { NETWORKMANAGER ".DnsManager", "Configuration" },
		.read = link_servers_networkmanager,
		.peer = { .name = NETWORKMANAGER, .signals = networkmanager_signals },
	}, {
		.source = "connman",
		.method = { "net.connman", "/", "net.connman.Manager", "GetServices", connman_keys, TIMEOUT_MS },
		.read = link_servers_connman,
		.peer = { .name = "net.connman", .signals = connman_signals },
	},
};

#define MANAGERS (sizeof(managers) / sizeof(managers[0]))

static void (*on_change)(void);

static void take(struct manager *m, const struct link_servers *servers)
{
	if (link_servers_equal(&m->servers, servers))
		return;
	m->servers = *servers;
	if (on_change)
		on_change();
}

static void read_answer(struct manager *m, const struct bus_answer *answer)
{
	struct link_servers servers = { 0 };

	if (answer->err && answer->err != -ENOENT)
		verbose("%s: cannot learn its DNS servers: %s", m->method.name,
			answer->error[0] ? answer->error : strerror(-answer->err));
	if (!answer->err)
		m->read(answer->values, &servers);
	/* One that does not answer has not said that they are others. */
	if (answer->err != -ETIMEDOUT)
		take(m, &servers);
}

static void ask(struct manager *m);

static void ask_later(struct manager *m, int err)
{
	if (err != -ETIMEDOUT && ++m->refusals > REFUSALS_MAX)
		return;
	backoff_next(&m->trouble, loop_now());
	timer_set(&m->retry, m->trouble.next);
}

static void on_answer(void *owner, const struct bus_answer *answer)
{
	struct manager *m = owner;

	m->asking = false;
	read_answer(m, answer);
	if (m->again)
		ask(m);
	else if (answer->err && answer->err != -ENOENT)
		ask_later(m, answer->err);
}

static void ask(struct manager *m)
{
	static const struct bus_answer nobody = { .err = -ENOENT, .error = "" };

	timer_stop(&m->retry);
	m->again = m->asking;
	if (m->asking)
		return;
	m->asking = true;
	if (bus_call(&m->method, on_answer, m, m->types, m->args[0], m->args[1]))
		on_answer(m, &nobody);
}

static void on_changed(struct bus_peer *peer)
{
	size_t i;

	for (i = 0; i < MANAGERS; i++) {
		if (&managers[i].peer != peer)
			continue;
		managers[i].refusals = 0;
		ask(&managers[i]);
	}
}

static void on_retry(struct timer *timer)
{
	ask(timer->owner);
}

/* Keeps up with the managers from now on, and calls @changed when they name other servers: for the daemon. */
void bus_dns_follow(void (*changed)(void))
{
	size_t i;

	on_change = changed;
	for (i = 0; i < MANAGERS; i++) {
		managers[i].retry = (struct timer){ .at = LOOP_NEVER, .due = on_retry, .owner = &managers[i] };
		managers[i].peer.changed = on_changed;
		bus_follow(&managers[i].peer);
	}
}

static void on_single_answer(void *owner, const struct bus_answer *answer)
{
	read_answer(owner, answer);
}

/* Asks the managers once, and waits for them, 2 s each at most: for commands. */
void bus_dns_ask(void)
{
	size_t i;

	for (i = 0; i < MANAGERS; i++)
		bus_ask(&managers[i].method, on_single_answer, &managers[i], managers[i].types, managers[i].args[0],
			managers[i].args[1]);
}

/* Adds the servers that the managers have for a link, as far as they have told. */
void bus_dns_list(int ifindex, const char *ifname, struct resolvers *list)
{
	size_t i;

	for (i = 0; i < MANAGERS; i++)
		link_servers_add(&managers[i].servers, ifindex, ifname, managers[i].source, list);
}
