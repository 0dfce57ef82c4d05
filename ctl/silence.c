// SPDX-License-Identifier: GPL-2.0
/*
 * What to do about a NAT64 that is silent, and when. The NAT64 may be dead or the one host that anybody talks to, the
 * prefix may be the wrong one, or the network may drop what comes from our address; and what is changed ends
 * connections. So a check comes first (RFC 7050, section 3.2). If it is answered nothing is changed. If not, the next
 * prefix is tried, and when all were, another address, then the uplink's own where it can be used, and all anew: each
 * after a pause that grows, for ever.
 */
#include <stdio.h>
#include <string.h>

#include "silence.h"

#define PAUSE_MIN_MS (30 * 1000)
#define PAUSE_MAX_MS (60 * 60 * 1000)
/* Where nothing can be checked, silence must last longer to mean something. */
#define PATIENT_MS (5 * 60 * 1000)

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

const char *verdict_name(enum check_verdict verdict)
{
	static const char *const names[] = {
		[CHECK_NONE] = "none", [CHECK_ANSWERED] = "answered", [CHECK_UNANSWERED] = "unanswered",
		[CHECK_NO_HOST] = "no-host",
	};

	return names[verdict];
}

/* An answer to the check ends the silence for the module too, until it sees that nothing else has come. */
static bool only_the_check(const struct silence *s, const struct silence_means *means, int64_t now)
{
	return s->on && s->said == CHECK_ANSWERED && now < s->answered_at + means->watch_ms &&
	       means->received - s->received <= CHECK_ECHOES;
}

/**
 * silence_goes_on - take what the module says
 * @s: the silence; begun or ended, if it is to be
 * @silent: whether packets go out and none come back
 * @means: what there is to try with
 * @now: the time
 *
 * Returns whether there is silence.
 */
bool silence_goes_on(struct silence *s, bool silent, const struct silence_means *means, int64_t now)
{
	if (!silent && !only_the_check(s, means, now))
		*s = (struct silence){ 0 };
	else if (!s->on)
		*s = (struct silence){ .on = true, .next = now, .pause = PAUSE_MIN_MS, .patient_until = now + PATIENT_MS };
	return s->on;
}

/* Nothing happens for a while, and for longer the next time. */
static void rest(struct silence *s, int64_t now)
{
	s->next = now + s->pause;
	s->pause = s->pause < PAUSE_MAX_MS / 2 ? 2 * s->pause : PAUSE_MAX_MS;
}

/* Each address is tried with all prefixes. */
static enum silence_step choose(struct silence *s, const struct silence_means *means)
{
	if (++s->turn < means->prefixes) {
		s->prefixes++;
		return SILENCE_PREFIX;
	}
	s->turn = 0;
	if (means->shared && s->shared_turn) {
		s->shared_turn = false;
		s->addresses++;
		return SILENCE_SHARED;
	}
	s->shared_turn = true;
	if (means->address) {
		s->addresses++;
		return SILENCE_ADDRESS;
	}
	if (means->prefixes < 2)
		return SILENCE_WAIT;
	s->prefixes++;
	return SILENCE_PREFIX;
}

/**
 * silence_step - what is to be done now
 * @s: the silence
 * @means: what there is to try with
 * @now: the time
 *
 * To be called at silence_deadline() at the latest, and whenever else.
 */
enum silence_step silence_step(struct silence *s, const struct silence_means *means, int64_t now)
{
	if (!s->on || now < s->next || only_the_check(s, means, now))
		return SILENCE_WAIT;
	if (!s->due) {
		s->flows = means->sent != s->sent;
		s->sent = means->sent;
		s->received = means->received;
		s->next = SILENCE_NEVER;
		return SILENCE_ASK;
	}
	s->due = false;
	rest(s, now);
	/* What is changed gets the time to prove itself that the module needs to see it, and silence that means something. */
	s->next = later(s->next, now + means->watch_ms);
	s->patient_until = later(s->next, now + PATIENT_MS);
	return choose(s, means);
}

/**
 * silence_checked - the check is over
 * @s: the silence
 * @verdict: what it said
 * @now: the time
 *
 * A connection that is only quiet is not worth less than one that waits: without a check nothing is changed unless
 * packets still go out.
 */
void silence_checked(struct silence *s, enum check_verdict verdict, int64_t now)
{
	if (!s->on || s->next != SILENCE_NEVER)
		return;
	s->said = verdict;
	s->due = verdict == CHECK_UNANSWERED || (verdict == CHECK_NO_HOST && s->flows && now >= s->patient_until);
	if (s->due) {
		s->next = now;
		return;
	}
	if (verdict == CHECK_ANSWERED) {
		s->answered_at = now;
		s->turn = 0;
	}
	rest(s, now);
	if (verdict == CHECK_NO_HOST && now < s->patient_until && s->patient_until < s->next)
		s->next = s->patient_until;
}

/* When silence_goes_on() or silence_step() has something to do next. */
int64_t silence_deadline(const struct silence *s, const struct silence_means *means, int64_t now)
{
	if (!s->on)
		return SILENCE_NEVER;
	return only_the_check(s, means, now) ? s->answered_at + means->watch_ms : s->next;
}

static size_t add_count(char *buf, size_t size, const char *before, unsigned int count, const char *what)
{
	if (!count)
		return 0;
	return (size_t)snprintf(buf, size, "%s%u other %s%s", before, count, what, count > 1 ? "es" : "");
}

/* What the check said, and what was tried: behind the words of the state. */
void silence_words(const struct silence *s, const char *host, char *buf, size_t size)
{
	size_t used;

	switch (s->said) {
	case CHECK_ANSWERED:
		snprintf(buf, size, "the NAT64 answers a check (%s); the hosts that are talked to do not", host);
		return;
	case CHECK_UNANSWERED:
		snprintf(buf, size, "no answer to a check (%s) either", host);
		break;
	case CHECK_NO_HOST:
		snprintf(buf, size, "no host to check it with");
		break;
	default:
		snprintf(buf, size, "it is being checked");
	}
	used = strlen(buf);
	used += add_count(buf + used, size - used, "; tried ", s->prefixes, "prefix");
	add_count(buf + used, size - used, s->prefixes ? ", " : "; tried ", s->addresses, "address");
}
