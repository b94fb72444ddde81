/* Where descriptors are and what addresses they hold: DDI 0487 D8.2, D8.3. */
#include "parts.h"

static unsigned size_of(uint64_t encoding)
{
	static const unsigned sizes[8] = {32, 36, 40, 42, 44, 48, 52, 56};

	return sizes[encoding];
}

unsigned oas(const struct machine *m)
{
	return size_of(bits(m->idr5, 2, 0));
}

bool the(const struct machine *m)
{
	return bits(m->idr3, 21, 21);
}

uint64_t low(uint64_t word, unsigned n)
{
	return n >= 64 ? word : word & ((UINT64_C(1) << n) - 1);
}

uint64_t cut(uint64_t word, unsigned n)
{
	return word & ~low(UINT64_MAX, n);
}

static uint64_t swap(uint64_t word)
{
	uint64_t out = 0;

	for (unsigned i = 0; i < 8; i++)
		out |= bits(word, 8 * i + 7, 8 * i) << (56 - 8 * i);
	return out;
}

struct desc load(struct machine *m, const struct format *f, int level, uint64_t pa)
{
	struct desc d = {0};
	uint64_t first = 0, second = 0;

	if (!words_get(&m->words, pa, &first))
		m->invent(m, f, level, pa);
	words_get(&m->words, pa, &first);
	if (f->wide)
		words_get(&m->words, pa + 8, &second);
	d.lo = f->big ? swap(f->wide ? second : first) : first;
	d.hi = f->big ? swap(first) : second;
	if (!f->wide)
		d.hi = 0;
	return d;
}

void store(struct machine *m, const struct format *f, uint64_t pa, uint64_t lo)
{
	words_set(&m->words, pa + (f->wide && f->big ? 8 : 0), f->big ? swap(lo) : lo);
}

/* Lowest input bit that an entry of that level resolves. */
unsigned lsb_of(const struct format *f, int level)
{
	return f->page + (unsigned)(3 - level) * f->stride;
}

/* Table D8-48. */
static enum kind kind64(const struct format *f, int level, uint64_t d)
{
	if (!bits(d, 0, 0))
		return INVALID;
	if (level == 3)
		return bits(d, 1, 1) ? LEAF : INVALID;
	if (bits(d, 1, 1))
		return TABLE;
	if (level == 2)
		return LEAF;
	if (level == 1)
		return f->page == 12 || (f->page == 14 && f->ds) || (f->page == 16 && f->lpa)
			       ? LEAF
			       : INVALID;
	return level == 0 && f->page == 12 && f->ds ? LEAF : INVALID;
}

/* Table D8-49; Blocks of D8-45 to D8-47. */
static enum kind kind128(const struct format *f, int level, const struct desc *d)
{
	int at = level + (int)bits(d->hi, 46, 45);

	if (!bits(d->lo, 0, 0) || at > 3)
		return INVALID;
	if (at < 3)
		return TABLE;
	return level >= (f->page == 12 ? 0 : 1) ? LEAF : INVALID;
}

enum kind kind_of(const struct format *f, int level, const struct desc *d)
{
	return f->wide ? kind128(f, level, d) : kind64(f, level, d->lo);
}

/* The address in a descriptor, from bit lsb on. */
uint64_t address_of(const struct format *f, const struct desc *d, unsigned lsb)
{
	if (f->wide)
		return cut(low(d->lo, 56), lsb);
	if (f->ds)
		return cut(low(d->lo, 50), lsb) | bits(d->lo, 9, 8) << 50;
	if (f->lpa)
		return cut(low(d->lo, 48), lsb) | bits(d->lo, 15, 12) << 48;
	return cut(low(d->lo, 48), lsb);
}

static uint64_t entry(const struct format *f, uint64_t table, uint64_t ia, int level, unsigned n)
{
	return table + (low(ia >> lsb_of(f, level), n) << (f->wide ? 4 : 3));
}

uint64_t first_entry(const struct format *f, uint64_t ia)
{
	return entry(f, f->base, ia, f->start, f->ia - lsb_of(f, f->start));
}

/* The level below, and the entry there. */
uint64_t next_entry(const struct format *f, const struct desc *d, int *level, uint64_t ia)
{
	unsigned skip = f->wide ? (unsigned)bits(d->hi, 46, 45) : 0;

	*level += (int)skip + 1;
	/* R_KBLCR: a table that resolves what SKL leaves out is aligned to its size. */
	return entry(f, cut(address_of(f, d, f->page), (skip + 1) * f->stride + (f->wide ? 4 : 3)),
		     ia, *level, (skip + 1) * f->stride);
}

