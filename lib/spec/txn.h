/*
 * A transaction as a client device presents it.  IHI 0070 G.b 3.2, 13.1.
 *
 * Threading: a plain record.
 */
#ifndef SMMU_SPEC_TXN_H
#define SMMU_SPEC_TXN_H

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
	bool ssv; /* substream is supplied */
	bool read, write;
	bool privileged, instruction;
	bool ns_supplied, ns; /* the NS attribute of a Secure or Realm stream */
	bool nosnoop;
	enum smmu_txn_kind kind;
	enum smmu_sec sec; /* SEC_SID */
	enum smmu_memtype_in memtype;
	enum smmu_sh_in sh;
	uint8_t alloc;
};

#endif
