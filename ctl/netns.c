// SPDX-License-Identifier: GPL-2.0
/* Working in another network namespace, one that "ip netns" has named. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ctl.h"

/**
 * netns_enter - move this process into a named network namespace
 * @name: its name under /run/netns
 *
 * Returns CTL_OK, or an exit code with the failure recorded.
 */
int netns_enter(const char *name)
{
	char path[PATH_MAX];
	int fd, err;

	if (!name[0] || strchr(name, '/') || !strcmp(name, ".") || !strcmp(name, ".."))
		return fail(CTL_USAGE, "see: ip netns list", "-n: '%s' is no name of a network namespace", name);
	snprintf(path, sizeof(path), "/run/netns/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		err = errno;
		if (err == EACCES)
			return fail(CTL_PERM, "run clatctl as root", "cannot open namespace %s: %s", path, strerror(err));
		return fail(CTL_NODEV, "see: ip netns list", "no network namespace '%s': %s: %s", name, path,
			    strerror(err));
	}
	err = setns(fd, CLONE_NEWNET) ? errno : 0;
	close(fd);
	if (err == EPERM)
		return fail(CTL_PERM, "run clatctl as root", "cannot enter network namespace '%s': %s", name,
			    strerror(err));
	if (err)
		return fail(CTL_NODEV, "see: ip netns list", "cannot enter network namespace '%s': %s", name,
			    strerror(err));
	return CTL_OK;
}
