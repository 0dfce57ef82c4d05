// SPDX-License-Identifier: GPL-2.0
/* The files of the daemon's configuration, in their order. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "ctl.h"
#include "text.h"

static int cannot_read(const char *path, int err)
{
	return fail(CTL_BADCONF, CONF_MANUAL, "cannot read %s: %s", path, strerror(err));
}

static int load_file(const char *path, struct conf *conf)
{
	size_t len;
	char *text;
	int err = text_load(path, &text, &len), code;

	if (err)
		return err == -ENOENT ? CTL_OK : cannot_read(path, -err);
	code = conf_parse(path, text, len, conf);
	free(text);
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
