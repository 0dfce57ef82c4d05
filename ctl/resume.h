/* SPDX-License-Identifier: GPL-2.0 */
/* The end of a suspend. */
#ifndef RESUME_H
#define RESUME_H

int resume_open(void (*resumed)(void));

#endif
