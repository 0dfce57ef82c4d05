// SPDX-License-Identifier: GPL-2.0
/*
 * Cycles of a clat device's whole life while traffic flows: load the module, create, translate, move the device or its
 * uplink to another namespace and back, translate again, end in one of several ways, unload.
 *
 * Usage: churn MODULE.ko CYCLES     (as root, in a kernel that may be lost)
 *
 * TAP on stdout; stops at the first thing that is not as it should be.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/clat.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "churn.h"

#define WAIT		20.0	/* seconds until a condition counts as never met */
#define STUCK		60	/* seconds after which a cycle is given up */
#define STEPS		32
#define GROWTH		4	/* packets each way that count as a flow */
#define GROWTH_TCP	4096	/* octets of the stream */

static const char *module;
static const char *step = "start";
static unsigned int cycle;
static struct ns phone, peer, other;
static unsigned long checks;
static struct {
	const char *name;
	double seconds;
} times[STEPS];

void die(const char *format, ...)
{
	va_list args;

	/* Whoever else holds the lock of stdout must not keep this from being said. */
	dprintf(STDOUT_FILENO, "not ok 1 - cycle %u, %s: ", cycle, step);
	va_start(args, format);
	vdprintf(STDOUT_FILENO, format, args);
	va_end(args);
	dprintf(STDOUT_FILENO, "\n# udp echo %lu, udp push %lu, ping %lu, tcp %lu\n", traffic.udp_echo,
		traffic.udp_push, traffic.ping, traffic.tcp);
	_exit(1);
}

static void stuck(int sig)
{
	(void)sig;
	die("stuck for %d s", STUCK);
}

/* Says what is done from now on, and adds up how long what was done until now took. */
static void begin(const char *name)
{
	static double since;
	unsigned int i = 0;

	while (i < STEPS && times[i].name && times[i].name != step)
		i++;
	if (i < STEPS) {
		times[i].name = step;
		times[i].seconds += since ? now() - since : 0;
	}
	since = now();
	step = name;
}

static void load(void)
{
	int fd;

	begin("load");
	fd = open(module, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || syscall(SYS_finit_module, fd, "", 0))
		die("insmod %s: %s", module, strerror(errno));
	close(fd);
	clat_resolve(&phone);
}

static void unload(void)
{
	begin("unload");
	if (syscall(SYS_delete_module, "clat", O_NONBLOCK))
		die("rmmod clat: %s", strerror(errno));
}

/* --- what must hold ---------------------------------------------------------------------------------------------- */

/* Both directions, each kind of traffic, and the device's own counters: from now on, not once upon a time. */
static void flows(void)
{
	struct clat_view before, after;
	unsigned long echo = traffic.udp_echo, push = traffic.udp_push, ping = traffic.ping, tcp = traffic.tcp;
	double end = now() + WAIT;

	clat_get(&phone, "clat0", &before);
	if (before.state != CLAT_STATE_ACTIVE || before.uplink != link_find(&phone, "wwan0"))
		die("clat0 is not active: state %u, uplink %u", before.state, before.uplink);
	traffic_hurry = true;
	for (;;) {
		clat_get(&phone, "clat0", &after);
		if (after.packets46 - before.packets46 >= GROWTH && after.packets64 - before.packets64 >= GROWTH &&
		    traffic.udp_echo - echo >= GROWTH && traffic.udp_push - push >= GROWTH &&
		    traffic.ping != ping && traffic.tcp - tcp >= GROWTH_TCP)
			break;
		if (now() > end)
			die("no flow: clat0 sent %lu and received %lu packets", after.packets46 - before.packets46,
			    after.packets64 - before.packets64);
		pause_ms(4);
	}
	traffic_hurry = false;
	checks++;
}

static void detached(const struct ns *ns, enum clat_detach why)
{
	struct clat_view view;

	clat_get(ns, "clat0", &view);
	if (view.uplink || view.detach != why)
		die("uplink %u, detach %u instead of 0 and %u", view.uplink, view.detach, why);
	checks++;
}

static void gone(const struct ns *ns, const char *name)
{
	double end = now() + WAIT;

	while (link_find(ns, name)) {
		if (now() > end)
			die("%s is still there", name);
		pause_ms(4);
	}
	checks++;
}

/* --- steps ------------------------------------------------------------------------------------------------------- */

static void uplink_create(void)
{
	begin("create the uplink");
	link_add_veth(&phone, "wwan0", &peer, "cell0");
	link_up(&peer, "cell0", true);
	addr_add(&peer, "cell0", AF_INET6, GATEWAY6, 64);
	route_add(&peer, "cell0", AF_INET6, CLAT6_NET, 64, NULL, NULL);
}

/* Addresses and routes do not move along. */
static void uplink_set_up(void)
{
	begin("set up the uplink");
	link_up(&phone, "wwan0", true);
	addr_add(&phone, "wwan0", AF_INET6, CLAT6, 128);
	addr_add(&phone, "wwan0", AF_INET6, "fe80::2", 64);
	route_add(&phone, "wwan0", AF_INET6, PLAT, PLAT_LEN, GATEWAY6, NULL);
}

