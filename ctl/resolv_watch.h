/* SPDX-License-Identifier: GPL-2.0 */
/* Changes of resolv.conf. */
#ifndef RESOLV_WATCH_H
#define RESOLV_WATCH_H

int resolv_watch_open(const char *netns, void (*changed)(void));

#endif
