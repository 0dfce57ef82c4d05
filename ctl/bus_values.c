// SPDX-License-Identifier: GPL-2.0
/*
 * Messages of the bus, as JSON: whole numbers, booleans and texts; arrays and structures as arrays; dictionaries by
 * text as objects; variants as what is in them; null for the rest. A message can have megabytes: what is kept has a
 * limit.
 */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include <json-c/json.h>

#include "bus_values.h"

/* About what the values cost in memory. */
#define VALUES_SIZE_MAX (256 * 1024)
#define VALUE_SIZE 64
#define OBJECT_SIZE 1024

struct reader {
	sd_bus_message *message;
	const char *const *keys;
	size_t left;
};

static int read_value(struct reader *r, struct json_object **value);

static int spend(struct reader *r, size_t size)
{
	if (r->left < size)
		return -EMSGSIZE;
	r->left -= size;
	return 0;
}

/* The functions of sd-bus return 0 at the end of a container, and so do ours; 1 if there was a value. */
static int read_basic(struct reader *r, char type, struct json_object **value)
{
	union {
		uint8_t u8;
		int boolean;
		int16_t i16;
		uint16_t u16;
		int32_t i32;
		uint32_t u32;
		int64_t i64;
		uint64_t u64;
		double real;
		const char *text;
	} v;
	int got = sd_bus_message_read_basic(r->message, type, &v);

	if (got <= 0)
		return got;
	*value = NULL;
	switch (type) {
	case SD_BUS_TYPE_BYTE:
		*value = json_object_new_int64(v.u8);
		break;
	case SD_BUS_TYPE_BOOLEAN:
		*value = json_object_new_boolean(v.boolean);
		break;
	case SD_BUS_TYPE_INT16:
		*value = json_object_new_int64(v.i16);
		break;
	case SD_BUS_TYPE_UINT16:
		*value = json_object_new_int64(v.u16);
		break;
	case SD_BUS_TYPE_INT32:
		*value = json_object_new_int64(v.i32);
		break;
	case SD_BUS_TYPE_UINT32:
		*value = json_object_new_int64(v.u32);
		break;
	case SD_BUS_TYPE_INT64:
		*value = json_object_new_int64(v.i64);
		break;
	case SD_BUS_TYPE_UINT64:
		*value = json_object_new_uint64(v.u64);
		break;
	case SD_BUS_TYPE_STRING:
	case SD_BUS_TYPE_OBJECT_PATH:
	case SD_BUS_TYPE_SIGNATURE:
		if (spend(r, strlen(v.text)))
			return -EMSGSIZE;
		*value = json_object_new_string(v.text);
		break;
	default:
		return 1;
	}
	return *value ? 1 : -ENOMEM;
}

static bool is_kept(const struct reader *r, const char *key)
{
	size_t i;

	for (i = 0; r->keys && r->keys[i]; i++)
		if (!strcmp(r->keys[i], key))
			return true;
	return !r->keys;
}

static int read_entry(struct reader *r, struct json_object *object)
{
	struct json_object *value = NULL;
	const char *key = NULL;
	char type;
	int err = sd_bus_message_peek_type(r->message, &type, NULL);

	if (err > 0 && (type == SD_BUS_TYPE_STRING || type == SD_BUS_TYPE_OBJECT_PATH))
		err = sd_bus_message_read_basic(r->message, type, &key);
	else if (err > 0)
		err = sd_bus_message_skip(r->message, NULL);
	if (err <= 0)
		return err ? err : -EBADMSG;
	if (!key || !is_kept(r, key))
		return sd_bus_message_skip(r->message, NULL);
	err = spend(r, VALUE_SIZE + strlen(key));
	if (!err)
		err = read_value(r, &value);
	if (err > 0 && !json_object_object_add(object, key, value))
		return 1;
	json_object_put(value);
	return err > 0 ? -ENOMEM : err;
}

static int read_entries(struct reader *r, const char *contents, struct json_object *object)
{
	char entry[256];
	size_t len = strlen(contents);
	int err;

	/* Without its braces; a signature has 255 characters at most. */
	if (len < 2 || len > sizeof(entry))
		return -EBADMSG;
	memcpy(entry, contents + 1, len - 2);
	entry[len - 2] = '\0';
	while ((err = sd_bus_message_enter_container(r->message, SD_BUS_TYPE_DICT_ENTRY, entry)) > 0) {
		err = read_entry(r, object);
		if (err >= 0)
			err = sd_bus_message_exit_container(r->message);
		if (err < 0)
			return err;
	}
	return err;
}

static int read_elements(struct reader *r, struct json_object *array)
{
	struct json_object *value = NULL;
	int err;

	while ((err = read_value(r, &value)) > 0) {
		if (json_object_array_add(array, value)) {
			json_object_put(value);
			return -ENOMEM;
		}
	}
	return err;
}

static int read_container(struct reader *r, char type, const char *contents, struct json_object **value)
{
	bool dictionary = type == SD_BUS_TYPE_ARRAY && contents[0] == SD_BUS_TYPE_DICT_ENTRY_BEGIN;
	char copy[256];
	int err = spend(r, dictionary ? OBJECT_SIZE : VALUE_SIZE);

	if (err)
		return err;
	if (strlen(contents) >= sizeof(copy))
		return -EBADMSG;
	/* What is peeked at holds until the next peek only. */
	strcpy(copy, contents);
	err = sd_bus_message_enter_container(r->message, type, copy);
	if (err <= 0)
		return err ? err : -EBADMSG;
	if (type == SD_BUS_TYPE_VARIANT) {
		err = read_value(r, value);
	} else {
		*value = dictionary ? json_object_new_object() : json_object_new_array();
		if (!*value)
			return -ENOMEM;
		err = dictionary ? read_entries(r, copy, *value) : read_elements(r, *value);
	}
	if (err >= 0)
		err = sd_bus_message_exit_container(r->message);
	if (err >= 0)
		return 1;
	json_object_put(*value);
	*value = NULL;
	return err;
}

/* Returns 1, 0 at the end of the container, or a negative errno with nothing to be freed. */
static int read_value(struct reader *r, struct json_object **value)
{
	const char *contents;
	char type;
	int err = sd_bus_message_peek_type(r->message, &type, &contents);

	*value = NULL;
	if (err <= 0)
		return err;
	err = spend(r, VALUE_SIZE);
	if (err)
		return err;
	if (contents)
		return read_container(r, type, contents, value);
	return read_basic(r, type, value);
}

/**
 * bus_values - what a message says
 * @message: as it came
 * @keys: entries of dictionaries to be kept, up to NULL; NULL for all
 * @values: set to an array of it, to be freed
 *
 * Returns 0 or a negative errno: -EMSGSIZE if that would be too much.
 */
int bus_values(sd_bus_message *message, const char *const *keys, struct json_object **values)
{
	struct reader r = { .message = message, .keys = keys, .left = VALUES_SIZE_MAX };
	int err;

	*values = json_object_new_array();
	if (!*values)
		return -ENOMEM;
	err = read_elements(&r, *values);
	if (err >= 0)
		return 0;
	json_object_put(*values);
	*values = NULL;
	return err;
}
