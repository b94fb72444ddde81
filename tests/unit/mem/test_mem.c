/* Existence, address spaces, forks and changes.  Expected values are worked by hand. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem/mem.h"

#define NS    (1u << SMMU_PAS_NS)
#define S     (1u << SMMU_PAS_S)
#define REALM (1u << SMMU_PAS_REALM)
#define TOP   (UINT64_C(1) << 56)

static struct smmu_pa ns(uint64_t pa)
{
	return (struct smmu_pa){pa, SMMU_PAS_NS};
}

static struct smmu_pa in(enum smmu_pas pas, uint64_t pa)
{
	return (struct smmu_pa){pa, pas};
}

static struct smmu_mem *new_mem(void)
{
	struct smmu_mem *mem;

	cr_assert_eq(smmu_mem_new(&mem), 0);
	return mem;
}

static int byte_at(const struct smmu_mem *mem, struct smmu_pa pa)
{
	uint8_t byte;

	return smmu_mem_read(mem, pa, &byte, 1) ? byte : -1;
}

static void put(struct smmu_mem *mem, struct smmu_pa pa, uint8_t byte)
{
	cr_assert(smmu_mem_write(mem, pa, &byte, 1));
}

/* "set:address:bytes;" of every run or "set:address+size;" of every extent. */
struct log {
	char text[512];
	size_t size;
};

static int log_run(void *ctx, unsigned pas_set, uint64_t pa, const uint8_t *bytes, size_t size)
{
	struct log *log = ctx;

	log->size += (size_t)snprintf(log->text + log->size, sizeof(log->text) - log->size,
				      "%x:%llx:", pas_set, (unsigned long long)pa);
	for (size_t i = 0; i < size; i++)
		log->size += (size_t)snprintf(log->text + log->size, sizeof(log->text) - log->size,
					      "%02x", bytes[i]);
	log->size += (size_t)snprintf(log->text + log->size, sizeof(log->text) - log->size, ";");
	return 0;
}

static int log_extent(void *ctx, unsigned pas_set, uint64_t pa, uint64_t size)
{
	struct log *log = ctx;

	log->size += (size_t)snprintf(log->text + log->size, sizeof(log->text) - log->size,
				      "%x:%llx+%llx;", pas_set, (unsigned long long)pa,
				      (unsigned long long)size);
	return 0;
}

static void expect_changes(const struct smmu_mem *mem, const char *want)
{
	struct log log = {.size = 0};

	cr_expect_eq(smmu_mem_changes(mem, log_run, &log), 0);
	cr_expect_str_eq(log.text, want);
}

static void expect_extents(const struct smmu_mem *mem, const char *want)
{
	struct log log = {.size = 0};

	cr_expect_eq(smmu_mem_extents(mem, log_extent, &log), 0);
	cr_expect_str_eq(log.text, want);
}

Test(mem, ranges)
{
	static const struct {
		const char *row;
		unsigned pas_set;
		uint64_t base, size;
		int want;
	} rows[] = {
		{"all of 56 bits", SMMU_PAS_ALL, 0, TOP, 0},
		{"the last byte", SMMU_PAS_ALL, TOP - 1, 1, 0},
		{"one beyond", SMMU_PAS_ALL, TOP - 1, 2, SMMU_E_RANGE},
		{"base beyond", SMMU_PAS_ALL, TOP, 1, SMMU_E_RANGE},
		{"base + size overflows", SMMU_PAS_ALL, 0x1000, UINT64_MAX, SMMU_E_RANGE},
		{"nothing", SMMU_PAS_ALL, 0, 0, SMMU_E_USAGE},
		{"nobody", 0, 0, 1, SMMU_E_USAGE},
		{"no such space", 0x10, 0, 1, SMMU_E_USAGE},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		struct smmu_mem *mem = new_mem();

		cr_expect_eq(smmu_mem_add_ram(mem, rows[i].pas_set, rows[i].base, rows[i].size),
			     rows[i].want, "%s", rows[i].row);
		cr_expect_eq(smmu_mem_exists(mem, ns(rows[i].base), 1), rows[i].want == 0, "%s",
			     rows[i].row);
		smmu_mem_free(mem);
	}
}

