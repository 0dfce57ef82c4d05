// SPDX-License-Identifier: GPL-2.0
/* Files of configuration, read as a whole; what is too long to be one is an error. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "text.h"

#define LENGTH_MAX (64 * 1024)

/**
 * text_load - read a file
 * @path: its path
 * @text: set to what is in it, not ended by a zero; the caller frees it
 * @len: set to its length
 *
 * Returns 0 or a negative errno, -EFBIG for more than 64 KiB; nothing is to be freed then.
 */
int text_load(const char *path, char **text, size_t *len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), err = 0;
	ssize_t got;

	if (fd < 0)
		return -errno;
	*text = malloc(LENGTH_MAX + 1);
	got = *text ? read(fd, *text, LENGTH_MAX + 1) : -1;
	if (got < 0)
		err = -errno;
	else if (got > LENGTH_MAX)
		err = -EFBIG;
	close(fd);
	if (err)
		free(*text);
	else
		*len = (size_t)got;
	return err;
}
