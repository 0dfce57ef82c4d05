// SPDX-License-Identifier: GPL-2.0
/* The shape of JSON and text output, and that names are those of the netlink spec. */
#include "unit.h"

#include <stdbool.h>
#include <stdlib.h>

#include "show.h"

#define SPEC "../../Documentation/netlink/specs/clat.yaml"

static struct dev example(void)
{
	struct dev dev = {
		.ifindex = 7, .ifname = "clat0", .uplink = 3, .uplink_name = "wwan0", .nplat = 1, .nmap = 1,
		.lowest_ipv6_mtu = 1500, .fwmark = 16, .wkp_strict = 1, .tos = CLAT_TOS_INHERIT,
		.state = CLAT_STATE_ACTIVE, .path = CLAT_PATH_INGRESS, .detach = CLAT_DETACH_NONE, .silent = 1, .shared = 1,
		.nlan = 2,
	};

	dev.plat[0] = (struct plat){ .addr = v6("64:ff9b::"), .len = 96 };
	dev.map[0] = (struct pair){ .v4 = v4("192.0.0.1"), .v4_len = 32, .v6 = v6("2001:db8::1"), .v6_len = 128 };
	dev.lan[0] = (struct lan){ .ifindex = 4, .ifname = "wlan0" };
	dev.lan[1] = (struct lan){ .ifindex = 5 };
	return dev;
}

static void assert_json(struct json_object *object, const char *want)
{
	int flags = JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE;

	assert_string_equal(json_object_to_json_string_ext(object, flags), want);
	json_object_put(object);
}

static void json_of_a_device(void **state)
{
	struct dev dev = example();

	(void)state;
	assert_json(json_dev(&dev, 1480),
		    "{\"ifname\":\"clat0\",\"ifindex\":7,\"uplink\":\"wwan0\",\"state\":\"active\",\"reason\":null,"
		    "\"plat\":[{\"prefix\":\"64:ff9b::\",\"len\":96,\"source\":null,\"expires_s\":null}],"
		    "\"map\":[{\"v4\":\"192.0.0.1\",\"v4-len\":32,\"v6\":\"2001:db8::1\",\"v6-len\":128}],"
		    "\"lan\":[\"wlan0\",\"if5\"],\"mtu\":1480,\"lowest-ipv6-mtu\":1500,"
		    "\"fwmark\":16,\"wkp-strict\":true,\"tos\":null,\"path\":\"ingress\","
		    "\"detach\":\"none\",\"last_error\":null,\"silent\":true,\"shared\":true}");
}

static void json_of_an_empty_device(void **state)
{
	struct dev dev = { .ifindex = 7, .ifname = "clat0", .state = CLAT_STATE_NO_UPLINK, .detach = CLAT_DETACH_GONE };

	(void)state;
	assert_json(json_dev(&dev, 0),
		    "{\"ifname\":\"clat0\",\"ifindex\":7,\"uplink\":null,\"state\":\"no-uplink\","
		    "\"reason\":\"no uplink is attached\",\"plat\":[],\"map\":[],\"lan\":[],\"mtu\":null,"
		    "\"lowest-ipv6-mtu\":0,\"fwmark\":0,\"wkp-strict\":false,\"tos\":0,\"path\":\"none\",\"detach\":\"gone\","
		    "\"last_error\":\"the uplink was unregistered\",\"silent\":false,\"shared\":false}");
}

static void json_of_a_prefix(void **state)
{
	struct plat p = { .addr = v6("2001:db8::"), .len = 32 };

	(void)state;
	assert_json(json_plat(&p, "dns", 600),
		    "{\"prefix\":\"2001:db8::\",\"len\":32,\"source\":\"dns\",\"expires_s\":600}");
}

static void json_of_counters(void **state)
{
	struct stats stats = { .packets46 = 1, .bytes46 = UINT64_MAX, .packets64 = 3, .bytes64 = 4 };
	char want[256];

	(void)state;
	stats.has_drop[CLAT_DROP_HEADER46] = true;
	stats.drop[CLAT_DROP_HEADER46] = 5;
	stats.has_drop[CLAT_DROP_MAX + 1] = true;	/* of a newer kernel: shown, not hidden */
	stats.drop[CLAT_DROP_MAX + 1] = 6;
	snprintf(want, sizeof(want),
		 "{\"packets46\":1,\"bytes46\":18446744073709551615,\"packets64\":3,\"bytes64\":4,"
		 "\"drops\":{\"header46\":5,\"drop-%d\":6}}", CLAT_DROP_MAX + 1);
	assert_json(json_counters(&stats), want);
}

