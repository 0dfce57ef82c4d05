// SPDX-License-Identifier: GPL-2.0
/* The list of what was tested, and the checks that are of no uplink and no hotspot; the order is that of dependence. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "ctl.h"
#include "diag.h"

/* What follows is about @subject. */
void findings_about(struct findings *f, const char *subject)
{
	snprintf(f->subject, sizeof(f->subject), "%s", subject);
}

/* Where there is no memory for one more, the run ends: half a list would name the wrong one. */
static struct finding *add(struct findings *f, const char *what, enum verdict verdict)
{
	struct finding *grown = realloc(f->list, (f->count + 1) * sizeof(*grown)), *new;

	if (!grown)
		abort();
	f->list = grown;
	new = &grown[f->count++];
	memset(new, 0, sizeof(*new));
	snprintf(new->subject, sizeof(new->subject), "%s", f->subject);
	snprintf(new->what, sizeof(new->what), "%s", what);
	new->verdict = verdict;
	return new;
}

void found_ok(struct findings *f, const char *what, const char *fmt, ...)
{
	struct finding *new = add(f, what, DIAG_OK);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(new->text, sizeof(new->text), fmt, ap);
	va_end(ap);
}

void found_untested(struct findings *f, const char *what, const char *fmt, ...)
{
	struct finding *new = add(f, what, DIAG_UNTESTED);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(new->text, sizeof(new->text), fmt, ap);
	va_end(ap);
}

/**
 * found_broken - something does not work
 * @f: the list
 * @what: its name for scripts
 * @code: exit code, should nothing before be broken
 * @hint: the remedy, or NULL
 * @fmt: what is wrong
 */
void found_broken(struct findings *f, const char *what, int code, const char *hint, const char *fmt, ...)
{
	struct finding *new = add(f, what, DIAG_BROKEN);
	va_list ap;

	new->code = code;
	snprintf(new->hint, sizeof(new->hint), "%s", hint ? hint : "");
	va_start(ap, fmt);
	vsnprintf(new->text, sizeof(new->text), fmt, ap);
	va_end(ap);
}

/* Whether something is broken about @subject, or, where it is NULL, at all. */
bool findings_broken(const struct findings *f, const char *subject)
{
	size_t i;

	for (i = 0; i < f->count; i++)
		if (f->list[i].verdict == DIAG_BROKEN && (!subject || !strcmp(f->list[i].subject, subject)))
			return true;
	return false;
}

/* The first that is broken: the others may be so because of it. NULL if all is well. */
const struct finding *findings_first(const struct findings *f)
{
	size_t i;

	for (i = 0; i < f->count; i++)
		if (f->list[i].verdict == DIAG_BROKEN)
			return &f->list[i];
	return NULL;
}

void findings_free(struct findings *f)
{
	free(f->list);
	memset(f, 0, sizeof(*f));
}

/* --- what is of no interface -------------------------------------------------------------------------------------- */

static void check_daemon(const struct diag *d, struct findings *f)
{
	if (d->status)
		found_ok(f, "daemon", "runs, log level %s", json_text(d->status, "log-level", "unknown"));
	else if (d->status_code == CLIENT_NO_DAEMON)
		found_untested(f, "daemon", "none runs: what was set up stays, and nobody keeps it right");
	else if (d->status_code == CTL_TIMEOUT)
		found_broken(f, "daemon", CTL_TIMEOUT, "systemctl restart clat, or end clatctl daemon and start it again",
			     "it runs, and gives no answer");
	else
		found_ok(f, "daemon", "runs");
}

static void check_conf(const struct diag *d, struct findings *f)
{
	if (d->conf_code && !d->root)
		found_untested(f, "configuration", "%s", d->conf_error);
	else if (d->conf_code)
		found_broken(f, "configuration", d->conf_code, "correct that line; clatctl check-config tells whether it is "
			     "right, clatctl reload makes it known", "%s", d->conf_error);
	else
		found_ok(f, "configuration", "nothing wrong in " CONF_FOLDER);
}

