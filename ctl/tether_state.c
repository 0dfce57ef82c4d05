// SPDX-License-Identifier: GPL-2.0
/*
 * What of the hotspot is on, and what every changed sysctl was before: a file in /run, which ends with the kernel whose
 * values it holds. One for each network namespace.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <json-c/json.h>

#include "ctl.h"
#include "tether.h"
#include "ufw.h"

#define STATE "tether"

static const char *const knobs[] = {
	[KNOB_FORWARDING4] = "ipv4.forwarding", [KNOB_ACCEPT_RA] = "ipv6.accept_ra",
	[KNOB_FORWARDING6] = "ipv6.forwarding", [KNOB_GRO] = "gro", [KNOB_PROXY_NDP] = "ipv6.proxy_ndp",
	[KNOB_PROXY_DELAY] = "ipv6.proxy_delay",
};

#define KNOBS (sizeof(knobs) / sizeof(knobs[0]))

/* Numbers of namespaces are used again, these never; 0 from a kernel before 5.14, which has none. */
static int64_t netns_cookie(void)
{
	uint64_t cookie = 0;
	socklen_t len = sizeof(cookie);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return 0;
	if (getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &len))
		cookie = 0;
	close(fd);
	return (int64_t)cookie;
}

static int64_t number_of(struct json_object *object, const char *key)
{
	struct json_object *value;

	return json_object_object_get_ex(object, key, &value) ? json_object_get_int64(value) : 0;
}

static size_t array_of(struct json_object *object, const char *key, struct json_object **array)
{
	return json_object_object_get_ex(object, key, array) && json_object_is_type(*array, json_type_array) ?
		       json_object_array_length(*array) : 0;
}

/* --- reading ------------------------------------------------------------------------------------------------------ */

static void read_tether(struct tether_state *state, struct json_object *object)
{
	struct tether tether = { .configured = number_of(object, "configured") };

	snprintf(tether.ifname, sizeof(tether.ifname), "%s", json_text(object, "ifname", ""));
	tether.settings.ipv6 = number_of(object, "ipv6");
	tether.settings.ping = number_of(object, "ping");
	snprintf(tether.settings.own_prefix, sizeof(tether.settings.own_prefix), "%s", json_text(object, "own-prefix", ""));
	if (!nat44_parse(json_text(object, "nat44", ""), &tether.settings.nat44) && tether.ifname[0])
		tether_put(state, &tether);
}

static void read_saved(struct tether_state *state, struct json_object *object)
{
	struct saved *saved = &state->saved[state->nsaved];
	const char *knob = json_text(object, "knob", "");
	size_t i;

	for (i = 0; i < KNOBS && strcmp(knobs[i], knob); i++)
		;
	if (i == KNOBS || state->nsaved == SAVED_MAX)
		return;
	saved->knob = (enum knob)i;
	saved->ifindex = (int)number_of(object, "ifindex");
	saved->value = (int)number_of(object, "value");
	snprintf(saved->ifname, sizeof(saved->ifname), "%s", json_text(object, "ifname", ""));
	state->nsaved++;
}

static void read_bound(struct tether_state *state, struct json_object *object)
{
	tether_bind(state, json_text(object, "ifname", ""), json_text(object, "zone", ""), number_of(object, "strange"));
}

static void read_state(struct tether_state *state, struct json_object *root)
{
	struct json_object *array;
	size_t i, count;

	if (!json_object_is_type(root, json_type_object) || number_of(root, "netns-cookie") != netns_cookie())
		return;
	state->ruled = number_of(root, "ruled");
	state->ufw = number_of(root, "ufw");
	state->mapped = number_of(root, "mapped");
	count = array_of(root, "tethers", &array);
	for (i = 0; i < count; i++)
		read_tether(state, json_object_array_get_idx(array, i));
	count = array_of(root, "saved", &array);
	for (i = 0; i < count; i++)
		read_saved(state, json_object_array_get_idx(array, i));
	count = array_of(root, "firewalld", &array);
	for (i = 0; i < count; i++)
		read_bound(state, json_object_array_get_idx(array, i));
}

