// SPDX-License-Identifier: GPL-2.0
/*
 * The socket that commands come by: a line of JSON is a request, a line of JSON the answer, then the connection ends.
 * Everybody may ask for the status, root for the rest. An "up" is answered when it has come to an end, a change of hotspots
 * when the firewalls of this machine know of it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "client.h"
#include "ctl.h"
#include "daemon.h"
#include "daemon_tether.h"
#include "log.h"
#include "notify.h"
#include "show.h"
#include "status.h"
#include "up.h"
#include "uplink.h"

#define CLIENTS_MAX 16
#define REQUEST_MAX 512
/* Of the lines in memory at a time: with quotes around them, it fits into the socket's buffer. */
#define LOG_PART 16384
/* For a client to say what it wants, and for an "up" or a firewall to come to an end. */
#define REQUEST_MS 5000
#define UP_MS 30000

struct client {
	struct watch watch;
	struct timer timer;
	bool used;
	bool root;
	char request[REQUEST_MAX];
	size_t len;
	char waits_for[IF_NAMESIZE];	/* an uplink to come up, or "" */
	struct json_object *held;	/* the answer for one who waits for firewalls, or NULL */
	char tether[IF_NAMESIZE];	/* the hotspot that it is about, or "" */
};

static struct client clients[CLIENTS_MAX];
static struct watch listener = { .fd = -1 };

static void hang_up(struct client *c)
{
	if (!c->used)
		return;
	timer_stop(&c->timer);
	loop_unwatch(&c->watch);
	close(c->watch.fd);
	json_object_put(c->held);
	c->held = NULL;
	c->used = false;
}

/* Sends @object, of which the reference is taken, and ends the connection. */
static void answer(struct client *c, struct json_object *object)
{
	int flags = JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE;
	const char *text = json_object_to_json_string_ext(object, flags);
	struct iovec iov[] = {
		{ .iov_base = (void *)text, .iov_len = strlen(text) }, { .iov_base = (char[]){ '\n' }, .iov_len = 1 },
	};
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = 2 };

	/* An answer fits into the socket's buffer; who does not read it has no use for it. */
	sendmsg(c->watch.fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT);
	json_object_put(object);
	hang_up(c);
}

static void answer_failure(struct client *c)
{
	struct failure failure = failure_get();
	struct json_object *root = json_schema(), *error = json_object_new_object();

	json_object_object_add(error, "code", json_object_new_int(failure.code));
	json_object_object_add(error, "message", json_object_new_string(failure.message));
	json_object_object_add(error, "hint", failure.hint[0] ? json_object_new_string(failure.hint) : NULL);
	json_object_object_add(root, "error", error);
	answer(c, root);
}

static void answer_uplink(struct client *c, const struct uplink *u)
{
	struct json_object *root = json_schema();

	status_add(json_instances(root), u);
	answer(c, root);
}

/* Keeps an answer back, of which the reference is taken, until firewalls are told. */
static void hold(struct client *c, struct json_object *root, const char *tether)
{
	c->held = root;
	snprintf(c->tether, sizeof(c->tether), "%s", tether);
	timer_set(&c->timer, loop_now() + loop_real_ms(UP_MS));
}

static void release(struct client *c)
{
	struct json_object *root = c->held, *array;
	int code = CTL_OK;

	c->held = NULL;
	if (json_object_object_get_ex(root, "tethers", &array))
		code = daemon_tether_describe(array, c->tether, true);
	if (!code) {
		answer(c, root);
		return;
	}
	json_object_put(root);
	answer_failure(c);
}

/* --- requests ----------------------------------------------------------------------------------------------------- */

static void on_status(struct client *c, struct json_object *request)
{
	struct json_object *root = json_schema(), *instances = json_instances(root);

	(void)request;
	status_add_all(instances);
	if (!json_object_array_length(instances) && daemon_trouble()[0]) {
		json_object_put(root);
		fail(CTL_NOMODULE, "modprobe clat", "%s", daemon_trouble());
		answer_failure(c);
		return;
	}
	json_object_object_add(root, "log-level", json_object_new_string(log_level_name()));
	answer(c, root);
}

static void on_hello(struct client *c, struct json_object *request)
{
	(void)request;
	answer(c, json_schema());
}

static void on_up(struct client *c, struct json_object *request)
{
	const char *name = json_text(request, "uplink", NULL);

	if (!name || strlen(name) >= IF_NAMESIZE) {
		fail(CTL_NODEV, "see: ip link", "no interface '%s'", name ? name : "");
		answer_failure(c);
	} else if (daemon_up(name)) {
		answer_failure(c);
	} else {
		strcpy(c->waits_for, name);
		timer_set(&c->timer, loop_now() + loop_real_ms(UP_MS));
	}
}

static void on_down(struct client *c, struct json_object *request)
{
	struct json_object *root = json_schema(), *value;
	bool all = json_object_object_get_ex(request, "all", &value) && json_object_get_boolean(value);

	if (!daemon_down(json_text(request, "uplink", NULL), all, json_instances(root))) {
		if (all)
			hold(c, root, "");
		else
			answer(c, root);
		return;
	}
	json_object_put(root);
	answer_failure(c);
}

