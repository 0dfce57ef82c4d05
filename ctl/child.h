/* SPDX-License-Identifier: GPL-2.0 */
/* Another program, run to its end: without a shell, and without waiting for it. */
#ifndef CHILD_H
#define CHILD_H

#include <sys/types.h>

#include "loop.h"

struct child {
	pid_t pid;			/* 0 while none runs */
	struct watch watch;
	struct timer timer;
	int output;
	void (*ended)(struct child *child, const char *error);
};

int child_start(struct child *child, const char *const argv[]);
int child_run(const char *const argv[]);

#endif