static bool check_module(const struct diag *d, struct findings *f)
{
	if (!d->module)
		found_broken(f, "module", CTL_NOMODULE, "modprobe clat; if there is none, build it for this kernel: make install, "
			     "or dkms status says why it was not built", "%s", d->module_error);
	else if (!d->module_version[0])
		found_ok(f, "module", "loaded, its version is not known");
	else if (strcmp(d->module_version, clat_version))
		found_broken(f, "module", CTL_NOMODULE, "clatctl down --all, rmmod clat, modprobe clat: the module that is "
			     "installed takes the place of the one in the kernel",
			     "the kernel has version %s, clatctl is %s", d->module_version, clat_version);
	else
		found_ok(f, "module", "version %s, as clatctl", d->module_version);
	return d->module;
}

static bool check_kernel(const struct diag *d, struct findings *f)
{
	if (d->world_code)
		found_broken(f, "kernel", d->world_code, NULL, "%s", d->world_error);
	return !d->world_code;
}

/* --- uplinks ------------------------------------------------------------------------------------------------------ */

/* Interfaces that could be meant: up, and of no kind that never is. */
static void list_likely(const struct diag *d, char *buf, size_t size)
{
	size_t i, len = 0;

	buf[0] = '\0';
	for (i = 0; i < d->world.nlinks && len < size; i++) {
		const struct link *link = &d->world.links[i];

		if (link->flags & IFF_UP && plan_fit(&d->world, link) && plan_leads_outside(link))
			len += (size_t)snprintf(buf + len, size - len, "%s%s", len ? ", " : "", link->ifname);
	}
}

static void no_uplink(const struct diag *d, struct findings *f)
{
	char likely[128];

	list_likely(d, likely, sizeof(likely));
	if (d->conf.nuplinks)
		found_broken(f, "uplink", CTL_NODEV, "see: ip link; and \"uplinks\" in clat.conf",
			     "no interface is there that the configuration names, %s for one", d->conf.uplinks[0]);
	else
		found_broken(f, "uplink", CTL_NOADDR, "is the network up, and does it have IPv6? see: ip -6 route show default",
			     "no interface has an IPv6 default route%s%s", likely[0] ? "; up without one: " : "", likely);
}

/* A CLAT whose uplink is gone translates nothing, and waits for it. */
static void lost_uplinks(const struct diag *d, struct findings *f)
{
	size_t i;

	for (i = 0; i < d->world.ndevs; i++) {
		const struct dev *dev = &d->world.devs[i];

		if (!dev_is_orphan(dev))
			continue;
		findings_about(f, dev->ifname);
		if (d->nuplinks)
			found_untested(f, "uplink", "it has none any more%s%s", detach_words(dev->detach) ? ": " : "",
				       detach_words(dev->detach) ? detach_words(dev->detach) : "");
		else
			found_broken(f, "uplink", CTL_NODEV, "it is served again when the uplink comes back; see: ip link",
				     "it has none any more: %s",
				     detach_words(dev->detach) ? detach_words(dev->detach) : "none is set");
	}
	findings_about(f, "");
}

static void check_uplinks(const struct diag *d, struct findings *f)
{
	size_t i;

	lost_uplinks(d, f);
	if (!d->nuplinks && !findings_broken(f, NULL))
		no_uplink(d, f);
	for (i = 0; i < d->nuplinks; i++) {
		const struct diag_uplink *u = &d->uplinks[i];

		findings_about(f, u->link->ifname);
		if (diag_network(d, u, f))
			diag_device(d, u, f);
		else
			diag_device_untested(f);
	}
	findings_about(f, "");
}

/**
 * diag_check - test all that a snapshot tells of
 * @d: the snapshot
 * @f: the list to add to
 *
 * What depends on something broken is told as not tested, so that only causes are told as broken.
 */
void diag_check(const struct diag *d, struct findings *f)
{
	check_daemon(d, f);
	check_conf(d, f);
	if (!check_module(d, f) || !check_kernel(d, f))
		return;
	check_uplinks(d, f);
	diag_hotspots(d, f);
	findings_about(f, "");
}
