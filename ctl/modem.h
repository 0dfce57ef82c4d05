/* SPDX-License-Identifier: GPL-2.0 */
/* What the program that runs the modem tells of its connections. */
#ifndef MODEM_H
#define MODEM_H

struct redact;

char *modem_text(struct redact *redact);

#endif
