/* Memory attributes by IHI 0070 G.b chapter 13 and DDI 0487 D8.6. */
#include "walker.h"

static bool cacheable(const struct attr *a)
{
	return !a->device && (a->inner.kind || a->outer.kind);
}

/* 13.1.4: what is not cacheable comes in as Outer Shareable. */
static void settle_sh(struct attr *a)
{
	if (!cacheable(a))
		a->sh = 2;
}

static struct level_attr plain(unsigned kind)
{
	return (struct level_attr){kind, true, true, false};
}

/* Table D8-96 and 5.2 MemAttr; what is reserved behaves as Device-nGnRnE. */
static struct attr decode_memattr(unsigned memattr)
{
	static const int kinds[4] = {-1, 0, 1, 2};
	struct attr a = {.inner = plain(0), .outer = plain(0)};
	int outer = kinds[memattr >> 2], inner = kinds[memattr & 3];

	if (outer < 0) {
		a.device = true;
		a.rank = memattr & 3;
	} else if (inner < 0) {
		a.device = true;
	} else {
		a.outer.kind = (unsigned)outer;
		a.inner.kind = (unsigned)inner;
	}
	return a;
}

static void set_hints(struct attr *a, bool ra, bool wa, bool tr)
{
	a->inner.ra = a->outer.ra = ra;
	a->inner.wa = a->outer.wa = wa;
	a->inner.tr = a->outer.tr = tr;
}

static struct attr supplied(const struct access *x)
{
	struct attr a = {.inner = plain(2), .outer = plain(2)};

	if (x->memtype == 2)
		a.inner.kind = a.outer.kind = 1;
	else if (x->memtype == 3)
		a.inner.kind = a.outer.kind = 0;
	else if (x->memtype >= 4) {
		a.device = true;
		a.rank = 7 - x->memtype;
	}
	a.sh = x->sh == 2 ? 2 : x->sh == 3 ? 3 : 0;
	if (cacheable(&a) && !(x->alloc & 4))
		set_hints(&a, x->alloc & 1, x->alloc & 2, false);
	settle_sh(&a);
	return a;
}

struct attr attr_incoming(const struct machine *m, const struct access *access)
{
	struct attr a = supplied(access), was = a;
	unsigned alloccfg = (unsigned)bits(m->ste[1], 40, 37);
	unsigned shcfg = (unsigned)bits(m->ste[1], 45, 44);

	/* IDR1.ATTR_TYPES_OVR */
	if (!bits(m->idr1, 27, 27))
		return a;
	if (bits(m->ste[1], 36, 36)) {
		a = decode_memattr((unsigned)bits(m->ste[1], 35, 32));
		a.sh = was.sh;
		/* D8.6.6 R_TBQKG: what has no hints comes to Write-Back with the defaults. */
		if (cacheable(&was) && cacheable(&a))
			set_hints(&a, was.inner.ra, was.inner.wa, was.inner.tr);
	}
	if (cacheable(&a) && alloccfg & 8)
		set_hints(&a, alloccfg & 4, alloccfg & 2, alloccfg & 1);
	if (shcfg != 1)
		a.sh = shcfg;
	settle_sh(&a);
	return a;
}

/* 5.4 MAIR0, with a half that is not Device. */
static struct level_attr decode_mair(unsigned half)
{
	struct level_attr l = {0};

	if (half == 0)
		return (struct level_attr){1, true, true, true};
	if (half == 4)
		return plain(0);
	l.kind = half & 4 ? 2 : 1;
	l.tr = !(half & 8);
	l.ra = half & 2;
	l.wa = half & 1;
	return l;
}

/* Figure 13.1: no-allocate and Transient are the stronger. */
static void weaken(struct level_attr *l, const struct level_attr *in)
{
	l->ra = l->ra && in->ra;
	l->wa = l->wa && in->wa;
	l->tr = l->tr || in->tr;
}

struct attr attr_stage1(const struct machine *m, const struct attr *in, unsigned index, unsigned sh)
{
	unsigned byte = (unsigned)bits(m->cd[3], (index > 7 ? 7 : index) * 8 + 7,
				       (index > 7 ? 7 : index) * 8);
	struct attr a = {.inner = plain(0), .outer = plain(0)};

	if (byte >> 4) {
		a.outer = decode_mair(byte >> 4);
		a.inner = decode_mair(byte & 15);
	} else {
		a.device = true;
		a.rank = byte >> 2 & 3;
	}
	if (cacheable(in)) {
		weaken(&a.inner, &in->inner);
		weaken(&a.outer, &in->outer);
	}
	a.sh = sh == 1 ? 0 : sh;
	return a;
}

/* Table D8-101; 3.23.1 makes bit 3 count. */
static bool decode_fwb(const struct machine *m, unsigned memattr, struct attr *a)
{
	bool mte = bits(m->idr3, 22, 22);

	*a = (struct attr){.device = true, .inner = plain(2), .outer = plain(2)};
	if (mte && memattr >= 8 && memattr < 14)
		return false;
	switch (memattr & 7) {
	case 4: /* reserved */
		return false;
	case 5:
		a->device = false;
		a->inner.kind = a->outer.kind = 0;
		return false;
	case 6:
		a->device = false;
		return true;
	case 7:
		a->device = false;
		return false;
	default:
		a->rank = memattr & 3;
		return false;
	}
}

/* What the descriptor says; true when it forces Write-Back. */
static bool decode_stage2(const struct machine *m, unsigned memattr, struct attr *a)
{
	if (bits(m->idr3, 8, 8) && bits(m->ste[1], 25, 25))
		return decode_fwb(m, memattr, a);
	*a = decode_memattr(memattr);
	if (memattr == 4 && bits(m->idr3, 22, 22)) {
		a->device = false;
		a->inner.kind = a->outer.kind = 2;
	}
	return false;
}

bool attr_stage2_is_device(const struct machine *m, unsigned memattr)
{
	struct attr a;

	decode_stage2(m, memattr, &a);
	return a.device;
}

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Table D8-103 */
static unsigned combine_sh(unsigned a, unsigned b)
{
	if (a == 2 || b == 2)
		return 2;
	return a == 3 || b == 3 ? 3 : 0;
}

struct attr attr_stage2(const struct machine *m, const struct attr *in, unsigned memattr,
			unsigned sh)
{
	struct attr a, out = *in;

	if (decode_stage2(m, memattr, &a)) {
		out.device = false;
		out.inner.kind = out.outer.kind = 2;
	} else if (in->device && a.device) {
		out.rank = least(in->rank, a.rank);
	} else if (a.device) {
		out.device = true;
		out.rank = a.rank;
	} else if (!in->device) {
		out.inner.kind = least(in->inner.kind, a.inner.kind);
		out.outer.kind = least(in->outer.kind, a.outer.kind);
	}
	out.sh = combine_sh(in->sh, sh == 1 ? 0 : sh);
	return out;
}

static void consistent(struct level_attr *l)
{
	if (!l->kind)
		*l = (struct level_attr){0};
	else if (!l->ra && !l->wa)
		l->tr = false;
}

/* 13.1.7 */
struct attr attr_output(const struct attr *in)
{
	struct attr a = *in;

	if (!cacheable(&a)) {
		a.sh = 2;
		a.inner = a.outer = (struct level_attr){0};
		return a;
	}
	consistent(&a.inner);
	consistent(&a.outer);
	return a;
}
