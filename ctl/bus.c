// SPDX-License-Identifier: GPL-2.0
/*
 * The system bus, by sd-bus in our loop. The connection is made when somebody is to be followed; without a bus sd-bus
 * watches the folder of its socket by inotify. What goes wrong with it ends it, and a new one is begun.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <json-c/json.h>
#include <systemd/sd-bus.h>

#include "bus.h"
#include "bus_values.h"
#include "ctl.h"
#include "uplink.h"

#define BUS_ADDRESS "unix:path=/run/dbus/system_bus_socket"
#define DBUS "org.freedesktop.DBus"
#define LOCAL "org.freedesktop.DBus.Local"
#define RULE_SIZE 512
/* A flood of messages must not keep the loop from all else. */
#define MESSAGES_AT_ONCE 32

struct call {
	struct call *next;
	sd_bus_slot *slot;
	const char *const *keys;
	bus_done *done;
	void *owner;
};

static struct {
	sd_bus *sd;
	bool connected;
	struct watch watch;
	struct timer timer;		/* of sd-bus, or of the next attempt while there is no @sd */
	struct backoff trouble;
	struct bus_peer *peers;
	struct call *calls;
} bus = { .watch.fd = -1 };

static void begin(void);

/* --- calls -------------------------------------------------------------------------------------------------------- */

static void end_call(struct call *call, const struct bus_answer *answer)
{
	struct call **place = &bus.calls;

	while (*place && *place != call)
		place = &(*place)->next;
	if (*place)
		*place = call->next;
	sd_bus_slot_unref(call->slot);
	call->done(call->owner, answer);
	free(call);
}

/* Nobody has the name: dbus-daemon, dbus-broker and what is activated say it in their ways. */
static int refusal(const sd_bus_error *error)
{
	if (sd_bus_error_has_name(error, SD_BUS_ERROR_SERVICE_UNKNOWN) ||
	    sd_bus_error_has_name(error, SD_BUS_ERROR_NAME_HAS_NO_OWNER))
		return -ENOENT;
	return -sd_bus_error_get_errno(error);
}

static int on_reply(sd_bus_message *message, void *userdata, sd_bus_error *unused)
{
	const sd_bus_error *error = sd_bus_message_get_error(message);
	struct bus_answer answer = { .error = "" };
	struct call *call = userdata;
	char text[256];

	(void)unused;
	if (error) {
		answer.err = refusal(error);
		snprintf(text, sizeof(text), "%s", error->message ? error->message : error->name);
		answer.error = text;
	} else {
		answer.err = bus_values(message, call->keys, &answer.values);
	}
	end_call(call, &answer);
	json_object_put(answer.values);
	return 0;
}

static int send_call(sd_bus *sd, struct call *call, const struct bus_method *method, const char *types, va_list args)
{
	sd_bus_message *message = NULL;
	int err = sd_bus_message_new_method_call(sd, &message, method->name, method->path, method->interface,
						 method->member);

	if (err >= 0)
		err = sd_bus_message_set_auto_start(message, false);
	if (err >= 0 && types)
		err = sd_bus_message_appendv(message, types, args);
	if (err >= 0)
		err = sd_bus_call_async(sd, &call->slot, message, on_reply, call,
					(uint64_t)method->timeout_ms * 1000);
	sd_bus_message_unref(message);
	return err < 0 ? err : 0;
}

static int start_call(sd_bus *sd, const struct bus_method *method, bus_done *done, void *owner, const char *types,
		      va_list args)
{
	struct call *call = calloc(1, sizeof(*call));
	int err;

	if (!call)
		return -ENOMEM;
	*call = (struct call){ .next = bus.calls, .keys = method->keys, .done = done, .owner = owner };
	err = send_call(sd, call, method, types, args);
	if (err)
		free(call);
	else
		bus.calls = call;
	return err;
}

/* Those who wait for an answer get none. */
static void end_calls(int err)
{
	struct bus_answer answer = { .err = err, .error = "" };

	while (bus.calls)
		end_call(bus.calls, &answer);
}

