/* Stage 1, and a transaction: DDI 0487 D8.4.1, IHI 0070 G.b 3.4, 5.4, 13.1. */
#include "parts.h"

/* Permissions at stage 1. */
struct perm1 {
	bool pr, pw, px, ur, uw, ux;
};

struct tables {
	bool ap0, ap1, pxn, uxn; /* taken by Table descriptors */
};

static struct perm1 indirect1(const struct context *c, unsigned index)
{
	unsigned p = (unsigned)bits(c->m->cd[7], 3 * index + 2, 3 * index);
	unsigned u = (unsigned)bits(c->m->cd[6], 3 * index + 2, 3 * index);
	struct perm1 out = {.pr = p & 1, .px = p & 2, .pw = p & 4};

	if (!c->el2) {
		out.ur = u & 1;
		out.ux = u & 2;
		out.uw = u & 4;
	}
	return out;
}

/* Tables D8-65 and D8-66; VMSAv8-32 after them. */
static struct perm1 direct1(const struct context *c, const struct format *f, uint64_t d,
			    const struct tables *t, bool clean)
{
	bool wxn = bits(c->m->cd[0], 36, 36), uwxn = f->lpae && bits(c->m->cd[0], 37, 37);
	bool ro = (bits(d, 7, 7) && !clean) || t->ap1;
	bool user = bits(d, 6, 6) && !t->ap0;
	bool uxn = bits(d, 54, 54) || t->uxn, pxn = bits(d, 53, 53) || t->pxn;
	struct perm1 p = {.pr = true, .pw = !ro};

	if (c->el2) {
		p.px = !uxn && !(wxn && p.pw);
		return p;
	}
	p.ur = user;
	p.uw = user && !ro;
	if (f->lpae) {
		p.px = !uxn && !pxn && !(uwxn && p.uw);
		p.ux = !uxn && p.ur;
	} else {
		p.px = !pxn && !p.uw;
		p.ux = !uxn;
	}
	p.px = p.px && !(wxn && p.pw);
	p.ux = p.ux && !(wxn && p.uw);
	return p;
}

static void pan(const struct context *c, const struct format *f, struct perm1 *p, bool indirect)
{
	bool epan = !f->lpae && bits(c->m->idr3, 17, 17) && bits(c->m->cd[1], 59, 59);

	if (c->el2 || !bits(c->m->cd[0], 40, 40))
		return;
	if (p->ur || p->uw || (p->ux && (epan || indirect)))
		p->pr = p->pw = false;
}

static bool permits1(const struct context *c, const struct perm1 *p, bool read, bool write)
{
	bool privileged = c->privileged || c->el2;

	if (read && c->execute)
		return privileged ? p->px : p->ux;
	if (privileged)
		return (!read || p->pr) && (!write || p->pw);
	return (!read || p->ur) && (!write || p->uw);
}

static bool is_indirect1(const struct context *c, const struct format *f)
{
	return f->wide || (!f->lpae && bits(c->m->idr3, 18, 18) && bits(c->m->ste[1], 24, 24) &&
			   bits(c->m->cd[2], 59, 59));
}

/* A walk of stage 1 under way. */
struct walk1 {
	struct format f;
	struct leaf leaf;
	uint64_t ipa, pa; /* of the descriptor */
	int level, n;
	bool assured;
	struct tables t;
};

/* A write to the descriptor, which is at an IPA. */
static bool update1(struct context *c, struct walk1 *w, uint64_t value)
{
	struct s2_for s = {.ipa = w->ipa,
			   .class = CLASS_TT,
			   .write = true,
			   .assured = w->assured,
			   .top = w->level == w->f.start ? w->n : -1};
	struct leaf table;

	if (c->s2 && !stage2(c, &s, &table))
		return false;
	store(c->m, &w->f, w->pa, value);
	return true;
}

