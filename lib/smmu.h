/*
 * libsmmu: working with Arm's SMMUv3 (IHI 0070 G.b).
 *
 *	#include <smmu.h>		cc $(pkg-config --cflags --libs smmu)
 *
 * A machine is loaded from a system file (sys/sys.h, compile/load.h); its
 * models answer transactions (model/model.h) that traces hold
 * (trace/reader.h).  Architected words are taken apart by the accessors of
 * spec/.  Every function that can fail returns 0 or a negative SMMU_E_*
 * (base/err.h) with the reason in a diagnostic (base/diag.h).
 */
#ifndef SMMU_H
#define SMMU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

#include "base/bits.h"
#include "base/diag.h"
#include "base/emit.h"
#include "base/in.h"
#include "base/out.h"
#include "base/text.h"
#include "compile/build.h"
#include "compile/dump.h"
#include "compile/load.h"
#include "compile/write.h"
#include "explain/about.h"
#include "explain/explain.h"
#include "explain/log.h"
#include "explain/source.h"
#include "mem/mem.h"
#include "model/machine.h"
#include "model/model.h"
#include "model/pending.h"
#include "model/reach.h"
#include "model/result.h"
#include "replay/replay.h"
#include "replay/result.h"
#include "replay/walk.h"
#include "spec/about.h"
#include "spec/cd.h"
#include "spec/cmd.h"
#include "spec/desc.h"
#include "spec/dpt.h"
#include "spec/encode.h"
#include "spec/event.h"
#include "spec/features.h"
#include "spec/format.h"
#include "spec/gpt.h"
#include "spec/ids.h"
#include "spec/l1cd.h"
#include "spec/l1std.h"
#include "spec/lookup.h"
#include "spec/pri.h"
#include "spec/queue.h"
#include "spec/reg.h"
#include "spec/rule.h"
#include "spec/show.h"
#include "spec/ste.h"
#include "spec/txn.h"
#include "spec/vms.h"
#include "sys/sys.h"
#include "trace/reader.h"
#include "trace/record.h"
#include "trace/writer.h"

#ifdef __cplusplus
}
#endif

#endif
