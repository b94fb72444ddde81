/* The functional caches: insertion and flush.  See model/tlb_priv.h. */
#include "model/tlb_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"

/* A set is one line of the host's cache: the arrays begin on one. */
#define LINE 64
_Static_assert(sizeof(struct smmu_cfg_entry) * SMMU_CFG_WAYS == LINE, "a set is a line");
_Static_assert(sizeof(struct smmu_tlb_entry) * SMMU_TLB_WAYS == LINE, "a set is a line");

/* The place of key holds nothing. */
static void forget_hit(struct smmu_tlb *tlb, uint64_t key)
{
	unsigned at = (unsigned)smmu_bits(key, 0, SMMU_CFG_HITS_LOG2);

	tlb->hit[at].key = at ^ 1;
}

static void forget_hits(struct smmu_tlb *tlb)
{
	for (unsigned at = 0; at < SMMU_CFG_HITS; at++)
		forget_hit(tlb, at);
}

int smmu_tlb_new(struct smmu_tlb **tlb)
{
	size_t size = (sizeof(**tlb) + LINE - 1) / LINE * LINE;

	*tlb = aligned_alloc(LINE, size);
	if (!*tlb)
		return SMMU_E_NOMEM;
	memset((*tlb)->cfg, 0, sizeof((*tlb)->cfg));
	memset((*tlb)->page, 0, sizeof((*tlb)->page));
	memset((*tlb)->walk, 0, sizeof((*tlb)->walk));
	forget_hits(*tlb);
	(*tlb)->epoch = 1;
	(*tlb)->next_ctx = 1;
	return 0;
}

void smmu_tlb_free(struct smmu_tlb *tlb)
{
	free(tlb);
}

/*
 * What is of an older epoch is not found; the walk caches go with the
 * configurations that name their entries.
 */
void smmu_tlb_flush(struct smmu_tlb *tlb)
{
	forget_hits(tlb);
	if (++tlb->epoch == SMMU_TLB_EPOCHS) {
		memset(tlb->cfg, 0, sizeof(tlb->cfg));
		memset(tlb->page, 0, sizeof(tlb->page));
		tlb->epoch = 1;
	}
}

/* A number that no entry of the walk caches carries. */
static uint32_t fresh_ctx(struct smmu_tlb *tlb)
{
	if (tlb->next_ctx == 0) {
		memset(tlb->cfg, 0, sizeof(tlb->cfg));
		memset(tlb->walk, 0, sizeof(tlb->walk));
		forget_hits(tlb);
		tlb->next_ctx = 1;
	}
	return tlb->next_ctx++;
}

const struct smmu_cfg_hit *smmu_cfg_search(struct smmu_tlb *tlb, uint64_t key)
{
	unsigned set = smmu_cfg_set(key);

	for (unsigned way = 0; way < SMMU_CFG_WAYS; way++) {
		const struct smmu_cfg_entry *entry = &tlb->cfg[set][way];
		struct smmu_cfg_hit *hit = &tlb->hit[smmu_bits(key, 0, SMMU_CFG_HITS_LOG2)];

		if (entry->key == key && entry->epoch == tlb->epoch) {
			*hit = (struct smmu_cfg_hit){
				.key = key, .config = &tlb->config[set][way], .ctx = entry->ctx};
			return hit;
		}
	}
	return NULL;
}

void smmu_cfg_insert(struct smmu_tlb *tlb, uint64_t key, const struct smmu_config *config)
{
	unsigned set = smmu_cfg_set(key);
	uint32_t ctx = fresh_ctx(tlb);
	unsigned way = 0;
	struct smmu_cfg_entry *entry;

	/* The first that is none, else the oldest. */
	for (unsigned i = 0; i < SMMU_CFG_WAYS; i++) {
		const struct smmu_cfg_entry *at = &tlb->cfg[set][i];

		if (at->epoch != tlb->epoch) {
			way = i;
			break;
		}
		if (at->ctx < tlb->cfg[set][way].ctx)
			way = i;
	}
	entry = &tlb->cfg[set][way];
	forget_hit(tlb, entry->key);
	forget_hit(tlb, key);
	entry->key = key;
	entry->ctx = ctx;
	entry->epoch = tlb->epoch;
	tlb->config[set][way] = *config;
}

void smmu_tlb_insert(struct smmu_tlb *tlb, const struct smmu_tlb_entry *entry)
{
	struct smmu_tlb_entry *set = tlb->page[smmu_tlb_set(entry->key, entry->page)];

	/* The first way is the one filled last; the same page is not kept twice. */
	if (set[0].page != entry->page || set[0].key != entry->key)
		set[1] = set[0];
	set[0] = *entry;
}