/* --- signals ------------------------------------------------------------------------------------------------------ */

static void on_peer_timer(struct timer *timer)
{
	struct bus_peer *peer = timer->owner;

	peer->last = loop_now();
	peer->changed(peer);
}

static void tell(struct bus_peer *peer)
{
	int64_t now = loop_now(), at = peer->last + loop_real_ms(BUS_PACE_MS);

	if (peer->timer.at == LOOP_NEVER)
		timer_set(&peer->timer, at > now ? at : now);
}

static void tell_all(void)
{
	struct bus_peer *peer;

	for (peer = bus.peers; peer; peer = peer->next)
		tell(peer);
}

static int on_signal(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	(void)message;
	(void)error;
	tell(userdata);
	return 0;
}

/* A bus that does not take it ends the connection. */
static void add_rule(struct bus_peer *peer, const char *sender, const char *rest)
{
	char rule[RULE_SIZE];

	snprintf(rule, sizeof(rule), "type='signal',sender='%s',%s", sender, rest);
	sd_bus_add_match_async(bus.sd, NULL, rule, on_signal, NULL, peer);
}

static void add_rules(struct bus_peer *peer)
{
	char owner[RULE_SIZE / 2];
	size_t i;

	snprintf(owner, sizeof(owner),
		 "path='/org/freedesktop/DBus',interface='" DBUS "',member='NameOwnerChanged',arg0='%s'", peer->name);
	add_rule(peer, DBUS, owner);
	for (i = 0; peer->signals[i]; i++)
		add_rule(peer, peer->name, peer->signals[i]);
}

static int on_connected(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	struct bus_peer *peer;

	(void)message;
	(void)userdata;
	(void)error;
	bus.connected = true;
	verbose("connected to the system bus");
	for (peer = bus.peers; peer; peer = peer->next)
		add_rules(peer);
	tell_all();
	return 0;
}

/* --- the connection ----------------------------------------------------------------------------------------------- */

static int connect_bus(sd_bus **sd, bool wait)
{
	const char *address = secure_getenv("DBUS_SYSTEM_BUS_ADDRESS");
	int err = sd_bus_new(sd);

	if (err >= 0)
		err = sd_bus_set_address(*sd, address ? address : BUS_ADDRESS);
	if (err >= 0)
		err = sd_bus_set_bus_client(*sd, true);
	if (err >= 0)
		err = sd_bus_set_watch_bind(*sd, wait);
	if (err >= 0)
		err = sd_bus_set_connected_signal(*sd, wait);
	if (err >= 0 && wait)
		err = sd_bus_match_signal_async(*sd, NULL, LOCAL, NULL, LOCAL, "Connected", on_connected, NULL, NULL);
	return err < 0 ? err : sd_bus_start(*sd);
}

/* The descriptor is another one when the socket is there; it may have the number of the one before. */
static int follow_descriptor(void)
{
	int fd = sd_bus_get_fd(bus.sd), events = sd_bus_get_events(bus.sd);

	if (fd < 0 || events < 0)
		return fd < 0 ? fd : events;
	if (bus.watch.fd >= 0 && fd != bus.watch.fd)
		loop_unwatch(&bus.watch);
	if (bus.watch.fd == fd && !loop_rewatch(&bus.watch, (uint32_t)events))
		return 0;
	return loop_watch(&bus.watch, fd, (uint32_t)events);
}

