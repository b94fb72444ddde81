/* A captured system made real: memory, files, registers. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compile/load.h"

struct seen {
	unsigned count, line;
	int code;
};

static void see(void *ctx, const struct smmu_diag_record *record)
{
	struct seen *seen = ctx;

	if (record->severity != SMMU_ERROR || seen->count++)
		return;
	seen->code = record->code;
	seen->line = record->at ? record->at->line : 0;
}

static void make_file(char *path, const char *bytes)
{
	int fd;

	strcpy(path, "/tmp/smmu-load-XXXXXX");
	fd = mkstemp(path);
	cr_assert_geq(fd, 0);
	cr_assert_eq(write(fd, bytes, strlen(bytes)), (ssize_t)strlen(bytes));
	close(fd);
}

static int load(struct smmu_machine *machine, struct seen *seen, const char *text)
{
	struct smmu_diag diag = {.report = see, .ctx = seen};
	struct smmu_sys *sys = NULL;
	int rc;

	*seen = (struct seen){0};
	*machine = (struct smmu_machine){0};
	rc = smmu_sys_load_memory(&sys, "board.yaml", text, strlen(text), &diag);
	if (!rc)
		rc = smmu_compile_load(machine, sys, &diag);
	smmu_sys_free(sys); /* the machine borrows nothing of it */
	return rc;
}

static char byte_at(const struct smmu_machine *machine, uint64_t pa, enum smmu_pas pas)
{
	char byte = '?';

	smmu_mem_read(machine->mem, (struct smmu_pa){pa, pas}, &byte, 1);
	return byte;
}

Test(compile_load, captured)
{
	char first[64], second[64], text[1024];
	struct smmu_machine machine;
	struct seen seen;

	make_file(first, "aaaa");
	make_file(second, "bb");
	snprintf(text, sizeof(text),
		 "version: 1\n"
		 "memory:\n"
		 "  - {base: 0x1000, size: 8K, file: %s}\n"
		 "  - {base: 0x1001, file: %s}\n"
		 "  - {base: 0x8000, file: %s, space: realm}\n"
		 "smmus:\n"
		 "  - {name: one, registers: {SMMU_IDR0: 3, SMMU_CR0: 1}}\n"
		 "  - {name: two, base: 0x2b400000, registers: {SMMU_IDR1: 5}}\n",
		 first, second, second);
	cr_assert_eq(load(&machine, &seen, text), 0);
	cr_assert_eq(machine.count, 2);
	cr_expect_str_eq(machine.smmu[0].name, "one");
	cr_expect_eq(smmu_model_reg(machine.smmu[0].model, SMMU_REG_CR0), 1);
	cr_expect_eq(machine.smmu[1].base, 0x2b400000);
	cr_expect_eq(smmu_model_reg(machine.smmu[1].model, SMMU_REG_IDR1), 5);
	cr_expect_eq(byte_at(&machine, 0x1000, SMMU_PAS_NS), 'a');
	cr_expect_eq(byte_at(&machine, 0x1001, SMMU_PAS_NS), 'b', "the later file wins");
	cr_expect_eq(byte_at(&machine, 0x1002, SMMU_PAS_S), 'b');
	cr_expect_eq(byte_at(&machine, 0x1003, SMMU_PAS_NS), 'a');
	cr_expect_eq(byte_at(&machine, 0x1004, SMMU_PAS_NS), 0, "RAM reads as zero");
	cr_expect_eq(byte_at(&machine, 0x2fff, SMMU_PAS_NS), 0);
	cr_expect_eq(byte_at(&machine, 0x3000, SMMU_PAS_NS), '?', "no memory there");
	cr_expect_eq(byte_at(&machine, 0x8000, SMMU_PAS_NS), '?', "seen from Realm alone");
	cr_expect_eq(byte_at(&machine, 0x8000, SMMU_PAS_REALM), 'b');
	cr_expect_eq(byte_at(&machine, 0x8fff, SMMU_PAS_REALM), 0, "the whole page");
	smmu_machine_fini(&machine);
	unlink(first);
	unlink(second);
}

Test(compile_load, files_that_cannot_be_had)
{
	static const char text[] = "version: 1\n"
				   "memory:\n"
				   "  - {base: 0, size: 4K}\n"
				   "  - {base: 0, file: /nowhere/a.bin}\n"
				   "  - {base: 0, file: /nowhere/b.bin}\n"
				   "smmus: [{name: s, registers: {SMMU_IDR0: 3}}]\n";
	struct smmu_machine machine;
	struct seen seen;

	cr_expect_eq(load(&machine, &seen, text), SMMU_E_IO);
	cr_expect_eq(seen.count, 2, "each is reported");
	cr_expect_eq(seen.line, 4);
	cr_expect_eq(machine.count, 0);
	cr_expect_null(machine.mem);
	smmu_machine_fini(&machine);
}