Test(mem, existence_is_exact)
{
	static const struct {
		const char *row;
		uint64_t pa, size;
		bool want;
	} rows[] = {
		{"whole", 0x1003, 0x1ffa, true},
		{"first byte", 0x1003, 1, true},
		{"before", 0x1002, 1, false},
		{"last byte", 0x2ffc, 1, true},
		{"after", 0x2ffd, 1, false},
		{"across the end", 0x2ff8, 8, false},
		{"across the beginning", 0x1000, 8, false},
		{"huge", 0x1003, UINT64_MAX, false},
		{"beyond 2^56", TOP + 0x1003, 1, false},
		{"at the top of 64 bits", UINT64_MAX, 1, false},
	};
	struct smmu_mem *mem = new_mem();
	uint64_t value = 1;

	/* Two pages that exist in part. */
	cr_assert_eq(smmu_mem_add_ram(mem, SMMU_PAS_ALL, 0x1003, 0x1ffa), 0);
	for (int written = 0; written < 2; written++) {
		for (size_t i = 0; i < SMMU_LEN(rows); i++)
			cr_expect_eq(smmu_mem_exists(mem, ns(rows[i].pa), rows[i].size),
				     rows[i].want, "%s, written %d", rows[i].row, written);
		cr_expect(!smmu_mem_ld64(&value, mem, ns(0x1000)));
		cr_expect(smmu_mem_ld64(&value, mem, ns(0x1008)));
		cr_expect_eq(value, written ? 0x55 : 0);
		cr_expect(smmu_mem_ld64(&value, mem, ns(0x2ff0)));
		cr_expect(!smmu_mem_ld64(&value, mem, ns(0x2ff8)));
		cr_expect(!smmu_mem_ld64(&value, mem, ns(0x3000)));
		cr_expect(!smmu_mem_ld64(&value, mem, ns(TOP)));
		cr_expect_null(smmu_mem_page_write(mem, ns(0x1008)));
		put(mem, ns(0x1008), 0x55);
		put(mem, ns(0x2ff0), 0);
	}
	cr_expect(!smmu_mem_write(mem, ns(0x2ff8), "12345678", 8), "all or nothing");
	cr_expect_eq(byte_at(mem, ns(0x2ff8)), 0);
	/* When the rest of a page comes to exist, it is a page like others. */
	cr_assert_eq(smmu_mem_add_ram(mem, SMMU_PAS_ALL, 0x1000, 3), 0);
	cr_expect(smmu_mem_ld64(&value, mem, ns(0x1000)));
	cr_expect_eq(byte_at(mem, ns(0x1008)), 0x55);
	cr_expect_not_null(smmu_mem_page_write(mem, ns(0x1008)));
	smmu_mem_free(mem);
}

Test(mem, reads_and_writes)
{
	/* On both sides of a leaf (2 MiB), a window (4 GiB) and at the top. */
	static const uint64_t at[] = {0x10, 0x1fffff, 0xffffffff, 0x123456789ffe, TOP - 8};
	struct smmu_mem *mem = new_mem();
	uint8_t bytes[8];

	cr_assert_eq(smmu_mem_add_ram(mem, SMMU_PAS_ALL, 0, TOP), 0);
	for (size_t i = 0; i < SMMU_LEN(at); i++) {
		cr_expect(smmu_mem_read(mem, ns(at[i]), bytes, 8));
		cr_expect_arr_eq(bytes, "\0\0\0\0\0\0\0\0", 8);
		cr_expect(smmu_mem_write(mem, ns(at[i]), "abcdefgh", 8));
		for (unsigned pas = 0; pas < SMMU_PAS_COUNT; pas++) {
			cr_expect(smmu_mem_read(mem, in(pas, at[i]), bytes, 8));
			cr_expect_arr_eq(bytes, "abcdefgh", 8, "0x%llx", (unsigned long long)at[i]);
		}
	}
	cr_expect(!smmu_mem_write(mem, ns(TOP - 7), "abcdefgh", 8));
	cr_expect_eq(smmu_mem_error(mem), 0);
	smmu_mem_free(mem);
}

