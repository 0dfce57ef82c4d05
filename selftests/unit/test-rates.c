// SPDX-License-Identifier: GPL-2.0
/* What flows each second, from two answers of "status". */
#include "unit.h"

#include <json-c/json.h>

#include "rates.h"

static struct json_object *answer(const char *instances)
{
	char text[1024];
	struct json_object *root;

	snprintf(text, sizeof(text), "{\"schema\":1,\"instances\":[%s]}", instances);
	root = json_tokener_parse(text);
	assert_non_null(root);
	return root;
}

#define DEVICE(ifindex, packets46, bytes46, packets64, bytes64, drop) \
	"{\"ifname\":\"clat0\",\"ifindex\":" #ifindex ",\"counters\":{\"packets46\":" #packets46 ",\"bytes46\":" #bytes46 \
	",\"packets64\":" #packets64 ",\"bytes64\":" #bytes64 ",\"drops\":{\"header46\":" #drop ",\"source46\":1}}}"

static void assert_rates(const char *before, const char *now, int64_t ms, const char *want)
{
	struct json_object *old = answer(before), *root = answer(now), *list, *rates;

	rates_add(root, old, ms);
	list = json_object_object_get(root, "instances");
	rates = json_object_object_get(json_object_array_get_idx(list, json_object_array_length(list) - 1), "rates");
	if (want)
		assert_string_equal(json_object_to_json_string_ext(rates, JSON_C_TO_STRING_PLAIN), want);
	else
		assert_null(rates);
	json_object_put(old);
	json_object_put(root);
}

static void rate_of_a_second(void **state)
{
	(void)state;
	assert_rates(DEVICE(7, 10, 1000, 20, 2000, 1), DEVICE(7, 15, 1500, 20, 2001, 4), 1000,
		     "{\"packets46\":5,\"bits46\":4000,\"packets64\":0,\"bits64\":8,\"dropped\":3}");
}

static void rate_of_other_times(void **state)
{
	(void)state;
	assert_rates(DEVICE(7, 0, 0, 0, 0, 0), DEVICE(7, 5, 1000, 7, 10, 0), 10000,
		     "{\"packets46\":1,\"bits46\":800,\"packets64\":1,\"bits64\":8,\"dropped\":0}");
	assert_rates(DEVICE(7, 0, 0, 0, 0, 0), DEVICE(7, 5, 1000, 7, 10, 0), 500,
		     "{\"packets46\":10,\"bits46\":16000,\"packets64\":14,\"bits64\":160,\"dropped\":0}");
}

static void rate_of_much(void **state)
{
	(void)state;
	assert_rates(DEVICE(7, 0, 0, 0, 0, 0), DEVICE(7, 0, 0, 80000000, 125000000000, 0), 1000,
		     "{\"packets46\":0,\"bits46\":0,\"packets64\":80000000,\"bits64\":1000000000000,\"dropped\":0}");
}

static void rate_of_the_same_device(void **state)
{
	(void)state;
	assert_rates(DEVICE(6, 1, 1, 1, 1, 1) "," DEVICE(7, 1, 1, 1, 1, 1), DEVICE(9, 0, 0, 0, 0, 0) "," DEVICE(7, 2, 1, 1, 1, 1),
		     1000, "{\"packets46\":1,\"bits46\":0,\"packets64\":0,\"bits64\":0,\"dropped\":0}");
	assert_rates(DEVICE(6, 1, 1, 1, 1, 1), DEVICE(7, 2, 1, 1, 1, 1), 1000, NULL);
}

static void rate_of_a_counter_that_goes_back(void **state)
{
	(void)state;
	assert_rates(DEVICE(7, 5, 1000, 0, 0, 4), DEVICE(7, 6, 10, 0, 0, 1), 1000,
		     "{\"packets46\":1,\"bits46\":null,\"packets64\":0,\"bits64\":0,\"dropped\":null}");
}

static void rate_of_nothing(void **state)
{
	(void)state;
	assert_rates("{\"uplink\":\"wwan0\",\"state\":\"no-ipv6\"}", "{\"uplink\":\"wwan0\",\"state\":\"no-ipv6\"}", 1000, NULL);
	assert_rates("{\"uplink\":\"wwan0\"}", DEVICE(7, 1, 1, 1, 1, 1), 1000, NULL);
	assert_rates(DEVICE(7, 1, 1, 1, 1, 1), DEVICE(7, 1, 1, 1, 1, 1), 0, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rate_of_a_second),
		cmocka_unit_test(rate_of_other_times),
		cmocka_unit_test(rate_of_much),
		cmocka_unit_test(rate_of_the_same_device),
		cmocka_unit_test(rate_of_a_counter_that_goes_back),
		cmocka_unit_test(rate_of_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