static bool settle1(struct context *c, struct walk1 *w)
{
	bool indirect = is_indirect1(c, &w->f);
	const struct format *f = &w->f;
	uint64_t d = w->leaf.desc.lo, new = d;
	bool ro = bits(d, 7, 7);
	bool clean = f->hd && ro && (indirect || bits(d, 51, 51));
	unsigned pi =
		(unsigned)(f->wide ? bits(w->leaf.desc.hi, 54, 51)
				   : bits(d, 54, 53) << 2 | bits(d, 51, 51) << 1 | bits(d, 6, 6));
	struct perm1 p = indirect ? indirect1(c, pi) : direct1(c, f, d, &w->t, clean);

	if (!bits(d, 10, 10) && !f->affd) {
		if (!f->ha)
			return fault1(c, F_ACCESS);
		new |= UINT64_C(1) << 10;
	}
	pan(c, f, &p, indirect);
	if (!permits1(c, &p, c->read, c->write)) {
		fault1(c, F_PERMISSION);
		c->a->rnw = !c->write || permits1(c, &p, false, true);
		/* A dirty state that would deny the write is a lack of write permission. */
		if (indirect && ro && !clean)
			c->a->rnw = !c->write;
		return false;
	}
	if (c->write && indirect && ro && !clean) {
		fault1(c, F_PERMISSION);
		c->a->dirty = true;
		return false;
	}
	if (c->write && clean)
		new &= ~(UINT64_C(1) << 7);
	return new == d || update1(c, w, new);
}

/* D8.2.7.3 */
static bool assures(const struct context *c, const struct walk1 *w)
{
	const struct machine *m = c->m;
	bool mark = w->f.wide
			    ? bits(w->leaf.desc.hi, 50, 50)
			    : !w->f.lpae && bits(m->cd[1], 58, 58) && bits(w->leaf.desc.lo, 52, 52);

	return w->assured && w->leaf.mro && the(m) && mark;
}

static bool fetch1(struct context *c, struct walk1 *w)
{
	struct s2_for s = {.ipa = w->ipa,
			   .class = CLASS_TT,
			   .read = true,
			   .assured = w->assured,
			   .top = w->level == w->f.start ? w->n : -1};
	struct leaf table = {.oa = w->ipa};

	if (c->s2 && !stage2(c, &s, &table))
		return false;
	w->pa = table.oa;
	w->leaf.mro = table.mro;
	w->leaf.desc = load(c->m, &w->f, w->level, w->pa);
	return true;
}

/* Table D8-64 */
static void take(struct tables *t, uint64_t d)
{
	t->pxn = t->pxn || bits(d, 59, 59);
	t->uxn = t->uxn || bits(d, 60, 60);
	t->ap0 = t->ap0 || bits(d, 61, 61);
	t->ap1 = t->ap1 || bits(d, 62, 62);
}

/* HAD; what the Indirect scheme and AIE have none of. */
static bool is_hierarchical(const struct context *c, const struct walk1 *w)
{
	const struct machine *m = c->m;
	bool aie = !w->f.lpae && bits(m->idr3, 23, 23) && bits(m->cd[2], 3, 3);
	bool had = bits(m->idr3, 2, 2) && !bits(m->idr5, 8, 8) && bits(m->cd[w->n + 1], 1, 1);

	return !had && !aie && !is_indirect1(c, &w->f);
}

static bool descend1(struct context *c, struct walk1 *w, uint64_t ia)
{
	for (w->ipa = first_entry(&w->f, ia);;) {
		const struct desc *d = &w->leaf.desc;
		enum kind kind;

		if (!fetch1(c, w))
			return false;
		kind = kind_of(&w->f, w->level, d);
		if (kind == INVALID)
			return fault1(c, F_TRANSLATION);
		if (kind == LEAF)
			return true;
		if (address_of(&w->f, d, w->f.page) >> w->f.oa)
			return fault1(c, F_ADDR_SIZE);
		if (w->f.haft && !bits(d->lo, 10, 10) && !update1(c, w, d->lo | UINT64_C(1) << 10))
			return false;
		if (is_hierarchical(c, w))
			take(&w->t, d->lo);
		w->assured = assures(c, w);
		w->ipa = next_entry(&w->f, d, &w->level, ia);
	}
}