static void text(void **state)
{
	struct dev dev = example();
	struct pair subnet = { .v4 = v4("192.168.43.0"), .v4_len = 24, .v6 = v6("2001:db8::c1a7:0"), .v6_len = 120 };
	char buf[128];

	(void)state;
	assert_string_equal(show_plat(&dev.plat[0], buf, sizeof(buf)), "64:ff9b::/96");
	assert_string_equal(show_pair(&dev.map[0], buf, sizeof(buf)), "192.0.0.1=2001:db8::1");
	assert_string_equal(show_pair(&subnet, buf, sizeof(buf)), "192.168.43.0/24=2001:db8::c1a7:0/120");
	assert_string_equal(show_uplink(&dev, buf, sizeof(buf)), "wwan0");
	dev.uplink_name[0] = '\0';
	assert_string_equal(show_uplink(&dev, buf, sizeof(buf)), "if3");
	dev.uplink = 0;
	assert_string_equal(show_uplink(&dev, buf, sizeof(buf)), "none");
	assert_string_equal(show_bytes(0, buf, sizeof(buf)), "0 B");
	assert_string_equal(show_bytes(1023, buf, sizeof(buf)), "1023 B");
	assert_string_equal(show_bytes(1536, buf, sizeof(buf)), "1.50 KiB");
	assert_string_equal(show_bytes(UINT64_MAX, buf, sizeof(buf)), "16.00 EiB");
}

/* What a newer kernel may answer. */
static void values_of_the_future(void **state)
{
	(void)state;
	assert_string_equal(state_name(99), "unknown");
	assert_non_null(state_words(99));
	assert_string_equal(path_name(99), "unknown");
	assert_string_equal(detach_name(99), "unknown");
	assert_non_null(detach_words(99));
	assert_null(detach_words(CLAT_DETACH_NONE));
	assert_null(drop_name(CLAT_DROP_MAX + 1));
	assert_non_null(drop_words(CLAT_DROP_MAX + 1));
}

/* The next entry of a list of the spec: the value of its "name:" line. Returns false at the end of the list. */
static bool next_name(FILE *spec, char *name, size_t size)
{
	char line[256], value[64];
	bool dash = false;

	while (fgets(line, sizeof(line), spec)) {
		/* Lists of these lie six deep; what lies less deep ends them. */
		if (!strncmp(line, "  -", 3) || line[0] != ' ')
			return false;
		if (!strcmp(line, "      -\n"))
			dash = true;
		else if (dash && sscanf(line, "        name: %63s", value) == 1) {
			snprintf(name, size, "%s", value);
			return true;
		}
	}
	return false;
}

/* Forwards to a list: past a line "    name: NAME" and the line of @key that follows it. */
static void seek(FILE *spec, const char *name, const char *key)
{
	char line[256], want[64];
	bool found = false;

	rewind(spec);
	snprintf(want, sizeof(want), "    name: %s\n", name);
	while (fgets(line, sizeof(line), spec)) {
		found |= !strcmp(line, want);
		if (found && !strcmp(line, key))
			return;
	}
	fail_msg("no '%s' in " SPEC, name);
}

static unsigned int compare(FILE *spec, const char *name, const char *(*get)(uint32_t))
{
	unsigned int i = 0;
	char entry[64];

	for (seek(spec, name, "    entries:\n"); next_name(spec, entry, sizeof(entry)); i++)
		assert_string_equal(get(i), entry);
	assert_string_equal(get(i), "unknown");
	return i;
}

static void names_are_the_specs(void **state)
{
	FILE *spec = fopen(SPEC, "r");
	unsigned int reason = 0;
	char entry[64];

	(void)state;
	assert_non_null(spec);
	assert_in_range(compare(spec, "state", state_name), 6, 99);
	assert_in_range(compare(spec, "path", path_name), 2, 99);
	assert_in_range(compare(spec, "detach", detach_name), 4, 99);
	for (seek(spec, "drop", "    attributes:\n"); next_name(spec, entry, sizeof(entry));) {
		reason++;
		if (reason != CLAT_DROP_PAD)
			assert_string_equal(drop_name(reason), entry);
	}
	assert_int_equal(reason, CLAT_DROP_MAX);
	fclose(spec);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_of_a_device),
		cmocka_unit_test(json_of_an_empty_device),
		cmocka_unit_test(json_of_a_prefix),
		cmocka_unit_test(json_of_counters),
		cmocka_unit_test(text),
		cmocka_unit_test(values_of_the_future),
		cmocka_unit_test(names_are_the_specs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
