/* SPDX-License-Identifier: GPL-2.0 */
/* The one network of this test, and the traffic over it. */
#ifndef CHURN_H
#define CHURN_H

#include <stdatomic.h>

#include "net.h"

/*
 *   phone: clat0 192.0.0.1 ══ wwan0 CLAT6 ──── cell0 fe80::1 :peer: lo FAR6
 *
 * The peer has the address that the PLAT prefix gives FAR4, and so is PLAT and far end in one.
 */
#define NEAR4		"192.0.0.1"
#define FAR4		"198.51.100.10"
#define PLAT		"2001:db8:64::"
#define PLAT_LEN	96
#define FAR6		"2001:db8:64::c633:640a"
#define CLAT6		"2001:db8:1::c1a7"
#define CLAT6_NET	"2001:db8:1::"
#define GATEWAY6	"fe80::1"

/* What arrived whole, counted up by the traffic's threads. */
struct traffic {
	_Atomic unsigned long udp_echo;		/* phone: echoes of its own datagrams */
	_Atomic unsigned long udp_push;		/* phone: datagrams that the peer sent unasked */
	_Atomic unsigned long ping;		/* peer: replies to its echo requests */
	_Atomic unsigned long tcp;		/* phone: octets of its stream that came back */
	_Atomic unsigned long connections;	/* phone: streams that were opened */
};

extern struct traffic traffic;
extern atomic_bool traffic_hurry;	/* somebody waits for it: as fast as it goes, not in ticks */

void traffic_start(const struct ns *peer);
void traffic_phone(const struct ns *phone);	/* NULL: the phone's sockets are closed when it returns */
void traffic_stop(void);

#endif