/* Which table: 3.4.1 and 5.4; -1: neither. */
static int select32(const struct context *c, uint64_t va)
{
	unsigned t0 = (unsigned)bits(c->m->cd[0], 2, 0), t1 = (unsigned)bits(c->m->cd[0], 18, 16);

	if (va >> 32)
		return -1;
	if (c->el2)
		return t0 && va >> (32 - t0) ? -1 : 0;
	if (t1 && (va >> (32 - t1)) == low(UINT64_MAX, t1))
		return 1;
	if (!t0 || !(va >> (32 - t0)))
		return 0;
	/* G5.5: with T1SZ 0 and T0SZ not, TTB1 has all the rest. */
	return t1 ? -1 : 1;
}

static int select64(const struct context *c, uint64_t va)
{
	int n = bits(va, 55, 55);
	const uint64_t *cd = c->m->cd;
	unsigned tsz = (unsigned)(n ? bits(cd[0], 21, 16) : bits(cd[0], 5, 0));
	bool tbi = n ? bits(cd[0], 39, 39) : bits(cd[0], 38, 38);
	unsigned top = tbi ? 55 : 63, from = 64 - tsz;
	uint64_t above;

	if (n && c->el2)
		return -1;
	if (from > top)
		return n;
	above = bits(va, top, from);
	return above == (n ? low(UINT64_MAX, top - from + 1) : 0) ? n : -1;
}

static bool stage1(struct context *c, const struct access *x, struct leaf *leaf, bool *assured)
{
	const struct machine *m = c->m;
	bool lpae = !bits(m->cd[0], 41, 41) && !bits(m->idr5, 8, 8);
	int n = lpae ? select32(c, x->address) : select64(c, x->address);
	struct walk1 w = {.n = n};
	uint64_t ia;

	if (n < 0 || (!c->el2 && (n ? bits(m->cd[0], 30, 30) : bits(m->cd[0], 14, 14))))
		return fault1(c, F_TRANSLATION);
	/* E0PD */
	if (!lpae && !c->el2 && !c->privileged && bits(m->idr3, 13, 13) && bits(m->cd[n + 1], 2, 2))
		return fault1(c, F_TRANSLATION);
	w.f = format1(c, (unsigned)n);
	w.level = w.f.start;
	w.assured = c->cd_assured && the(m) && bits(m->ste[5], 10 + (unsigned)n, 10 + (unsigned)n);
	ia = low(x->address, w.f.ia);
	if (!descend1(c, &w, ia))
		return false;
	leaf->desc = w.leaf.desc;
	leaf->oa = address_of(&w.f, &leaf->desc, lsb_of(&w.f, w.level));
	if (leaf->oa >> w.f.oa)
		return fault1(c, F_ADDR_SIZE);
	leaf->oa |= low(ia, lsb_of(&w.f, w.level));
	if (!settle1(c, &w))
		return false;
	*assured = assures(c, &w);
	return true;
}

/* The SH of a leaf, and AttrIndx of stage 1. */
static unsigned sh_of(const struct context *c, const struct format *f, uint64_t d, unsigned n)
{
	if (!f->ds)
		return (unsigned)bits(d, 9, 8);
	if (f->stage == 2)
		return (unsigned)bits(c->m->ste[2], 45, 44);
	return (unsigned)(n ? bits(c->m->cd[0], 29, 28) : bits(c->m->cd[0], 13, 12));
}

static unsigned index_of(const struct context *c, const struct format *f, uint64_t d)
{
	unsigned index = (unsigned)bits(d, 4, 2);

	if (!f->lpae && bits(c->m->idr3, 23, 23) && bits(c->m->cd[2], 3, 3))
		index |= (unsigned)(f->wide ? bits(d, 5, 5) : bits(d, 59, 59)) << 3;
	return index;
}