Test(mem, bytes_cover_pages_and_the_later_wins)
{
	struct smmu_mem *mem = new_mem();

	cr_assert_eq(smmu_mem_add_bytes(mem, SMMU_PAS_ALL, 0x1ffe, "abcd", 4), 0);
	expect_extents(mem, "f:1000+2000;");
	cr_expect_eq(byte_at(mem, ns(0x2001)), 'd');
	cr_expect_eq(byte_at(mem, ns(0x1000)), 0);
	cr_assert_eq(smmu_mem_add_bytes(mem, SMMU_PAS_ALL, 0x1fff, "xy", 2), 0);
	cr_expect_eq(byte_at(mem, ns(0x1ffe)), 'a');
	cr_expect_eq(byte_at(mem, ns(0x1fff)), 'x');
	cr_expect_eq(byte_at(mem, ns(0x2000)), 'y');
	cr_expect_eq(byte_at(mem, ns(0x2001)), 'd');
	cr_assert_eq(smmu_mem_add_bytes(mem, SMMU_PAS_ALL, 0x2000, "\0", 1), 0);
	cr_expect_eq(byte_at(mem, ns(0x2000)), 0, "zeros hide what was there");
	cr_assert_eq(smmu_mem_add_ram(mem, SMMU_PAS_ALL, 0, 0x4000), 0);
	cr_expect_eq(byte_at(mem, ns(0x1fff)), 'x', "RAM hides no bytes");
	expect_extents(mem, "f:0+4000;");
	smmu_mem_free(mem);
}

Test(mem, spaces)
{
	struct smmu_mem *mem = new_mem();

	cr_assert_eq(smmu_mem_add_ram(mem, SMMU_PAS_ALL, 0x10000, 0x10000), 0);
	cr_assert_eq(smmu_mem_add_ram(mem, S, 0x14000, 0x2000), 0);
	cr_assert_eq(smmu_mem_add_ram(mem, REALM, 0x40000, 0x1000), 0);
	expect_extents(mem, "f:10000+4000;2:14000+2000;d:14000+2000;f:16000+a000;4:40000+1000;");
	put(mem, ns(0x12000), 1);
	cr_expect_eq(byte_at(mem, in(SMMU_PAS_S, 0x12000)), 1, "shared");
	cr_expect_eq(byte_at(mem, in(SMMU_PAS_ROOT, 0x12000)), 1, "shared");
	put(mem, in(SMMU_PAS_S, 0x12008), 2);
	cr_expect_eq(byte_at(mem, ns(0x12008)), 2, "shared the other way");
	put(mem, in(SMMU_PAS_S, 0x14000), 3);
	cr_expect_eq(byte_at(mem, ns(0x14000)), 0, "private");
	put(mem, ns(0x14001), 4);
	cr_expect_eq(byte_at(mem, in(SMMU_PAS_S, 0x14001)), 0, "private");
	cr_expect_eq(byte_at(mem, in(SMMU_PAS_REALM, 0x14001)), 4, "shared by the others");
	put(mem, in(SMMU_PAS_REALM, 0x40000), 5);
	cr_expect_eq(byte_at(mem, ns(0x40000)), -1, "seen from one space alone");

	/* Bytes for one space part from what all share. */
	cr_assert_eq(smmu_mem_add_bytes(mem, NS, 0x12000, "z", 1), 0);
	cr_expect_eq(byte_at(mem, ns(0x12000)), 'z');
	cr_expect_eq(byte_at(mem, ns(0x12008)), 2);
	cr_expect_eq(byte_at(mem, in(SMMU_PAS_S, 0x12000)), 1);
	put(mem, in(SMMU_PAS_S, 0x12000), 9);
	cr_expect_eq(byte_at(mem, ns(0x12000)), 'z');
	cr_expect_eq(byte_at(mem, in(SMMU_PAS_REALM, 0x12000)), 9);
	smmu_mem_free(mem);
}

