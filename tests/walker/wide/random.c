#include "random.h"

static void set(uint64_t *word, unsigned high, unsigned low, uint64_t value)
{
	uint64_t mask = UINT64_MAX >> (63 - (high - low)) << low;

	*word = (*word & ~mask) | (value << low & mask);
}

static unsigned below(struct machine *m, unsigned n)
{
	return (unsigned)rng_below(&m->rng, n);
}

static unsigned between(struct machine *m, unsigned low, unsigned high)
{
	return low + below(m, high - low + 1);
}

static bool chance(struct machine *m, unsigned percent)
{
	return rng_chance(&m->rng, percent);
}

static uint64_t address_below(struct machine *m, unsigned n)
{
	return n >= 64 ? rng_next(&m->rng) : rng_next(&m->rng) >> (64 - n);
}

static unsigned size_of(unsigned encoding)
{
	static const unsigned sizes[8] = {32, 36, 40, 42, 44, 48, 52, 56};

	return sizes[encoding];
}

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static unsigned most(unsigned a, unsigned b)
{
	return a > b ? a : b;
}

static bool idr3(const struct machine *m, unsigned bit)
{
	return bits(m->idr3, bit, bit);
}

static bool has_d128(const struct machine *m)
{
	return bits(m->idr5, 8, 8);
}

static bool has_lpae(const struct machine *m)
{
	return bits(m->idr0, 2, 2);
}

static unsigned oas(const struct machine *m)
{
	return size_of((unsigned)bits(m->idr5, 2, 0));
}

static unsigned ias(const struct machine *m)
{
	return has_lpae(m) ? most(40, oas(m)) : oas(m);
}

/* 6.3.1 to 6.3.6; HAD, STT and so on come and go. */
static void identify(struct machine *m)
{
	bool d128 = chance(m, 30), ds = chance(m, 50);

	/* S2P, S1P, Hyp, ASID16, VMID16 */
	m->idr0 = 0x41203;
	set(&m->idr0, 3, 2, !d128 && chance(m, 60) ? 3 : 2);
	set(&m->idr0, 7, 6, below(m, 4));
	m->idr1 = 16;
	set(&m->idr1, 27, 26, below(m, 4));
	m->idr3 = rng_next(&m->rng) & 0xfe631c;
	if (idr3(m, 3))
		m->idr3 |= 4;
	if (d128)
		m->idr3 |= 3 << 18;
	if (idr3(m, 20) || idr3(m, 21))
		m->idr3 |= 1 << 19;
	m->idr5 = 0x70;
	set(&m->idr5, 7, 7, ds);
	set(&m->idr5, 8, 8, d128);
	set(&m->idr5, 11, 10, below(m, d128 ? 3 : 2));
	set(&m->idr5, 2, 0, between(m, 2, d128 ? 7 : 6));
	m->e2h = chance(m, 50);
	for (unsigned i = 0; i < 16; i++)
		set(&m->s2pii, 4 * i + 3, 4 * i, chance(m, 50) ? 15 : below(m, 16));
}

/* HA, HD and HAFT, as HTTU lets them be legal. */
static void updates(struct machine *m, bool lpae, bool *ha, bool *hd, bool *haft)
{
	unsigned have = (unsigned)bits(m->idr0, 7, 6);

	*ha = !lpae && have && chance(m, 50);
	*hd = !lpae && have >= 2 && chance(m, 50);
	*haft = (have != 3 || *ha) && chance(m, 50);
}

/* PIIU and PIIP: none that is reserved, and no x for privileged where w is for all. */
static void indirections(struct machine *m)
{
	static const unsigned kinds[6] = {0, 1, 2, 3, 5, 7};

	for (unsigned i = 0; i < 16; i++) {
		unsigned p = chance(m, 40) ? 5 : kinds[below(m, 6)];
		unsigned u = chance(m, 40) ? 5 : kinds[below(m, 6)];

		if (p & 2 && u & 4)
			u = 3;
		set(&m->cd[6], 3 * i + 2, 3 * i, u);
		set(&m->cd[7], 3 * i + 2, 3 * i, p);
	}
}

struct shape {
	bool aa64, wide, lpae, ds;
};

static unsigned size_most(const struct machine *m, const struct shape *s, unsigned page)
{
	if (!s->wide && !idr3(m, 9))
		return 39;
	return page == 16 ? 47 : 48;
}

static unsigned vax_least(const struct machine *m, const struct shape *s, unsigned page)
{
	unsigned vax = (unsigned)bits(m->idr5, 11, 10);

	if (vax == 2 && s->wide)
		return 9;
	return vax && (s->wide || page == 16 || s->ds) ? 12 : 16;
}