/* Returns an exit code with the failure recorded. No file, or one of a namespace that is gone: nothing is on. */
int tether_state_load(struct tether_state *state)
{
	struct json_object *root;
	char path[RUN_PATH_SIZE];

	memset(state, 0, sizeof(*state));
	run_path(path, STATE);
	root = json_object_from_file(path);
	if (!root && !access(path, F_OK))
		return fail(CTL_REFUSED, "remove it, and set the sysctls of the hotspot by hand",
			    "cannot read %s, which says what the hotspot has changed", path);
	if (root)
		read_state(state, root);
	json_object_put(root);
	ufw_adopt(state);
	return CTL_OK;
}

/* --- writing ------------------------------------------------------------------------------------------------------ */

static void add_string(struct json_object *object, const char *key, const char *value)
{
	json_object_object_add(object, key, json_object_new_string(value));
}

static struct json_object *write_tether(const struct tether *tether)
{
	struct json_object *object = json_object_new_object();

	add_string(object, "ifname", tether->ifname);
	json_object_object_add(object, "configured", json_object_new_boolean(tether->configured));
	add_string(object, "nat44", nat44_name(tether->settings.nat44));
	json_object_object_add(object, "ipv6", json_object_new_boolean(tether->settings.ipv6));
	json_object_object_add(object, "ping", json_object_new_boolean(tether->settings.ping));
	add_string(object, "own-prefix", tether->settings.own_prefix);
	return object;
}

static struct json_object *write_saved(const struct saved *saved)
{
	struct json_object *object = json_object_new_object();

	add_string(object, "knob", knobs[saved->knob]);
	json_object_object_add(object, "ifindex", json_object_new_int(saved->ifindex));
	add_string(object, "ifname", saved->ifname);
	json_object_object_add(object, "value", json_object_new_int(saved->value));
	return object;
}

static struct json_object *write_bound(const struct bound *bound)
{
	struct json_object *object = json_object_new_object();

	add_string(object, "ifname", bound->ifname);
	add_string(object, "zone", bound->zone);
	json_object_object_add(object, "strange", json_object_new_boolean(bound->strange));
	return object;
}

static struct json_object *write_state(const struct tether_state *state)
{
	struct json_object *root = json_schema(), *tethers = json_object_new_array(), *saved = json_object_new_array();
	struct json_object *bound = json_object_new_array();
	size_t i;

	json_object_object_add(root, "netns-cookie", json_object_new_int64(netns_cookie()));
	json_object_object_add(root, "ruled", json_object_new_boolean(state->ruled));
	json_object_object_add(root, "ufw", json_object_new_boolean(state->ufw));
	json_object_object_add(root, "mapped", json_object_new_boolean(state->mapped));
	for (i = 0; i < state->count; i++)
		json_object_array_add(tethers, write_tether(&state->list[i]));
	for (i = 0; i < state->nsaved; i++)
		json_object_array_add(saved, write_saved(&state->saved[i]));
	json_object_object_add(root, "tethers", tethers);
	for (i = 0; i < state->nbound; i++)
		json_object_array_add(bound, write_bound(&state->bound[i]));
	json_object_object_add(root, "saved", saved);
	json_object_object_add(root, "firewalld", bound);
	return root;
}

/* A file of its own first, then renamed: whoever reads it sees all of it, whenever we are killed. */
static int write_file(struct json_object *root, const char *path, const char *temporary)
{
	int flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW;
	int fd = open(temporary, flags, 0644), err = fd < 0 ? errno : 0;

	if (!err && json_object_to_fd(fd, root, JSON_C_TO_STRING_PLAIN) < 0)
		err = errno ? errno : EIO;
	if (fd >= 0)
		close(fd);
	if (!err && rename(temporary, path))
		err = errno;
	return err;
}

