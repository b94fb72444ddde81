/* Files: plain and gzip, aligned and not, cut, too large. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "mem/mem.h"

struct seen {
	char message[512];
	int code;
	unsigned line;
};

static void see(void *ctx, const struct smmu_diag_record *record)
{
	struct seen *seen = ctx;

	snprintf(seen->message, sizeof(seen->message), "%s", record->message);
	seen->code = record->code;
	seen->line = record->at ? record->at->line : 0;
}

static void make_file(char *path, const void *bytes, size_t size)
{
	int fd;

	strcpy(path, "/tmp/smmu-mem-XXXXXX");
	fd = mkstemp(path);
	cr_assert_geq(fd, 0);
	cr_assert_eq(write(fd, bytes, size), (ssize_t)size);
	close(fd);
}

/* gzip of bytes; the caller frees. */
static uint8_t *deflated(size_t *size, const void *bytes, size_t raw_size)
{
	z_stream z = {0};
	uint8_t *out = malloc(raw_size + 1024);

	cr_assert_eq(deflateInit2(&z, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
	z.next_in = (uint8_t *)bytes;
	z.avail_in = (unsigned)raw_size;
	z.next_out = out;
	z.avail_out = (unsigned)raw_size + 1024;
	cr_assert_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
	*size = z.total_out;
	deflateEnd(&z);
	return out;
}

static const struct smmu_place here = {"board.yaml", 7, 3, NULL, 0};

static int add(struct smmu_mem *mem, uint64_t base, const char *path, struct seen *seen)
{
	struct smmu_diag diag = {.report = see, .ctx = seen};

	*seen = (struct seen){.code = 0};
	return smmu_mem_add_file(mem, SMMU_PAS_ALL, base, path, &here, &diag);
}

static void fill(uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)(i * 7 + i / 256 + 1);
}

Test(mem_load, contents)
{
	enum { MAX = 300000 };
	static uint8_t bytes[MAX], got[MAX];
	static const struct {
		const char *row;
		uint64_t base;
		size_t size;
	} rows[] = {
		{"one byte", 0x40000000, 1},
		{"a page", 0x40000000, 4096},
		{"pages and a rest", 0x40000000, 10000},
		{"at any address", 0x40000123, 10000},
		{"more than a chunk at any address", 0x40000ffd, MAX},
		{"across 4 GiB", 0xfffff000, MAX},
		{"up to the end", (UINT64_C(1) << 56) - MAX, MAX},
	};

	fill(bytes, MAX);
	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		for (int gzip = 0; gzip < 2; gzip++) {
			struct smmu_mem *mem;
			struct smmu_pa pa = {rows[i].base, SMMU_PAS_NS};
			struct seen seen;
			char path[64];
			size_t size = rows[i].size;
			uint8_t *packed = gzip ? deflated(&size, bytes, rows[i].size) : NULL;

			make_file(path, gzip ? packed : bytes, size);
			cr_assert_eq(smmu_mem_new(&mem), 0);
			cr_expect_eq(add(mem, rows[i].base, path, &seen), 0, "%s: %s", rows[i].row,
				     seen.message);
			cr_expect(smmu_mem_read(mem, pa, got, rows[i].size));
			cr_expect_arr_eq(got, bytes, rows[i].size, "%s", rows[i].row);
			pa.pa = rows[i].base & ~UINT64_C(4095);
			cr_expect(smmu_mem_exists(mem, pa, 4096), "%s", rows[i].row);
			pa.pa--;
			cr_expect(!smmu_mem_exists(mem, pa, 1), "%s", rows[i].row);
			pa.pa = rows[i].base;
			cr_expect(smmu_mem_write(mem, pa, "!", 1), "%s", rows[i].row);
			cr_expect(smmu_mem_read(mem, pa, got, 1) && got[0] == '!');
			smmu_mem_free(mem);
			unlink(path);
			free(packed);
		}
	}
}

