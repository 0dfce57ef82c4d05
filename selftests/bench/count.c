// SPDX-License-Identifier: GPL-2.0
/*
 * Plugin of the emulator: instructions by the address of the block that they are in, while the injector measures. A
 * block ends at every jump, so none is in two functions. Writes lines "ADDRESS INSTRUCTIONS" to the file named by the
 * plugin argument out=FILE when the machine ends.
 *
 * Debian packages no header of this interface; what is used of it is declared here.
 */
#include <inttypes.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))
#define BLOCKS_MAX (1u << 18)

/* "hint" instructions that nothing else uses: mark.h */
#define HINT(n) (0xd503201fu | (n) << 5)
#define MARK_BEGIN HINT(0x70u)
#define MARK_END HINT(0x71u)

struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_plugin_scoreboard;
typedef struct {
	struct qemu_plugin_scoreboard *score;
	size_t offset;
} qemu_plugin_u64;
typedef uint64_t plugin_id;

enum { OP_ADD_U64 };
enum { CB_NO_REGS };

void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id, void (*cb)(plugin_id id, struct qemu_plugin_tb *tb));
void qemu_plugin_register_atexit_cb(plugin_id id, void (*cb)(plugin_id id, void *data), void *data);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn, void (*cb)(unsigned int cpu, void *data),
					    int flags, void *data);
void qemu_plugin_register_vcpu_tb_exec_inline_per_vcpu(struct qemu_plugin_tb *tb, int op, qemu_plugin_u64 entry,
						       uint64_t imm);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t index);
size_t qemu_plugin_insn_data(const struct qemu_plugin_insn *insn, void *dest, size_t len);
struct qemu_plugin_scoreboard *qemu_plugin_scoreboard_new(size_t element_size);
void *qemu_plugin_scoreboard_find(struct qemu_plugin_scoreboard *score, unsigned int cpu);

EXPORT int qemu_plugin_version = 4;

static struct qemu_plugin_scoreboard *score;
static uint64_t address[BLOCKS_MAX], before[BLOCKS_MAX], during[BLOCKS_MAX];
static size_t blocks;
static char out[256];

static void begin(unsigned int cpu, void *data)
{
	(void)data;
	memcpy(before, qemu_plugin_scoreboard_find(score, cpu), sizeof(before));
}

static void end(unsigned int cpu, void *data)
{
	const uint64_t *now = qemu_plugin_scoreboard_find(score, cpu);
	size_t i;

	(void)data;
	for (i = 0; i < blocks; i++)
		during[i] += now[i] - before[i];
}

static void watch_marks(struct qemu_plugin_tb *tb, size_t insns)
{
	size_t i;

	for (i = 0; i < insns; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		uint32_t code = 0;

		qemu_plugin_insn_data(insn, &code, sizeof(code));
		if (code == MARK_BEGIN)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, begin, CB_NO_REGS, NULL);
		else if (code == MARK_END)
			qemu_plugin_register_vcpu_insn_exec_cb(insn, end, CB_NO_REGS, NULL);
	}
}

/* A block that is translated again counts as another one; blocks that have no room count nowhere, and out says it. */
static void translated(plugin_id id, struct qemu_plugin_tb *tb)
{
	size_t insns = qemu_plugin_tb_n_insns(tb);

	(void)id;
	watch_marks(tb, insns);
	if (blocks == BLOCKS_MAX)
		return;
	address[blocks] = qemu_plugin_tb_vaddr(tb);
	qemu_plugin_register_vcpu_tb_exec_inline_per_vcpu(
		tb, OP_ADD_U64, (qemu_plugin_u64){ score, blocks * sizeof(uint64_t) }, insns);
	blocks++;
}

static void ended(plugin_id id, void *data)
{
	FILE *file = fopen(out, "w");
	size_t i;

	(void)id;
	(void)data;
	if (!file) {
		perror(out);
		return;
	}
	if (blocks == BLOCKS_MAX)
		fprintf(file, "too many blocks\n");
	for (i = 0; i < blocks; i++)
		if (during[i])
			fprintf(file, "%016" PRIx64 " %" PRIu64 "\n", address[i], during[i]);
	fclose(file);
}

EXPORT int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv)
{
	(void)info;
	if (argc != 1 || strncmp(argv[0], "out=", 4))
		return -1;
	snprintf(out, sizeof(out), "%s", argv[0] + 4);
	score = qemu_plugin_scoreboard_new(sizeof(before));
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	qemu_plugin_register_atexit_cb(id, ended, NULL);
	return 0;
}
