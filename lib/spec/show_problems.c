/* What is wrong with architected words. */
#include <stdio.h>
#include <string.h>

#include "spec/cmd.h"
#include "spec/event.h"
#include "spec/pri.h"
#include "spec/problem_priv.h"
#include "spec/rule.h"
#include "spec/show_priv.h"

/* "[104:96]" as positions in the whole structure, from its lowest to its highest set bit. */
static void res0_problem(struct smmu_problems *p, uint64_t bits, unsigned word)
{
	unsigned low = 0, high = 63;

	while (!smmu_bit(bits, low))
		low++;
	while (!smmu_bit(bits, high))
		high--;
	if (low == high)
		smmu_problem(p, "bit [%u] is set, which is RES0", word * 64 + low);
	else if (bits == smmu_mask(low, high - low + 1))
		smmu_problem(p, "bits [%u:%u] are set, which are RES0", word * 64 + high,
			     word * 64 + low);
	else
		smmu_problem(p, "some of bits [%u:%u] are set that are RES0: %#llx in word %u",
			     word * 64 + high, word * 64 + low, (unsigned long long)bits, word);
}

/* A field of one queue's commands alone is no RES0 bit when the queue is not known. */
static uint64_t res0_of_others(const struct smmu_show_entry *entry, unsigned word)
{
	struct smmu_when_ctx ctx = entry->ctx;
	uint64_t bits = UINT64_MAX;

	for (int sec = SMMU_SEC_S; sec <= SMMU_SEC_REALM; sec++) {
		ctx.sec = (enum smmu_sec)sec;
		bits &= smmu_format_res0(entry->format, &ctx, word);
	}
	return bits;
}

static void layout_problems(struct smmu_problems *p, const struct smmu_show_entry *entry,
			    const uint64_t *words, bool any_queue)
{
	const struct smmu_format *format = entry->format;
	bool is_desc = format == &entry->desc.format;

	for (unsigned w = 0; w < format->words; w++) {
		uint64_t bits = is_desc ? smmu_desc_res0(&entry->desc, words, w)
					: smmu_format_res0(format, &entry->ctx, w);

		if (any_queue)
			bits &= res0_of_others(entry, w);

		if (format->width_bits == 32)
			bits &= smmu_ones(32);
		if (bits)
			res0_problem(p, bits, w);
	}
}

/* Not of an STE or a CD: their rules know which fields count. */
static void encoding_problems(struct smmu_problems *p, const struct smmu_show_entry *entry,
			      const uint64_t *words)
{
	const struct smmu_format *format = entry->format;

	for (size_t i = 0; i < format->fields_count; i++) {
		const struct smmu_field *field = &format->fields[i];
		uint64_t value = smmu_field_get(field, words, 0);

		if (field->kind == SMMU_FIELD_ENUM && field->values && field->array_count <= 1 &&
		    smmu_field_is_present(field, &entry->ctx) &&
		    smmu_show_is_valid(format, field, words) &&
		    !smmu_enum_find(field->values, value))
			smmu_problem(p, "%s is %#llx, which is Reserved", field->name,
				     (unsigned long long)value);
	}
}

/*
 * An SMMU that can do all there is, in the least demanding way: what it calls
 * ILLEGAL is so for want of no feature.
 */
static struct smmu_ids capable_ids(const struct smmu_show *show)
{
	struct smmu_ids ids = {.aidr = 4};
	uint64_t idr0 = 0, idr1 = 0, idr5 = 0;

