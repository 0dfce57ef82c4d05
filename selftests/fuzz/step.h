/* SPDX-License-Identifier: GPL-2.0 */
/* One packet through core/, compared with the reference at each step. */
#ifndef _FUZZ_STEP_H
#define _FUZZ_STEP_H

#include "ref.h"

bool fz_accept46(const struct fz_config *cfg, const struct fz_packet *in,
		 bool src_local, struct clat_packet *pkt, struct ref_ip *ip,
		 struct clat_ends *ends);
bool fz_accept64(const struct fz_config *cfg, const struct fz_packet *in,
		 bool src_local, struct clat_packet *pkt, struct ref_ip *ip,
		 struct clat_ends *ends);
void fz_check_packet(const struct clat_packet *pkt, const struct ref_ip *ip,
		     bool v6);
struct fz_packet fz_step46(const struct fz_config *cfg,
			   const struct fz_packet *in, bool src_local,
			   bool partial);
struct fz_packet fz_step64(const struct fz_config *cfg,
			   const struct fz_packet *in, bool src_local,
			   bool partial, u16 id, bool df);

#endif /* _FUZZ_STEP_H */