static uint64_t align_base(const struct format *f, uint64_t ttb)
{
	unsigned n = f->ia - lsb_of(f, f->start) + (f->wide ? 4 : 3);

	if (!f->wide && f->oa >= 52 && n < 6)
		n = 6;
	return cut(ttb, n);
}

static void httu(struct format *f, const struct machine *m, bool ha, bool hd, bool haft)
{
	unsigned have = (unsigned)bits(m->idr0, 7, 6);

	f->ha = !f->lpae && have && ha;
	f->hd = have >= 2 && f->ha && hd;
	f->haft = have == 3 && f->ha && haft;
}

static void set_page(struct format *f, unsigned page)
{
	f->page = page;
	f->stride = page - (f->wide ? 4 : 3);
}

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* 5.4; TTB0 or TTB1. */
struct format format1(const struct context *c, unsigned n)
{
	static const unsigned pages[2][4] = {{12, 16, 14, 0}, {0, 14, 12, 16}};
	const struct machine *m = c->m;
	const uint64_t *cd = m->cd;
	bool aa64 = bits(cd[0], 41, 41), d128 = bits(m->idr5, 8, 8);
	struct format f = {.stage = 1, .wide = !aa64 && d128, .lpae = !aa64 && !d128};
	unsigned tsz = (unsigned)(n ? bits(cd[0], 21, 16) : bits(cd[0], 5, 0));

	set_page(&f, f.lpae ? 12 : pages[n][n ? bits(cd[0], 23, 22) : bits(cd[0], 7, 6)]);
	f.ds = aa64 && bits(m->idr5, 7, 7) && bits(cd[2], 58, 58) && f.page != 16;
	f.lpa = aa64 && f.page == 16 && oas(m) >= 52;
	f.ia = f.lpae ? 32 - (tsz & 7) : 64 - tsz;
	f.oa = f.lpae ? 40 : least(size_of(bits(cd[0], 34, 32)), oas(m));
	f.start = 3 - ((int)f.ia - 1 - (int)f.page) / (int)f.stride;
	if (f.wide)
		f.start += (int)bits(cd[n + 1], 63, 62);
	f.base = align_base(&f, low(cut(cd[n + 1], 4), f.wide ? 56 : 52));
	f.big = bits(cd[0], 15, 15);
	httu(&f, m, bits(cd[0], 43, 43), bits(cd[0], 42, 42), bits(cd[1], 3, 3));
	f.affd = !f.ha && bits(cd[0], 35, 35);
	return f;
}

/* 5.2; tables D8-19, D8-29, D8-38. */
static int start2(const struct format *f, const uint64_t *ste)
{
	unsigned sl0 = (unsigned)bits(ste[2], 39, 38), sl2 = (unsigned)bits(ste[3], 2, 2);

	if (f->wide)
		return 3 - ((int)f->ia - 1 - (int)f->page) / (int)f->stride +
		       (int)bits(ste[3], 62, 61);
	if (f->lpae)
		return sl0 ? 1 : 2;
	if (f->page == 12)
		return f->ds && sl2 ? -1 : sl0 == 3 ? 3 : 2 - (int)sl0;
	return 3 - (int)sl0;
}

struct format format2(const struct machine *m)
{
	static const unsigned pages[4] = {12, 16, 14, 0};
	const uint64_t *ste = m->ste;
	bool aa64 = bits(ste[2], 51, 51), d128 = bits(m->idr5, 8, 8);
	struct format f = {.stage = 2, .wide = !aa64 && d128, .lpae = !aa64 && !d128};
	unsigned tsz = (unsigned)bits(ste[2], 37, 32);

	set_page(&f, f.lpae ? 12 : pages[bits(ste[2], 47, 46)]);
	f.ds = aa64 && bits(m->idr5, 7, 7) && bits(ste[3], 3, 3) && f.page != 16;
	f.lpa = aa64 && f.page == 16 && oas(m) >= 52;
	/* A signed number of four bits. */
	f.ia = !f.lpae ? 64 - tsz : tsz & 8 ? 32 + (16 - (tsz & 15)) : 32 - (tsz & 7);
	f.oa = f.lpae ? 40 : least(size_of(bits(ste[2], 50, 48)), oas(m));
	f.start = start2(&f, ste);
	f.base = align_base(&f, low(cut(ste[3], 4), f.wide ? 56 : 52));
	f.big = bits(ste[2], 52, 52);
	httu(&f, m, bits(ste[2], 56, 56), bits(ste[2], 55, 55), bits(ste[2], 59, 59));
	f.affd = !f.ha && bits(ste[2], 53, 53);
	return f;
}
