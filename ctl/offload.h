/* SPDX-License-Identifier: GPL-2.0 */
/* What the kernel does for forwarded packets on a device, switched on by us and back to what it was. */
#ifndef OFFLOAD_H
#define OFFLOAD_H

void offload_forward_udp(int ifindex, const char *ifname);
void offload_restore(int ifindex);
void offload_restore_all(void);

#endif
