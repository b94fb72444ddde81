/* Effective values of STE, CD and identification registers: IHI 0070 G.b 3.4, 5.2, 5.4. */
#include "spec/effective.h"

#include "base/bits.h"
#include "spec/reg.h"

#define IDR0(FIELD) smmu_IDR0_##FIELD(ids->idr[0])
#define IDR3(FIELD) smmu_IDR3_##FIELD(ids->idr[3])
#define IDR5(FIELD) smmu_IDR5_##FIELD(ids->idr[5])

static unsigned min(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

bool smmu_ids_is_v3(const struct smmu_ids *ids, unsigned minor)
{
	return smmu_AIDR_ArchMajorRev(ids->aidr) > 0 || smmu_AIDR_ArchMinorRev(ids->aidr) >= minor;
}

unsigned smmu_address_size_bits(uint64_t encoding)
{
	static const uint8_t bits[] = {32, 36, 40, 42, 44, 48, 52, 56};

	return bits[encoding & 7];
}

/* 52 bits came with SMMUv3.1, 56 with SMMUv3.4; Reserved values act as the largest before. */
static unsigned known_size_bits(uint64_t encoding, const struct smmu_ids *ids)
{
	unsigned most = smmu_ids_is_v3(ids, 4) ? 56 : smmu_ids_is_v3(ids, 1) ? 52 : 48;

	return min(smmu_address_size_bits(encoding), most);
}

unsigned smmu_oas_bits(const struct smmu_ids *ids)
{
	return known_size_bits(IDR5(OAS), ids);
}

unsigned smmu_ias_bits(const struct smmu_ids *ids)
{
	unsigned lpae = IDR0(TTF) & 1 ? 40 : 0;
	unsigned vmsa64 = IDR0(TTF) & 2 ? smmu_oas_bits(ids) : 0;

	return lpae > vmsa64 ? lpae : vmsa64;
}

bool smmu_tg0_granule(enum smmu_granule *granule, uint64_t tg)
{
	switch (tg) {
	case SMMU_TG0_4K:
		*granule = SMMU_GRANULE_4K;
		return true;
	case SMMU_TG0_16K:
		*granule = SMMU_GRANULE_16K;
		return true;
	case SMMU_TG0_64K:
		*granule = SMMU_GRANULE_64K;
		return true;
	default:
		return false;
	}
}

bool smmu_tg1_granule(enum smmu_granule *granule, uint64_t tg)
{
	switch (tg) {
	case SMMU_TG1_4K:
		*granule = SMMU_GRANULE_4K;
		return true;
	case SMMU_TG1_16K:
		*granule = SMMU_GRANULE_16K;
		return true;
	case SMMU_TG1_64K:
		*granule = SMMU_GRANULE_64K;
		return true;
	default:
		return false;
	}
}

bool smmu_ids_has_granule(const struct smmu_ids *ids, enum smmu_granule granule)
{
	switch (granule) {
	case SMMU_GRANULE_4K:
		return IDR5(GRAN4K);
	case SMMU_GRANULE_16K:
		return IDR5(GRAN16K);
	case SMMU_GRANULE_64K:
		return IDR5(GRAN64K);
	}
	return false;
}

static uint64_t mpamidr(const struct smmu_ids *ids, enum smmu_sec sec)
{
	if (sec == SMMU_SEC_S)
		return ids->s_mpamidr;
	return sec == SMMU_SEC_REALM ? ids->r_mpamidr : ids->mpamidr;
}

bool smmu_ids_has_mpam(const struct smmu_ids *ids, enum smmu_sec sec)
{
	uint64_t id = mpamidr(ids, sec);

	return IDR3(MPAM) && (smmu_MPAMIDR_PARTID_MAX(id) || smmu_MPAMIDR_PMG_MAX(id));
}

unsigned smmu_ids_partid_max(const struct smmu_ids *ids, enum smmu_sec sec, bool mpam_ns)
{
	uint64_t id = mpamidr(ids, sec);

	if (sec != SMMU_SEC_NS && mpam_ns && smmu_MPAMIDR_HAS_MPAM_NS(id))
		id = ids->mpamidr;
	return (unsigned)smmu_MPAMIDR_PARTID_MAX(id);
}

bool smmu_ids_has_vms(const struct smmu_ids *ids, enum smmu_sec sec)
{
	if (!IDR3(MPAM) || !IDR0(S1P) || !IDR0(S2P))
		return false;
	if (sec == SMMU_SEC_S && !smmu_S_IDR1_SEL2(ids->s_idr[1]))
		return false;
	return smmu_ids_partid_max(ids, sec, false) || smmu_ids_partid_max(ids, sec, true);
}

bool smmu_ste_has_strw(const struct smmu_ste *ste, enum smmu_sec sec, const struct smmu_ids *ids)
{
	return IDR0(S1P) && (sec != SMMU_SEC_NS || IDR0(Hyp)) &&
	       smmu_ste_Config(ste) == SMMU_STE_CONFIG_S1;
}

enum smmu_streamworld smmu_ste_streamworld(const struct smmu_ste *ste, enum smmu_sec sec,
					   const struct smmu_ids *ids, bool e2h)
{
	static const enum smmu_streamworld worlds[][3] = {
		[SMMU_SEC_NS] = {SMMU_SW_NS_EL1, SMMU_SW_EL2, SMMU_SW_EL2_E2H},
		[SMMU_SEC_S] = {SMMU_SW_S_EL1, SMMU_SW_S_EL2, SMMU_SW_S_EL2_E2H},
		[SMMU_SEC_REALM] = {SMMU_SW_REALM_EL1, SMMU_SW_REALM_EL2, SMMU_SW_REALM_EL2_E2H},
	};
	const enum smmu_streamworld *world = worlds[sec <= SMMU_SEC_REALM ? sec : SMMU_SEC_NS];

	if (!smmu_ste_has_strw(ste, sec, ids))
		return world[0];
	if (smmu_ste_STRW(ste) == SMMU_STE_STRW_EL2)
		return world[e2h ? 2 : 1];
	if (smmu_ste_STRW(ste) == SMMU_STE_STRW_EL3 && sec == SMMU_SEC_S)
		return SMMU_SW_EL3;
	return world[0];
}

bool smmu_streamworld_is_el2(enum smmu_streamworld sw)
{
	return sw == SMMU_SW_EL2 || sw == SMMU_SW_S_EL2 || sw == SMMU_SW_REALM_EL2;
}

bool smmu_streamworld_has_el0(enum smmu_streamworld sw)
{
	return sw != SMMU_SW_EL3 && !smmu_streamworld_is_el2(sw);
}

static enum smmu_vmsa vmsa(uint64_t aa64, const struct smmu_ids *ids)
{
	if (aa64 == SMMU_AA64_VMSA64)
		return SMMU_VMSA_64;
	return IDR5(D128) ? SMMU_VMSA_128 : SMMU_VMSA_LPAE;
}

enum smmu_vmsa smmu_ste_s2_vmsa(const struct smmu_ste *ste, const struct smmu_ids *ids)
{
	return vmsa(smmu_ste_S2AA64(ste), ids);
}

enum smmu_vmsa smmu_cd_vmsa(const struct smmu_cd *cd, const struct smmu_ids *ids)
{
	return vmsa(smmu_cd_AA64(cd), ids);
}

static unsigned output_bits(uint64_t encoding, enum smmu_vmsa format, const struct smmu_ids *ids)
{
	if (format == SMMU_VMSA_LPAE)
		return 40;
	return min(known_size_bits(encoding, ids), smmu_oas_bits(ids));
}

unsigned smmu_ste_s2ps_bits(const struct smmu_ste *ste, const struct smmu_ids *ids)
{
	return output_bits(smmu_ste_S2PS(ste), smmu_ste_s2_vmsa(ste, ids), ids);
}

unsigned smmu_cd_ips_bits(const struct smmu_cd *cd, const struct smmu_ids *ids)
{
	return output_bits(smmu_cd_IPS(cd), smmu_cd_vmsa(cd, ids), ids);
}

uint8_t smmu_cd_attribute(const struct smmu_cd *cd, unsigned index)
{
	uint64_t half = index < 4 ? smmu_cd_MAIR0(cd) : smmu_cd_MAIR1(cd);

	return (uint8_t)smmu_bits(half, index % 4 * 8, 8);
}

bool smmu_ste_s2ds(const struct smmu_ste *ste, enum smmu_sec sec, const struct smmu_ids *ids)
{
	return smmu_ste_S2DS(ste) && IDR5(DS) && smmu_ste_S2AA64(ste) &&
	       smmu_ste_S2TG(ste) != SMMU_TG0_64K &&
	       !(sec == SMMU_SEC_S && smmu_ste_S_S2TG(ste) == SMMU_TG0_64K);
}

bool smmu_cd_ds(const struct smmu_cd *cd, const struct smmu_ids *ids)
{
	return smmu_cd_DS(cd) && IDR5(DS) && smmu_cd_AA64(cd) && smmu_ids_is_v3(ids, 1);
}

/* any-EL2 and EL3 ignore EPD0 and EPD1 and have no table 1. */
bool smmu_cd_epd(const struct smmu_cd *cd, unsigned n, enum smmu_streamworld sw)
{
	if (!smmu_streamworld_has_el0(sw))
		return n == 1;
	return n ? smmu_cd_EPD1(cd) : smmu_cd_EPD0(cd);
}

/*
 * [55:4] with VMSAv9-128, [51:4] from SMMUv3.1, [47:4] before.  Chapter 5 lets
 * an SMMU ignore RES0 bits or reject the structure; they are ignored here.
 */
static uint64_t table_base(uint64_t ttb, enum smmu_vmsa format, const struct smmu_ids *ids)
{
	unsigned bits = format == SMMU_VMSA_128 ? 56 : smmu_ids_is_v3(ids, 1) ? 52 : 48;

	return ttb & smmu_ones(bits);
}

uint64_t smmu_ste_s2ttb(const struct smmu_ste *ste, const struct smmu_ids *ids)
{
	return table_base(smmu_ste_S2TTB(ste), smmu_ste_s2_vmsa(ste, ids), ids);
}

uint64_t smmu_ste_s_s2ttb(const struct smmu_ste *ste, const struct smmu_ids *ids)
{
	return table_base(smmu_ste_S_S2TTB(ste), smmu_ste_s2_vmsa(ste, ids), ids);
}

uint64_t smmu_cd_ttb(const struct smmu_cd *cd, unsigned n, const struct smmu_ids *ids)
{
	return table_base(n ? smmu_cd_TTB1(cd) : smmu_cd_TTB0(cd), smmu_cd_vmsa(cd, ids), ids);
}

#define NO_LEVEL 9

/*
 * Start level of a VMSAv8-64 stage 2 walk: DDI 0487 tables D8-19, D8-29 and
 * D8-38.  sl2 counts only with a 4KB granule and DS.
 */
static int start_level_64(enum smmu_granule granule, unsigned sl0, unsigned sl2)
{
	static const int8_t levels[][8] = {
		[SMMU_GRANULE_4K] = {2, 1, 0, 3, -1, NO_LEVEL, NO_LEVEL, NO_LEVEL},
		[SMMU_GRANULE_16K] = {3, 2, 1, 0, NO_LEVEL, NO_LEVEL, NO_LEVEL, NO_LEVEL},
		[SMMU_GRANULE_64K] = {3, 2, 1, NO_LEVEL, NO_LEVEL, NO_LEVEL, NO_LEVEL, NO_LEVEL},
	};

	return levels[granule][(sl2 * 4 + sl0) & 7];
}

/*
 * Tables D8-20 to D8-24, D8-30 to D8-33 and D8-39 to D8-41 in one formula: the
 * start level resolves at least one bit of the input address, at most as many
 * as one table and 16-fold concatenation do, and no more than 52 bits.
 */
static bool start_level_fits(int level, unsigned ia_bits, enum smmu_granule granule)
{
	unsigned page = smmu_granule_log2(granule);
	unsigned stride = page - 3;
	unsigned below = page + (unsigned)(3 - level) * stride;

	return ia_bits > below && ia_bits <= below + stride + 4;
}

struct s2_size {
	unsigned t0sz, sl0, sl0_2, skl;
	uint64_t tg;
};

static struct s2_size s2_size(const struct smmu_ste *ste, bool secure_ipa)
{
	struct s2_size ns = {(unsigned)smmu_ste_S2T0SZ(ste), (unsigned)smmu_ste_S2SL0(ste),
			     (unsigned)smmu_ste_S2SL0_2(ste), (unsigned)smmu_ste_S2SKL(ste),
			     smmu_ste_S2TG(ste)};
	struct s2_size s = {(unsigned)smmu_ste_S_S2T0SZ(ste), (unsigned)smmu_ste_S_S2SL0(ste),
			    (unsigned)smmu_ste_S_S2SL0_2(ste), (unsigned)smmu_ste_S_S2SKL(ste),
			    smmu_ste_S_S2TG(ste)};

	return secure_ipa ? s : ns;
}

/* DDI 0487 table G5-5; T0SZ is a signed number of 4 bits. */
static bool start_level_lpae(int *level, const struct s2_size *size)
{
	int t0sz = (int)((size->t0sz ^ 8) & 15) - 8;

	if (size->sl0 > 1)
		return false;
	*level = size->sl0 ? 1 : 2;
	return size->sl0 ? t0sz <= 1 : t0sz >= -2;
}

static bool s2_start_level_64(int *level, const struct s2_size *size, enum smmu_granule granule,
			      bool ds, const struct smmu_ids *ids)
{
	bool use_sl2 = granule == SMMU_GRANULE_4K && ds;

	*level = start_level_64(granule, size->sl0, use_sl2 ? size->sl0_2 : 0);
	if (*level == NO_LEVEL)
		return false;
	/* D8-24: starting at level 3 with 4KB needs small tables; D8-30: level 0 needs DS. */
	if (granule == SMMU_GRANULE_4K && *level == 3 && !IDR3(STT))
		return false;
	if (granule == SMMU_GRANULE_16K && *level == 0 && !ds)
		return false;
	return start_level_fits(*level, 64 - size->t0sz, granule);
}

int smmu_d128_start_level(unsigned txsz, enum smmu_granule granule, unsigned skl)
{
	int page = (int)smmu_granule_log2(granule);
	int stride = page - 4;

	return 3 - (63 - (int)txsz - page) / stride + (int)skl;
}

bool smmu_ste_s2_start_level(int *level, const struct smmu_ste *ste, enum smmu_sec sec,
			     bool secure_ipa, const struct smmu_ids *ids)
{
	struct s2_size size = s2_size(ste, secure_ipa);
	enum smmu_vmsa format = smmu_ste_s2_vmsa(ste, ids);
	enum smmu_granule granule;

	if (format == SMMU_VMSA_LPAE)
		return start_level_lpae(level, &size);
	if (!smmu_tg0_granule(&granule, size.tg))
		return false;
	if (format == SMMU_VMSA_64)
		return s2_start_level_64(level, &size, granule, smmu_ste_s2ds(ste, sec, ids), ids);
	*level = smmu_d128_start_level(size.t0sz, granule, size.skl);
	return *level <= 3;
}
