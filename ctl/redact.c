// SPDX-License-Identifier: GPL-2.0
/*
 * Text without what tells who somebody is: addresses of IPv6, IPv4 and Ethernet wherever they stand in it, also in the
 * names of interfaces that have them, and words that the caller knows to be private. The same has the same pseudonym in
 * all texts.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "pseudonym.h"
#include "redact.h"

#define WORDS_MAX 256
#define MAC_TEXT 17		/* 00:11:22:33:44:55 */
#define MAC_DIGITS 12

struct redact {
	struct pseudonyms pseudonyms;
	struct {
		char *word;
		char pseudonym[32];
	} words[WORDS_MAX];
	size_t count;
};

struct redact *redact_new(void)
{
	struct redact *r = calloc(1, sizeof(*r));

	if (!r)
		abort();
	return r;
}

void redact_free(struct redact *r)
{
	size_t i;

	if (!r)
		return;
	for (i = 0; i < r->count; i++)
		free(r->words[i].word);
	pseudonyms_free(&r->pseudonyms);
	free(r);
}

/**
 * redact_word - a word that is private
 * @r: where to remember it
 * @kind: what it is, "host" for one, for its pseudonym
 * @word: the word, in any case of its letters; one of a single letter would leave no text whole, and is passed over
 */
void redact_word(struct redact *r, const char *kind, const char *word)
{
	size_t i, number = 1;

	if (strlen(word) < 2 || r->count == WORDS_MAX)
		return;
	for (i = 0; i < r->count; i++) {
		if (!strcasecmp(r->words[i].word, word))
			return;
		number += !strncmp(r->words[i].pseudonym + 1, kind, strlen(kind));
	}
	r->words[r->count].word = strdup(word);
	if (!r->words[r->count].word)
		abort();
	snprintf(r->words[r->count++].pseudonym, sizeof(r->words[0].pseudonym), "<%s%zu>", kind, number);
}

/* --- what stands at a place: each returns how many octets of the text it has replaced ----------------------------- */

static bool in_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* The longest of the words, where it ends there, too. */
static size_t take_word(const struct redact *r, const char *at, FILE *out)
{
	size_t i, len, best = 0, which = 0;

	for (i = 0; i < r->count; i++) {
		len = strlen(r->words[i].word);
		if (len > best && !strncasecmp(at, r->words[i].word, len) && !in_word(at[len])) {
			best = len;
			which = i;
		}
	}
	if (best)
		fputs(r->words[which].pseudonym, out);
	return best;
}

static bool is_pair(const char *at)
{
	return isxdigit((unsigned char)at[0]) && isxdigit((unsigned char)at[1]);
}

/* Pairs of digits with colons between: six are an Ethernet address; eight are IPv6; more are of other links. */
static size_t take_mac(struct redact *r, const char *at, FILE *out)
{
	size_t pairs = 0, i, end;
	uint8_t mac[6];

	if (!is_pair(at))
		return 0;
	for (i = 0; is_pair(at + i); i += 3) {
		pairs++;
		if (at[i + 2] != ':')
			break;
	}
	end = 3 * pairs - 1;
	if (pairs < 6 || pairs == 8 || isxdigit((unsigned char)at[end]) || at[end] == ':')
		return 0;
	for (i = 0; i < 6; i++)
		mac[i] = (uint8_t)strtoul(at + 3 * i, NULL, 16);
	pseudonym_mac(&r->pseudonyms, mac);
	fprintf(out, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
	return end;
}

/* enx001122334455, wlx...: interfaces that systemd has named by their Ethernet address. */
static size_t take_named(struct redact *r, const char *at, FILE *out)
{
	size_t digits = strspn(at + (at[0] && at[1] && at[2] == 'x' ? 3 : 0), "0123456789abcdef"), i;
	char pair[3] = "";
	uint8_t mac[6];

	if (!at[0] || !at[1] || at[2] != 'x' || digits != MAC_DIGITS || in_word(at[3 + MAC_DIGITS]))
		return 0;
	for (i = 0; i < 6; i++) {
		memcpy(pair, at + 3 + 2 * i, 2);
		mac[i] = (uint8_t)strtoul(pair, NULL, 16);
	}
	pseudonym_mac(&r->pseudonyms, mac);
	fprintf(out, "%.3s%02x%02x%02x%02x%02x%02x", at, mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
	return 3 + MAC_DIGITS;
}

static bool print_address(struct redact *r, const char *text, FILE *out)
{
	char buf[INET6_ADDRSTRLEN];
	struct in6_addr v6;
	struct in_addr v4;

	if (inet_pton(AF_INET6, text, &v6) == 1) {
		v6 = pseudonym6(&r->pseudonyms, v6);
		fputs(inet_ntop(AF_INET6, &v6, buf, sizeof(buf)), out);
		return true;
	}
	if (inet_pton(AF_INET, text, &v4) == 1) {
		v4 = pseudonym4(&r->pseudonyms, v4);
		fputs(inet_ntop(AF_INET, &v4, buf, sizeof(buf)), out);
		return true;
	}
	return false;
}

/* An address, or as much of what may be one as is one: "10.0.0.1:53", "3fff::1:" at the end of a name. */
static size_t take_address(struct redact *r, const char *at, FILE *out)
{
	size_t len = strspn(at, "0123456789abcdefABCDEF:."), most = INET6_ADDRSTRLEN - 1;
	char text[INET6_ADDRSTRLEN];

	if (len < 2 || strcspn(at, ":.") >= len)
		return 0;
	for (len = len < most ? len : most; len > 1; len--) {
		memcpy(text, at, len);
		text[len] = '\0';
		/* Not the front part of a longer number. */
		if (!isxdigit((unsigned char)at[len]) && print_address(r, text, out))
			return len;
	}
	return 0;
}

/**
 * redact_text - a text with pseudonyms
 * @r: the pseudonyms, and what is to have one
 * @text: the text
 *
 * Returns text to be freed.
 */
char *redact_text(struct redact *r, const char *text)
{
	const char *at = text;
	char *result = NULL;
	size_t size, len;
	FILE *out = open_memstream(&result, &size);

	if (!out)
		abort();
	while (*at) {
		len = 0;
		if (at == text || !in_word(at[-1])) {
			len = take_word(r, at, out);
			if (!len)
				len = take_mac(r, at, out);
			if (!len)
				len = take_named(r, at, out);
			if (!len)
				len = take_address(r, at, out);
		}
		if (!len) {
			fputc(*at, out);
			len = 1;
		}
		at += len;
	}
	if (fclose(out))
		abort();
	return result;
}
