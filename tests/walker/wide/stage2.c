/* Stage 2: DDI 0487 D8.4.2, IHI 0070 G.b 3.26.2, 3.27. */
#include "parts.h"

bool fault1(struct context *c, unsigned event)
{
	c->a->event = event;
	c->a->class = CLASS_IN;
	c->a->pnu = c->privileged;
	c->a->ind = c->execute;
	c->a->rnw = !c->write;
	return false;
}

static bool fault2(struct context *c, const struct s2_for *s, unsigned event)
{
	fault1(c, event);
	c->a->s2 = true;
	c->a->class = s->class;
	c->a->ipa = s->ipa;
	c->a->ttrnw = s->class == CLASS_TT && event == F_PERMISSION && !s->write;
	return false;
}

/* A permission at stage 2, as sets of accesses. */
struct perm2 {
	bool r, w, ux, px; /* for transactions */
	bool rm, wm;	   /* for walks and fetches */
	bool mro, top[2];
};

/* Table D8-82. */
static struct perm2 decode2(unsigned e)
{
	struct perm2 p = {0};

	if (e & 8) {
		p.r = p.rm = true;
		p.w = p.wm = e & 4;
		p.px = e & 2;
		p.ux = e & 1;
	} else if (e == 2 || e == 3 || e == 6 || e == 7) {
		p.mro = p.r = p.rm = p.wm = true;
		p.top[0] = e & 4;
		p.top[1] = e & 1;
	} else if (e == 4) {
		p.w = true;
	}
	return p;
}

/* Tables D8-83 and D8-84. */
static unsigned combine2(unsigned a, unsigned b)
{
	bool mro_a = a == 2 || a == 3 || a == 6 || a == 7;
	bool mro_b = b == 2 || b == 3 || b == 6 || b == 7;

	if (a == 0 || b == 0 || a == 1 || b == 1 || a == 5 || b == 5)
		return 0;
	if (a >= 8 && b >= 8)
		return a & b;
	if (a >= 8 || b >= 8) {
		unsigned general = a >= 8 ? a : b, special = a >= 8 ? b : a;

		if (general >= 12)
			return special;
		return special == 4 ? 0 : 8;
	}
	if (mro_a && mro_b)
		return a | b;
	return a == b ? 4 : 0;
}

/* Tables D8-76 to D8-78. */
static struct perm2 direct2(const struct context *c, const struct format *f, uint64_t d)
{
	bool xnx = bits(c->m->idr3, 4, 4), xn1 = bits(d, 54, 54), xn0 = bits(d, 53, 53) && xnx;
	struct perm2 p = {.r = bits(d, 6, 6), .w = bits(d, 7, 7)};

	p.rm = p.r;
	p.wm = p.w;
	p.px = xn1 == xn0;
	p.ux = !xn1;
	if (f->lpae && !p.r)
		p.px = p.ux = false;
	return p;
}

static bool permits2(const struct perm2 *p, const struct s2_for *s, bool read, bool write)
{
	if (s->class != CLASS_IN)
		return (!read || p->rm) && (!write || p->wm);
	if (s->execute && read)
		return s->privileged ? p->px : p->ux;
	return (!read || p->r) && (!write || p->w);
}

struct index2 {
	bool indirect, overlay;
	unsigned base, over; /* encodings */
};

static struct index2 index2(const struct context *c, const struct format *f, const struct desc *d)
{
	const struct machine *m = c->m;
	unsigned pi, po;
	struct index2 x = {0};

	x.indirect = f->wide || (!f->lpae && bits(m->idr3, 19, 19) && bits(m->ste[2], 60, 60));
	if (!x.indirect)
		return x;
	x.overlay = bits(m->idr3, 20, 20) && bits(m->ste[2], 61, 61);
	pi = (unsigned)(f->wide ? bits(d->hi, 54, 51)
				: bits(d->lo, 54, 53) << 2 | bits(d->lo, 51, 51) << 1 |
					  bits(d->lo, 6, 6));
	po = (unsigned)(f->wide ? bits(d->hi, 60, 57) : bits(d->lo, 62, 59));
	x.base = (unsigned)bits(m->s2pii, pi * 4 + 3, pi * 4);
	x.over = (unsigned)bits(m->ste[7], po * 4 + 3, po * 4);
	return x;
}

