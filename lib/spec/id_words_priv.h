/*
 * Fields of identification registers, for conditions over `regs`, an array by
 * enum smmu_reg: IDR0(HTTU).
 *
 * Threading: macros only.
 */
#ifndef SMMU_SPEC_ID_WORDS_PRIV_H
#define SMMU_SPEC_ID_WORDS_PRIV_H

#include "spec/reg.h"

#define V(reg)		 regs[SMMU_REG_##reg]
#define IDR0(field)	 smmu_IDR0_##field(V(IDR0))
#define IDR1(field)	 smmu_IDR1_##field(V(IDR1))
#define IDR3(field)	 smmu_IDR3_##field(V(IDR3))
#define IDR5(field)	 smmu_IDR5_##field(V(IDR5))
#define S_IDR0(field)	 smmu_S_IDR0_##field(V(S_IDR0))
#define S_IDR1(field)	 smmu_S_IDR1_##field(V(S_IDR1))
#define R_IDR0(field)	 smmu_R_IDR0_##field(V(R_IDR0))
#define R_IDR3(field)	 smmu_R_IDR3_##field(V(R_IDR3))
#define ROOT_IDR0(field) smmu_ROOT_IDR0_##field(V(ROOT_IDR0))

#endif
