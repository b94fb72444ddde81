/* What exists: RAM, bytes and files, seen from some address spaces or all. */
#include "mem/mem_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/in.h"
#include "base/text.h"

#define CHUNK_PAGES 64

int smmu_mem_split(struct smmu_mem *mem, unsigned pas_set)
{
	unsigned classes = mem->classes;

	for (unsigned i = 0; i < classes; i++) {
		struct space_class *old = &mem->class[i], *fresh = &mem->class[mem->classes];
		unsigned inside = old->pas_set & pas_set;
		int err;

		if (!inside || inside == old->pas_set)
			continue;
		*fresh = (struct space_class){.pas_set = inside, .root = old->root};
		err = smmu_mem_extents_copy(&fresh->extents, &old->extents);
		if (err)
			return err;
		old->pas_set &= ~inside;
		/* From now on each has to copy the nodes before it writes them. */
		old->token = mem->next_token++;
		fresh->token = mem->next_token++;
		for (unsigned pas = 0; pas < SMMU_PAS_COUNT; pas++)
			if (smmu_bit(inside, pas))
				mem->class_of[pas] = mem->classes;
		mem->classes++;
	}
	return 0;
}

/* A page that was stored when it existed in part may exist wholly now. */
static int retag(struct smmu_mem *mem, unsigned class, uint64_t page_number)
{
	const struct smmu_mem_leaf *old = smmu_mem_leaf_read(&mem->class[class], page_number);
	uintptr_t entry = old->page[smmu_mem_slot(page_number)];
	struct smmu_mem_leaf *leaf;

	if (!entry || entry % 2)
		return 0;
	leaf = smmu_mem_leaf_write(mem, class, page_number);
	if (!leaf)
		return SMMU_E_NOMEM;
	smmu_mem_set_page(mem, class, leaf, page_number, smmu_mem_entry_page(entry));
	return 0;
}

int smmu_mem_add_extent(struct smmu_mem *mem, unsigned pas_set, const struct extent *extent)
{
	for (unsigned i = 0; i < mem->classes; i++) {
		int err;

		if (!(mem->class[i].pas_set & pas_set))
			continue;
		err = smmu_mem_extents_add(&mem->class[i].extents, extent);
		if (!err)
			err = retag(mem, i, smmu_mem_number(extent->start));
		if (!err)
			err = retag(mem, i, smmu_mem_number(extent->end - 1));
		if (err)
			return err;
	}
	mem->lookup.generation++;
	return 0;
}

static int check_range(unsigned pas_set, uint64_t base, uint64_t size)
{
	if (!pas_set || !smmu_bits_fit(pas_set, SMMU_PAS_COUNT) || !size)
		return SMMU_E_USAGE;
	return base >= MEM_END || size > MEM_END - base ? SMMU_E_RANGE : 0;
}

int smmu_mem_add_ram(struct smmu_mem *mem, unsigned pas_set, uint64_t base, uint64_t size)
{
	int err = check_range(pas_set, base, size);

	if (!err)
		err = smmu_mem_split(mem, pas_set);
	if (!err)
		err = smmu_mem_add_extent(mem, pas_set,
					  &(struct extent){base, base + size, mem->next_owner++});
	return err;
}

/* An entry that is being laid over what is there, piece by piece. */
struct overlay {
	struct smmu_mem *mem;
	unsigned pas_set;
	uint64_t owner;
};

/* The whole pages of [base, base + size) exist. */
static int add_pages(const struct overlay *over, uint64_t base, uint64_t size)
{
	uint64_t last = smmu_align_down_log2(base + size - 1, SMMU_MEM_PAGE_LOG2);
	struct extent extent = {smmu_align_down_log2(base, SMMU_MEM_PAGE_LOG2),
				last + SMMU_MEM_PAGE_SIZE, over->owner};

	return smmu_mem_add_extent(over->mem, over->pas_set, &extent);
}

/* Bytes of one page. */
struct piece {
	uint64_t page_number;
	unsigned offset;
	const uint8_t *bytes;
	size_t size;
};

static bool is_zero(const uint8_t *bytes, size_t size)
{
	return !size || (!bytes[0] && !memcmp(bytes, bytes + 1, size - 1));
}

/* The page that the class shall have: old with the piece laid over; NULL: no memory. */
static uint8_t *laid_over(struct smmu_mem *mem, const struct piece *piece, uint8_t *old,
			  bool in_place)
{
	uint8_t *page = old;

	if (!in_place) {
		page = smmu_mem_pool_get(&mem->pool, !old);
		if (page && old)
			memcpy(page, old, SMMU_MEM_PAGE_SIZE);
	}
	if (page)
		memcpy(page + piece->offset, piece->bytes, piece->size);
	return page;
}

