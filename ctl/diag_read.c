// SPDX-License-Identifier: GPL-2.0
/* The snapshot that is judged: of the kernel, of the daemon, of the configuration, and of DNS where nobody else asks it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ask.h"
#include "client.h"
#include "ctl.h"
#include "diag.h"
#include "genl.h"
#include "show.h"
#include "sysctl.h"
#include "tether.h"

#define ASK_S 3

static void keep_error(char *buf, size_t size)
{
	static const struct failure none;

	snprintf(buf, size, "%s", failure_get().message);
	failure_set(&none);
}

/**
 * diag_module_value - what the kernel tells of the module
 * @name: of the file in /sys/module/clat, such as "version"
 * @buf: filled in; "" where there is none
 * @size: of @buf
 */
void diag_module_value(const char *name, char *buf, size_t size)
{
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "/sys/module/clat/%s", name);
	file = fopen(path, "re");
	buf[0] = '\0';
	if (file && fgets(buf, (int)size, file))
		buf[strcspn(buf, "\n")] = '\0';
	if (file)
		fclose(file);
}

/* --- the daemon --------------------------------------------------------------------------------------------------- */

/* That the daemon has trouble with all of it, a module that is missing for one, is found out by the rest as well. */
static void read_status(struct diag *d)
{
	static const struct failure none;

	d->status_code = client_ask(client_request("status"), &d->status);
	failure_set(&none);
}

/* The daemon's hotspots, or those that one shots have switched on. */
static struct json_object *read_tethers(const struct diag *d)
{
	struct json_object *request = client_request("tether"), *answer = NULL, *array = NULL;
	static const struct failure none;
	struct tether_state state;
	int code = CLIENT_NO_DAEMON;

	json_object_object_add(request, "action", json_object_new_string("status"));
	/* One that has given no answer before is not waited for again. */
	if (d->status_code == CTL_TIMEOUT)
		json_object_put(request);
	else
		code = client_ask(request, &answer);
	if (!code && json_object_object_get_ex(answer, "tethers", &array))
		json_object_get(array);
	json_object_put(answer);
	if (code == CLIENT_NO_DAEMON && !tether_state_load(&state)) {
		array = json_object_new_array();
		tether_describe(array, &state, &d->world, NULL, true);
	}
	failure_set(&none);
	return array;
}

static struct json_object *find_told(const struct diag *d, const char *uplink)
{
	struct json_object *instances = d->status ? json_object_object_get(d->status, "instances") : NULL;
	size_t i;

	for (i = 0; instances && i < json_object_array_length(instances); i++) {
		struct json_object *instance = json_object_array_get_idx(instances, i);

		/* What is not the daemon's has no such key. */
		if (!strcmp(json_text(instance, "uplink", ""), uplink) &&
		    json_object_object_get_ex(instance, "server-local", NULL))
			return instance;
	}
	return NULL;
}

/* --- uplinks ------------------------------------------------------------------------------------------------------ */

static bool is_tether(const struct diag *d, const char *ifname)
{
	size_t i;

	for (i = 0; d->tethers && i < json_object_array_length(d->tethers); i++)
		if (!strcmp(json_text(json_object_array_get_idx(d->tethers, i), "ifname", ""), ifname))
			return true;
	return false;
}

/* Where nobody knows the prefix and the network is one for CLAT, DNS is asked as "clatctl up" would ask it. */
static void ask(struct diag_uplink *u)
{
	struct ask servers = { .timeout_s = ASK_S };
	struct discovery discovery = { 0 };
	char text[64];
	size_t i;

	u->asked = -1;
	if (u->told || u->plan.why != WHY_ACTIVE || u->settings.nplat || (u->dev && u->dev->nplat))
		return;
	for (i = 0; i < u->settings.ndns; i++)
		servers.servers[servers.count++] = u->settings.dns[i];
	u->asked = ask_run(&cmd_diag, &servers, u->link->ifname, (unsigned int)u->link->ifindex, &discovery);
	if (u->asked)
		keep_error(u->answer, sizeof(u->answer));
	else
		snprintf(u->answer, sizeof(u->answer), "%s, says %s", show_plat(&discovery.prefixes[0], text, sizeof(text)),
			 discovery.server);
}

static void read_redirect(const struct diag *d, struct diag_uplink *u)
{
	int to = tc_redirect(u->link->ifindex);
	const struct link *link = to ? world_link(&d->world, to) : NULL;

	if (to)
		snprintf(u->redirect, sizeof(u->redirect), "%s", link ? link->ifname : "another interface");
}

static void add_uplink(struct diag *d, const struct link *link, struct json_object *told)
{
	struct diag_uplink *u = &d->uplinks[d->nuplinks++];

	u->link = link;
	u->told = told;
	u->dev = world_dev_of(&d->world, link->ifindex);
	u->has_stats = u->dev && !genl_stats_get(u->dev->ifindex, &u->stats);
	conf_settings(&d->conf, link->ifname, &u->settings);
	plan_network(&d->world, link, &u->settings, &u->plan);
	ask(u);
	read_redirect(d, u);
}

static void find_uplinks(struct diag *d)
{
	size_t i;

	d->uplinks = calloc(d->world.nlinks + 1, sizeof(*d->uplinks));
	for (i = 0; d->uplinks && i < d->world.nlinks; i++) {
		const struct link *link = &d->world.links[i];
		struct json_object *told = find_told(d, link->ifname);

		if (told || world_dev_of(&d->world, link->ifindex) ||
		    (plan_candidate(&d->world, &d->conf, link) && !is_tether(d, link->ifname)))
			add_uplink(d, link, told);
	}
}

/* --- all of it ---------------------------------------------------------------------------------------------------- */

static void read_conf(struct diag *d)
{
	conf_defaults(&d->conf);
	d->conf_code = conf_load(CONF_FOLDER, &d->conf);
	if (!d->conf_code)
		return;
	keep_error(d->conf_error, sizeof(d->conf_error));
	conf_defaults(&d->conf);
}

static void read_kernel(struct diag *d)
{
	int code = world_read(&d->world);

	d->module = code != CTL_NOMODULE;
	if (code == CTL_NOMODULE) {
		keep_error(d->module_error, sizeof(d->module_error));
	} else if (code) {
		d->world_code = code;
		keep_error(d->world_error, sizeof(d->world_error));
	}
	diag_module_value("version", d->module_version, sizeof(d->module_version));
	if (sysctl_get("/proc/sys/net/ipv4/conf/all/rp_filter", &d->rp_filter_all))
		d->rp_filter_all = -1;
}

/* Takes the snapshot; to be freed by diag_free(). What cannot be read is told as a finding later. */
void diag_read(struct diag *d)
{
	memset(d, 0, sizeof(*d));
	d->root = geteuid() == 0;
	read_conf(d);
	read_status(d);
	read_kernel(d);
	if (d->world_code)
		return;
	d->tethers = read_tethers(d);
	find_uplinks(d);
}

void diag_free(struct diag *d)
{
	json_object_put(d->status);
	json_object_put(d->tethers);
	world_free(&d->world);
	free(d->uplinks);
	memset(d, 0, sizeof(*d));
}
