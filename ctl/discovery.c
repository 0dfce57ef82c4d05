// SPDX-License-Identifier: GPL-2.0
/*
 * What is known of a network's NAT64 prefixes, and whom to ask for them when. Precedence: configured, Router
 * Advertisements (RFC 8781), DNS (RFC 7050), a fallback that the configuration names. The last good prefix stays in use
 * until somebody who knows takes it back: silence never does.
 */
#include <string.h>

#include "discovery.h"
#include "pref64.h"

#define SECOND 1000
/* The next resolver is asked this long after the one before, or at once when that one is of no use. */
#define STAGGER_MS 500
/* A resolver that has not answered by then counts as failed for this round; its late answer is welcome. */
#define WAIT_MS 1000
#define WAIT_TCP_MS 3000
#define BACKOFF_MIN_MS (1 * SECOND)
#define BACKOFF_MAX_MS (60 * SECOND)
#define REFRESH_EARLY_S 10
#define REFRESH_MIN_S 30
#define REFRESH_MAX_S 86400
#define DENIAL_MIN_S 30
#define DENIAL_MAX_S 3600
/* How long answers of a NAT64 that is not announced any more are still taken. */
#define OLD_MS (300 * SECOND)

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static uint32_t clamp(uint32_t value, uint32_t min, uint32_t max)
{
	return value < min ? min : value > max ? max : value;
}

const char *source_name(enum source source)
{
	static const char *const names[] = {
		[SOURCE_NONE] = "none", [SOURCE_CONFIGURED] = "configured", [SOURCE_RA] = "ra", [SOURCE_DNS] = "dns",
		[SOURCE_FALLBACK] = "fallback", [SOURCE_ADOPTED] = "adopted",
	};

	return names[source];
}

void disc_init(struct discoverer *d, uint32_t (*random)(void))
{
	memset(d, 0, sizeof(*d));
	d->random = random;
	d->next_round = DISC_NEVER;
	d->backoff = BACKOFF_MIN_MS;
}

static bool in_list(const struct disc_prefix *list, size_t count, const struct plat *plat)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (plat_equal(&list[i].plat, plat))
			return true;
	return false;
}

/* The one in use goes first, if it is in the list. */
static void keep_first(const struct discoverer *d, struct disc_prefix *list, size_t count)
{
	struct disc_prefix first;
	size_t i;

	for (i = 1; d->nprefix && i < count; i++) {
		if (!plat_equal(&list[i].plat, &d->prefix[0].plat))
			continue;
		first = list[i];
		memmove(&list[1], &list[0], i * sizeof(first));
		list[0] = first;
		return;
	}
}

/* @list, with room for CLAT_PLAT_MAX, is the truth from now on; what it lacks is accepted for a while. */
static void use(struct discoverer *d, enum source source, struct disc_prefix *list, size_t count, int64_t now)
{
	size_t i;

	keep_first(d, list, count);
	for (i = 0; i < d->nprefix && count < CLAT_PLAT_MAX; i++) {
		if (in_list(list, count, &d->prefix[i].plat))
			continue;
		list[count] = d->prefix[i];
		if (!list[count].old)
			list[count].until = now + OLD_MS;
		list[count++].old = true;
	}
	memcpy(d->prefix, list, count * sizeof(*list));
	d->nprefix = count;
	d->source = source;
	d->denied = false;
}

static void use_plats(struct discoverer *d, enum source source, const struct plat *plat, size_t count, int64_t until,
		      int64_t now)
{
	struct disc_prefix list[CLAT_PLAT_MAX] = { 0 };
	size_t i, n = 0;

	for (i = 0; i < count && n < CLAT_PLAT_MAX; i++)
		if (!in_list(list, n, &plat[i]))
			list[n++] = (struct disc_prefix){ .plat = plat[i], .until = until };
	use(d, source, list, n, now);
}

static void use_none(struct discoverer *d)
{
	d->nprefix = 0;
	d->source = SOURCE_NONE;
}

