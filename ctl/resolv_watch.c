// SPDX-License-Identifier: GPL-2.0
/*
 * Changes of resolv.conf: written, replaced, a link to somewhere else, mounted from somewhere else. So the folders of
 * the name and of the file that it leads to are watched, and the file; after each event all are looked up anew.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "loop.h"
#include "resolv_watch.h"

#define FOLDER_MASK (IN_CLOSE_WRITE | IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ONLYDIR)

static struct {
	struct watch watch;
	char path[PATH_MAX];		/* the name */
	char target[PATH_MAX];		/* the file, or "" */
	int of_path, of_target;		/* of their folders, -1 for none */
	int of_file;
	void (*changed)(void);
} r = { .of_path = -1, .of_target = -1, .of_file = -1 };

static int watch_folder(const char *path)
{
	char folder[PATH_MAX], *slash;

	snprintf(folder, sizeof(folder), "%s", path);
	slash = strrchr(folder, '/');
	slash[slash == folder] = '\0';
	return inotify_add_watch(r.watch.fd, folder, FOLDER_MASK);
}

/* The file may be in the same folder, which then has one watch. */
static void follow(void)
{
	char target[PATH_MAX];

	if (!realpath(r.path, target))
		target[0] = '\0';
	/* Of a file that is gone the kernel has ended the watch. */
	r.of_file = target[0] ? inotify_add_watch(r.watch.fd, target, IN_CLOSE_WRITE) : -1;
	if (!strcmp(target, r.target))
		return;
	if (r.of_target >= 0 && r.of_target != r.of_path)
		inotify_rm_watch(r.watch.fd, r.of_target);
	strcpy(r.target, target);
	r.of_target = target[0] ? watch_folder(target) : -1;
}

static bool is_about(const struct inotify_event *event, int folder, const char *path)
{
	const char *slash = strrchr(path, '/');

	return event->wd == folder && event->len && slash && !strcmp(event->name, slash + 1);
}

static void on_event(struct watch *watch, uint32_t events)
{
	union {
		char bytes[4096];
		struct inotify_event align;
	} buf;
	ssize_t got = read(watch->fd, &buf, sizeof(buf)), pos = 0;
	bool changed = false;

	(void)events;
	while (pos < got) {
		const struct inotify_event *event = (const void *)(buf.bytes + pos);

		changed |= event->wd == r.of_file || is_about(event, r.of_path, r.path) ||
			   is_about(event, r.of_target, r.target);
		pos += (ssize_t)(sizeof(*event) + event->len);
	}
	if (!changed)
		return;
	follow();
	r.changed();
}

/**
 * resolv_watch_open - watch resolv.conf from now on
 * @netns: name of the network namespace that has its own, or NULL
 * @changed: called after each change
 *
 * Returns 0 or a negative errno.
 */
int resolv_watch_open(const char *netns, void (*changed)(void))
{
	int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC), err;

	if (fd < 0)
		return -errno;
	snprintf(r.path, sizeof(r.path), "/etc/resolv.conf");
	if (netns)
		snprintf(r.path, sizeof(r.path), "/etc/netns/%s/resolv.conf", netns);
	if (netns && access(r.path, F_OK))
		snprintf(r.path, sizeof(r.path), "/etc/resolv.conf");
	r.changed = changed;
	r.watch.ready = on_event;
	err = loop_watch(&r.watch, fd, EPOLLIN);
	if (err)
		return err;
	r.of_path = watch_folder(r.path);
	err = -errno;
	if (r.of_path < 0)
		return err;
	follow();
	return 0;
}
