/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's nftables, by libnftables. Functions return an exit code with the failure recorded, unless said otherwise. */
#ifndef NFT_H
#define NFT_H

#include <stdbool.h>

struct json_object;

typedef char *nft_judge_fn(struct json_object *root, const void *arg);

bool nft_available(void);
int nft_run(const char *commands);
char *nft_list(const char *what);
struct json_object *nft_list_json(const char *what);
char *nft_judge(const char *what, nft_judge_fn *judge, const void *arg);

#endif
