/* SPDX-License-Identifier: GPL-2.0 */
/* clat-tayga: a clat device in the place of TAYGA, as TAYGA's configuration has it. */
#ifndef TAYGA_H
#define TAYGA_H

#include <stdbool.h>
#include <stddef.h>

#include "dev.h"

/*
 * ConnMan takes the device away and begins anew after a line of its translator that ends so. Other messages never do:
 * tayga.c says something more behind them.
 */
#define TAYGA_BUSY "aborting: Device or resource busy"
#define TAYGA_GONE "aborting: File descriptor in bad state"

/* tayga_conf.c */
struct tayga_conf {
	struct dev dev;			/* ifname, and what is to be set; not the uplink, which the file does not name */
	char dynamic_pool[24];		/* "" for none */
	bool strict_frag_hdr;
};

int tayga_parse(const char *file, const char *text, size_t len, struct tayga_conf *conf);
int tayga_load(const char *path, struct tayga_conf *conf);

/* tayga_device.c */
int tayga_make(const struct tayga_conf *conf, int *ifindex, bool *made);
int tayga_remove(const struct tayga_conf *conf);
int tayga_hold(const struct tayga_conf *conf);

/* tayga_run.c */
int tayga_run(const struct tayga_conf *conf, int ifindex);

#endif
