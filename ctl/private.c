// SPDX-License-Identifier: GPL-2.0
/*
 * The words of this machine that are private: its name, its users, the domains that it looks names up in, and what people
 * have written at interfaces (ifalias). What the modem tells of is modem.c's.
 */
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <netlink/cache.h>
#include <netlink/route/link.h>

#include "ctl.h"
#include "nl.h"
#include "private.h"
#include "redact.h"

/* Accounts below are of programs, and the same on many machines; so is the last one. */
#define USERS_FROM 1000
#define USERS_TO 60000

/* "pine.example.org": all of it, and its first part. */
static void add_host(struct redact *redact)
{
	char name[256] = "";

	if (gethostname(name, sizeof(name) - 1) || !strcmp(name, "localhost"))
		return;
	redact_word(redact, "host", name);
	name[strcspn(name, ".")] = '\0';
	redact_word(redact, "host", name);
}

/* "Jane Doe,room 1,...": who it is, and each name of that. */
static void add_full_name(struct redact *redact, const char *gecos)
{
	char copy[256], *word, *rest;

	snprintf(copy, sizeof(copy), "%.*s", (int)strcspn(gecos, ","), gecos);
	redact_word(redact, "user", copy);
	for (word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
		redact_word(redact, "user", word);
}

static void add_users(struct redact *redact)
{
	struct passwd *user;

	setpwent();
	while ((user = getpwent())) {
		if (user->pw_uid < USERS_FROM || user->pw_uid >= USERS_TO)
			continue;
		redact_word(redact, "user", user->pw_name);
		add_full_name(redact, user->pw_gecos ? user->pw_gecos : "");
	}
	endpwent();
}

static void add_domains(struct redact *redact, const char *path)
{
	FILE *file = fopen(path, "re");
	char line[512], *word, *rest;

	while (file && fgets(line, sizeof(line), file)) {
		word = strtok_r(line, " \t\r\n", &rest);
		if (!word || (strcmp(word, "search") && strcmp(word, "domain")))
			continue;
		while ((word = strtok_r(NULL, " \t\r\n", &rest)))
			redact_word(redact, "domain", word);
	}
	if (file)
		fclose(file);
}

static void add_alias(struct nl_object *object, void *redact)
{
	const char *alias = rtnl_link_get_ifalias((struct rtnl_link *)object);

	if (alias)
		redact_word(redact, "alias", alias);
}

static void add_aliases(struct redact *redact)
{
	struct nl_sock *sock = nl_open(NETLINK_ROUTE);
	struct nl_cache *links = NULL;

	if (sock && !rtnl_link_alloc_cache(sock, AF_UNSPEC, &links))
		nl_cache_foreach(links, add_alias, redact);
	nl_cache_free(links);
	nl_socket_free(sock);
}

/* Tells @redact of all of them. */
void private_words(struct redact *redact)
{
	char path[512];

	add_host(redact);
	add_users(redact);
	add_domains(redact, "/etc/resolv.conf");
	if (opts.netns) {
		snprintf(path, sizeof(path), "/etc/netns/%s/resolv.conf", opts.netns);
		add_domains(redact, path);
	}
	add_aliases(redact);
}
