/* The functional caches: insertion and flush.  See model/tlb_priv.h. */
#include "model/tlb_priv.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"

/* A set is one line of the host's cache: the arrays begin on one. */
#define LINE 64
_Static_assert(sizeof(struct smmu_cfg_entry) * SMMU_CFG_WAYS == LINE, "a set is a line");
_Static_assert(sizeof(struct smmu_tlb_entry) * SMMU_TLB_WAYS == LINE, "a set is a line");

static void set_epoch(struct smmu_tlb *tlb, uint16_t epoch)
{
	tlb->epoch = epoch;
	tlb->last_key = SMMU_KEY_NONE;
	tlb->epoch_tag = (uint64_t)epoch << SMMU_TLB_EPOCH_LSB;
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
	set_epoch(*tlb, 1);
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
	set_epoch(tlb, tlb->epoch + 1u);
	if (tlb->epoch == SMMU_TLB_EPOCHS) {
		memset(tlb->cfg, 0, sizeof(tlb->cfg));
		memset(tlb->page, 0, sizeof(tlb->page));
		set_epoch(tlb, 1);
	}
}

/* A number that no entry of the walk caches carries. */
static uint32_t fresh_ctx(struct smmu_tlb *tlb)
{
	if (tlb->next_ctx == 0) {
		memset(tlb->cfg, 0, sizeof(tlb->cfg));
		memset(tlb->walk, 0, sizeof(tlb->walk));
		tlb->next_ctx = 1;
	}
	return tlb->next_ctx++;
}

const struct smmu_cfg_entry *smmu_cfg_insert(struct smmu_tlb *tlb, uint64_t key,
					     const struct smmu_config *config)
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
	tlb->last_key = SMMU_KEY_NONE;
	entry->key = key;
	entry->ctx = ctx;
	entry->epoch = tlb->epoch;
	tlb->config[set][way] = *config;
	memset(tlb->memo[set][way].kind, 0, sizeof(tlb->memo[set][way].kind));
	return entry;
}