Test(mem, forks)
{
	struct smmu_mem *base = new_mem(), *one, *two, *grandchild;

	cr_assert_eq(smmu_mem_add_ram(base, SMMU_PAS_ALL, 0, 0x100000), 0);
	put(base, ns(0x1000), 1);
	cr_assert_eq(smmu_mem_fork(&one, base), 0);
	cr_assert_eq(smmu_mem_fork(&two, base), 0);
	put(one, ns(0x1000), 2);
	put(one, ns(0x2000), 3);
	cr_assert_eq(smmu_mem_add_ram(one, SMMU_PAS_ALL, 0x200000, 0x1000), 0);
	cr_expect_eq(byte_at(base, ns(0x1000)), 1);
	cr_expect_eq(byte_at(two, ns(0x1000)), 1);
	cr_expect_eq(byte_at(two, ns(0x2000)), 0);
	cr_expect_eq(byte_at(two, ns(0x200000)), -1);
	cr_expect_eq(byte_at(base, ns(0x200000)), -1);
	cr_assert_eq(smmu_mem_fork(&grandchild, one), 0);
	put(grandchild, ns(0x2001), 4);
	put(grandchild, ns(0x200000), 5);
	cr_expect_eq(byte_at(grandchild, ns(0x1000)), 2);
	cr_expect_eq(byte_at(one, ns(0x2001)), 0);
	expect_changes(one, "f:1000:02;f:2000:03;");
	expect_changes(two, "");
	expect_changes(grandchild, "f:2001:04;f:200000:05;");
	smmu_mem_free(grandchild);
	smmu_mem_free(two);
	smmu_mem_free(one);
	smmu_mem_free(base);
	smmu_mem_free(NULL);
}

Test(mem, fork_with_spaces)
{
	struct smmu_mem *base = new_mem(), *fork;

	cr_assert_eq(smmu_mem_add_ram(base, SMMU_PAS_ALL, 0, 0x10000), 0);
	cr_assert_eq(smmu_mem_add_ram(base, S, 0x8000, 0x1000), 0);
	put(base, ns(0x1000), 1);
	cr_assert_eq(smmu_mem_fork(&fork, base), 0);
	put(fork, in(SMMU_PAS_S, 0x1001), 2);
	put(fork, in(SMMU_PAS_S, 0x8000), 3);
	put(fork, ns(0x9000), 4);
	cr_expect_eq(byte_at(fork, ns(0x1001)), 2);
	cr_expect_eq(byte_at(fork, in(SMMU_PAS_S, 0x9000)), 4);
	cr_expect_eq(byte_at(fork, ns(0x8000)), 0);
	cr_expect_eq(byte_at(base, ns(0x1001)), 0);
	expect_changes(fork, "f:1001:02;f:9000:04;2:8000:03;");
	smmu_mem_free(fork);
	smmu_mem_free(base);
}

Test(mem, changes)
{
	struct smmu_mem *mem = new_mem();

	cr_assert_eq(smmu_mem_add_ram(mem, SMMU_PAS_ALL, 0, 0x100000), 0);
	cr_assert_eq(smmu_mem_add_bytes(mem, SMMU_PAS_ALL, 0x5000, "abcd", 4), 0);
	put(mem, ns(0x9000), 7);
	expect_changes(mem, "");
	cr_assert_eq(smmu_mem_mark_clean(mem), 0);
	expect_changes(mem, "");
	cr_assert(smmu_mem_write(mem, ns(0x5000), "aXYd", 4));
	cr_assert(smmu_mem_write(mem, ns(0x1ffe), "1234", 4));
	put(mem, ns(0x9000), 7);
	put(mem, ns(0xa000), 1);
	put(mem, ns(0xa000), 0);
	expect_changes(mem, "f:1ffe:31323334;f:5001:5859;");
	cr_assert(smmu_mem_write(mem, ns(0x5000), "abcd", 4));
	expect_changes(mem, "f:1ffe:31323334;");
	for (int i = 0; i < 3; i++) {
		cr_assert_eq(smmu_mem_mark_clean(mem), 0);
		expect_changes(mem, "");
		cr_expect_eq(byte_at(mem, ns(0x1ffe)), '1' + i);
		put(mem, ns(0x1ffe), (uint8_t)('2' + i));
	}
	expect_changes(mem, "f:1ffe:34;");
	smmu_mem_free(mem);
}

static int stop(void *ctx, unsigned pas_set, uint64_t pa, const uint8_t *bytes, size_t size)
{
	(void)ctx, (void)pas_set, (void)pa, (void)bytes, (void)size;
	return 42;
}