static int put_page(struct smmu_mem *mem, unsigned class, uint64_t page_number, uint8_t *page,
		    unsigned owned)
{
	struct smmu_mem_leaf *leaf = smmu_mem_leaf_write(mem, class, page_number);
	uint8_t *state;

	if (!leaf)
		return SMMU_E_NOMEM;
	state = &leaf->state[smmu_mem_slot(page_number)];
	*state = (uint8_t)((*state & ~(unsigned)PAGE_OWNED) | owned);
	smmu_mem_set_page(mem, class, leaf, page_number, page);
	return 0;
}

/*
 * Classes that shared the page share the new one.  A piece that fills the page
 * is shared by all; zeros over nothing stay nothing.
 */
static int lay_piece(const struct overlay *over, const struct piece *piece)
{
	struct smmu_mem *mem = over->mem;
	uint8_t *before[SMMU_PAS_COUNT], *after[SMMU_PAS_COUNT];
	unsigned n = 0, slot = smmu_mem_slot(piece->page_number);
	bool fills = piece->size == SMMU_MEM_PAGE_SIZE;

	for (unsigned i = 0; i < mem->classes; i++) {
		const struct smmu_mem_leaf *leaf =
			smmu_mem_leaf_read(&mem->class[i], piece -> page_number);
		uint8_t *old = smmu_mem_entry_page(leaf->page[slot]);
		bool owned = leaf->mem == mem && leaf->state[slot] & PAGE_OWNED;
		unsigned k = 0;

		if (!(mem->class[i].pas_set & over->pas_set))
			continue;
		while (k < n && before[k] != old && !fills)
			k++;
		if (k == n) {
			if (!old && is_zero(piece->bytes, piece->size))
				after[n] = NULL;
			else if (!(after[n] =
					   laid_over(mem, piece, old, owned && mem->classes == 1)))
				return SMMU_E_NOMEM;
			before[n++] = old;
		}
		if (after[k] && put_page(mem, i, piece->page_number, after[k], PAGE_OWNED))
			return SMMU_E_NOMEM;
	}
	return 0;
}

/* base is anywhere; the whole pages already exist. */
static int lay_bytes(const struct overlay *over, uint64_t base, const uint8_t *bytes, size_t size)
{
	for (size_t n; size; size -= n, bytes += n, base += n) {
		struct piece piece = {smmu_mem_number(base),
				      (unsigned)smmu_bits(base, 0, SMMU_MEM_PAGE_LOG2), bytes, 0};
		int err;

		n = SMMU_MEM_PAGE_SIZE - piece.offset;
		piece.size = n = n < size ? n : size;
		err = lay_piece(over, &piece);
		if (err)
			return err;
	}
	return 0;
}

static int overlay_init(struct overlay *over, struct smmu_mem *mem, unsigned pas_set)
{
	*over = (struct overlay){mem, pas_set, mem->next_owner++};
	return smmu_mem_split(mem, pas_set);
}

int smmu_mem_add_bytes(struct smmu_mem *mem, unsigned pas_set, uint64_t base, const void *bytes,
		       size_t size)
{
	struct overlay over;
	int err = check_range(pas_set, base, size);

	if (!err)
		err = overlay_init(&over, mem, pas_set);
	if (!err)
		err = add_pages(&over, base, size);
	return err ? err : lay_bytes(&over, base, bytes, size);
}

/* A file being added: where, and where to report. */
struct source {
	struct overlay over;
	uint64_t base;
	const char *path;
	const struct smmu_place *at;
	struct smmu_diag *diag;
};

static int too_large(const struct source *source, uint64_t limit)
{
	char text[24];

	return smmu_diag_error(source->diag, source->at, SMMU_E_LIMIT, "%s holds more than %s",
			       source->path, smmu_format_size(text, limit));
}

static int beyond_end(const struct source *source)
{
	return smmu_diag_error(source->diag, source->at, SMMU_E_RANGE,
			       "%s at 0x%llx does not fit below 2^56", source->path,
			       (unsigned long long)source->base);
}

/* Fills the buffer but for the end of the file. */
static int read_full(size_t *got, struct smmu_in *in, uint8_t *bytes, size_t size,
		     struct smmu_diag *diag)
{
	size_t n;

	for (*got = 0; *got < size; *got += n) {
		int err = smmu_in_read(&n, in, bytes + *got, size - *got, diag);

		if (err)
			return err;
		if (!n)
			break;
	}
	return 0;
}