Test(mem_load, the_later_file_wins)
{
	uint8_t first[8192], second[5000], got[8192];
	struct smmu_mem *mem;
	struct seen seen;
	char path[64];

	memset(first, 1, sizeof(first));
	memset(second, 2, sizeof(second));
	cr_assert_eq(smmu_mem_new(&mem), 0);
	make_file(path, first, sizeof(first));
	cr_assert_eq(add(mem, 0x1000, path, &seen), 0);
	unlink(path);
	make_file(path, second, sizeof(second));
	cr_assert_eq(add(mem, 0x1000, path, &seen), 0);
	unlink(path);
	cr_assert(smmu_mem_read(mem, (struct smmu_pa){0x1000, SMMU_PAS_S}, got, 8192));
	cr_expect_eq(got[4999], 2);
	cr_expect_eq(got[5000], 1, "the rest of the last page stays");
	smmu_mem_free(mem);
}

Test(mem_load, a_cut_gzip_is_an_error_at_every_byte)
{
	uint8_t bytes[600];
	size_t size;
	uint8_t *packed;

	fill(bytes, sizeof(bytes));
	packed = deflated(&size, bytes, sizeof(bytes));
	for (size_t cut = 2; cut < size; cut++) {
		struct smmu_mem *mem;
		struct seen seen;
		char path[64];

		make_file(path, packed, cut);
		cr_assert_eq(smmu_mem_new(&mem), 0);
		cr_expect_lt(add(mem, 0x1000, path, &seen), 0, "cut at %zu", cut);
		cr_expect_lt(seen.code, 0);
		cr_expect_eq(seen.line, 7, "reported where the file is named");
		cr_expect_not_null(strstr(seen.message, path), "%s", seen.message);
		smmu_mem_free(mem);
		unlink(path);
	}
	free(packed);
}

Test(mem_load, refused)
{
	struct smmu_mem *mem;
	struct seen seen;
	char path[64];
	int fd;

	cr_assert_eq(smmu_mem_new(&mem), 0);
	cr_expect_eq(add(mem, 0, "/nonexistent/x.bin", &seen), SMMU_E_IO);
	cr_expect_eq(seen.line, 7);
	cr_expect_lt(add(mem, 0, "/tmp", &seen), 0, "a directory");
	make_file(path, "12345678", 8);
	cr_expect_eq(add(mem, (UINT64_C(1) << 56) - 7, path, &seen), SMMU_E_RANGE);
	cr_expect_eq(add(mem, (UINT64_C(1) << 56), path, &seen), SMMU_E_RANGE);
	fd = open(path, O_WRONLY);
	cr_assert_eq(ftruncate(fd, (off_t)1 << 40), 0);
	close(fd);
	cr_expect_eq(add(mem, 0, path, &seen), SMMU_E_LIMIT, "a sparse file of 1 TiB");
	unlink(path);
	smmu_mem_free(mem);
}

/* A gzip member of n times 1 MiB of zeros, made of one deflate stream. */
static void make_bomb(char *path, unsigned mebibytes)
{
	static uint8_t zeros[1 << 20];
	gzFile file;
	int fd;

	strcpy(path, "/tmp/smmu-bomb-XXXXXX");
	fd = mkstemp(path);
	cr_assert_geq(fd, 0);
	file = gzdopen(fd, "wb1");
	for (unsigned i = 0; i < mebibytes; i++)
		cr_assert_eq(gzwrite(file, zeros, sizeof(zeros)), (int)sizeof(zeros));
	gzclose(file);
}

Test(mem_load, zeros_in_gzip_cost_nothing)
{
	struct smmu_mem *mem;
	struct seen seen;
	char path[64];

	make_bomb(path, 64);
	cr_assert_eq(smmu_mem_new(&mem), 0);
	cr_expect_eq(add(mem, 0x1000, path, &seen), 0);
	cr_expect(smmu_mem_exists(mem, (struct smmu_pa){0x1000, SMMU_PAS_NS}, 64 << 20));
	cr_expect(!smmu_mem_exists(mem, (struct smmu_pa){0x1000 + (64 << 20), SMMU_PAS_NS}, 1));
	smmu_mem_free(mem);
	unlink(path);
}
