// SPDX-License-Identifier: GPL-2.0
/* The files of the daemon's configuration, in their order. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf.h"
#include "ctl.h"

#define FILE_MAX (64 * 1024)

static int cannot_read(const char *path, int err)
{
	return fail(CTL_BADCONF, CONF_MANUAL, "cannot read %s: %s", path, strerror(err));
}

static int load_file(const char *path, struct conf *conf)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), code;
	char *text;
	ssize_t len;

	if (fd < 0)
		return errno == ENOENT ? CTL_OK : cannot_read(path, errno);
	text = malloc(FILE_MAX + 1);
	len = text ? read(fd, text, FILE_MAX + 1) : -1;
	if (len < 0)
		code = cannot_read(path, errno);
	else if (len > FILE_MAX)
		code = fail(CTL_BADCONF, CONF_MANUAL, "%s is longer than %d octets", path, FILE_MAX);
	else
		code = conf_parse(path, text, (size_t)len, conf);
	free(text);
	close(fd);
	return code;
}

static int is_conf(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return entry->d_name[0] != '.' && len > 5 && !strcmp(entry->d_name + len - 5, ".conf");
}

/**
 * conf_load - read all configuration files
 * @folder: clat.conf in it first, then conf.d in the order of names; what is not there says nothing
 * @conf: filled in
 *
 * Returns CTL_OK, or CTL_BADCONF with the failure recorded.
 */
int conf_load(const char *folder, struct conf *conf)
{
	char path[PATH_MAX];
	struct dirent **list;
	int count, i, code;

	conf_defaults(conf);
	snprintf(path, sizeof(path), "%s/clat.conf", folder);
	code = load_file(path, conf);
	if (code)
		return code;
	snprintf(path, sizeof(path), "%s/conf.d", folder);
	count = scandir(path, &list, is_conf, alphasort);
	if (count < 0)
		return errno == ENOENT ? CTL_OK : cannot_read(path, errno);
	for (i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "%s/conf.d/%s", folder, list[i]->d_name);
		if (!code)
			code = load_file(path, conf);
		free(list[i]);
	}
	free(list);
	return code;
}
