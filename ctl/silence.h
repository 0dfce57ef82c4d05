/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What to do about a NAT64 that is silent, and when: a state machine over the time and what checks say, without sockets
 * or a clock of its own.
 */
#ifndef SILENCE_H
#define SILENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SILENCE_NEVER INT64_MAX
#define CHECK_ECHOES 3			/* requests that a check sends at most */

/* What became of the check whether the NAT64 works. */
enum check_verdict { CHECK_NONE, CHECK_ANSWERED, CHECK_UNANSWERED, CHECK_NO_HOST };

enum silence_step {
	SILENCE_WAIT,
	SILENCE_ASK,			/* the network anew, and check; silence_checked() is to follow */
	SILENCE_PREFIX,			/* use the next prefix */
	SILENCE_ADDRESS,		/* use another address */
	SILENCE_SHARED,			/* use the uplink's own address */
};

/* What there is to try with. */
struct silence_means {
	size_t prefixes;		/* that the network announces */
	bool address;			/* another one can be made */
	bool shared;
	uint64_t sent;			/* packets so far */
	uint64_t received;
	int64_t watch_ms;		/* the module tells of a change within that time */
};

struct silence {
	bool on;
	int64_t next;			/* nothing happens before; SILENCE_NEVER while a check goes on */
	int64_t pause;
	int64_t patient_until;		/* nothing is changed before on mere suspicion */
	int64_t answered_at;
	enum check_verdict said;
	bool due;			/* the check has said that something is to be changed */
	bool flows;			/* packets went out since the check before */
	uint64_t sent;			/* until then */
	uint64_t received;
	size_t turn;			/* prefixes tried with this address, besides the first */
	bool shared_turn;		/* the uplink's own address comes next, not another one */
	unsigned int prefixes;		/* changes so far */
	unsigned int addresses;
};

bool silence_goes_on(struct silence *s, bool silent, const struct silence_means *means, int64_t now);
enum silence_step silence_step(struct silence *s, const struct silence_means *means, int64_t now);
void silence_checked(struct silence *s, enum check_verdict verdict, int64_t now);
int64_t silence_deadline(const struct silence *s, const struct silence_means *means, int64_t now);
void silence_words(const struct silence *s, const char *host, char *buf, size_t size);
const char *verdict_name(enum check_verdict verdict);

#endif
