#include "reference.h"

enum {
	F_WALK_EABT = 0x0b,
	F_TRANSLATION = 0x10,
	F_ADDR_SIZE = 0x11,
	F_ACCESS = 0x12,
	F_PERMISSION = 0x13,
};

static uint64_t bits(uint64_t value, unsigned high, unsigned low)
{
	return value << (63 - high) >> (63 - high + low);
}

static bool bit(uint64_t value, unsigned n)
{
	return value >> n & 1;
}

/* A descriptor; false: the fetch aborts. */
static bool fetch(uint64_t *desc, const struct ref_memory *memory, uint64_t pa, bool big_endian)
{
	const uint8_t *p;

	if (pa < memory->base || pa + 8 > memory->base + memory->size)
		return false;
	p = memory->bytes + (pa - memory->base);
	*desc = 0;
	for (unsigned i = 0; i < 8; i++)
		*desc |= (uint64_t)p[big_endian ? 7 - i : i] << (8 * i);
	return true;
}

static unsigned stride(const struct ref_table *t)
{
	return t->granule_log2 - 3;
}

/* The lowest address bit that a level resolves. */
static unsigned lsb(const struct ref_table *t, int level)
{
	return t->granule_log2 + (unsigned)(3 - level) * stride(t);
}

/* D8.3.1: the address in a descriptor whose low bits end at low. */
static uint64_t address_in(const struct ref_table *t, uint64_t desc, unsigned low)
{
	if (t->lpa)
		return bits(desc, 47, low) << low | bits(desc, 15, 12) << 48;
	if (t->ds)
		return bits(desc, 49, low) << low | bits(desc, 9, 8) << 50;
	return bits(desc, 47, low) << low;
}

/* Table D8-48 and the levels that can hold a Block. */
static bool may_be_block(const struct ref_table *t, int level)
{
	switch (t->granule_log2) {
	case 12:
		return level == 1 || level == 2 || (level == 0 && t->ds);
	case 14:
		return level == 2 || (level == 1 && t->ds);
	default:
		return level == 2 || (level == 1 && t->lpa);
	}
}

/* Where a walk of one stage ended. */
struct end {
	unsigned event;
	bool s2;       /* the fault is stage 2's */
	uint64_t ipa;  /* then */
	uint64_t desc; /* the leaf */
	uint64_t oa;
	uint64_t tables; /* Table descriptors passed, or-ed */
};

static void stage2(struct end *end, const struct ref_regime *r, uint64_t ipa,
		   const struct ref_access *access, bool for_walk);

/* One descriptor of stage 1, through stage 2 if that is on; false: end says why not. */
static bool read_entry(uint64_t *desc, struct end *end, const struct ref_regime *r,
		       const struct ref_table *t, uint64_t at)
{
	bool is_stage2 = t == &r->stage2;

	if (!is_stage2 && r->s2) {
		struct end walk = {0};

		stage2(&walk, r, at, 0, true);
		if (walk.event) {
			end->event = walk.event;
			end->s2 = true;
			end->ipa = at;
			return false;
		}
		at = walk.oa;
	}
	if (fetch(desc, r->memory, at, t->big_endian))
		return true;
	end->event = F_WALK_EABT;
	end->s2 = is_stage2;
	return false;
}

/* D8.2.1: from the initial level on.  ia has been found to be in range. */
static void walk(struct end *end, const struct ref_regime *r, const struct ref_table *t,
		 uint64_t ia)
{
	uint64_t table = t->base;

	for (int level = t->start_level;; level++) {
		/* The initial table of stage 2 may be several together (D8.2.2). */
		unsigned top = level == t->start_level ? t->ia_bits - 1 : lsb(t, level - 1) - 1;
		uint64_t index = bits(ia, top, lsb(t, level));
		uint64_t desc;

		if (!read_entry(&desc, end, r, t, table + 8 * index))
			return;
		end->desc = desc;
		if (!bit(desc, 0) || (level == 3 && !bit(desc, 1)) ||
		    (level < 3 && !bit(desc, 1) && !may_be_block(t, level))) {
			end->event = F_TRANSLATION;
			return;
		}
		if (level == 3 || !bit(desc, 1)) {
			end->oa = address_in(t, desc, lsb(t, level));
			if (end->oa >> t->oa_bits) {
				end->event = F_ADDR_SIZE;
				return;
			}
			end->oa |= bits(ia, lsb(t, level) - 1, 0);
			if (!bit(desc, 10) && !t->affd)
				end->event = F_ACCESS;
			return;
		}
		table = address_in(t, desc, t->granule_log2);
		if (table >> t->oa_bits) {
			end->event = F_ADDR_SIZE;
			return;
		}
		end->tables |= desc;
	}
}

