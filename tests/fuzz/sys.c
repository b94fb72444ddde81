/* Any bytes as a system file: a system or a clear error, in bounded memory. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "sys/sys.h"

static void ignore(void *ctx, const struct smmu_diag_record *record)
{
	(void)ctx;
	if (!record->message)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct smmu_diag diag = {.report = ignore};
	struct smmu_sys *sys = NULL;
	char path[] = "/tmp/smmu-fuzz-XXXXXX";
	int fd = mkstemp(path);
	int status;

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	close(fd);
	status = smmu_sys_load(&sys, path, &diag);
	if (status != 0 && diag.errors == 0)
		abort(); /* a failure without a word */
	smmu_sys_free(sys);
	unlink(path);
	return 0;
}
