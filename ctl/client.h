/* SPDX-License-Identifier: GPL-2.0 */
/* Asking the daemon. */
#ifndef CLIENT_H
#define CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include <json-c/json.h>

/* No exit code: nobody listens, and the command does it by itself. */
#define CLIENT_NO_DAEMON (-1)

struct sockaddr_un;

void control_address(struct sockaddr_un *address);
struct json_object *client_request(const char *command);
int client_ask(struct json_object *request, struct json_object **answer);
bool client_daemon_runs(void);

#endif