Test(mem, changes_stop)
{
	struct smmu_mem *mem = new_mem();

	cr_assert_eq(smmu_mem_add_ram(mem, NS, 0, 0x100000), 0);
	cr_assert_eq(smmu_mem_mark_clean(mem), 0);
	put(mem, ns(0), 1);
	cr_expect_eq(smmu_mem_changes(mem, stop, NULL), 42);
	smmu_mem_free(mem);
}

Test(mem, cursor_follows_the_page)
{
	struct smmu_mem *mem = new_mem(), *fork;
	struct smmu_mem_cursor cursor = {0};
	uint64_t value = 1;

	cr_assert_eq(smmu_mem_add_ram(mem, SMMU_PAS_ALL, 0, 0x10010), 0);
	cr_assert_eq(smmu_mem_add_ram(mem, S, 0, 0x1000), 0);
	cr_expect(smmu_mem_cursor_ld64(&value, &cursor, mem, ns(0x8)));
	cr_expect_eq(value, 0);
	put(mem, ns(0x8), 5);
	cr_expect(smmu_mem_cursor_ld64(&value, &cursor, mem, ns(0x8)));
	cr_expect_eq(value, 5);
	cr_expect(smmu_mem_cursor_ld64(&value, &cursor, mem, in(SMMU_PAS_S, 0x8)));
	cr_expect_eq(value, 0);
	cr_expect(smmu_mem_cursor_ld64(&value, &cursor, mem, ns(0x10008)));
	cr_expect(!smmu_mem_cursor_ld64(&value, &cursor, mem, ns(0x10010)));
	cr_expect(!smmu_mem_cursor_ld64(&value, &cursor, mem, ns(TOP)));
	cr_assert_eq(smmu_mem_fork(&fork, mem), 0);
	cursor = (struct smmu_mem_cursor){0};
	cr_expect(smmu_mem_cursor_ld64(&value, &cursor, fork, ns(0x8)));
	put(fork, ns(0x8), 6);
	cr_expect(smmu_mem_cursor_ld64(&value, &cursor, fork, ns(0x8)));
	cr_expect_eq(value, 6);
	smmu_mem_free(fork);
	smmu_mem_free(mem);
}

/* Every operation against one flat array a space, with fixed pseudo-random choices. */
Test(mem, agrees_with_flat_arrays)
{
	enum { SIZE = 0x6000 };
	static uint8_t flat[SIZE], got[SIZE];
	struct smmu_mem *mem = new_mem();
	uint64_t random = 88172645463325252u;

	cr_assert_eq(smmu_mem_add_ram(mem, SMMU_PAS_ALL, 0x1ffffd000, SIZE), 0);
	for (int round = 0; round < 2000; round++) {
		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		size_t at = random % SIZE, size = 1 + (random >> 20) % 5000;

		if (size > SIZE - at)
			size = SIZE - at;
		if (round % 100 == 0) {
			cr_assert_eq(smmu_mem_mark_clean(mem), 0);
		}
		memset(flat + at, (int)(random >> 40) & 0xff, size);
		cr_assert(smmu_mem_write(mem, ns(0x1ffffd000 + at), flat + at, size));
		cr_assert(smmu_mem_read(mem, in(SMMU_PAS_ROOT, 0x1ffffd000), got, SIZE));
		cr_assert_arr_eq(got, flat, SIZE);
	}
	smmu_mem_free(mem);
}

Test(mem, thousands_of_extents)
{
	struct smmu_mem *mem = new_mem();

	/* Descending, so that each goes to the front; every other 64 bytes. */
	for (uint64_t i = 20000; i-- > 0;)
		cr_assert_eq(smmu_mem_add_ram(mem, SMMU_PAS_ALL, i * 128, 64), 0);
	for (uint64_t i = 0; i < 20000; i++) {
		cr_assert(smmu_mem_exists(mem, ns(i * 128), 64));
		cr_assert(!smmu_mem_exists(mem, ns(i * 128 + 60), 5));
		cr_assert(!smmu_mem_exists(mem, ns(i * 128 + 127), 1));
	}
	cr_assert_eq(smmu_mem_add_ram(mem, SMMU_PAS_ALL, 0, 20000 * 128), 0);
	expect_extents(mem, "f:0+271000;");
	smmu_mem_free(mem);
}