/* Prefixes of Router Advertisements, the same one from several routers once. */
static void use_ra(struct discoverer *d, int64_t now)
{
	struct disc_prefix list[CLAT_PLAT_MAX] = { 0 };
	size_t i, j, n = 0;

	for (i = 0; i < d->nra; i++) {
		for (j = 0; j < n && !plat_equal(&list[j].plat, &d->ra[i].plat); j++)
			;
		if (j < n) {
			if (list[j].until < d->ra[i].until)
				list[j].until = d->ra[i].until;
		} else if (n < CLAT_PLAT_MAX) {
			list[n++] = (struct disc_prefix){ .plat = d->ra[i].plat, .until = d->ra[i].until };
		}
	}
	use(d, SOURCE_RA, list, n, now);
}

static void expire(struct discoverer *d, int64_t now)
{
	size_t i, kept = 0;

	for (i = 0; i < d->nra; i++)
		if (d->ra[i].until > now)
			d->ra[kept++] = d->ra[i];
	d->nra = kept;
	for (kept = 0, i = 0; i < d->nprefix; i++)
		if (!d->prefix[i].old || d->prefix[i].until > now)
			d->prefix[kept++] = d->prefix[i];
	d->nprefix = kept;
}

static bool wants_dns(const struct discoverer *d)
{
	return d->running && !d->nconfigured && !d->nra && d->nresolvers;
}

static void stop_round(struct discoverer *d)
{
	d->in_round = false;
	d->ask = 0;
}

/* Asks at once, with the back-off begun anew: something has changed. */
void disc_kick(struct discoverer *d, int64_t now)
{
	stop_round(d);
	d->backoff = BACKOFF_MIN_MS;
	d->denier = 0;
	d->next_round = now;
	disc_tick(d, now);
}

/* Also used where DNS denies: only somebody who knows better replaces it. */
static void use_fallback(struct discoverer *d, int64_t now)
{
	bool denied = d->denied;

	if (d->nprefix || !d->have_fallback)
		return;
	use_plats(d, SOURCE_FALLBACK, &d->fallback, 1, DISC_NEVER, now);
	d->denied = denied;
}

static void end_round(struct discoverer *d, int64_t now)
{
	size_t i, denials = 0, last = 0;

	stop_round(d);
	for (i = 0; i < d->nresolvers; i++) {
		if (d->resolver[i].state == DISC_HAS_DENIED) {
			denials++;
			last = i + 1;
		}
	}
	if (denials) {
		d->next_round = now + (int64_t)clamp(d->denial_s, DENIAL_MIN_S, DENIAL_MAX_S) * SECOND;
		d->backoff = BACKOFF_MIN_MS;
		/* Who has taken a prefix back, a router or the configuration, is as good as a second resolver. */
		if (denials > 1 || d->denier == last || d->withdrawn)
			d->denied = true;
		d->denier = last;
	} else {
		d->next_round = now + d->backoff;
		d->backoff = earlier(2 * d->backoff, BACKOFF_MAX_MS);
	}
	if (d->denied && d->source != SOURCE_FALLBACK)
		use_none(d);
	use_fallback(d, now);
}

static void start_round(struct discoverer *d, int64_t now)
{
	size_t i;

	for (i = 0; i < d->nresolvers; i++)
		d->resolver[i].state = DISC_IDLE;
	d->in_round = true;
	d->answered = false;
	d->next_resolver = now;
	d->next_round = DISC_NEVER;
	d->denial_s = UINT32_MAX;
}

static void time_out(struct discoverer *d, int64_t now)
{
	size_t i;

	for (i = 0; i < d->nresolvers; i++) {
		if (d->resolver[i].state != DISC_ASKED || d->resolver[i].deadline > now)
			continue;
		d->resolver[i].state = DISC_HAS_FAILED;
		d->next_resolver = now;
	}
}

static void ask_next(struct discoverer *d, int64_t now)
{
	size_t i;

	for (i = 0; i < d->nresolvers && d->resolver[i].state != DISC_IDLE; i++)
		;
	if (i == d->nresolvers || now < d->next_resolver)
		return;
	d->resolver[i].state = DISC_ASKED;
	d->resolver[i].deadline = now + WAIT_MS;
	d->next_resolver = now + STAGGER_MS;
	d->ask |= 1u << i;
}