static uint64_t table_base(struct machine *m, const struct shape *s, unsigned page, unsigned out)
{
	unsigned n = s->lpae ? 40 : least(out, oas(m));

	if (s->aa64 && page != 16 && !s->ds)
		n = least(n, 48);
	return address_below(m, n) & ~UINT64_C(15);
}

static void half(struct machine *m, const struct shape *s, unsigned n)
{
	static const unsigned pages[3] = {12, 14, 16}, tg[2][3] = {{0, 2, 1}, {2, 1, 3}};
	unsigned which = below(m, 3), page = pages[which];
	unsigned tsz =
		s->lpae ? below(m, 8) : between(m, vax_least(m, s, page), size_most(m, s, page));
	uint64_t base = table_base(m, s, page, size_of((unsigned)bits(m->cd[0], 34, 32)));

	set(&m->cd[0], n ? 21 : 5, n ? 16 : 0, tsz);
	set(&m->cd[0], n ? 23 : 7, n ? 22 : 6, tg[n][which]);
	set(&m->cd[0], n ? 29 : 13, n ? 28 : 12, below(m, 4));
	set(&m->cd[n + 1], 55, 4, base >> 4);
	if (s->wide) {
		int start = 3 - (63 - (int)tsz - (int)page) / ((int)page - 4);

		set(&m->cd[n + 1], 63, 62, below(m, least(4, (unsigned)(4 - start))));
	}
}

/* nested32: above a stage 2 of VMSAv8-32. */
static void context(struct machine *m, bool nested32, bool el2, bool e2h)
{
	bool aa64 = !nested32 && (el2 && has_d128(m) ? true : chance(m, 55));
	struct shape s = {0};
	bool ha, hd, haft;

	if (!has_d128(m) && (!has_lpae(m) || e2h))
		aa64 = true;
	s.aa64 = aa64;
	s.wide = !aa64 && has_d128(m);
	s.lpae = !aa64 && !s.wide;
	for (unsigned i = 0; i < 4; i++)
		m->cd[i] = rng_next(&m->rng);
	/* Not what is rare: EPD, E0PD, WXN, UWXN. */
	if (chance(m, 80))
		m->cd[0] &= ~(UINT64_C(0x3) << 36 | UINT64_C(1) << 14 | UINT64_C(1) << 30);
	if (chance(m, 80)) {
		m->cd[1] &= ~UINT64_C(4);
		m->cd[2] &= ~UINT64_C(4);
	}
	s.ds = aa64 && bits(m->idr5, 7, 7) && bits(m->cd[2], 58, 58);
	/* V, A, R; no stalls, ASID 0. */
	set(&m->cd[0], 31, 31, 1);
	set(&m->cd[0], 46, 44, 6);
	set(&m->cd[0], 41, 41, aa64);
	updates(m, s.lpae, &ha, &hd, &haft);
	set(&m->cd[0], 43, 42, (unsigned)ha << 1 | hd);
	set(&m->cd[1], 3, 3, haft);
	half(m, &s, 0);
	half(m, &s, 1);
	indirections(m);
	if (s.wide)
		set(&m->ste[1], 24, 24, 1);
}

/* Start level and size that go together: tables D8-20 to D8-41, G5-5. */
static unsigned stage2_size(struct machine *m, const struct shape *s, unsigned page)
{
	unsigned stride = page - 3, floor = page == 16 || s->ds ? 12 : 16;

	for (;;) {
		unsigned sl0 = below(m, 4), sl2 = s->ds && page == 12 ? below(m, 2) : 0;
		int level = page == 12 ? (sl2	     ? (sl0 ? 9 : -1)
					  : sl0 == 3 ? 3
						     : 2 - (int)sl0)
				       : 3 - (int)sl0;
		unsigned tsz = between(m, most(floor, 64 - ias(m)), size_most(m, s, page));
		unsigned low;

		if (level == 9 || (page == 12 && level == 3 && !idr3(m, 9)) ||
		    (page == 14 && level == 0 && !s->ds) || (page == 16 && level == 0))
			continue;
		low = page + (unsigned)(3 - level) * stride;
		if (64 - tsz <= low || 64 - tsz > low + stride + 4)
			continue;
		set(&m->ste[2], 39, 38, sl0);
		set(&m->ste[3], 2, 2, sl2);
		return tsz;
	}
}

static unsigned stage2_size32(struct machine *m)
{
	for (;;) {
		int tsz = (int)below(m, 16) - 8;
		unsigned sl0 = below(m, 2);

		if (sl0 ? tsz > 1 : tsz < -2)
			continue;
		set(&m->ste[2], 39, 38, sl0);
		m->s2_ia = (unsigned)(32 - tsz);
		return (unsigned)tsz & 15;
	}
}

