// SPDX-License-Identifier: GPL-2.0
/*
 * Which APN the modem's connections use, and with which type of IP (PDP type): by oFono or ModemManager over D-Bus, where
 * they run. A network may give IPv6 to one APN and not to another. What they answer may be anything.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "bus.h"
#include "ctl.h"
#include "modem.h"
#include "redact.h"

#define TIMEOUT_MS 3000
#define MM "org.freedesktop.ModemManager1"
#define PROPERTIES "org.freedesktop.DBus.Properties"

static void on_answer(void *owner, const struct bus_answer *answer)
{
	struct json_object **values = owner;

	*values = json_object_get(answer->values);
}

/* The array of what a method returns, to be put, or NULL where nobody answers. An argument is text, or NULL for none. */
static struct json_object *call(const char *name, const char *path, const char *interface, const char *member,
				const char *argument)
{
	struct bus_method method = {
		.name = name, .path = path, .interface = interface, .member = member, .timeout_ms = TIMEOUT_MS,
	};
	struct json_object *values = NULL;

	if (bus_ask(&method, on_answer, &values, argument ? "s" : NULL, argument))
		return NULL;
	return values;
}

static struct json_object *item(struct json_object *array, size_t i)
{
	return json_object_is_type(array, json_type_array) && i < json_object_array_length(array) ?
		       json_object_array_get_idx(array, i) : NULL;
}

static size_t items(struct json_object *array)
{
	return json_object_is_type(array, json_type_array) ? json_object_array_length(array) : 0;
}

static struct json_object *member_of(struct json_object *object, const char *key)
{
	struct json_object *value = NULL;

	return json_object_is_type(object, json_type_object) && json_object_object_get_ex(object, key, &value) ? value : NULL;
}

static const char *string(struct json_object *object, const char *key)
{
	struct json_object *value = member_of(object, key);

	return json_object_is_type(value, json_type_string) ? json_object_get_string(value) : "";
}

static void is_private(struct redact *redact, struct json_object *object, const char *apn, const char *user)
{
	if (!redact)
		return;
	redact_word(redact, "apn", string(object, apn));
	redact_word(redact, "user", string(object, user));
}

/* --- oFono -------------------------------------------------------------------------------------------------------- */

static void print_context(FILE *out, const char *path, struct json_object *context, struct redact *redact)
{
	is_private(redact, context, "AccessPointName", "Username");
	fprintf(out, "ofono %s: %s, type %s, apn %s, protocol %s\n", path,
		json_object_get_boolean(member_of(context, "Active")) ? "active" : "not active", string(context, "Type"),
		string(context, "AccessPointName"), string(context, "Protocol"));
}

/* "a(oa{sv})": the contexts of a modem, or nothing from one that has no connection manager. */
static void print_contexts(FILE *out, const char *modem, struct redact *redact)
{
	struct json_object *values = call("org.ofono", modem, "org.ofono.ConnectionManager", "GetContexts", NULL);
	struct json_object *contexts = item(values, 0);
	size_t i;

	for (i = 0; i < items(contexts); i++)
		print_context(out, json_object_get_string(item(item(contexts, i), 0)), item(item(contexts, i), 1), redact);
	json_object_put(values);
}

static void print_ofono(FILE *out, struct redact *redact)
{
	struct json_object *values = call("org.ofono", "/", "org.ofono.Manager", "GetModems", NULL);
	struct json_object *modems = item(values, 0);
	size_t i;

	for (i = 0; i < items(modems); i++) {
		struct json_object *path = item(item(modems, i), 0);

		if (json_object_is_type(path, json_type_string))
			print_contexts(out, json_object_get_string(path), redact);
	}
	json_object_put(values);
}

/* --- ModemManager ------------------------------------------------------------------------------------------------- */

/* MMBearerIpFamily. */
static const char *family(struct json_object *properties)
{
	switch (json_object_get_int64(member_of(properties, "ip-type"))) {
	case 1:
		return "ipv4";
	case 2:
		return "ipv6";
	case 4:
		return "ipv4v6";
	default:
		return "not said";
	}
}

static void print_bearer(FILE *out, const char *path, struct redact *redact)
{
	struct json_object *values = call(MM, path, PROPERTIES, "GetAll", MM ".Bearer"), *bearer = item(values, 0);
	struct json_object *properties = member_of(bearer, "Properties");

	is_private(redact, properties, "apn", "user");
	fprintf(out, "modemmanager %s: %s, interface %s, apn %s, ip-type %s\n", path,
		json_object_get_boolean(member_of(bearer, "Connected")) ? "connected" : "not connected",
		string(bearer, "Interface"), string(properties, "apn"), family(properties));
	json_object_put(values);
}

/* "a{oa{sa{sv}}}": what there is on the bus, the modems among it. */
static void print_modemmanager(FILE *out, struct redact *redact)
{
	struct json_object *values = call(MM, "/org/freedesktop/ModemManager1", "org.freedesktop.DBus.ObjectManager",
					  "GetManagedObjects", NULL);
	struct json_object *objects = item(values, 0), *bearers;
	size_t i;

	if (json_object_is_type(objects, json_type_object)) {
		json_object_object_foreach(objects, path, interfaces) {
			(void)path;
			bearers = member_of(member_of(interfaces, MM ".Modem"), "Bearers");
			for (i = 0; i < items(bearers); i++)
				if (json_object_is_type(item(bearers, i), json_type_string))
					print_bearer(out, json_object_get_string(item(bearers, i)), redact);
		}
	}
	json_object_put(values);
}

/**
 * modem_text - the modem's connections, a line each
 * @redact: told of what is private in it, or NULL
 *
 * Returns text to be freed.
 */
char *modem_text(struct redact *redact)
{
	size_t size;
	char *text;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		abort();
	print_ofono(out, redact);
	print_modemmanager(out, redact);
	if (!ftell(out))
		fprintf(out, "neither oFono nor ModemManager tells of a modem\n");
	fclose(out);
	return text;
}