static bool round_over(const struct discoverer *d)
{
	size_t i;

	for (i = 0; i < d->nresolvers; i++)
		if (d->resolver[i].state == DISC_IDLE || d->resolver[i].state == DISC_ASKED)
			return false;
	return true;
}

static void go_on(struct discoverer *d, int64_t now)
{
	time_out(d, now);
	ask_next(d, now);
	if (round_over(d))
		end_round(d, now);
}

/* What was announced until now is not any more: it stays in use, and DNS is asked. */
static void announcement_ended(struct discoverer *d, int64_t now)
{
	if ((d->source != SOURCE_RA && d->source != SOURCE_CONFIGURED) || d->withdrawn)
		return;
	d->withdrawn = true;
	d->next_round = now;
}

/**
 * disc_tick - do what is due
 * @d: the discoverer
 * @now: the time
 *
 * To be called at disc_deadline() at the latest; other calls do it themselves. Afterwards @d->ask says whom to ask, and
 * where @d->in_round is false nobody needs to answer, but may.
 */
void disc_tick(struct discoverer *d, int64_t now)
{
	expire(d, now);
	if (d->nconfigured || d->nra)
		d->withdrawn = false;
	if (d->nconfigured)
		use_plats(d, SOURCE_CONFIGURED, d->configured, d->nconfigured, DISC_NEVER, now);
	else if (d->nra)
		use_ra(d, now);
	else
		announcement_ended(d, now);
	if (d->running && !d->nresolvers)
		use_fallback(d, now);
	if (!wants_dns(d)) {
		stop_round(d);
		return;
	}
	if (!d->in_round && now >= d->next_round)
		start_round(d, now);
	if (d->in_round)
		go_on(d, now);
}

/* When disc_tick() has something to do next. */
int64_t disc_deadline(const struct discoverer *d)
{
	int64_t at = disc_next_query(d);
	bool idle = false;
	size_t i;

	for (i = 0; i < d->nra; i++)
		at = earlier(at, d->ra[i].until);
	for (i = 0; i < d->nprefix; i++)
		if (d->prefix[i].old)
			at = earlier(at, d->prefix[i].until);
	for (i = 0; d->in_round && i < d->nresolvers; i++) {
		idle |= d->resolver[i].state == DISC_IDLE;
		if (d->resolver[i].state == DISC_ASKED)
			at = earlier(at, d->resolver[i].deadline);
	}
	return idle ? earlier(at, d->next_resolver) : at;
}

/* When DNS is asked next, or DISC_NEVER: it need not be, or is being asked. */
int64_t disc_next_query(const struct discoverer *d)
{
	return wants_dns(d) && !d->in_round ? d->next_round : DISC_NEVER;
}

/* What the configuration says: prefixes that need no discovery, and one for where it finds none (or NULL). */
void disc_configure(struct discoverer *d, const struct plat *plat, size_t count, const struct plat *fallback,
		    int64_t now)
{
	for (d->nconfigured = 0; d->nconfigured < count; d->nconfigured++)
		d->configured[d->nconfigured] = plat[d->nconfigured];
	d->have_fallback = fallback;
	if (fallback)
		d->fallback = *fallback;
	if (d->source == SOURCE_FALLBACK) {
		use_none(d);
		d->next_round = now;
	}
	disc_tick(d, now);
}

/* Prefixes that a device has in use already, from the run before: good until discovery says otherwise. */
void disc_adopt(struct discoverer *d, const struct plat *plat, size_t count, int64_t now)
{
	if (!d->nprefix && count)
		use_plats(d, SOURCE_ADOPTED, plat, count, now, now);
}

/* The network is there. */
void disc_start(struct discoverer *d, int64_t now)
{
	if (d->running)
		return;
	d->running = true;
	disc_kick(d, now);
}

/* It is away, or not needed: nobody is asked. What is known stays. */
void disc_stop(struct discoverer *d)
{
	d->running = false;
	stop_round(d);
}

/* Another network: what the one before said does not hold. */
void disc_forget(struct discoverer *d, int64_t now)
{
	d->nra = 0;
	d->withdrawn = false;
	d->denied = false;
	use_none(d);
	disc_kick(d, now);
}

