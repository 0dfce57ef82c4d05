/* SPDX-License-Identifier: GPL-2.0 */
/* What flows each second: the difference of two answers of "status". */
#ifndef RATES_H
#define RATES_H

#include <stdint.h>

struct json_object;

void rates_add(struct json_object *root, struct json_object *before, int64_t ms);

#endif
