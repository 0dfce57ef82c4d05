/* SPDX-License-Identifier: GPL-2.0 */
/* Namespaces, links, addresses, routes and clat devices, by netlink and without a process for each step. */
#ifndef CHURN_NET_H
#define CHURN_NET_H

#include <stdbool.h>
#include <stdint.h>
#include <stddef.h>
#include <netinet/in.h>

struct nl_sock;

/* A network namespace that nothing but this program holds. */
struct ns {
	int fd;			/* -1: there is none */
	struct nl_sock *rt;	/* rtnetlink in it */
	struct nl_sock *ge;	/* generic netlink in it */
};

/* What dev-get and stats-get say of a clat device. */
struct clat_view {
	uint32_t uplink;
	uint32_t state;
	uint32_t detach;
	uint64_t packets46;
	uint64_t packets64;
};

/* Ends the program; says in which cycle and step, and closes the TAP line. */
void die(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

double now(void);
void pause_ms(unsigned int ms);

void ns_open(struct ns *ns);
void ns_close(struct ns *ns);
void ns_enter(const struct ns *ns);

void link_add_veth(const struct ns *ns, const char *name, const struct ns *peer_ns, const char *peer);
void link_add(const struct ns *ns, const char *name, const char *kind);
void link_del(const struct ns *ns, const char *name);
void link_up(const struct ns *ns, const char *name, bool up);
void link_move(const struct ns *ns, const char *name, const struct ns *to);
void link_enslave(const struct ns *ns, const char *name, const char *master);
uint32_t link_find(const struct ns *ns, const char *name);	/* 0 if there is none */
unsigned int link_count(const struct ns *ns);

void addr_add(const struct ns *ns, const char *link, int family, const char *addr, unsigned int len);
void route_add(const struct ns *ns, const char *link, int family, const char *dst, unsigned int len,
	       const char *gateway, const char *source);

void clat_resolve(const struct ns *ns);
void clat_set(const struct ns *ns, const char *name, const char *uplink);
void clat_get(const struct ns *ns, const char *name, struct clat_view *view);

#endif