/* There are other resolvers now, so many; none is being asked. */
void disc_resolvers(struct discoverer *d, size_t count, int64_t now)
{
	d->nresolvers = count;
	disc_kick(d, now);
}

static void ra_prefix(struct discoverer *d, const struct in6_addr *router, const struct ra_plat *entry, int64_t now)
{
	size_t i;

	for (i = 0; i < d->nra; i++)
		if (plat_equal(&d->ra[i].plat, &entry->plat) && !memcmp(&d->ra[i].router, router, sizeof(*router)))
			break;
	if (i == DISC_RA_MAX || (i == d->nra && !entry->lifetime_s))
		return;
	d->ra[i].router = *router;
	d->ra[i].plat = entry->plat;
	d->ra[i].until = now + (int64_t)entry->lifetime_s * SECOND;
	if (i == d->nra)
		d->nra++;
}

/* A Router Advertisement has come. */
void disc_ra(struct discoverer *d, const struct in6_addr *router, const struct ra *ra, int64_t now)
{
	size_t i;

	for (i = 0; i < ra->nplat; i++)
		ra_prefix(d, router, &ra->plat[i], now);
	disc_tick(d, now);
}

static void found(struct discoverer *d, size_t resolver, const struct plat *plat, size_t count, uint32_t ttl,
		  int64_t now)
{
	uint32_t refresh = clamp(ttl > REFRESH_EARLY_S ? ttl - REFRESH_EARLY_S : 0, REFRESH_MIN_S, REFRESH_MAX_S);

	/* Earlier by up to a twentieth: not all the hosts of a network at once. */
	refresh -= d->random() % (refresh / 20 + 1);
	stop_round(d);
	d->backoff = BACKOFF_MIN_MS;
	d->denier = 0;
	d->withdrawn = false;
	d->answered = true;
	d->server = resolver;
	d->next_round = now + (int64_t)clamp(refresh, REFRESH_MIN_S, REFRESH_MAX_S) * SECOND;
	use_plats(d, SOURCE_DNS, plat, count, now + (int64_t)ttl * SECOND, now);
}

/**
 * disc_answer - a resolver has answered, or cannot
 * @d: the discoverer
 * @resolver: its number
 * @result: what it said
 * @plat: the prefixes, for DISC_FOUND
 * @count: how many, at least one
 * @ttl: of the answer, or of the denial, seconds
 * @now: the time
 */
void disc_answer(struct discoverer *d, size_t resolver, enum disc_result result, const struct plat *plat, size_t count,
		 uint32_t ttl, int64_t now)
{
	bool late = !d->in_round;

	if (!wants_dns(d) || resolver >= d->nresolvers || (late && result == DISC_FAILED))
		return;
	if (result == DISC_FOUND) {
		found(d, resolver, plat, count, ttl, now);
		return;
	}
	d->resolver[resolver].state = result == DISC_DENIED ? DISC_HAS_DENIED : DISC_HAS_FAILED;
	if (result == DISC_DENIED && ttl < d->denial_s)
		d->denial_s = ttl;
	d->next_resolver = now;
	if (late)
		end_round(d, now);
	disc_tick(d, now);
}

/* The resolver is answering, by TCP: it gets more time. */
void disc_busy(struct discoverer *d, size_t resolver, int64_t now)
{
	if (resolver < d->nresolvers && d->resolver[resolver].state == DISC_ASKED)
		d->resolver[resolver].deadline = now + WAIT_TCP_MS;
}

/* How many prefixes can be sent to. */
size_t disc_announced(const struct discoverer *d)
{
	size_t count = 0;

	while (count < d->nprefix && !d->prefix[count].old)
		count++;
	return count;
}

/* The first prefix does not work: the next of those announced is used, and this one comes last. False if it is alone. */
bool disc_next_prefix(struct discoverer *d)
{
	struct disc_prefix first = d->prefix[0];
	size_t count = disc_announced(d);

	if (count < 2)
		return false;
	memmove(&d->prefix[0], &d->prefix[1], (count - 1) * sizeof(first));
	d->prefix[count - 1] = first;
	return true;
}
