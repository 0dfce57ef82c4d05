// SPDX-License-Identifier: GPL-2.0
/* Reading JSON of others, who may have left out anything. */
#include <json-c/json.h>

#include "ctl.h"

/* The text at a key, or @otherwise where there is nothing. It lives as long as the object. */
const char *json_text(struct json_object *object, const char *key, const char *otherwise)
{
	struct json_object *value = json_object_object_get(object, key);

	return value ? json_object_get_string(value) : otherwise;
}