/* To be called before what it tells of is changed. Returns an exit code with the failure recorded. */
int tether_state_save(const struct tether_state *state)
{
	char path[RUN_PATH_SIZE], temporary[RUN_PATH_SIZE];
	struct json_object *root;
	int err;

	run_path(path, STATE);
	run_path(temporary, STATE ".new");
	if (tether_is_idle(state)) {
		unlink(path);
		return CTL_OK;
	}
	run_folder();
	root = write_state(state);
	err = write_file(root, path, temporary);
	json_object_put(root);
	return err ? fail(err == EACCES || err == EPERM ? CTL_PERM : CTL_REFUSED, "run clatctl as root",
			  "cannot write %s, which keeps what the hotspot changes: %s", path, strerror(err)) : CTL_OK;
}

/* --- the list ----------------------------------------------------------------------------------------------------- */

struct tether *tether_find(struct tether_state *state, const char *ifname)
{
	size_t i;

	for (i = 0; i < state->count; i++)
		if (!strcmp(state->list[i].ifname, ifname))
			return &state->list[i];
	return NULL;
}

/* Adds it, or puts it in the place of the one of that name. Returns an exit code with the failure recorded. */
int tether_put(struct tether_state *state, const struct tether *tether)
{
	struct tether *place = tether_find(state, tether->ifname);

	if (!place && state->count == TETHERS_MAX)
		return fail(CTL_REFUSED, "clatctl tether off DEV", "more than %d hotspot interfaces, with %s", TETHERS_MAX,
			    tether->ifname);
	if (!place)
		place = &state->list[state->count++];
	*place = *tether;
	return CTL_OK;
}

/* Takes one off it. Returns an exit code with the failure recorded. */
int tether_remove(struct tether_state *state, const char *ifname)
{
	struct tether *tether = tether_find(state, ifname);

	if (!tether)
		return fail(CTL_INACTIVE, "see: clatctl tether status", "%s is no hotspot: nothing to switch off", ifname);
	memmove(tether, tether + 1, (size_t)(&state->list[--state->count] - tether) * sizeof(*tether));
	return CTL_OK;
}

/* What a value was before us, or NULL; @ifname tells "all" from "default", where @ifindex is 0. */
const struct saved *tether_saved(const struct tether_state *state, enum knob knob, int ifindex, const char *ifname)
{
	size_t i;

	for (i = 0; i < state->nsaved; i++) {
		const struct saved *s = &state->saved[i];

		if (s->knob == knob && (ifindex ? s->ifindex == ifindex : !s->ifindex && !strcmp(s->ifname, ifname)))
			return s;
	}
	return NULL;
}

/* What firewalld was told of a CLAT, or NULL. */
struct bound *tether_bound(struct tether_state *state, const char *ifname)
{
	size_t i;

	for (i = 0; i < state->nbound; i++)
		if (!strcmp(state->bound[i].ifname, ifname))
			return &state->bound[i];
	return NULL;
}

/* Notes what firewalld is told of a CLAT. Returns NULL if there are too many, or @zone is too long. */
struct bound *tether_bind(struct tether_state *state, const char *ifname, const char *zone, bool strange)
{
	struct bound *bound = tether_bound(state, ifname);

	if (strlen(zone) >= ZONE_SIZE || strlen(ifname) >= IF_NAMESIZE || (!bound && state->nbound == BOUND_MAX))
		return NULL;
	if (!bound)
		bound = &state->bound[state->nbound++];
	memset(bound, 0, sizeof(*bound));
	snprintf(bound->ifname, sizeof(bound->ifname), "%s", ifname);
	snprintf(bound->zone, sizeof(bound->zone), "%s", zone);
	bound->strange = strange;
	return bound;
}

void tether_unbind(struct tether_state *state, struct bound *bound)
{
	memmove(bound, bound + 1, (size_t)(&state->bound[--state->nbound] - bound) * sizeof(*bound));
}

/* Nothing is on, and nothing is left to be taken back. */
bool tether_is_idle(const struct tether_state *state)
{
	return !state->count && !state->nsaved && !state->ruled && !state->mapped && !state->nbound && !state->ufw;
}

/* Whether others do NAT for all of them. */
bool tether_all_by_system(const struct tether_state *state)
{
	size_t i;

	for (i = 0; i < state->count && state->list[i].settings.nat44 == NAT44_SYSTEM; i++)
		;
	return i == state->count;
}