/* Tables D8-76 to D8-78. */
static bool stage2_permits(const struct ref_regime *r, uint64_t desc,
			   const struct ref_access *access, bool for_walk)
{
	bool read = bit(desc, 6), write = bit(desc, 7), execute;

	/* S2PTW: Device is MemAttr 0b00xx, and by choice what is reserved, 0bxx00. */
	if (for_walk)
		return read && !(r->ptw && (!bits(desc, 5, 4) || !bits(desc, 3, 2)));
	if (!r->xnx)
		execute = !bit(desc, 54);
	else if (!bit(desc, 54))
		execute = !bit(desc, 53) || !access->privileged;
	else
		execute = bit(desc, 53) && access->privileged;
	if (access->write && !write)
		return false;
	if (access->instruction && !access->write)
		return execute;
	return !access->read || read;
}

static void stage2(struct end *end, const struct ref_regime *r, uint64_t ipa,
		   const struct ref_access *access, bool for_walk)
{
	const struct ref_table *t = &r->stage2;

	end->event = F_TRANSLATION;
	if (ipa >> t->ia_bits)
		return;
	end->event = 0;
	walk(end, r, t, ipa);
	if (!end->event && !stage2_permits(r, end->desc, access, for_walk))
		end->event = F_PERMISSION;
}

/* What stage 1 allows: read, write, execute of the two privileges. */
struct rights {
	bool pr, pw, px, ur, uw, ux;
};

/* D8.4.1: AP[2:1], PXN, UXN, what Table descriptors took away; WXN and PAN. */
static struct rights direct(const struct ref_regime *r, const struct ref_table *t,
			    const struct end *end)
{
	uint64_t tables = t->had ? 0 : end->tables;
	bool readonly = bit(end->desc, 7) || bit(tables, 62);
	bool unprivileged = bit(end->desc, 6) && !bit(tables, 61);
	bool pxn = bit(end->desc, 53) || bit(tables, 59);
	bool uxn = bit(end->desc, 54) || bit(tables, 60);
	struct rights is = {.pr = true, .pw = !readonly};

	if (r->one_privilege) {
		is.px = !uxn && !(r->wxn && is.pw);
		return is;
	}
	is.ur = unprivileged;
	is.uw = unprivileged && !readonly;
	/* What is writable at EL0 is never executed at EL1. */
	is.px = !pxn && !is.uw && !(r->wxn && is.pw);
	is.ux = !uxn && !(r->wxn && is.uw);
	/* D8.4.10: PAN, and with EPAN what is executable at EL0. */
	if (r->pan && (is.ur || (r->epan && !uxn)))
		is.pr = is.pw = false;
	return is;
}

static bool stage1_permits(const struct ref_regime *r, const struct rights *is,
			   const struct ref_access *access)
{
	bool privileged = access->privileged || r->one_privilege;

	if (access->write && !(privileged ? is->pw : is->uw))
		return false;
	if (access->instruction && !access->write)
		return privileged ? is->px : is->ux;
	return !access->read || (privileged ? is->pr : is->ur);
}

/* 3.4.1, D8.2.3: which table, and whether the address is within it; NULL: a translation fault. */
static const struct ref_table *select(const struct ref_regime *r, const struct ref_access *access)
{
	bool high = bit(access->va, 55);
	const struct ref_table *t = &r->tt[high && !r->one_privilege];
	unsigned top = t->tbi ? 55 : 63;
	uint64_t above;

	if (t->epd)
		return 0;
	if (t->e0pd && !access->privileged && !r->one_privilege)
		return 0;
	above = bits(access->va, top, t->ia_bits);
	return above == (t == &r->tt[1] ? bits(~UINT64_C(0), top, t->ia_bits) : 0) ? t : 0;
}

static void stage1(struct end *end, const struct ref_regime *r, const struct ref_access *access)
{
	const struct ref_table *t = select(r, access);
	struct rights is;

	end->event = F_TRANSLATION;
	if (!t)
		return;
	end->event = 0;
	walk(end, r, t, bits(access->va, t->ia_bits - 1, 0));
	if (end->event)
		return;
	is = direct(r, t, end);
	if (!stage1_permits(r, &is, access))
		end->event = F_PERMISSION;
}

bool ref_read_ipa(uint64_t *pa, const struct ref_regime *r, uint64_t ipa)
{
	struct end end = {0};

	stage2(&end, r, ipa, 0, true);
	*pa = end.oa;
	return !end.event;
}

void ref_translate(struct ref_answer *answer, const struct ref_regime *r,
		   const struct ref_access *access)
{
	struct end one = {.oa = access->va}, two = {0};

	*answer = (struct ref_answer){0};
	if (r->s1)
		stage1(&one, r, access);
	answer->event = one.event;
	answer->s2 = one.s2;
	answer->ipa = one.ipa;
	answer->class = one.s2 ? REF_CLASS_TT : REF_CLASS_IN;
	answer->pa = one.oa;
	if (one.event || !r->s2)
		return;
	stage2(&two, r, one.oa, access, false);
	answer->event = two.event;
	answer->s2 = two.event != 0;
	answer->ipa = one.oa;
	answer->class = REF_CLASS_IN;
	answer->pa = two.oa;
}