static unsigned stage2_size128(struct machine *m, const struct shape *s, unsigned page)
{
	unsigned tsz = between(m, most(8, 64 - ias(m)), size_most(m, s, page));
	int start = 3 - (63 - (int)tsz - (int)page) / ((int)page - 4);

	set(&m->ste[3], 62, 61, below(m, least(4, (unsigned)(4 - start))));
	return tsz;
}

/* True when its tables are VMSAv8-32. */
static bool stage2(struct machine *m)
{
	static const unsigned pages[3] = {12, 14, 16}, tg[3] = {0, 2, 1};
	unsigned which = below(m, 3), page = pages[which], ps = below(m, 8), tsz;
	struct shape s = {.aa64 = chance(m, 55) || !(has_d128(m) || has_lpae(m))};
	bool ha, hd, haft;

	s.wide = !s.aa64 && has_d128(m);
	s.lpae = !s.aa64 && !s.wide;
	s.ds = s.aa64 && bits(m->idr5, 7, 7) && chance(m, 60);
	m->ste[2] = rng_next(&m->rng);
	/* S2VMID 0; no S2PTW mostly; S2R; no S2S. */
	set(&m->ste[2], 15, 0, 0);
	set(&m->ste[2], 58, 57, 2);
	set(&m->ste[2], 54, 54, chance(m, 15));
	set(&m->ste[2], 51, 51, s.aa64);
	set(&m->ste[2], 47, 46, tg[which]);
	set(&m->ste[2], 50, 48, ps);
	set(&m->ste[3], 3, 3, s.ds);
	tsz = s.lpae   ? stage2_size32(m)
	      : s.wide ? stage2_size128(m, &s, page)
		       : stage2_size(m, &s, page);
	if (!s.lpae)
		m->s2_ia = 64 - tsz;
	set(&m->ste[2], 37, 32, tsz);
	set(&m->ste[3], 55, 4, table_base(m, &s, page, size_of(ps)) >> 4);
	updates(m, s.lpae, &ha, &hd, &haft);
	set(&m->ste[2], 56, 55, (unsigned)ha << 1 | hd);
	set(&m->ste[2], 59, 59, haft);
	set(&m->ste[2], 60, 60, !s.lpae && chance(m, 50));
	set(&m->ste[2], 61, 61, (s.wide || bits(m->ste[2], 60, 60)) && chance(m, 50));
	set(&m->ste[1], 25, 25, !s.lpae && chance(m, 50));
	/* S2HWU does not go with overlays. */
	set(&m->ste[1], 11, 8, bits(m->ste[2], 61, 61) ? 0 : rng_next(&m->rng));
	set(&m->ste[5], 11, 9, chance(m, 30) ? below(m, 8) : 0);
	for (unsigned i = 0; i < 16; i++) {
		unsigned poi = chance(m, 60) ? 15 : below(m, 16);

		set(&m->ste[7], 4 * i + 3, 4 * i, poi == 1 || poi == 5 ? 0 : poi);
	}
	return s.lpae;
}

void random_machine(struct machine *m)
{
	static const unsigned configs[8] = {4, 5, 5, 5, 6, 6, 7, 7};
	unsigned config = configs[below(m, 8)];
	bool strw, nested32 = false;

	for (unsigned i = 0; i < 8; i++)
		m->ste[i] = m->cd[i] = 0;
	m->s2pii = 0;
	m->s2_ia = 64;
	identify(m);
	strw = config == 5 && chance(m, 50);
	/* Overrides, most often none. */
	set(&m->ste[1], 45, 44, 1);
	if (chance(m, 50)) {
		set(&m->ste[1], 45, 32, rng_next(&m->rng));
		set(&m->ste[1], 51, 48, rng_next(&m->rng));
	}
	set(&m->ste[1], 43, 41, 0);
	set(&m->ste[1], 24, 24, chance(m, 60));
	set(&m->ste[1], 31, 30, strw ? 2 : 0);
	if (config & 2)
		nested32 = stage2(m);
	if (config & 1)
		context(m, (config & 2) && nested32, strw && !m->e2h, strw && m->e2h);
	m->ste[0] = 1 | config << 1;
	set(&m->ste[0], 55, 6,
	    address_below(m, least(m->s2_ia, config & 2 ? ias(m) : oas(m))) >> 6);
}

static uint64_t encode(const struct format *f, uint64_t address)
{
	uint64_t lo = address & ((UINT64_C(1) << f->page) - 1) ? address : address;

	lo = lo >> f->page << f->page;
	if (f->wide)
		return lo;
	if (f->ds)
		return (lo & ((UINT64_C(1) << 50) - 1)) | (address >> 50 & 3) << 8;
	lo &= (UINT64_C(1) << 48) - 1;
	return f->lpa ? lo | (address >> 48 & 15) << 12 : lo;
}

