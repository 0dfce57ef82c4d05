// SPDX-License-Identifier: GPL-2.0
/* Network namespaces: working in another one, that "ip netns" has named, and files that belong to one. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
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

/* The number of the namespace we are in; 0 if it is not known. */
uint64_t netns_number(void)
{
	struct stat st;

	return stat("/proc/self/ns/net", &st) ? 0 : st.st_ino;
}

/**
 * run_path - the path of a file for what is true of this network namespace until the next boot
 * @path: set to it
 * @name: of the file among those of the namespace, such as "lock"
 */
void run_path(char path[RUN_PATH_SIZE], const char *name)
{
	snprintf(path, RUN_PATH_SIZE, RUN_FOLDER "/netns-%" PRIu64 ".%s", netns_number(), name);
}

/* Makes the folder of these files. Returns 0 or a negative errno. */
int run_folder(void)
{
	return mkdir(RUN_FOLDER, 0755) && errno != EEXIST ? -errno : 0;
}
