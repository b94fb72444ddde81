/*
 * A transaction as a client device presents it.  IHI 0070 G.b 3.2, 13.1.
 *
 * Threading: a plain record.
 */
#ifndef SMMU_SPEC_TXN_H
#define SMMU_SPEC_TXN_H

#include <assert.h>
#include <stddef.h>

#include "base/bits.h"
#include "base/compiler.h"
#include "spec/types.h"

/* What a transaction is to the SMMU. */
enum smmu_txn_kind {
	SMMU_TXN_ACCESS,	 /* untranslated */
	SMMU_TXN_ATS_REQUEST,	 /* PCIe ATS Translation Request */
	SMMU_TXN_ATS_TRANSLATED, /* marked Translated */
};

/* Incoming memory type (13.1.3); SUPPLIED_NONE means the client gives none. */
enum smmu_memtype_in {
	SMMU_MEMTYPE_NONE,
	SMMU_MEMTYPE_NORMAL_WB,
	SMMU_MEMTYPE_NORMAL_WT,
	SMMU_MEMTYPE_NORMAL_NC,
	SMMU_MEMTYPE_DEVICE_GRE,
	SMMU_MEMTYPE_DEVICE_NGRE,
	SMMU_MEMTYPE_DEVICE_NGNRE,
	SMMU_MEMTYPE_DEVICE_NGNRNE,
};

enum smmu_sh_in { SMMU_SH_IN_NONE, SMMU_SH_IN_NSH, SMMU_SH_IN_OSH, SMMU_SH_IN_ISH };

/* Allocation hints, a set of bits; NONE_SUPPLIED where the client gives none. */
#define SMMU_ALLOC_RA		 1u
#define SMMU_ALLOC_WA		 2u
#define SMMU_ALLOC_NONE_SUPPLIED 4u

struct smmu_txn {
	uint64_t address; /* input address, all 64 bits */
	uint64_t size;	  /* bytes, 1 or more */
	uint32_t stream;  /* StreamID */
	uint32_t substream;
	/* Bytes in an order that smmu_txn_index() and smmu_txn_is_plain() read several of at once.
	 */
	bool read, write;
	bool privileged, instruction;
	bool ssv; /* substream is supplied */
	bool ns_supplied, nosnoop;
	bool ns;	 /* the NS attribute of a Secure or Realm stream */
	uint8_t kind;	 /* enum smmu_txn_kind */
	uint8_t memtype; /* enum smmu_memtype_in */
	uint8_t sh;	 /* enum smmu_sh_in */
	uint8_t alloc;	 /* SMMU_ALLOC_* */
	uint8_t sec;	 /* enum smmu_sec: SEC_SID */
};

/* Which of the 16 kinds of access a transaction is, from its attributes as supplied. */
enum smmu_txn_index {
	SMMU_TXN_INDEX_READ = 1,
	SMMU_TXN_INDEX_WRITE = 2,
	SMMU_TXN_INDEX_PRIVILEGED = 4,
	SMMU_TXN_INDEX_INSTRUCTION = 8,
};

SMMU_INLINE const uint8_t *smmu_txn_bytes(const struct smmu_txn *txn)
{
	return (const uint8_t *)txn + offsetof(struct smmu_txn, read);
}

static_assert(offsetof(struct smmu_txn, substream) == offsetof(struct smmu_txn, stream) + 4 &&
		      offsetof(struct smmu_txn, sec) == offsetof(struct smmu_txn, read) + 12,
	      "smmu_txn_is_like() reads several members at once");

/* Whether they differ in nothing but address, size and smmu_txn_index(). */
SMMU_INLINE bool smmu_txn_is_like(const struct smmu_txn *a, const struct smmu_txn *b)
{
	const uint8_t *p = smmu_txn_bytes(a), *q = smmu_txn_bytes(b);
	uint64_t source_a = smmu_ld64le((const uint8_t *)a + offsetof(struct smmu_txn, stream));
	uint64_t source_b = smmu_ld64le((const uint8_t *)b + offsetof(struct smmu_txn, stream));

	return source_a == source_b && smmu_ld64le(p + 4) == smmu_ld64le(q + 4) && p[12] == q[12];
}

SMMU_INLINE unsigned smmu_txn_index(const struct smmu_txn *txn)
{
	/* Four bytes that are 0 or 1; the product gathers them in its highest bits. */
	return smmu_ld32le(smmu_txn_bytes(txn)) * 0x10204080u >> 28;
}

/* An access that supplies no attributes: most of them. */
SMMU_INLINE bool smmu_txn_is_plain(const struct smmu_txn *txn)
{
	const uint8_t *bytes = smmu_txn_bytes(txn);
	const uint8_t plain[] = {SMMU_TXN_ACCESS, SMMU_MEMTYPE_NONE, SMMU_SH_IN_NONE,
				 SMMU_ALLOC_NONE_SUPPLIED};

	return smmu_ld32le(bytes + 8) == smmu_ld32le(plain) && !(bytes[5] | bytes[6]);
}

#endif
