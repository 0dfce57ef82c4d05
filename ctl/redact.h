/* SPDX-License-Identifier: GPL-2.0 */
/* Pseudonyms in place of what tells who somebody is. Pure functions. */
#ifndef REDACT_H
#define REDACT_H

struct redact;

struct redact *redact_new(void);
void redact_free(struct redact *redact);
void redact_word(struct redact *redact, const char *kind, const char *word);
char *redact_text(struct redact *redact, const char *text);

#endif