static int add_stream(struct source *source, struct smmu_in *in, struct smmu_diag *diag)
{
	uint8_t *chunk = malloc(CHUNK_PAGES * SMMU_MEM_PAGE_SIZE);
	uint64_t pa = source->base, total = 0;
	size_t got, want;
	int err = 0;

	if (!chunk)
		return smmu_diag_nomem(source->diag);
	/* The first chunk ends where a page does. */
	for (; !err; pa += got) {
		want = CHUNK_PAGES * SMMU_MEM_PAGE_SIZE - smmu_bits(pa, 0, SMMU_MEM_PAGE_LOG2);
		err = read_full(&got, in, chunk, want, diag);
		if (err || !got)
			break;
		total += got;
		if (total > SMMU_MEM_FILE_LIMIT)
			err = too_large(source, SMMU_MEM_FILE_LIMIT);
		else if (pa >= MEM_END || got > MEM_END - pa)
			err = beyond_end(source);
		else if (add_pages(&source->over, pa, got) ||
			 lay_bytes(&source->over, pa, chunk, got))
			err = smmu_diag_nomem(source->diag);
	}
	free(chunk);
	if (!err && !total)
		smmu_diag_warn(source->diag, source->at, "%s is empty", source->path);
	return err;
}

/* The whole pages of a mapped file, at a base that is aligned. */
static int add_mapping(const struct source *source, uint8_t *bytes, uint64_t pages)
{
	struct smmu_mem *mem = source->over.mem;
	uint64_t first = smmu_mem_number(source->base);

	for (unsigned c = 0; c < mem->classes; c++) {
		if (!(mem->class[c].pas_set & source->over.pas_set))
			continue;
		for (uint64_t i = 0; i < pages; i++)
			if (put_page(mem, c, first + i, bytes + i * SMMU_MEM_PAGE_SIZE, 0))
				return SMMU_E_NOMEM;
	}
	return 0;
}

static int add_mapped(const struct source *source, int fd, uint64_t size)
{
	struct smmu_mem *mem = source->over.mem;
	uint64_t tail = smmu_bits(size, 0, SMMU_MEM_PAGE_LOG2);
	uint8_t *bytes;

	if (size > SMMU_MEM_MAPPED_LIMIT)
		return too_large(source, SMMU_MEM_MAPPED_LIMIT);
	if (source->base >= MEM_END || size > MEM_END - source->base)
		return beyond_end(source);
	if (smmu_array_reserve(&mem->mapping, &mem->mappings_capacity, mem->mappings,
			       sizeof(*mem->mapping)))
		return smmu_diag_nomem(source->diag);
	bytes = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (bytes == MAP_FAILED)
		return smmu_diag_error(source->diag, source->at, SMMU_E_IO, "cannot map %s: %s",
				       source->path, strerror(errno));
	mem->mapping[mem->mappings++] = (struct mapping){bytes, size};
	/* The rest of the last page may hold what an earlier entry put there. */
	if (add_pages(&source->over, source->base, size) ||
	    add_mapping(source, bytes, (size - tail) / SMMU_MEM_PAGE_SIZE) ||
	    lay_bytes(&source->over, source->base + size - tail, bytes + size - tail, tail))
		return smmu_diag_nomem(source->diag);
	return 0;
}

/* A regular file that is not gzip can be mapped: its descriptor, else -1. */
static int open_mappable(uint64_t *size, const char *path)
{
	uint8_t magic[2] = {0};
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;

	if (fd < 0)
		return -1;
	if (!fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_size > 0 &&
	    pread(fd, magic, sizeof(magic), 0) >= 0 && (magic[0] != 0x1f || magic[1] != 0x8b)) {
		*size = (uint64_t)st.st_size;
		return fd;
	}
	close(fd);
	return -1;
}

/* What a stream reports about itself is said about the place that names the file. */
static void relay(void *ctx, const struct smmu_diag_record *record)
{
	const struct source *source = ctx;

	if (record->severity == SMMU_ERROR)
		smmu_diag_error(source->diag, source->at, record->code, "%s: %s", source->path,
				record->message);
	else
		smmu_diag_warn(source->diag, source->at, "%s: %s", source->path, record->message);
}

int smmu_mem_add_file(struct smmu_mem *mem, unsigned pas_set, uint64_t base, const char *path,
		      const struct smmu_place *at, struct smmu_diag *diag)
{
	struct source source = {.base = base, .path = path, .at = at, .diag = diag};
	struct smmu_diag stream_diag = {.report = relay, .ctx = &source};
	struct smmu_in *in = NULL;
	uint64_t size = 0;
	int fd, err = check_range(pas_set, base, 1);

	if (err == SMMU_E_RANGE)
		return beyond_end(&source);
	if (err)
		return err;
	if (overlay_init(&source.over, mem, pas_set))
		return smmu_diag_nomem(diag);
	fd = smmu_is_aligned_log2(base, SMMU_MEM_PAGE_LOG2) ? open_mappable(&size, path) : -1;
	if (fd >= 0) {
		err = add_mapped(&source, fd, size);
		close(fd);
		return err;
	}
	err = smmu_in_open(&in, path, &stream_diag);
	if (!err)
		err = add_stream(&source, in, &stream_diag);
	smmu_in_close(in);
	return err;
}
