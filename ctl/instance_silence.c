// SPDX-License-Identifier: GPL-2.0
/*
 * A CLAT whose NAT64 is silent: what silence.c decides is done here. Packets go out and none come back, or those of the
 * check alone.
 */
#include <arpa/inet.h>
#include <string.h>

#include "address.h"
#include "ctl.h"
#include "daemon.h"
#include "genl.h"
#include "instance.h"
#include "show.h"

/* The module looks each 5 s, and tells after two looks that brought nothing; real time, which it is. */
#define WATCH_MS (20 * 1000)

static bool has_address(const struct uplink *u, const struct world *w)
{
	size_t i;

	for (i = 0; i < w->naddrs6; i++)
		if (w->addrs6[i].ifindex == u->ifindex && address_can_be_shared(&w->addrs6[i]))
			return true;
	return false;
}

static struct silence_means means(const struct uplink *u, const struct world *w)
{
	struct failure before = failure_get();
	struct silence_means m = {
		.prefixes = disc_announced(&u->disc),
		.address = !u->settings.have_address && (u->share || !u->settings.shared),
		.shared = !u->settings.shared && !(u->settings.has & 1u << KEY_ADDRESS) && has_address(u, w),
		.watch_ms = loop_real_ms(WATCH_MS),
	};
	struct stats stats;

	if (!genl_stats_get(if_nametoindex(u->clat), &stats)) {
		m.sent = stats.packets46;
		m.received = stats.packets64;
	}
	failure_set(&before);
	return m;
}

static void words(const struct uplink *u, char *buf, size_t size)
{
	char host[INET_ADDRSTRLEN];

	silence_words(&u->silence, inet_ntop(AF_INET, &u->check.host, host, sizeof(host)), buf, size);
}

void instance_say_stalled(struct uplink *u)
{
	char text[sizeof(u->detail)];

	words(u, text, sizeof(text));
	instance_say(u, WHY_STALLED, text);
}

static void on_checked(struct check *check, enum check_verdict verdict)
{
	struct uplink *u = check->owner;
	enum check_verdict before = u->silence.said;
	char text[sizeof(u->detail)];

	silence_checked(&u->silence, verdict, loop_now());
	if (u->silence.said != before) {
		words(u, text, sizeof(text));
		notice("%s: silence: %s", u->ifname, text);
	}
	daemon_changed();
}

void instance_init(struct uplink *u)
{
	u->check.done = on_checked;
	u->check.owner = u;
	u->check.uplink = u->ifname;
	u->check.clat = u->clat;
	u->check.resolvers = &u->resolvers;
	check_init(&u->check);
}

void instance_end_silence(struct uplink *u)
{
	if (!u->silence.on)
		return;
	u->silence = (struct silence){ 0 };
	check_stop(&u->check);
}

/* Whether the NAT64 is silent; the silence begins or ends here. */
bool instance_is_silent(struct uplink *u, const struct world *w, const struct dev *dev, int64_t now)
{
	bool silent = dev && dev->silent;
	struct silence_means m;

	if (!silent && !u->silence.on)
		return false;
	m = means(u, w);
	if (!silence_goes_on(&u->silence, silent, &m, now))
		check_stop(&u->check);
	return u->silence.on;
}

/* The next pass takes another one. */
static void give_up_address(struct uplink *u)
{
	notice("%s: silence: trying another IPv6 address", u->ifname);
	u->given_up = u->v6;
	memset(&u->v6, 0, sizeof(u->v6));
	u->moves++;
	uplink_share(u, false);
	daemon_changed();
}

/* For networks where a second address leads nowhere. */
static void share_address(struct uplink *u)
{
	notice("%s: silence: trying an address that %s itself has", u->ifname, u->ifname);
	uplink_share(u, true);
	daemon_changed();
}

static void give_up_prefix(struct uplink *u)
{
	char text[64];

	if (!disc_next_prefix(&u->disc))
		return;
	notice("%s: silence: trying the prefix %s", u->ifname,
	       show_plat(&u->disc.prefix[0].plat, text, sizeof(text)));
	daemon_changed();
}

/* All is in its place, and silent. What is changed the next pass tells the kernel. */
void instance_stall(struct uplink *u, const struct world *w, int64_t now)
{
	struct silence_means m = means(u, w);

	switch (silence_step(&u->silence, &m, now)) {
	case SILENCE_ASK:
		uplink_ask_anew(u);
		check_start(&u->check, &u->disc.prefix[0].plat, u->v4,
			    u->settings.have_check ? &u->settings.check : NULL);
		break;
	case SILENCE_PREFIX:
		give_up_prefix(u);
		break;
	case SILENCE_ADDRESS:
		give_up_address(u);
		break;
	case SILENCE_SHARED:
		share_address(u);
		break;
	default:
		break;
	}
	instance_say_stalled(u);
	u->retry_at = silence_deadline(&u->silence, &m, now);
}
