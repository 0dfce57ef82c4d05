// SPDX-License-Identifier: GPL-2.0
/* The machine's secret that stable addresses are hashed with (RFC 7217): 32 random octets in a file. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "address.h"

static int read_secret(const char *path, uint8_t secret[SECRET_SIZE])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t got;

	if (fd < 0)
		return -errno;
	got = read(fd, secret, SECRET_SIZE);
	close(fd);
	if (got < 0)
		return -EIO;
	return got == SECRET_SIZE ? 0 : -EBADMSG;
}

static int write_all(int fd, const uint8_t *data, size_t size)
{
	if (write(fd, data, size) != (ssize_t)size || fsync(fd))
		return -EIO;
	return 0;
}

/* The folders above @path, as "mkdir -p" makes them. */
static void make_folder(const char *path)
{
	char folder[PATH_MAX], *slash;

	snprintf(folder, sizeof(folder), "%s", path);
	for (slash = strchr(folder + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(folder, 0755);
		*slash = '/';
	}
}

/* A file of its own first, then linked to its name: another run sees a whole secret or none, and the first one stays. */
static int make_secret(const char *path)
{
	char temporary[PATH_MAX];
	uint8_t fresh[SECRET_SIZE];
	int fd, err = 0;

	if (getrandom(fresh, sizeof(fresh), 0) != (ssize_t)sizeof(fresh))
		return -EIO;
	make_folder(path);
	if ((size_t)snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path) >= sizeof(temporary))
		return -ENAMETOOLONG;
	fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = write_all(fd, fresh, sizeof(fresh));
	close(fd);
	if (!err && link(temporary, path) && errno != EEXIST)
		err = -errno;
	unlink(temporary);
	return err;
}

/**
 * secret_load - read the machine's secret, making it at first use
 * @path: the file, mode 0600
 * @secret: set to it; where no file can be made, to random octets
 *
 * Returns 0, or a negative errno when @secret is random and will be another one next time.
 */
int secret_load(const char *path, uint8_t secret[SECRET_SIZE])
{
	int err = read_secret(path, secret);

	if (err == -ENOENT) {
		err = make_secret(path);
		if (!err)
			err = read_secret(path, secret);
	}
	if (err && getrandom(secret, SECRET_SIZE, 0) != SECRET_SIZE)
		abort();
	return err;
}