/* D8.7.2, 5.4 HWU0 and HWU1, 5.2 S2HWU. */
static unsigned pbha1(const struct machine *m, const struct format *f, uint64_t d, unsigned n)
{
	bool aie = !f->lpae && bits(m->idr3, 23, 23) && bits(m->cd[2], 3, 3);

	if (!bits(m->idr3, 3, 3) || bits(m->idr5, 8, 8) || aie || !bits(m->cd[n + 1], 1, 1))
		return 0;
	return (unsigned)(bits(d, 62, 59) & bits(m->cd[n + 1], 63, 60));
}

static unsigned pbha2(const struct machine *m, const struct format *f, uint64_t d)
{
	if (!bits(m->idr3, 3, 3) || f->wide)
		return 0;
	return (unsigned)(bits(d, 62, 59) & bits(m->ste[1], 11, 8)) << 4;
}

/* 13.1.2, 5.2 PRIVCFG and INSTCFG. */
static void overrides(struct context *c, const struct access *x)
{
	unsigned privcfg = 0, instcfg = 0;

	if (bits(c->m->idr1, 26, 26)) {
		privcfg = (unsigned)bits(c->m->ste[1], 49, 48);
		instcfg = (unsigned)bits(c->m->ste[1], 51, 50);
	}
	c->write = x->write;
	c->read = x->read || !x->write;
	c->privileged = privcfg == 2 ? false : privcfg == 3 ? true : x->privileged;
	c->execute = instcfg == 2 ? false : instcfg == 3 ? true : x->instruction;
	if (c->write)
		c->execute = false;
}

static bool fetch_cd(struct context *c)
{
	struct s2_for s = {
		.ipa = low(cut(c->m->ste[0], 6), 56), .class = CLASS_CD, .read = true, .top = -1};
	struct leaf cd = {0};

	if (c->s2 && !stage2(c, &s, &cd))
		return false;
	for (unsigned i = 0; c->s2 && i < 8; i++)
		c->m->put(c->m, cd.oa + 8 * i, c->m->cd[i]);
	c->cd_assured = cd.assured_only;
	return true;
}

void walk(struct answer *answer, struct machine *m, const struct access *x)
{
	unsigned config = (unsigned)bits(m->ste[0], 3, 1), ias = oas(m);
	struct context c = {.m = m, .a = answer, .s1 = config & 1, .s2 = config & 2};
	struct attr attr = attr_incoming(m, x);
	struct leaf leaf = {.oa = x->address};
	bool assured = false;

	*answer = (struct answer){0};
	overrides(&c, x);
	/* STRW 0b10 counts for stage 1 alone. */
	if (config == 5 && bits(m->ste[1], 31, 30) == 2) {
		c.e2h = m->e2h;
		c.el2 = !m->e2h;
	}
	if (bits(m->idr0, 2, 2) && ias < 40)
		ias = 40;
	if (c.s1) {
		if (!fetch_cd(&c) || !stage1(&c, x, &leaf, &assured))
			return;
	} else if (x->address >> (config == 4 ? oas(m) : ias)) {
		fault1(&c, F_ADDR_SIZE);
		return;
	}
	if (c.s1) {
		unsigned n = (unsigned)bits(x->address, 55, 55);
		struct format f = format1(&c, bits(m->cd[0], 41, 41) ? n : 0);

		attr = attr_stage1(m, &attr, index_of(&c, &f, leaf.desc.lo),
				   sh_of(&c, &f, leaf.desc.lo, n));
		if (f.lpae)
			n = (unsigned)select32(&c, x->address);
		answer->pbha = pbha1(m, &f, leaf.desc.lo, n);
	}
	if (c.s2) {
		struct s2_for s = {leaf.oa,   CLASS_IN,	    c.read,  c.write,
				   c.execute, c.privileged, assured, -1};
		struct format f = format2(m);

		if (!stage2(&c, &s, &leaf))
			return;
		attr = attr_stage2(m, &attr, (unsigned)bits(leaf.desc.lo, 5, 2),
				   sh_of(&c, &f, leaf.desc.lo, 0));
		answer->pbha |= pbha2(m, &f, leaf.desc.lo);
	}
	answer->pa = low(leaf.oa, oas(m));
	answer->attr = attr_output(&attr);
}