static int follow_timeout(void)
{
	struct timespec ts;
	uint64_t usec, now;
	int err = sd_bus_get_timeout(bus.sd, &usec);

	clock_gettime(CLOCK_MONOTONIC, &ts);
	now = (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
	if (err < 0)
		return err;
	if (!err || usec == UINT64_MAX)
		timer_stop(&bus.timer);
	else
		timer_set(&bus.timer, loop_now() + (usec > now ? loop_real_ms((int64_t)(usec - now + 999) / 1000) : 0));
	return 0;
}

static void lose(int err)
{
	bool was = bus.connected;

	verbose("no system bus: %s", strerror(-err));
	if (bus.watch.fd >= 0)
		loop_unwatch(&bus.watch);
	bus.watch.fd = -1;
	bus.connected = false;
	end_calls(-ENOENT);
	bus.sd = sd_bus_close_unref(bus.sd);
	backoff_next(&bus.trouble, loop_now());
	timer_set(&bus.timer, bus.trouble.next);
	if (was)
		tell_all();
}

static void follow(void)
{
	int err = follow_descriptor();

	if (err >= 0)
		err = follow_timeout();
	if (err < 0)
		lose(err);
}

static void go_on(void)
{
	int i, got = 1;

	for (i = 0; i < MESSAGES_AT_ONCE && got > 0; i++)
		got = sd_bus_process(bus.sd, NULL);
	if (got < 0)
		lose(got);
	else
		follow();
}

static void on_ready(struct watch *watch, uint32_t events)
{
	(void)watch;
	(void)events;
	go_on();
}

static void on_timer(struct timer *timer)
{
	(void)timer;
	if (bus.sd)
		go_on();
	else
		begin();
}

static void begin(void)
{
	int err = connect_bus(&bus.sd, true);

	if (err < 0)
		lose(err);
	else
		follow();
}

/**
 * bus_follow - be told of what a program on the bus does, from now on
 * @peer: stays the caller's, for good; @changed is called first when there is a bus
 */
void bus_follow(struct bus_peer *peer)
{
	if (opts.netns)
		return;
	peer->timer = (struct timer){ .at = LOOP_NEVER, .due = on_peer_timer, .owner = peer };
	peer->next = bus.peers;
	bus.peers = peer;
	if (bus.connected) {
		add_rules(peer);
		tell(peer);
		follow();
	}
	if (bus.watch.ready)
		return;
	bus.watch.ready = on_ready;
	bus.timer = (struct timer){ .at = LOOP_NEVER, .due = on_timer };
	begin();
}

/**
 * bus_call - call a method, and go on
 * @method: which; stays the caller's until the answer
 * @done: called with the answer, from the loop
 * @owner: for @done
 * @types: of the arguments that follow, as sd_bus_message_append() takes them, or NULL for none
 *
 * For programs that are followed. Returns 0, or a negative errno and @done is not called: -ENOENT without a bus.
 */
int bus_call(const struct bus_method *method, bus_done *done, void *owner, const char *types, ...)
{
	va_list args;
	int err;

	if (!bus.connected)
		return -ENOENT;
	va_start(args, types);
	err = start_call(bus.sd, method, done, owner, types, args);
	va_end(args);
	/* It may have to wait until the descriptor can be written to; the loop is to see to that. */
	timer_set(&bus.timer, loop_now());
	return err;
}

static int wait_for_answer(sd_bus *sd, int64_t until)
{
	int got = 0;

	while (bus.calls && got >= 0) {
		int64_t left = until - now_ms();

		if (left <= 0 || interrupted)
			return -ETIMEDOUT;
		got = sd_bus_process(sd, NULL);
		if (!got && bus.calls)
			got = sd_bus_wait(sd, (uint64_t)left * 1000);
		if (got == -EINTR)
			got = 0;
	}
	return got < 0 ? got : 0;
}

/**
 * bus_ask - call a method, and wait for the answer: for commands without a loop
 *
 * As bus_call(), but @done is called before it returns.
 */
int bus_ask(const struct bus_method *method, bus_done *done, void *owner, const char *types, ...)
{
	sd_bus *sd = NULL;
	va_list args;
	int err;

	if (opts.netns)
		return -ENOENT;
	err = connect_bus(&sd, false);
	if (err >= 0) {
		va_start(args, types);
		err = start_call(sd, method, done, owner, types, args);
		va_end(args);
	}
	if (err >= 0)
		end_calls(wait_for_answer(sd, now_ms() + method->timeout_ms));
	sd_bus_close_unref(sd);
	return err < 0 ? err : 0;
}
