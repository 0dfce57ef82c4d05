// SPDX-License-Identifier: GPL-2.0
/* The archive of "diag -o": all that somebody elsewhere needs to find out what is wrong, with pseudonyms if asked for. */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/rtnetlink.h>

#include "ctl.h"
#include "diag_parts.h"
#include "modem.h"
#include "redact.h"
#include "tar.h"

#define FOLDER "clat-diag/"

struct archive {
	int fd;
	struct redact *redact;		/* NULL to tell all */
	int err;			/* negative errno of the first write that failed */
};

/* Adds a file, of which the text is freed. */
static void add(struct archive *archive, const char *name, char *text)
{
	char path[100], *masked = archive->redact ? redact_text(archive->redact, text) : NULL;
	const char *content = masked ? masked : text;

	snprintf(path, sizeof(path), FOLDER "%s", name);
	if (!archive->err)
		archive->err = tar_add(archive->fd, path, content, strlen(content));
	free(masked);
	free(text);
}

static void add_kernel(struct archive *archive, const struct diag *d)
{
	static const struct {
		const char *name;
		int type;
	} kinds[] = {
		{ "links.txt", RTM_GETLINK }, { "addresses.txt", RTM_GETADDR }, { "routes.txt", RTM_GETROUTE },
		{ "rules.txt", RTM_GETRULE }, { "neighbours.txt", RTM_GETNEIGH }, { "qdiscs.txt", RTM_GETQDISC },
	};
	static const char *const files[] = { "dev", "snmp", "snmp6", "netstat" };
	char path[64], name[64];
	size_t i;

	add(archive, "devices.json", part_devices(d));
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		add(archive, kinds[i].name, part_netlink(kinds[i].type));
	add(archive, "nftables.txt", part_nftables());
	add(archive, "sysctls.txt", part_sysctls());
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "/proc/net/%s", files[i]);
		snprintf(name, sizeof(name), "proc-net-%s.txt", files[i]);
		add(archive, name, part_file(path));
	}
}

/* The configuration, and which DNS servers the machine is told to use. */
static void add_files(struct archive *archive)
{
	char resolv[512] = "/etc/resolv.conf", name[64];
	glob_t found;
	size_t i;

	if (opts.netns)
		snprintf(resolv, sizeof(resolv), "/etc/netns/%s/resolv.conf", opts.netns);
	add(archive, "resolv.conf", part_file(access(resolv, F_OK) ? "/etc/resolv.conf" : resolv));
	if (!access(CONF_FOLDER "/clat.conf", F_OK))
		add(archive, "clat.conf", part_file(CONF_FOLDER "/clat.conf"));
	if (glob(CONF_FOLDER "/conf.d/*.conf", 0, NULL, &found))
		return;
	for (i = 0; i < found.gl_pathc; i++) {
		snprintf(name, sizeof(name), "conf.d/%.50s", strrchr(found.gl_pathv[i], '/') + 1);
		add(archive, name, part_file(found.gl_pathv[i]));
	}
	globfree(&found);
}

static void add_findings(struct archive *archive, const struct findings *findings)
{
	struct json_object *json = findings_json(findings);
	char *text = findings_text(findings);

	if (text)
		add(archive, "diag.txt", text);
	add(archive, "diag.json", part_json(json));
	json_object_put(json);
}

static void add_all(struct archive *archive, const struct diag *d, const struct findings *findings)
{
	/* The first, for it tells what is private in all others. */
	char *modem = modem_text(archive->redact), *log = part_log(d);

	add_findings(archive, findings);
	add(archive, "versions.txt", part_versions());
	add(archive, "status.json", part_json(d->status));
	add(archive, "tether.json", part_json(d->tethers));
	add_kernel(archive, d);
	add_files(archive);
	add(archive, "modem.txt", modem);
	add(archive, "discovery.txt", part_discovery(d, log));
	add(archive, "log.txt", log);
	if (!archive->err)
		archive->err = tar_end(archive->fd);
}

/**
 * diag_archive - write the archive
 * @path: of a file that is not there yet
 * @redact: what is to have pseudonyms, or NULL to tell all
 * @d: the snapshot
 * @findings: what was made of it
 *
 * Returns an exit code with the failure recorded.
 */
int diag_archive(const char *path, struct redact *redact, const struct diag *d, const struct findings *findings)
{
	struct archive archive = { .redact = redact };

	/* Not into a file that somebody else has put there, to read it. */
	archive.fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (archive.fd < 0)
		return fail(CTL_REFUSED, errno == EEXIST ? "name a file that is not there yet" : NULL, "cannot write %s: %s",
			    path, strerror(errno));
	add_all(&archive, d, findings);
	if (close(archive.fd) && !archive.err)
		archive.err = -errno;
	if (!archive.err)
		return CTL_OK;
	unlink(path);
	return fail(CTL_REFUSED, "is there room for it?", "cannot write %s: %s", path, strerror(-archive.err));
}
