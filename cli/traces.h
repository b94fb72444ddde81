/*
 * What commands that read traces share.
 *
 * Threading: immutable.
 */
#ifndef CLI_TRACES_H
#define CLI_TRACES_H

#include "opt.h"

/* Values of --trace-format: enum smmu_trace_format. */
extern const struct cli_choice cli_trace_formats[];

#endif
