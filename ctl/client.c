// SPDX-License-Identifier: GPL-2.0
/* Asking the daemon by its socket: one request, one answer, each a line of JSON. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "client.h"
#include "ctl.h"

#define CONTROL_SOCKET RUN_FOLDER "/control"
/* Longer than the daemon lets an "up" wait. */
#define ANSWER_MS 40000
#define ANSWER_MAX (1 << 20)

/* The socket of the daemon: with -n one of its own for each namespace. */
void control_address(struct sockaddr_un *address)
{
	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	snprintf(address->sun_path, sizeof(address->sun_path), CONTROL_SOCKET "%s%.60s", opts.netns ? "." : "",
		 opts.netns ? opts.netns : "");
}

static int open_socket(void)
{
	struct sockaddr_un address;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	control_address(&address);
	if (fd >= 0 && !connect(fd, (struct sockaddr *)&address, sizeof(address)))
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

struct json_object *client_request(const char *command)
{
	struct json_object *request = json_schema();

	json_object_object_add(request, "command", json_object_new_string(command));
	json_object_object_add(request, "netns", json_object_new_uint64(netns_number()));
	return request;
}

static bool send_request(int fd, struct json_object *request)
{
	char line[512];
	int len = snprintf(line, sizeof(line), "%s\n", json_object_to_json_string_ext(request, JSON_C_TO_STRING_PLAIN));

	return len < (int)sizeof(line) && send(fd, line, (size_t)len, MSG_NOSIGNAL) == len;
}

/* The answer's text up to the end, which the caller frees, or NULL. */
static char *receive(int fd)
{
	int64_t until = now_ms() + ANSWER_MS;
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	char *text = NULL, *grown;
	size_t len = 0;
	ssize_t got;

	while (len < ANSWER_MAX) {
		grown = realloc(text, len + 4097);
		if (!grown || wait_events(&pfd, 1, until) <= 0)
			break;
		text = grown;
		got = recv(fd, text + len, 4096, 0);
		if (got <= 0) {
			text[len] = '\0';
			return text;
		}
		len += (size_t)got;
	}
	free(grown ? grown : text);
	return NULL;
}

/* The daemon's failure becomes ours. */
static int take_error(struct json_object *error)
{
	const char *message = json_text(error, "message", NULL);
	struct json_object *code;
	int number = CTL_REFUSED;

	if (json_object_object_get_ex(error, "code", &code))
		number = json_object_get_int(code);
	return fail(number, json_text(error, "hint", NULL), "%s", message ? message : "the daemon refused");
}

static int read_answer(const char *text, struct json_object **answer)
{
	struct json_object *error, *value;

	*answer = text ? json_tokener_parse(text) : NULL;
	if (!*answer || !json_object_is_type(*answer, json_type_object))
		return fail(CTL_TIMEOUT, "is it alive? see: systemctl status clat, or ps -C clatctl",
			    interrupted ? "interrupted while the daemon was at work" : "the daemon gives no answer");
	if (json_object_object_get_ex(*answer, "elsewhere", &value))
		return CLIENT_NO_DAEMON;
	return json_object_object_get_ex(*answer, "error", &error) ? take_error(error) : CTL_OK;
}

/**
 * client_ask - ask the daemon
 * @request: of client_request(); freed
 * @answer: set to its answer, to be freed, or to NULL
 *
 * Returns CTL_OK, an exit code with the failure recorded, or CLIENT_NO_DAEMON.
 */
int client_ask(struct json_object *request, struct json_object **answer)
{
	int fd = open_socket(), code = CLIENT_NO_DAEMON;
	char *text;

	*answer = NULL;
	if (fd >= 0 && send_request(fd, request)) {
		text = receive(fd);
		code = read_answer(text, answer);
		free(text);
	}
	if (fd >= 0)
		close(fd);
	json_object_put(request);
	if (code) {
		json_object_put(*answer);
		*answer = NULL;
	}
	return code;
}

bool client_daemon_runs(void)
{
	struct json_object *answer;
	int code = client_ask(client_request("hello"), &answer);

	json_object_put(answer);
	return code != CLIENT_NO_DAEMON;
}
