// SPDX-License-Identifier: GPL-2.0
/*
 * Telling the service manager how it goes. The protocol of sd_notify(3) is a datagram to a socket that the environment
 * names, so no library is needed; without the name there is nobody to tell.
 */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "loop.h"
#include "notify.h"

static struct sockaddr_un manager;
static socklen_t manager_len;
static struct timer watchdog;
static int64_t watchdog_ms;

static void tell(const char *text)
{
	int fd;

	if (!manager_len)
		return;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	sendto(fd, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT, (struct sockaddr *)&manager, manager_len);
	close(fd);
}

static void on_watchdog(struct timer *timer)
{
	tell("WATCHDOG=1");
	timer_set(timer, loop_now() + loop_real_ms(watchdog_ms));
}

/* Reads the environment: where to tell, and how often to say that we are alive, at twice the rate asked for. */
void notify_open(void)
{
	const char *path = getenv("NOTIFY_SOCKET"), *usec = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
	size_t len = path ? strlen(path) : 0;

	if (len < 2 || len >= sizeof(manager.sun_path))
		return;
	manager.sun_family = AF_UNIX;
	memcpy(manager.sun_path, path, len);
	/* An abstract socket's name begins with an octet of zero. */
	if (path[0] == '@')
		manager.sun_path[0] = '\0';
	manager_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
	if (!usec || (pid && atol(pid) != (long)getpid()))
		return;
	watchdog_ms = atoll(usec) / 1000 / 2;
	watchdog.due = on_watchdog;
	if (watchdog_ms > 0)
		on_watchdog(&watchdog);
}

void notify_ready(void)
{
	tell("READY=1");
}

void notify_reloading(void)
{
	struct timespec ts;
	char text[64];

	clock_gettime(CLOCK_MONOTONIC, &ts);
	snprintf(text, sizeof(text), "RELOADING=1\nMONOTONIC_USEC=%lld",
		 (long long)ts.tv_sec * 1000000 + ts.tv_nsec / 1000);
	tell(text);
}

void notify_stopping(void)
{
	tell("STOPPING=1");
}
