/* SPDX-License-Identifier: GPL-2.0 */
/* The words of this machine that are private. */
#ifndef PRIVATE_H
#define PRIVATE_H

struct redact;

void private_words(struct redact *redact);

#endif
