/*
 * The inside of an output stream, for the emitters' hot paths.
 *
 * Threading: one thread at a time per stream.
 */
#ifndef SMMU_BASE_OUT_PRIV_H
#define SMMU_BASE_OUT_PRIV_H

#include <zlib.h>

#include "base/compiler.h"
#include "base/out.h"

struct smmu_out {
	char *data;
	size_t size, capacity; /* written to data so far; room in it, and one more for a NUL */
	char *name;
	int fd; /* -1: memory */
	int error, errnum;
	bool finished, is_gzip;
	z_stream z;
	unsigned char *packed; /* what deflate gives, owned */
};

/*
 * Makes room for size bytes: writes data out, or grows it.  After an error
 * data is written over again and again.
 */
void smmu_out_make_room(struct smmu_out *out, size_t size);

/* smmu_out_reserve and smmu_out_commit in line. */
SMMU_INLINE char *out_reserve(struct smmu_out *out, size_t size)
{
	if (SMMU_UNLIKELY(out->capacity - out->size < size))
		smmu_out_make_room(out, size);
	return out->data + out->size;
}

SMMU_INLINE void out_commit(struct smmu_out *out, size_t used)
{
	out->size += used;
}

#endif
