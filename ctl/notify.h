/* SPDX-License-Identifier: GPL-2.0 */
/* Telling the service manager how it goes: sd_notify(3)'s protocol, which is a datagram. */
#ifndef NOTIFY_H
#define NOTIFY_H

void notify_open(void);
void notify_ready(void);
void notify_reloading(void);
void notify_stopping(void);

#endif
