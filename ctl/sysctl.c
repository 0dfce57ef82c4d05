// SPDX-License-Identifier: GPL-2.0
/* Numbers below /proc/sys/net/ipv6/conf and neigh: what an interface does with IPv6, where netlink cannot set it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl.h"
#include "sysctl.h"

#define SYSCTL_PATH "/proc/sys/net/ipv6/%s/%s/%s"

/* Where the kernel keeps a number. */
static const char *folder_of(const char *key)
{
	return !strcmp(key, "proxy_delay") ? "neigh" : "conf";
}

static int open_sysctl(const char *ifname, const char *key, int flags)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), SYSCTL_PATH, folder_of(key), ifname, key);
	fd = open(path, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int read_number(int fd, int *value)
{
	char text[16] = "";
	ssize_t got = read(fd, text, sizeof(text) - 1);

	close(fd);
	if (got <= 0)
		return -EIO;
	*value = atoi(text);
	return 0;
}

/* Reads a number of any file of /proc/sys. Returns 0 or a negative errno. */
int sysctl_get(const char *path, int *value)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -errno : read_number(fd, value);
}

/**
 * sysctl6_get - read a number
 * @ifname: an interface, or "all" or "default"
 * @key: such as "forwarding"
 * @value: set to it
 *
 * Returns 0 or a negative errno, -ENOENT where the interface is gone or has no IPv6.
 */
int sysctl6_get(const char *ifname, const char *key, int *value)
{
	int fd = open_sysctl(ifname, key, O_RDONLY);

	return fd < 0 ? fd : read_number(fd, value);
}

/* Writes a number. Returns an exit code with the failure recorded; an interface that is gone is no failure. */
int sysctl6_set(const char *ifname, const char *key, int value)
{
	int fd = open_sysctl(ifname, key, O_WRONLY), err = fd < 0 ? fd : 0;
	char text[16];
	int len = snprintf(text, sizeof(text), "%d\n", value);

	if (fd >= 0) {
		if (write(fd, text, (size_t)len) != len)
			err = -errno;
		close(fd);
	}
	if (!err || err == -ENOENT || err == -ENODEV)
		return CTL_OK;
	return fail(err == -EACCES || err == -EPERM ? CTL_PERM : CTL_REFUSED,
		    err == -EROFS ? "is /proc/sys mounted read-only here? see: man clat.conf" : NULL,
		    "cannot set net.ipv6.%s.%s.%s to %d: %s", folder_of(key), ifname, key, value, strerror(-err));
}