/* The bits of a 64-bit descriptor that are no address. */
static uint64_t noise(struct machine *m, const struct format *f, bool table)
{
	uint64_t mask = f->wide ? 0xfff
			: f->ds ? UINT64_C(0xfff0000000000cfc)
				: UINT64_C(0xfff0000000000ffc);
	uint64_t d = rng_next(&m->rng) & (mask | UINT64_C(1) << 51 | UINT64_C(1) << 50);

	if (f->wide)
		d &= 0xfff;
	if (table && chance(m, 70))
		d &= ~(UINT64_C(0xf) << 59);
	if (chance(m, 85))
		d |= UINT64_C(1) << 10;
	if (!f->wide && !table && chance(m, 60))
		d &= ~(UINT64_C(3) << 53);
	/* S2AP and Dirty; AssuredOnly; Protected. */
	if (f->stage == 2 && chance(m, 70))
		d |= UINT64_C(3) << 6;
	if (f->stage == 2 && chance(m, 80))
		d &= ~(UINT64_C(1) << 58);
	if (f->stage == 1 && chance(m, 60))
		d |= UINT64_C(1) << 52;
	if (f->wide)
		d &= 0xfff;
	return d;
}

static uint64_t noise_high(struct machine *m, const struct format *f)
{
	uint64_t hi = rng_next(&m->rng) & ~(UINT64_C(3) << 45);

	if (chance(m, 70))
		hi = f->stage == 1 ? hi | UINT64_C(1) << 50 : hi & ~(UINT64_C(1) << 50);
	return hi;
}

static uint64_t swap(uint64_t word)
{
	uint64_t out = 0;

	for (unsigned i = 0; i < 8; i++)
		out |= bits(word, 8 * i + 7, 8 * i) << (56 - 8 * i);
	return out;
}

void random_descriptor(struct machine *m, const struct format *f, int level, uint64_t address)
{
	unsigned limit = f->stage == 1 ? least(f->oa, m->s2_ia) : f->oa;
	uint64_t to = chance(m, 97) ? address_below(m, limit) : rng_next(&m->rng) >> 8;
	bool table = level < 3 && chance(m, 75);
	uint64_t lo = encode(f, to) | noise(m, f, table), hi = 0;

	lo = (lo & ~UINT64_C(3)) | (level == 3 || table ? 3 : 1);
	if (chance(m, 3))
		lo = (lo & ~UINT64_C(3)) | below(m, 4);
	if (f->wide) {
		unsigned left = (unsigned)(3 - level);
		unsigned skl = table ? below(m, least(left, chance(m, 60) ? 1 : 4)) : left;

		hi = noise_high(m, f);
		set(&hi, 46, 45, chance(m, 3) ? below(m, 4) : least(skl, 3));
	}
	if (f->big)
		lo = swap(lo), hi = swap(hi);
	m->put(m, address, f->wide && f->big ? hi : lo);
	if (f->wide)
		m->put(m, address + 8, f->big ? lo : hi);
}

/* An input address that one of the tables, or stage 2, is for. */
static uint64_t fitting(struct machine *m)
{
	bool n = chance(m, 40), stage1 = bits(m->ste[0], 1, 1);
	unsigned tsz = (unsigned)(n ? bits(m->cd[0], 21, 16) : bits(m->cd[0], 5, 0));
	uint64_t a = rng_next(&m->rng);

	if (!stage1)
		return address_below(m, least(m->s2_ia, oas(m)));
	if (!bits(m->cd[0], 41, 41) && !has_d128(m))
		return a >> 32;
	a = tsz ? a >> tsz : a;
	if (n)
		a |= ~(UINT64_MAX >> tsz);
	/* What TBI ignores. */
	if (chance(m, 10))
		a ^= rng_next(&m->rng) << 56;
	return a;
}

void random_access(struct access *access, struct machine *m, uint64_t like)
{
	uint64_t a = fitting(m);

	if (like && chance(m, 65))
		a = like ^ (chance(m, 50) ? 0 : address_below(m, between(m, 1, 40)));
	if (chance(m, 3))
		a = rng_next(&m->rng);
	*access = (struct access){.address = a,
				  .privileged = chance(m, 50),
				  .instruction = chance(m, 25),
				  .memtype = below(m, 8),
				  .sh = below(m, 4),
				  .alloc = chance(m, 50) ? 4 : below(m, 4)};
	access->write = chance(m, 45);
	access->read = !access->write || chance(m, 20);
}