static void clat_set_up(void)
{
	begin("set up clat0");
	link_up(&phone, "clat0", true);
	addr_add(&phone, "clat0", AF_INET, NEAR4, 32);
	route_add(&phone, "clat0", AF_INET, FAR4, 32, NULL, NEAR4);
}

static void create(void)
{
	if (!link_find(&phone, "wwan0")) {
		uplink_create();
		uplink_set_up();
	}
	begin("create clat0");
	link_add(&phone, "clat0", "clat");
	clat_set(&phone, "clat0", "wwan0");
	clat_set_up();
	begin("first flow");
	flows();
}

static void move_clat(bool back)
{
	begin("move clat0");
	link_move(&phone, "clat0", &other);
	detached(&other, CLAT_DETACH_MOVED);
	link_up(&other, "clat0", true);
	if (!back)
		return;
	begin("move clat0 back");
	link_move(&other, "clat0", &phone);
	clat_set(&phone, "clat0", "wwan0");
	clat_set_up();
}

static void move_uplink(bool back)
{
	begin("move wwan0");
	link_move(&phone, "wwan0", &other);
	detached(&phone, CLAT_DETACH_MOVED);
	link_up(&other, "wwan0", true);
	if (!back)
		return;
	begin("move wwan0 back");
	link_move(&other, "wwan0", &phone);
	uplink_set_up();
	clat_set(&phone, "clat0", "wwan0");
}

/* --- ways to end ------------------------------------------------------------------------------------------------- */

static void end_clat_first(void)
{
	begin("delete clat0, unload");
	link_del(&phone, "clat0");
	unload();
}

static void end_uplink_first(void)
{
	begin("delete wwan0, clat0, unload");
	link_del(&phone, "wwan0");
	detached(&phone, CLAT_DETACH_GONE);
	link_del(&phone, "clat0");
	unload();
}

/* Goes with the device up, configured and busy. */
static void end_unload_first(void)
{
	unload();
	gone(&phone, "clat0");
}

/* The peer goes on sending into a namespace that is being torn down with all that is in it. */
static void end_namespace(void)
{
	begin("tear the namespace down");
	traffic_phone(NULL);
	ns_enter(&peer);
	ns_close(&phone);
	gone(&peer, "cell0");
	unload();
	begin("new namespace");
	ns_open(&phone);
	traffic_phone(&phone);
}

static void end_enslaved(void)
{
	begin("enslave wwan0, delete clat0, br0, unload");
	link_add(&phone, "br0", "bridge");
	link_enslave(&phone, "wwan0", "br0");
	detached(&phone, CLAT_DETACH_ENSLAVED);
	link_del(&phone, "clat0");
	link_del(&phone, "br0");
	unload();
}

/* What was moved ends where it is. */
static void end_elsewhere(void)
{
	begin("delete in the other namespace, unload");
	if (link_find(&other, "clat0")) {
		link_del(&other, "clat0");
	} else {
		link_del(&other, "wwan0");
		link_del(&phone, "clat0");
	}
	unload();
}

static void (*const ends[])(void) = {
	end_clat_first, end_uplink_first, end_unload_first, end_namespace, end_enslaved, end_elsewhere,
};

static void one_cycle(void)
{
	void (*end)(void) = ends[cycle / 2 % (sizeof(ends) / sizeof(*ends))];
	bool back = end != end_elsewhere;

	load();
	create();
	if (cycle % 2)
		move_uplink(back);
	else
		move_clat(back);
	if (back) {
		begin("second flow");
		flows();
	}
	end();
}

int main(int argc, char **argv)
{
	unsigned int cycles = argc == 3 ? atoi(argv[2]) : 0;
	unsigned int links;
	double start = now();

	if (!cycles) {
		fprintf(stderr, "usage: churn MODULE.ko CYCLES\n");
		return 2;
	}
	module = argv[1];
	setvbuf(stdout, NULL, _IOLBF, 0);
	signal(SIGALRM, stuck);
	printf("TAP version 13\n1..3\n");
	ns_open(&peer);
	addr_add(&peer, "lo", AF_INET6, FAR6, 128);
	ns_open(&other);
	ns_open(&phone);
	links = link_count(&phone);
	traffic_start(&peer);
	traffic_phone(&phone);

	for (cycle = 0; cycle < cycles; cycle++) {
		alarm(STUCK);
		one_cycle();
		if (cycle % 100 == 99)
			printf("# %u cycles, %.0f s\n", cycle + 1, now() - start);
	}
	traffic_stop();
	begin("end");
	if (link_find(&phone, "wwan0"))
		link_del(&phone, "wwan0");
	for (unsigned int i = 0; i < STEPS && times[i].name; i++)
		printf("# %7.2f s  %s\n", times[i].seconds, times[i].name);
	printf("ok 1 - %u cycles of load, create, move, delete and unload under traffic\n", cycles);
	printf("# %lu checks; udp echo %lu, udp push %lu, ping %lu, tcp %lu octets in %lu streams; %.1f s\n", checks,
	       traffic.udp_echo, traffic.udp_push, traffic.ping, traffic.tcp, traffic.connections, now() - start);
	if (link_count(&phone) == links && link_count(&peer) == links && link_count(&other) == links)
		printf("ok 2 - no device is left behind\n");
	else
		printf("not ok 2 - devices are left behind\n");
	return 0;
}