static void on_reload(struct client *c, struct json_object *request)
{
	(void)request;
	if (daemon_reload())
		answer_failure(c);
	else
		answer(c, json_schema());
}

static int switch_tether(struct json_object *request, const char *action)
{
	struct tether tether = { 0 };

	snprintf(tether.ifname, sizeof(tether.ifname), "%s", json_text(request, "dev", ""));
	if (!strcmp(action, "off"))
		return daemon_tether_off(tether.ifname);
	if (!tether.ifname[0] || nat44_parse(json_text(request, "nat44", ""), &tether.settings.nat44))
		return fail(CTL_USAGE, "are clatctl and the daemon of the same version?", "no such hotspot");
	tether.settings.ipv6 = json_object_get_boolean(json_object_object_get(request, "ipv6"));
	tether.settings.ping = json_object_get_boolean(json_object_object_get(request, "ping"));
	snprintf(tether.settings.own_prefix, sizeof(tether.settings.own_prefix), "%s", json_text(request, "own-prefix", ""));
	return daemon_tether_on(&tether);
}

static void on_tether(struct client *c, struct json_object *request)
{
	const char *action = json_text(request, "action", ""), *name = json_text(request, "dev", "");
	struct json_object *root = json_schema(), *array = json_object_new_array();
	int code = CTL_OK;

	json_object_object_add(root, "tethers", array);
	if (strcmp(action, "status") && !c->root)
		code = fail(CTL_PERM, "run clatctl as root", "no permission to switch a hotspot %s", action);
	else if (strcmp(action, "status"))
		code = switch_tether(request, action);
	if (!code && strcmp(action, "status")) {
		hold(c, root, name);
		return;
	}
	if (!code)
		code = daemon_tether_describe(array, name[0] ? name : NULL, c->root);
	if (!code) {
		answer(c, root);
		return;
	}
	json_object_put(root);
	answer_failure(c);
}

static void on_log_level(struct client *c, struct json_object *request)
{
	struct json_object *root;
	enum level level;

	if (level_parse(json_text(request, "level", ""), &level)) {
		fail(CTL_USAGE, "are clatctl and the daemon of the same version?", "no such log level");
		answer_failure(c);
		return;
	}
	log_set_level(level);
	root = json_schema();
	json_object_object_add(root, "log-level", json_object_new_string(log_level_name()));
	answer(c, root);
}

/* The lines in memory, a part at a time: "at" is where to go on. */
static void on_log(struct client *c, struct json_object *request)
{
	struct json_object *root = json_schema(), *value;
	char text[LOG_PART];
	uint64_t at = json_object_object_get_ex(request, "at", &value) ? json_object_get_uint64(value) : 0;

	log_read(&at, text, sizeof(text));
	json_object_object_add(root, "log", json_object_new_string(text));
	json_object_object_add(root, "at", json_object_new_uint64(at));
	answer(c, root);
}

static const struct {
	const char *command;
	bool root;
	void (*run)(struct client *c, struct json_object *request);
} requests[] = {
	{ "hello", false, on_hello },
	{ "status", false, on_status },
	{ "up", true, on_up },
	{ "down", true, on_down },
	{ "reload", true, on_reload },
	{ "tether", false, on_tether },
	{ "log-level", true, on_log_level },
	{ "log", true, on_log },
};

#define REQUESTS (sizeof(requests) / sizeof(requests[0]))

static void refuse(struct client *c, int code, const char *hint, const char *message)
{
	fail(code, hint, "%s", message);
	answer_failure(c);
}

static bool is_elsewhere(struct json_object *request)
{
	struct json_object *netns;

	return json_object_object_get_ex(request, "netns", &netns) && json_object_get_uint64(netns) != netns_number();
}

static void serve(struct client *c, struct json_object *request)
{
	struct json_object *command, *root;
	const char *name = NULL;
	size_t i;

	if (json_object_object_get_ex(request, "command", &command))
		name = json_object_get_string(command);
	for (i = 0; name && i < REQUESTS && strcmp(requests[i].command, name); i++)
		;
	if (is_elsewhere(request)) {
		root = json_schema();
		json_object_object_add(root, "elsewhere", json_object_new_boolean(true));
		answer(c, root);
	} else if (!name || i == REQUESTS) {
		refuse(c, CTL_USAGE, "are clatctl and the daemon of the same version?",
		       "the daemon does not know that request");
	} else if (requests[i].root && !c->root) {
		refuse(c, CTL_PERM, "run clatctl as root", "no permission to tell the daemon what to do");
	} else {
		requests[i].run(c, request);
	}
}

/* --- connections -------------------------------------------------------------------------------------------------- */

