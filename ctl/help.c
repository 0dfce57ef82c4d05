// SPDX-License-Identifier: GPL-2.0
/* --help, for people who see clatctl for the first time. */
#include <stdio.h>

#include "ctl.h"

static const char intro[] =
"clatctl sets up and shows CLAT devices: IPv4 for a machine whose network is IPv6 only (464XLAT, RFC 6877).\n"
"Programs send IPv4 into the device clat0; the kernel rewrites it to IPv6 and sends it to the network's NAT64.\n"
"\n"
"usage: clatctl [OPTIONS] COMMAND [ARGUMENTS]\n";

static const char options[] =
"\n"
"Options, before the command:\n"
"  -j, --json         print JSON, errors too, one object a line\n"
"  -p, --pretty       print JSON on several lines, indented\n"
"  -n, --netns NAME   work in the network namespace NAME (of ip netns)\n"
"  -q, --quiet        print nothing but errors\n"
"  -v, --verbose      tell on stderr what is being done\n"
"  -h, --help         this text, or a command's: clatctl COMMAND --help\n"
"  -V, --version      print the version\n"
"\n"
"Examples:\n"
"  clatctl up wwan0       get IPv4 over the IPv6-only network on wwan0: find its NAT64 by DNS, make clat0,\n"
"                         give it an address and the IPv4 default route\n"
"  clatctl status         is IPv4 going through, and how much\n"
"  clatctl down wwan0     take all of it away again\n"
"  clatctl daemon         do all this by itself, on every IPv6-only uplink, for as long as it runs\n"
"\n"
"Exit codes: 0 done, 1 usage, 2 refused by the kernel, 3 inactive, 4 timed out, 5 native IPv4 present,\n"
"6 no IPv6 address, 7 no permission, 8 module missing, 9 bad configuration, 10 no such device, 11 no NAT64 here.\n"
"More: man clatctl, man clat.conf\n";

/* Prints the general help: what it is, the commands of the NULL-ended table, options, examples. */
void help_general(const struct command *const *commands)
{
	char line[64];

	fputs(intro, stdout);
	fputs("\nCommands:\n", stdout);
	for (; *commands; commands++) {
		snprintf(line, sizeof(line), "%s %s", (*commands)->name, (*commands)->args);
		printf("  %-34s %s\n", line, (*commands)->summary);
	}
	fputs(options, stdout);
}

void help_command(const struct command *cmd)
{
	printf("usage: clatctl [OPTIONS] %s %s\n\n%s\n\n%s", cmd->name, cmd->args, cmd->summary, cmd->help);
}
