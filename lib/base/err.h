/*
 * Error codes of the library.  Functions that can fail return 0 or one of
 * these; the reason is in the diagnostic.  An architected fault is never one
 * of them: it is a result (model/result.h).
 *
 * Threading: immutable.
 */
#ifndef SMMU_BASE_ERR_H
#define SMMU_BASE_ERR_H

enum smmu_error {
	SMMU_E_NOMEM = -1,    /* the host has no memory left */
	SMMU_E_IO = -2,	      /* a file cannot be opened, read or written */
	SMMU_E_SYNTAX = -3,   /* the input is not of its format at all */
	SMMU_E_INVALID = -4,  /* well-formed, but says something impossible */
	SMMU_E_RANGE = -5,    /* a number outside what is permitted */
	SMMU_E_UNKNOWN = -6,  /* a name that nothing is known by */
	SMMU_E_CONFLICT = -7, /* two parts of the input contradict each other */
	SMMU_E_LIMIT = -8,    /* larger than this program is willing to handle */
	SMMU_E_USAGE = -9,    /* the call itself is wrong */
	SMMU_E_STOPPED = -10, /* somebody asked for the end; nothing is wrong, or reported */
};

#endif
