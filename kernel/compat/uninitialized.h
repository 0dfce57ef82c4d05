/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _CLAT_COMPAT_UNINITIALIZED_H
#define _CLAT_COMPAT_UNINITIALIZED_H

/*
 * For what is written before it is read, in kernels that zero all automatic
 * variables (INIT_STACK_ALL_ZERO): with compilers that can do that, and so know
 * the exception.
 */
#if __has_attribute(__uninitialized__)
#define CLAT_UNINITIALIZED __attribute__((__uninitialized__))
#else
#define CLAT_UNINITIALIZED
#endif

#endif
