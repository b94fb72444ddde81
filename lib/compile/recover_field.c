/*
 * Fields that no key of a description decides: those in which a structure or a
 * leaf differs from what a build would write.  IHI 0070 5.2, 5.4; DDI 0487 D8.3.
 */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "compile/recover_priv.h"

static int add_field(struct recover_fields *to, const struct smmu_field *field, unsigned index,
		     uint64_t value, struct smmu_diag *diag)
{
	if (recover_grow(&to->v, &to->capacity, to->count, sizeof(*to->v), diag))
		return SMMU_E_NOMEM;
	to->v[to->count++] = (struct smmu_sys_field){
		.at.line = 1, .name = field->name, .field = field, .index = index, .v = value};
	return 0;
}

static unsigned elements_of(const struct smmu_field *field)
{
	return field->array_count ? field->array_count : 1;
}

static bool differs(const struct smmu_field *field, const uint64_t *word, const uint64_t *base)
{
	for (unsigned i = 0; i < elements_of(field); i++)
		if (smmu_field_get(field, word, i) != smmu_field_get(field, base, i))
			return true;
	return false;
}

int recover_add_fields(struct recover_fields *to, const struct smmu_format *format,
		       const struct smmu_when_ctx *ctx, const uint64_t *base,
		       bool (*is_wanted)(const char *name), struct smmu_diag *diag)
{
	int status = 0;

	for (size_t f = 0; f < format->fields_count; f++) {
		const struct smmu_field *field = &format->fields[f];

		if (!is_wanted(field->name) || !smmu_field_is_present(field, ctx) ||
		    !differs(field, ctx->word, base))
			continue;
		for (unsigned i = 0; status == 0 && i < elements_of(field); i++)
			status = add_field(to, field, i, smmu_field_get(field, ctx->word, i), diag);
	}
	return status;
}

bool recover_same_fields(const struct recover_fields *a, const struct recover_fields *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (a->v[i].field != b->v[i].field || a->v[i].v != b->v[i].v)
			return false;
	return true;
}

static void emit_value(struct smmu_emit *emit, const char *key, uint64_t value)
{
	if (value < 10)
		smmu_emit_uint(emit, key, value);
	else
		smmu_emit_hex(emit, key, value, 0);
}

/*
 * What need not be told where tables are placed anew: MAIR where types stand for
 * it, and how tables are fetched that there are not.
 */
static bool is_idle(const struct recover *r, const struct recover_domain *d, const char *name)
{
	static const char *const walks[2][3] = {{"IR0", "OR0", "SH0"}, {"IR1", "OR1", "SH1"}};

	if (!d || !r->is_foreign)
		return false;
	if (recover_is_by_name(r, d) && !strncmp(name, "MAIR", 4))
		return true;
	for (unsigned half = 0; d->stage == 1 && half < 2; half++)
		for (size_t i = 0; i < SMMU_LEN(walks[half]); i++)
			if (!d->used[half] && !strcmp(walks[half][i], name))
				return true;
	return false;
}

void recover_emit_fields(struct smmu_emit *emit, const char *key, const struct recover_fields *from,
			 const struct recover *r, const struct recover_domain *d)
{
	bool any = false;

	for (size_t i = 0; i < from->count; i++) {
		const struct smmu_sys_field *field = &from->v[i];
		unsigned elements = elements_of(field->field);

		if (is_idle(r, d, field->name))
			continue;
		if (!any)
			smmu_emit_object(emit, key);
		any = true;
		if (elements == 1) {
			emit_value(emit, field->name, field->v);
			continue;
		}
		smmu_emit_array(emit, field->name);
		for (unsigned n = 0; n < elements; n++)
			emit_value(emit, NULL, from->v[i + n].v);
		smmu_emit_end(emit);
		i += elements - 1;
	}
	if (any)
		smmu_emit_end(emit);
}

/* ---- leaves ---- */

int recover_raw(uint32_t *raw, struct recover *r, const struct build_leaf *found,
		const struct build_leaf *built)
{
	*raw = 0;
	if (build_same_leaf(found, built))
		return 0;
	for (size_t i = r->raws_count; i > 0; i--)
		if (build_same_leaf(&r->raw[i - 1].found, found) &&
		    build_same_leaf(&r->raw[i - 1].built, built)) {
			*raw = (uint32_t)i;
			return 0;
		}
	if (recover_grow(&r->raw, &r->raws_capacity, r->raws_count, sizeof(*r->raw), r->diag))
		return SMMU_E_NOMEM;
	r->raw[r->raws_count++] = (struct recover_raw){*found, *built};
	*raw = (uint32_t)r->raws_count;
	return 0;
}

void recover_emit_raw(struct smmu_emit *emit, const struct recover *r,
		      const struct recover_domain *d, uint32_t index)
{
	static const enum smmu_desc_kind kinds[] = {SMMU_DESC_PAGE, SMMU_DESC_BLOCK};
	const struct recover_raw *raw = index ? &r->raw[index - 1] : NULL;
	bool any = false;

	for (size_t k = 0; raw && k < SMMU_LEN(kinds); k++) {
		struct smmu_desc_format format, page;

		if (!build_leaf_format(&format, &d->tt, kinds[k]) ||
		    !build_leaf_format(&page, &d->tt, SMMU_DESC_PAGE))
			continue;
		for (size_t f = 0; f < format.format.fields_count; f++) {
			const struct smmu_field *field = &format.format.fields[f];

			/* Of Blocks what Pages do not have: nT. */
			if (build_leaf_decides(field->name) ||
			    !differs(field, raw->found.word, raw->built.word) ||
			    (k && smmu_format_field(&page.format, field->name)) ||
			    (recover_is_by_name(r, d) && !strcmp(field->name, "AttrIndx")))
				continue;
			if (!any)
				smmu_emit_object(emit, "descriptor");
			any = true;
			emit_value(emit, field->name, smmu_field_get(field, raw->found.word, 0));
		}
	}
	if (any)
		smmu_emit_end(emit);
}

bool recover_is_by_name(const struct recover *r, const struct recover_domain *d)
{
	return r->is_foreign && d->stage == 1 && !d->has_unnamed;
}