/* 3.26.2 steps 1 to 3. */
static bool check2(struct context *c, const struct format *f, const struct s2_for *s,
		   const struct index2 *x, struct leaf *leaf, bool clean)
{
	const struct desc *d = &leaf->desc;
	const struct machine *m = c->m;
	unsigned e = x->overlay ? combine2(x->base, x->over) : x->base;
	struct perm2 p = x->indirect ? decode2(e) : direct2(c, f, d->lo), over = decode2(x->over);
	bool tl[2] = {the(m) && bits(m->ste[5], 10, 10), the(m) && bits(m->ste[5], 11, 11)};

	leaf->mro = p.mro;
	leaf->assured_only = the(m) && (f->wide ? bits(d->hi, 50, 50)
						: bits(m->ste[5], 9, 9) && bits(d->lo, 58, 58));
	if (s->class == CLASS_TT && s->top >= 0) {
		bool own = p.top[s->top], other = p.top[!s->top];

		if ((tl[s->top] && !own) || (tl[!s->top] && !own && other))
			return fault2(c, s, F_PERMISSION);
	}
	if (leaf->assured_only && s->class != CLASS_CD && !s->assured) {
		fault2(c, s, F_PERMISSION);
		c->a->assured = true;
		return false;
	}
	if (!permits2(&p, s, s->read, s->write && !clean)) {
		bool no_write = s->write && !permits2(&p, s, false, true);

		fault2(c, s, F_PERMISSION);
		/* 13.1.1: write permission is checked first. */
		c->a->overlay = x->overlay && !permits2(&over, s, !no_write && s->read, no_write);
		if (s->class == CLASS_IN && !no_write)
			c->a->rnw = true;
		return false;
	}
	/* 5.2 S2PTW */
	if (s->class != CLASS_IN && bits(m->ste[2], 54, 54) &&
	    attr_stage2_is_device(m, (unsigned)bits(d->lo, 5, 2)))
		return fault2(c, s, F_PERMISSION);
	return true;
}

/* Access flag, permissions and dirty state of a stage 2 leaf, with what hardware updates. */
static bool settle2(struct context *c, const struct format *f, const struct s2_for *s,
		    struct leaf *leaf, uint64_t pa)
{
	struct index2 x = index2(c, f, &leaf->desc);
	uint64_t d = leaf->desc.lo;
	bool clean = !x.indirect && f->hd && bits(d, 51, 51) && !bits(d, 7, 7);

	if (!bits(d, 10, 10) && !f->affd && !f->ha)
		return fault2(c, s, F_ACCESS);
	if (!check2(c, f, s, &x, leaf, clean))
		return false;
	if (s->write && x.indirect && !bits(d, 7, 7) && !f->hd) {
		fault2(c, s, F_PERMISSION);
		c->a->dirty = true;
		/* It lacks no read permission. */
		return false;
	}
	if (f->ha)
		d |= UINT64_C(1) << 10;
	if (s->write && (clean || (x.indirect && f->hd)))
		d |= UINT64_C(1) << 7;
	if (d != leaf->desc.lo)
		store(c->m, f, pa, d);
	return true;
}

bool stage2(struct context *c, const struct s2_for *s, struct leaf *leaf)
{
	struct format f = format2(c->m);
	int level = f.start;
	enum kind kind;
	uint64_t pa;

	if (low(s->ipa, f.ia) != s->ipa)
		return fault2(c, s, F_TRANSLATION);
	for (pa = first_entry(&f, s->ipa);; pa = next_entry(&f, &leaf->desc, &level, s->ipa)) {
		leaf->desc = load(c->m, &f, level, pa);
		kind = kind_of(&f, level, &leaf->desc);
		if (kind == INVALID)
			return fault2(c, s, F_TRANSLATION);
		if (kind == LEAF)
			break;
		if (address_of(&f, &leaf->desc, f.page) >> f.oa)
			return fault2(c, s, F_ADDR_SIZE);
		if (f.haft && !bits(leaf->desc.lo, 10, 10))
			store(c->m, &f, pa, leaf->desc.lo | UINT64_C(1) << 10);
	}
	leaf->oa = address_of(&f, &leaf->desc, lsb_of(&f, level));
	if (leaf->oa >> f.oa)
		return fault2(c, s, F_ADDR_SIZE);
	leaf->oa |= low(s->ipa, lsb_of(&f, level));
	return settle2(c, &f, s, leaf, pa);
}