	idr0 = smmu_IDR0_set_S1P(smmu_IDR0_set_S2P(idr0, 1), 1);
	idr0 = smmu_IDR0_set_TTF(idr0, 3);
	idr0 = smmu_IDR0_set_HTTU(idr0, 3);
	idr0 = smmu_IDR0_set_ATS(smmu_IDR0_set_Hyp(idr0, 1), 1);
	idr0 = smmu_IDR0_set_PRI(idr0, 1);
	idr0 = smmu_IDR0_set_ASID16(smmu_IDR0_set_VMID16(idr0, 1), 1);
	idr0 = smmu_IDR0_set_ST_LEVEL(smmu_IDR0_set_CD2L(idr0, 1), 1);
	idr1 = smmu_IDR1_set_SIDSIZE(smmu_IDR1_set_SSIDSIZE(idr1, 20), 32);
	idr5 = smmu_IDR5_set_GRAN4K(smmu_IDR5_set_GRAN16K(smmu_IDR5_set_GRAN64K(idr5, 1), 1), 1);
	idr5 = smmu_IDR5_set_OAS(smmu_IDR5_set_DS(idr5, 1), show->d128 ? 7 : 6);
	idr5 = smmu_IDR5_set_VAX(smmu_IDR5_set_D128(idr5, show->d128), 1);
	ids.idr[0] = (uint32_t)idr0;
	ids.idr[1] = (uint32_t)idr1;
	ids.idr[3] = (uint32_t)smmu_IDR3_set_PBHA(UINT32_MAX, 0);
	ids.idr[5] = (uint32_t)idr5;
	ids.s_idr[1] = (uint32_t)smmu_S_IDR1_set_SEL2(smmu_S_IDR1_set_SECURE_IMPL(0, 1), 1);
	ids.r_idr[0] = (uint32_t)smmu_R_IDR0_set_PRI(smmu_R_IDR0_set_ATS(0, 1), 1);
	ids.r_idr[3] = UINT32_MAX;
	ids.mpamidr = (uint32_t)smmu_MPAMIDR_set_PARTID_MAX(0, 1);
	ids.s_mpamidr = ids.r_mpamidr = ids.mpamidr;
	return ids;
}

static void rule_problem(struct smmu_problems *p, const struct smmu_show *show, const char *name,
			 const char *text, const char *section, const char *ids)
{
	bool depends = !show->ids && ids[0];

	smmu_problem(p, "%s: %s (%s%s%s)", name, text, section, depends ? "; depends on " : "",
		     depends ? ids : "");
}

static void ste_problems(struct smmu_problems *p, const struct smmu_show *show,
			 const uint64_t *words, const struct smmu_ids *ids)
{
	struct smmu_rule_ctx ctx = {.ids = ids, .sec = show->sec};
	const struct smmu_rule *r = NULL;
	struct smmu_ste ste;

	memcpy(ste.word, words, sizeof(ste.word));
	while ((r = smmu_ste_rule_next(r, &ste, &ctx)))
		rule_problem(p, show, r->name, r->text, r->section, r->ids);
}

/* As an STE of an EL1 stream with stage 1 only reaches it. */
static void cd_problems(struct smmu_problems *p, const struct smmu_show *show,
			const uint64_t *words, const struct smmu_ids *ids)
{
	struct smmu_rule_ctx ctx = {.ids = ids, .sec = show->sec};
	const struct smmu_rule *r = NULL;
	struct smmu_ste ste = {{0}};
	struct smmu_cd cd;

	smmu_ste_set_V(&ste, 1);
	smmu_ste_set_Config(&ste, SMMU_STE_CONFIG_S1);
	memcpy(cd.word, words, sizeof(cd.word));
	while ((r = smmu_cd_rule_next(r, &cd, &ste, &ctx)))
		rule_problem(p, show, r->name, r->text, r->section, r->ids);
}

/* The queues that the command may stand on, a set of enum smmu_sec. */
static unsigned queues_of(const struct smmu_show *show, const struct smmu_ids *ids)
{
	unsigned queues = 0;

	if (!show->is_sec_unknown)
		return 1u << show->sec;
	for (int sec = SMMU_SEC_NS; sec <= SMMU_SEC_REALM; sec++)
		if (!show->ids || smmu_has_sec(ids, (enum smmu_sec)sec))
			queues |= 1u << sec;
	return queues;
}

