// SPDX-License-Identifier: GPL-2.0
/*
 * One run at a time changes a network namespace: two that look for the uplink's device at once would both find none
 * and make one each. The lock is the kernel's, so that it goes with the process, however that ends.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "ctl.h"

/* Longer than an "up" with its default time-outs takes. */
#define LOCK_WAIT_MS 30000
#define LOCK_POLL_MS 50

/* A lock file for each namespace, by its inode. */
static int lock_open(void)
{
	char path[RUN_PATH_SIZE];

	if (!netns_number() || run_folder())
		return -1;
	run_path(path, "lock");
	return open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
}

/**
 * lock_netns - wait until no other run changes this network namespace
 *
 * The lock is held until the process ends. Where there is no place for a lock file it goes on without one.
 *
 * Returns an exit code, with the failure recorded.
 */
int lock_netns(void)
{
	int64_t until = now_ms() + LOCK_WAIT_MS;
	int fd = lock_open();

	if (fd < 0) {
		warning("cannot make a lock in " RUN_FOLDER " (%s): do not run clatctl twice at once", strerror(errno));
		return CTL_OK;
	}
	while (flock(fd, LOCK_EX | LOCK_NB)) {
		if (errno != EWOULDBLOCK)
			break;
		if (now_ms() >= until || interrupted) {
			close(fd);
			return fail(CTL_TIMEOUT, "see: ps -C clatctl", "%s while another clatctl was at work",
				    interrupted ? "interrupted" : "gave up after 30 s");
		}
		wait_events(NULL, 0, now_ms() + LOCK_POLL_MS);
	}
	return CTL_OK;
}
