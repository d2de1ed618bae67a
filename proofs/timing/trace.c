/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plugin for QEMU: between two functions of the program it runs it takes down every instruction's
 * address and every address that is read or written, in their order, as two running hashes. One
 * line on standard error for each stretch: instructions, hash of program counters, accesses, hash
 * of addresses.
 *
 * Arguments: begin=ADDRESS,end=ADDRESS (hexadecimal). The few declarations of QEMU's plugin
 * interface (version 1, docs/devel/tcg-plugins) that are used stand here, since no package brings
 * its header.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct qemu_plugin_tb;
struct qemu_plugin_insn;
enum { CB_NO_REGISTERS = 0 };
enum { MEMORY_READ_AND_WRITE = 3 };

void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id,
                                           void (*cb)(uint64_t id, struct qemu_plugin_tb *tb));
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t idx);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
                                            void (*cb)(unsigned int cpu, void *pc), int flags,
                                            void *pc);
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *insn,
                                      void (*cb)(unsigned int cpu, uint32_t info, uint64_t address,
                                                 void *data),
                                      int flags, int accesses, void *data);

extern int qemu_plugin_version;
int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv);

int qemu_plugin_version = 1;

struct record {
    uint64_t count;
    uint64_t hash;
};

static uint64_t begin_pc, end_pc;
static bool is_recording;
static struct record pcs, accesses;

/* Each value changes the hash of all before it; the multiplier is odd, so no step loses anything.
 */
static void add(struct record *record, uint64_t value)
{
    record->count++;
    record->hash = (record->hash ^ value) * 0x9e3779b97f4a7c15;
    record->hash ^= record->hash >> 29;
}

static void executed(unsigned int cpu, void *pc)
{
    uint64_t at = (uint64_t)(uintptr_t)pc;
    (void)cpu;
    if (at == end_pc && is_recording) {
        fprintf(stderr, "stretch %" PRIu64 " %016" PRIx64 " %" PRIu64 " %016" PRIx64 "\n",
                pcs.count, pcs.hash, accesses.count, accesses.hash);
        is_recording = false;
    }
    if (is_recording)
        add(&pcs, at);
    if (at == begin_pc) {
        is_recording = true;
        pcs = accesses = (struct record){0};
    }
}

static void accessed(unsigned int cpu, uint32_t info, uint64_t address, void *data)
{
    (void)cpu, (void)info, (void)data;
    if (is_recording)
        add(&accesses, address);
}

static void translated(uint64_t id, struct qemu_plugin_tb *tb)
{
    (void)id;
    for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
        void *pc = (void *)(uintptr_t)qemu_plugin_insn_vaddr(insn);
        qemu_plugin_register_vcpu_insn_exec_cb(insn, executed, CB_NO_REGISTERS, pc);
        qemu_plugin_register_vcpu_mem_cb(insn, accessed, CB_NO_REGISTERS, MEMORY_READ_AND_WRITE,
                                         NULL);
    }
}

int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv)
{
    (void)info;
    for (int i = 0; i < argc; i++)
        if (strncmp(argv[i], "begin=", 6) == 0)
            begin_pc = strtoull(argv[i] + 6, NULL, 16);
        else if (strncmp(argv[i], "end=", 4) == 0)
            end_pc = strtoull(argv[i] + 4, NULL, 16);
    if (begin_pc == 0 || end_pc == 0) {
        fprintf(stderr, "trace: begin= and end= must be addresses\n");
        return -1;
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    return 0;
}