/* Those of the queues on which the command breaks the rule. */
static unsigned broken_on(const struct smmu_cmd_rule *rule, const struct smmu_cmd *cmd,
			  const struct smmu_ids *ids, unsigned queues)
{
	unsigned broken = 0;

	if (!smmu_cmd_rule_concerns(rule, (unsigned)smmu_cmd_Opcode(cmd)))
		return 0;
	for (int sec = SMMU_SEC_NS; sec < SMMU_SEC_COUNT; sec++) {
		struct smmu_cmd_ctx ctx = {.ids = ids, .sec = (enum smmu_sec)sec};

		if ((rule->queues & queues & (1u << sec)) && rule->broken(cmd, &ctx))
			broken |= 1u << sec;
	}
	return broken;
}

/*
 * What is wrong on every queue that the command may stand on; where it is
 * illegal on each for reasons of its own, all of them.
 */
static void cmd_problems(struct smmu_problems *p, const struct smmu_show *show,
			 const uint64_t *words, const struct smmu_ids *ids)
{
	struct smmu_cmd cmd = {{words[0], words[1]}};
	unsigned queues = queues_of(show, ids), illegal_on = 0;
	const struct smmu_cmd_rule *rules;
	size_t count = smmu_cmd_rules(&rules);
	bool is_common = false;

	for (size_t i = 0; i < count; i++) {
		unsigned on = broken_on(&rules[i], &cmd, ids, queues);

		illegal_on |= on;
		is_common = is_common || on == queues;
	}
	for (size_t i = 0; illegal_on == queues && i < count; i++) {
		const struct smmu_cmd_rule *r = &rules[i];
		unsigned on = broken_on(r, &cmd, ids, queues);

		if (is_common ? on == queues : on != 0)
			rule_problem(p, show, r->name, r->text, r->section, r->ids);
	}
}

static void event_problems(struct smmu_problems *p, const struct smmu_format *format,
			   const uint64_t *words)
{
	const char *text;
	struct smmu_evt evt;

	memcpy(evt.word, words, sizeof(evt.word));
	for (size_t i = 0; (text = smmu_event_contradiction(&evt, i)); i++)
		smmu_problem(p, "%s (%s)", text, format->section);
}

/* "When SSV == 0, the X and Priv bits are both 0." */
static void pri_problems(struct smmu_problems *p, const uint64_t *words)
{
	struct smmu_pri pri = {{words[0], words[1]}};

	if (!smmu_pri_SSV(&pri) && (smmu_pri_X(&pri) || smmu_pri_Priv(&pri)))
		smmu_problem(p, "%s is 1 without SSV, where it is 0 (%s)",
			     smmu_pri_X(&pri) ? "X" : "Priv", smmu_pri_format.section);
}

static void rule_problems(struct smmu_problems *p, const struct smmu_show *show,
			  const uint64_t *words)
{
	struct smmu_ids ids = show->ids ? *show->ids : capable_ids(show);

	if (show->kind == SMMU_ENTRY_STE)
		ste_problems(p, show, words, &ids);
	else if (show->kind == SMMU_ENTRY_CD)
		cd_problems(p, show, words, &ids);
	else if (show->kind == SMMU_ENTRY_COMMAND)
		cmd_problems(p, show, words, &ids);
}

size_t smmu_show_problems(const struct smmu_show *show, const uint64_t *words,
			  void (*say)(void *ctx, const char *sentence), void *ctx)
{
	struct smmu_problems p = {say, ctx, 0};
	struct smmu_show_entry entry;

	smmu_show_resolve(&entry, show, words);
	if (!entry.format && show->kind == SMMU_ENTRY_EVENT)
		smmu_problem(&p, "number 0x%02x is Reserved", (unsigned)entry.number);
	if (entry.format)
		layout_problems(&p, &entry, words,
				show->is_sec_unknown && show->kind == SMMU_ENTRY_COMMAND);
	if (entry.format && show->kind != SMMU_ENTRY_STE && show->kind != SMMU_ENTRY_CD)
		encoding_problems(&p, &entry, words);
	if (entry.format && show->kind == SMMU_ENTRY_EVENT)
		event_problems(&p, entry.format, words);
	if (show->kind == SMMU_ENTRY_PRI)
		pri_problems(&p, words);
	rule_problems(&p, show, words);
	return p.count;
}
