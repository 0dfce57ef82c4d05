// SPDX-License-Identifier: GPL-2.0
/*
 * A tar archive of text files, in the format ustar (POSIX.1-1988), which every tar reads. A library would bring all other
 * formats, and more code than clatctl has itself, to a phone.
 */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tar.h"

#define BLOCK 512

struct header {
	char name[100];
	char mode[8];
	char uid[8];
	char gid[8];
	char size[12];
	char mtime[12];
	char checksum[8];
	char type;
	char linkname[100];
	char magic[6];
	char version[2];
	char uname[32];
	char gname[32];
	char major[8];
	char minor[8];
	char prefix[155];
	char pad[12];
};

static int write_all(int fd, const void *data, size_t len)
{
	const char *at = data;
	ssize_t done;

	while (len) {
		done = write(fd, at, len);
		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return -errno;
		at += done;
		len -= (size_t)done;
	}
	return 0;
}

/* The sum of the header's octets, with spaces in its own place. */
static void sum(struct header *header)
{
	const uint8_t *octets = (const uint8_t *)header;
	unsigned int total = 0;
	size_t i;

	memset(header->checksum, ' ', sizeof(header->checksum));
	for (i = 0; i < sizeof(*header); i++)
		total += octets[i];
	snprintf(header->checksum, sizeof(header->checksum), "%06o", total);
}

/**
 * tar_add - append a file
 * @fd: of the archive
 * @name: of the file, less than 100 octets
 * @data: its content
 * @len: octets of that
 *
 * Returns 0 or a negative errno.
 */
int tar_add(int fd, const char *name, const char *data, size_t len)
{
	static const char zeros[BLOCK];
	struct header header = { .type = '0', .magic = "ustar", .version = { '0', '0' } };
	int err;

	_Static_assert(sizeof(header) == BLOCK, "a header is a block");
	snprintf(header.name, sizeof(header.name), "%s", name);
	snprintf(header.mode, sizeof(header.mode), "%07o", 0600);
	snprintf(header.uid, sizeof(header.uid), "%07o", 0);
	snprintf(header.gid, sizeof(header.gid), "%07o", 0);
	snprintf(header.size, sizeof(header.size), "%011zo", len);
	snprintf(header.mtime, sizeof(header.mtime), "%011llo", (unsigned long long)time(NULL));
	sum(&header);
	err = write_all(fd, &header, sizeof(header));
	if (!err)
		err = write_all(fd, data, len);
	if (!err && len % BLOCK)
		err = write_all(fd, zeros, BLOCK - len % BLOCK);
	return err;
}

/* Two empty blocks end an archive. Returns 0 or a negative errno. */
int tar_end(int fd)
{
	static const char zeros[2 * BLOCK];

	return write_all(fd, zeros, sizeof(zeros));
}
