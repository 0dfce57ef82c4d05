// SPDX-License-Identifier: GPL-2.0
/*
 * GRO for UDP that is forwarded ("rx-udp-gro-forwarding"), on the uplink and on a hotspot's device: QUIC then crosses
 * in superframes. Switched on where it is off; a file for each device remembers that, so that whoever takes the CLAT
 * away, another run of the program too, switches it off again. The file comes before the switch and goes after it: a
 * run that is killed between the two leaves nothing that could not be undone.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/ethtool.h>
#include <linux/sockios.h>

#include "ctl.h"
#include "offload.h"

#define FEATURE "rx-udp-gro-forwarding"
/* More than any kernel has. */
#define FEATURES_MAX 1024

static int device_ioctl(const char *ifname, void *command)
{
	struct ifreq ifr = { .ifr_data = command };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), err;

	if (fd < 0)
		return -errno;
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", ifname);
	err = ioctl(fd, SIOCETHTOOL, &ifr) ? -errno : 0;
	close(fd);
	return err;
}

/* The number that this kernel has for a feature, or a negative errno. */
static int find_feature(const char *ifname, const char *name)
{
	struct {
		struct ethtool_sset_info info;
		uint32_t count;
	} sset = { .info = { .cmd = ETHTOOL_GSSET_INFO, .sset_mask = 1ull << ETH_SS_FEATURES } };
	struct ethtool_gstrings *strings;
	int err = device_ioctl(ifname, &sset), found = -EOPNOTSUPP;
	uint32_t i;

	if (err || !sset.info.sset_mask || sset.count > FEATURES_MAX)
		return err ? err : -EOPNOTSUPP;
	strings = calloc(1, sizeof(*strings) + (size_t)sset.count * ETH_GSTRING_LEN);
	if (!strings)
		return -ENOMEM;
	strings->cmd = ETHTOOL_GSTRINGS;
	strings->string_set = ETH_SS_FEATURES;
	strings->len = sset.count;
	err = device_ioctl(ifname, strings);
	for (i = 0; !err && found < 0 && i < strings->len; i++)
		if (!strncmp((const char *)&strings->data[i * ETH_GSTRING_LEN], name, ETH_GSTRING_LEN))
			found = (int)i;
	free(strings);
	return err ? err : found;
}

/* Whether a feature is on, and can be switched. */
static int get_feature(const char *ifname, int number, bool *on)
{
	struct {
		struct ethtool_gfeatures head;
		struct ethtool_get_features_block block[FEATURES_MAX / 32];
	} get = { .head = { .cmd = ETHTOOL_GFEATURES, .size = (uint32_t)number / 32 + 1 } };
	const struct ethtool_get_features_block *block = &get.block[number / 32];
	int err = device_ioctl(ifname, &get);

	if (err)
		return err;
	*on = block->requested >> number % 32 & 1;
	return block->available >> number % 32 & 1 ? 0 : -EOPNOTSUPP;
}

static int set_feature(const char *ifname, int number, bool on)
{
	struct {
		struct ethtool_sfeatures head;
		struct ethtool_set_features_block block[FEATURES_MAX / 32];
	} set = { .head = { .cmd = ETHTOOL_SFEATURES, .size = (uint32_t)number / 32 + 1 } };

	set.block[number / 32].valid = 1u << number % 32;
	set.block[number / 32].requested = on ? 1u << number % 32 : 0;
	return device_ioctl(ifname, &set);
}

/* --- what was switched on ----------------------------------------------------------------------------------------- */

static void path_of(int ifindex, char path[RUN_PATH_SIZE])
{
	char name[24];

	snprintf(name, sizeof(name), "gro-%d", ifindex);
	run_path(path, name);
}

static int remember(int ifindex)
{
	char path[RUN_PATH_SIZE];
	int fd, err = run_folder();

	if (err)
		return err;
	path_of(ifindex, path);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

/**
 * offload_forward_udp - have a device merge UDP that is forwarded, until offload_restore()
 * @ifindex: of the device
 * @ifname: its name
 *
 * A device or kernel without it works as well, but slower: that is no failure.
 */
void offload_forward_udp(int ifindex, const char *ifname)
{
	int number = find_feature(ifname, FEATURE), err = number < 0 ? number : 0;
	bool on = false;

	if (!err)
		err = get_feature(ifname, number, &on);
	if (!err && !on)
		err = remember(ifindex);
	if (!err && !on)
		err = set_feature(ifname, number, true);
	if (err == -EOPNOTSUPP)
		verbose("%s has no " FEATURE, ifname);
	else if (err < 0)
		warning("%s: cannot switch on " FEATURE ", forwarded UDP is slower: %s", ifname, strerror(-err));
	else if (!on)
		verbose("%s: " FEATURE " is on", ifname);
}

/* Switches off what offload_forward_udp() has switched on. A device that is gone has taken it along. */
void offload_restore(int ifindex)
{
	char path[RUN_PATH_SIZE], ifname[IF_NAMESIZE];
	int number, err = 0;

	path_of(ifindex, path);
	if (access(path, F_OK))
		return;
	if (if_indextoname((unsigned int)ifindex, ifname)) {
		number = find_feature(ifname, FEATURE);
		err = number < 0 ? number : set_feature(ifname, number, false);
	}
	if (err < 0 && err != -ENODEV) {
		warning("%s: cannot switch off " FEATURE ": %s; do it by: ethtool -K %s " FEATURE " off", ifname,
			strerror(-err), ifname);
		return;
	}
	unlink(path);
}

/* The same for all devices of this network namespace. */
void offload_restore_all(void)
{
	DIR *folder = opendir(RUN_FOLDER);
	const struct dirent *entry;
	uint64_t netns;
	int ifindex;

	while (folder && (entry = readdir(folder)))
		if (sscanf(entry->d_name, "netns-%" SCNu64 ".gro-%d", &netns, &ifindex) == 2 && netns == netns_number())
			offload_restore(ifindex);
	if (folder)
		closedir(folder);
}
