// SPDX-License-Identifier: GPL-2.0
/*
 * The device of clat-tayga: made, marked as its own by an alias, configured but for the uplink, and taken away. ConnMan
 * gives it addresses and routes.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "ctl.h"
#include "genl.h"
#include "rtnl.h"
#include "tayga.h"

/* One that is there already must be clat-tayga's, or nobody's yet. */
static int check_device(const struct link *link)
{
	struct dev dev;
	int code;

	if (strcmp(link->kind, "clat"))
		return fail(CTL_REFUSED, TAYGA_BUSY, "%s is there already, and no clat device", link->ifname);
	code = genl_dev_get((uint32_t)link->ifindex, &dev);
	if (!code && !link->tayga && (dev.uplink || dev.nmap))
		code = fail(CTL_REFUSED, "name another tun-device", "%s is a clat device that somebody else has set up",
			    link->ifname);
	return code;
}

static int find_or_make(const char *ifname, struct link *link, bool *made)
{
	int code = link_get(ifname, link);

	if (!code)
		return check_device(link);
	if (code != CTL_NODEV)
		return code;
	code = link_add_clat(ifname);
	*made = !code;
	return code ? code : link_get(ifname, link);
}

/* The alias comes first: the daemon takes no device for its own that has it. */
static int mark_and_configure(const struct link *link, const struct tayga_conf *conf)
{
	struct dev want = conf->dev;
	int code = link->tayga ? CTL_OK : link_set_alias(link->ifindex, link->ifname, LINK_ALIAS_TAYGA);

	want.ifindex = (uint32_t)link->ifindex;
	return code ? code : genl_dev_set(&want);
}

/**
 * tayga_make - have the device that a configuration names, configured but for the uplink
 * @conf: the configuration
 * @ifindex: set to the device's
 * @made: set to whether it was not there before
 *
 * The kernel judges the configuration here, so that what it refuses is known before anything is built on the device.
 *
 * Returns an exit code with the failure recorded; a device that was made is gone then.
 */
int tayga_make(const struct tayga_conf *conf, int *ifindex, bool *made)
{
	struct failure cause;
	struct link link;
	int code;

	*made = false;
	code = find_or_make(conf->dev.ifname, &link, made);
	if (!code)
		code = mark_and_configure(&link, conf);
	*ifindex = link.ifindex;
	if (code && *made) {
		cause = failure_get();
		link_del(link.ifindex, link.ifname);
		failure_set(&cause);
	}
	return code;
}

/* Deletes the device, or what TAYGA itself has left behind under its name. One that is gone already is no failure. */
int tayga_remove(const struct tayga_conf *conf)
{
	struct link link;
	int code = link_get(conf->dev.ifname, &link);

	if (code)
		return code == CTL_NODEV ? CTL_OK : code;
	if (strcmp(link.kind, "tun"))
		code = check_device(&link);
	return code ? code : link_del(link.ifindex, link.ifname);
}

/* One at a time serves a device; the lock goes with the process. Where there is no place for it, it goes without. */
int tayga_hold(const struct tayga_conf *conf)
{
	char name[IF_NAMESIZE + 8], path[RUN_PATH_SIZE];
	int fd;

	snprintf(name, sizeof(name), "tayga-%s", conf->dev.ifname);
	run_path(path, name);
	fd = run_folder() ? -1 : open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0) {
		warning("cannot make a lock in " RUN_FOLDER " (%s): do not run clat-tayga twice at once", strerror(errno));
		return CTL_OK;
	}
	if (!flock(fd, LOCK_EX | LOCK_NB) || errno != EWOULDBLOCK)
		return CTL_OK;
	close(fd);
	return fail(CTL_REFUSED, TAYGA_BUSY, "another clat-tayga serves %s", conf->dev.ifname);
}