static void read_request(struct client *c)
{
	struct json_object *request;
	ssize_t got = recv(c->watch.fd, c->request + c->len, sizeof(c->request) - 1 - c->len, MSG_DONTWAIT);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	/* A client that waits has nothing more to say: it went away. */
	if (got <= 0 || c->waits_for[0] || c->held) {
		hang_up(c);
		return;
	}
	c->len += (size_t)got;
	c->request[c->len] = '\0';
	if (!memchr(c->request, '\n', c->len)) {
		if (c->len == sizeof(c->request) - 1)
			hang_up(c);
		return;
	}
	timer_stop(&c->timer);
	request = json_tokener_parse(c->request);
	if (json_object_is_type(request, json_type_object))
		serve(c, request);
	else
		refuse(c, CTL_USAGE, NULL, "the request is no JSON object");
	json_object_put(request);
}

static void on_client(struct watch *watch, uint32_t events)
{
	(void)events;
	read_request(watch->owner);
}

static void on_timeout(struct timer *timer)
{
	struct client *c = timer->owner;
	struct uplink *u = c->waits_for[0] ? daemon_find(c->waits_for) : NULL;

	if (c->held) {
		release(c);
		return;
	}
	if (!c->waits_for[0]) {
		hang_up(c);
		return;
	}
	fail(CTL_TIMEOUT, "the daemon goes on: see clatctl status", "%s is not up after %d s: %s", c->waits_for,
	     UP_MS / 1000, u ? why_words(u->why) : "it is gone");
	answer_failure(c);
}

static bool is_root(int fd)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	return !getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) && peer.uid == 0;
}

/* A place for one more; users who keep all of them busy must not keep root out. */
static size_t find_place(bool root)
{
	size_t i;

	for (i = 0; i < CLIENTS_MAX && clients[i].used; i++)
		;
	if (i < CLIENTS_MAX || !root)
		return i;
	for (i = 0; i < CLIENTS_MAX && clients[i].root; i++)
		;
	if (i < CLIENTS_MAX)
		hang_up(&clients[i]);
	return i;
}

static void on_listener(struct watch *watch, uint32_t events)
{
	int fd = accept4(watch->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	bool root = fd >= 0 && is_root(fd);
	size_t i;

	(void)events;
	if (fd < 0)
		return;
	i = find_place(root);
	if (i == CLIENTS_MAX) {
		close(fd);
		return;
	}
	memset(&clients[i], 0, sizeof(clients[i]));
	clients[i].watch = (struct watch){ .ready = on_client, .owner = &clients[i] };
	clients[i].timer = (struct timer){ .due = on_timeout, .owner = &clients[i] };
	clients[i].root = root;
	if (loop_watch(&clients[i].watch, fd, EPOLLIN)) {
		close(fd);
		return;
	}
	clients[i].used = true;
	timer_set(&clients[i].timer, loop_now() + loop_real_ms(REQUEST_MS));
}

/* An uplink that is waited for is up, or it is clear that it does not come up. */
static void tell_client(struct client *c)
{
	const struct uplink *u = daemon_find(c->waits_for);
	int code = u ? why_code(u->why) : CTL_REFUSED;

	if (daemon_trouble()[0]) {
		fail(CTL_NOMODULE, "modprobe clat", "%s", daemon_trouble());
		answer_failure(c);
	} else if (!u) {
		fail(CTL_REFUSED, NULL, "%s cannot be an uplink", c->waits_for);
		answer_failure(c);
	} else if (code > 0) {
		fail(code, "the daemon goes on: see clatctl status", "%s: %s%s%s", u->ifname, why_words(u->why),
		     u->detail[0] || u->last_error[0] ? ": " : "", u->detail[0] ? u->detail : u->last_error);
		answer_failure(c);
	} else if (!code) {
		answer_uplink(c, u);
	}
}

/* To be called after each pass. */
void control_tell(void)
{
	size_t i;

	for (i = 0; i < CLIENTS_MAX; i++) {
		if (clients[i].used && clients[i].waits_for[0])
			tell_client(&clients[i]);
		else if (clients[i].used && clients[i].held && daemon_tether_settled())
			release(&clients[i]);
	}
}

static void make_folder(const char *path)
{
	char folder[sizeof(((struct sockaddr_un *)NULL)->sun_path)], *slash;

	snprintf(folder, sizeof(folder), "%s", path);
	slash = strrchr(folder, '/');
	*slash = '\0';
	mkdir(folder, 0755);
}

/* Returns an exit code with the failure recorded. The lock of the namespace is held: the socket is nobody else's. */
int control_open(void)
{
	struct sockaddr_un address;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	control_address(&address);
	make_folder(address.sun_path);
	unlink(address.sun_path);
	listener.ready = on_listener;
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) || chmod(address.sun_path, 0666) ||
	    listen(fd, CLIENTS_MAX) || loop_watch(&listener, fd, EPOLLIN)) {
		fail(CTL_REFUSED, NULL, "cannot listen on %s: %s", address.sun_path, strerror(errno));
		if (fd >= 0)
			close(fd);
		return CTL_REFUSED;
	}
	return CTL_OK;
}

void control_close(void)
{
	struct sockaddr_un address;
	size_t i;

	for (i = 0; i < CLIENTS_MAX; i++)
		hang_up(&clients[i]);
	loop_unwatch(&listener);
	close(listener.fd);
	control_address(&address);
	unlink(address.sun_path);
}
