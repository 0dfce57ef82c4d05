// SPDX-License-Identifier: GPL-2.0
/*
 * What IPv4 has sent in not long ago, for a device that shares its address. A
 * table of fixed size, without timers: an entry ages by being compared. Without
 * locks: an entry that two packets write at once is lost at worst.
 */
#include <linux/jhash.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/timekeeping.h>

#include "clat.h"

#define CLAT_FLOW_BUCKETS	1024
#define CLAT_FLOW_WAYS		4

/*
 * How long a NAT64 waits for the next packet, in seconds: RFC 5382, RFC 5508,
 * RFC 4787. Later than that it has no answer to translate.
 */
#define CLAT_FLOW_TCP		7440
#define CLAT_FLOW_ECHO		60
#define CLAT_FLOW_OTHER		300

/* Fragments of a datagram come one after another. */
#define CLAT_FLOW_FRAGMENT	5

struct clat_flow_seen {
	struct clat_flow flow;
	u32 at;		/* in seconds; 0 if unused */
};

struct clat_flows {
	u32 seed;
	struct clat_flow_seen seen[CLAT_FLOW_BUCKETS][CLAT_FLOW_WAYS];
};

/**
 * clat_flows_alloc() - make an empty table
 *
 * Return: the table, or %NULL. Context: process.
 */
struct clat_flows *clat_flows_alloc(void)
{
	struct clat_flows *flows = kvzalloc(sizeof(*flows), GFP_KERNEL);

	if (flows)
		get_random_bytes(&flows->seed, sizeof(flows->seed));
	return flows;
}

/**
 * clat_flows_free() - free a table that no packet uses
 * @flows:	the table, or %NULL
 */
void clat_flows_free(struct clat_flows *flows)
{
	kvfree(flows);
}

/**
 * clat_flow_now() - the clock of the table
 *
 * Return: seconds, never 0.
 */
u32 clat_flow_now(void)
{
	return ktime_get_seconds() + 1;
}

static u32 clat_flow_lifetime(const struct clat_flow *flow)
{
	switch (flow->proto) {
	case IPPROTO_TCP:
		return CLAT_FLOW_TCP;
	case IPPROTO_ICMPV6:
		return CLAT_FLOW_ECHO;
	case IPPROTO_FRAGMENT:
		return CLAT_FLOW_FRAGMENT;
	default:
		return CLAT_FLOW_OTHER;
	}
}

static struct clat_flow_seen *clat_flow_bucket(struct clat_flows *flows,
					       const struct clat_flow *flow)
{
	u32 hash = jhash_3words((__force u32)flow->far, flow->id, flow->proto,
				flows->seed);

	return flows->seen[hash % CLAT_FLOW_BUCKETS];
}

static bool clat_flow_is(const struct clat_flow_seen *seen,
			 const struct clat_flow *flow)
{
	return READ_ONCE(seen->flow.far) == flow->far &&
	       READ_ONCE(seen->flow.id) == flow->id &&
	       READ_ONCE(seen->flow.proto) == flow->proto;
}

/**
 * clat_flow_note() - IPv4 has sent in a flow
 * @flows:	the table
 * @flow:	the flow
 * @now:	clat_flow_now()
 *
 * Takes the place of the flow of its bucket that was silent for longest. Context: any.
 */
void clat_flow_note(struct clat_flows *flows, const struct clat_flow *flow,
		    u32 now)
{
	struct clat_flow_seen *bucket = clat_flow_bucket(flows, flow);
	struct clat_flow_seen *oldest = bucket;
	unsigned int i;

	for (i = 0; i < CLAT_FLOW_WAYS; i++) {
		if (clat_flow_is(&bucket[i], flow)) {
			/* Other CPUs read the line: it is written once a second. */
			if (READ_ONCE(bucket[i].at) != now)
				WRITE_ONCE(bucket[i].at, now);
			return;
		}
		if (READ_ONCE(bucket[i].at) < READ_ONCE(oldest->at))
			oldest = &bucket[i];
	}
	WRITE_ONCE(oldest->at, 0);
	WRITE_ONCE(oldest->flow.far, flow->far);
	WRITE_ONCE(oldest->flow.id, flow->id);
	WRITE_ONCE(oldest->flow.proto, flow->proto);
	WRITE_ONCE(oldest->at, now);
}

/**
 * clat_flow_seen() - tell whether IPv4 has sent in a flow not long ago
 * @flows:	the table
 * @flow:	the flow
 * @now:	clat_flow_now()
 *
 * Return: true if it has, within the time that a NAT64 waits for more. Context:
 * any.
 */
bool clat_flow_seen(struct clat_flows *flows, const struct clat_flow *flow,
		    u32 now)
{
	const struct clat_flow_seen *bucket = clat_flow_bucket(flows, flow);
	unsigned int i;
	u32 at;

	for (i = 0; i < CLAT_FLOW_WAYS; i++) {
		at = READ_ONCE(bucket[i].at);
		if (at && clat_flow_is(&bucket[i], flow))
			return now - at <= clat_flow_lifetime(flow);
	}
	return false;
}
