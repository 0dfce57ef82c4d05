// SPDX-License-Identifier: GPL-2.0
/* clatctl diag: what is broken, and what to do; and an archive for somebody else who wants to know. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl.h"
#include "diag.h"
#include "private.h"
#include "redact.h"

static const struct option options[] = {
	{ "output", required_argument, NULL, 'o' },
	{ "redact", no_argument, NULL, 'r' },
	{ 0 },
};

struct order {
	const char *path;
	bool redact;
};

static int parse(int argc, char **argv, struct order *order)
{
	int c;

	optind = 0;
	while ((c = getopt_long(argc, argv, ":o:", options, NULL)) != -1) {
		if (c == 'o')
			order->path = optarg;
		else if (c == 'r')
			order->redact = true;
		else
			return usage(&cmd_diag, c == ':' ? "option '%s' needs a value" : "unknown option '%s'",
				     argv[optind - 1]);
	}
	if (optind < argc)
		return usage(&cmd_diag, "takes no argument, but got '%s'", argv[optind]);
	return CTL_OK;
}

/* @text, with pseudonyms where they are wanted; freed. */
static char *mask(struct redact *redact, char *text)
{
	char *masked;

	if (!redact || !text)
		return text;
	masked = redact_text(redact, text);
	free(text);
	return masked;
}

static void show_json(const struct findings *findings, struct redact *redact)
{
	struct json_object *root = findings_json(findings);
	char *text = mask(redact, strdup(json_object_to_json_string(root)));

	json_object_put(root);
	json_print(text ? json_tokener_parse(text) : NULL);
	free(text);
}

static int show(const struct findings *findings, struct redact *redact)
{
	const struct finding *first = findings_first(findings);
	char *text;

	if (opts.json) {
		show_json(findings, redact);
	} else {
		text = mask(redact, findings_text(findings));
		say("%s", text ? text : "");
		free(text);
	}
	return first ? first->code : CTL_OK;
}

static int run(int argc, char **argv)
{
	static struct diag diag;
	struct findings findings = { 0 };
	struct redact *redact = NULL;
	struct order order = { 0 };
	int code = parse(argc, argv, &order);

	if (code)
		return code;
	if (order.redact) {
		redact = redact_new();
		private_words(redact);
	}
	diag_read(&diag);
	diag_check(&diag, &findings);
	if (order.path)
		code = diag_archive(order.path, redact, &diag, &findings);
	if (!code)
		code = show(&findings, redact);
	findings_free(&findings);
	diag_free(&diag);
	redact_free(redact);
	return code;
}

const struct command cmd_diag = {
	.name = "diag",
	.args = "[-o FILE] [--redact]",
	.summary = "find out what is broken, and what to do",
	.help =
"Tests all that a packet depends on, in that order: the module; of each uplink the link, its IPv6 default route and\n"
"address, other CLATs, IPv4 of its own, DNS, the NAT64 prefix, the CLAT's addresses and device, route, rules, rp_filter,\n"
"MTU, the way in, and whether answers come; of each hotspot its interface, forwarding, NAT44, chains that drop, DHCP.\n"
"Each line is ok, BROKEN with the remedy, or not tested, because something before is broken or only root may see it. The\n"
"last line names what is broken first. Changes nothing; where no daemon knows the NAT64 prefix, DNS is asked for it.\n"
"\n"
"Options:\n"
"  -o, --output FILE   write a tar archive too, of all that somebody else needs to find out: addresses, routes, rules,\n"
"                      nftables, sysctls, statistics, versions, configuration, the daemon's log of the last hours\n"
"  --redact            with pseudonyms for addresses, names of host and users, the modem's APN, here and in the archive\n"
"\n"
"Exit codes: 0 nothing is broken; else that of what is broken first: 3 something of ours is missing, 4 no answer,\n"
"5 native IPv4, 6 IPv6 route or address, 8 module, 9 configuration, 10 no such interface, 11 no NAT64.\n",
	.run = run,
};
