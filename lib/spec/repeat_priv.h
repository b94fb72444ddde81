/*
 * Repetition for tables of register arrays: SMMU_REPEAT_n(M, …) is M(0, …) to
 * M(n - 1, …), for the n that registers.def has.
 */
#ifndef SMMU_SPEC_REPEAT_PRIV_H
#define SMMU_SPEC_REPEAT_PRIV_H

/* clang-format off */
#define SMMU_REPEAT_16(M, ...)                                                                     \
	M(0, __VA_ARGS__) M(1, __VA_ARGS__) M(2, __VA_ARGS__) M(3, __VA_ARGS__)                    \
	M(4, __VA_ARGS__) M(5, __VA_ARGS__) M(6, __VA_ARGS__) M(7, __VA_ARGS__)                    \
	M(8, __VA_ARGS__) M(9, __VA_ARGS__) M(10, __VA_ARGS__) M(11, __VA_ARGS__)                  \
	M(12, __VA_ARGS__) M(13, __VA_ARGS__) M(14, __VA_ARGS__) M(15, __VA_ARGS__)
#define SMMU_REPEAT_64(M, ...)                                                                     \
	SMMU_REPEAT_16(M, __VA_ARGS__)                                                             \
	M(16, __VA_ARGS__) M(17, __VA_ARGS__) M(18, __VA_ARGS__) M(19, __VA_ARGS__)                \
	M(20, __VA_ARGS__) M(21, __VA_ARGS__) M(22, __VA_ARGS__) M(23, __VA_ARGS__)                \
	M(24, __VA_ARGS__) M(25, __VA_ARGS__) M(26, __VA_ARGS__) M(27, __VA_ARGS__)                \
	M(28, __VA_ARGS__) M(29, __VA_ARGS__) M(30, __VA_ARGS__) M(31, __VA_ARGS__)                \
	M(32, __VA_ARGS__) M(33, __VA_ARGS__) M(34, __VA_ARGS__) M(35, __VA_ARGS__)                \
	M(36, __VA_ARGS__) M(37, __VA_ARGS__) M(38, __VA_ARGS__) M(39, __VA_ARGS__)                \
	M(40, __VA_ARGS__) M(41, __VA_ARGS__) M(42, __VA_ARGS__) M(43, __VA_ARGS__)                \
	M(44, __VA_ARGS__) M(45, __VA_ARGS__) M(46, __VA_ARGS__) M(47, __VA_ARGS__)                \
	M(48, __VA_ARGS__) M(49, __VA_ARGS__) M(50, __VA_ARGS__) M(51, __VA_ARGS__)                \
	M(52, __VA_ARGS__) M(53, __VA_ARGS__) M(54, __VA_ARGS__) M(55, __VA_ARGS__)                \
	M(56, __VA_ARGS__) M(57, __VA_ARGS__) M(58, __VA_ARGS__) M(59, __VA_ARGS__)                \
	M(60, __VA_ARGS__) M(61, __VA_ARGS__) M(62, __VA_ARGS__) M(63, __VA_ARGS__)
/* clang-format on */

#endif
