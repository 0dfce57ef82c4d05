/* SPDX-License-Identifier: GPL-2.0 */
/* clatctl daemon: what its parts share. */
#ifndef DAEMON_H
#define DAEMON_H

#include <stdbool.h>
#include <stdint.h>

#include "conf.h"

struct json_object;
struct uplink;

/* daemon.c */
int daemon_open(const struct conf *conf);
void daemon_changed(void);
int daemon_reload(void);
struct uplink *daemon_uplinks(void);
struct uplink *daemon_find(const char *name);
int daemon_up(const char *ifname);
int daemon_down(const char *name, bool all, struct json_object *instances);
const char *daemon_trouble(void);
void daemon_resolvers_changed(void);
void daemon_resumed(void);

/* control.c: the socket that commands come by. */
int control_open(void);
void control_close(void);
void control_tell(void);

#endif
