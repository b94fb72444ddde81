/*
 * smmu translate SYSTEM --stream N --address A
 */
#include <inttypes.h>
#include <string.h>

#include "base/bits.h"
#include "base/text.h"
#include "command.h"
#include "devices.h"
#include "load.h"
#include "replay/replay.h"
#include "replay/walk.h"
#include "spec/event.h"

#define PAGE_LOG2 12
#define SIZE_MOST (4 * UINT64_C(0x40000000))

enum access { ACCESS_R, ACCESS_W, ACCESS_X, ACCESS_RW };
enum ns { NS_NONE, NS_0, NS_1 };

struct translate_args {
	const char *system, *device, *smmu;
	struct cli_u64 stream, address, substream, size;
	int access, security, kind, ns, memtype, sh;
	bool privileged, instruction;
};

static const struct cli_choice accesses[] = {
	{"r", ACCESS_R}, {"w", ACCESS_W}, {"x", ACCESS_X}, {"rw", ACCESS_RW}, {NULL, 0}};
static const struct cli_choice securities[] = {
	{"ns", SMMU_SEC_NS}, {"s", SMMU_SEC_S}, {"realm", SMMU_SEC_REALM}, {NULL, 0}};
static const struct cli_choice kinds[] = {{"access", SMMU_TXN_ACCESS},
					  {"ats-request", SMMU_TXN_ATS_REQUEST},
					  {"ats-translated", SMMU_TXN_ATS_TRANSLATED},
					  {NULL, 0}};
static const struct cli_choice ns_values[] = {{"0", NS_0}, {"1", NS_1}, {NULL, 0}};
static const struct cli_choice memtypes[] = {
	{"normal-wb", SMMU_MEMTYPE_NORMAL_WB},	       {"normal-wt", SMMU_MEMTYPE_NORMAL_WT},
	{"normal-nc", SMMU_MEMTYPE_NORMAL_NC},	       {"device-GRE", SMMU_MEMTYPE_DEVICE_GRE},
	{"device-nGRE", SMMU_MEMTYPE_DEVICE_NGRE},     {"device-nGnRE", SMMU_MEMTYPE_DEVICE_NGNRE},
	{"device-nGnRnE", SMMU_MEMTYPE_DEVICE_NGNRNE}, {NULL, 0},
};
static const struct cli_choice shareabilities[] = {
	{"nsh", SMMU_SH_IN_NSH}, {"osh", SMMU_SH_IN_OSH}, {"ish", SMMU_SH_IN_ISH}, {NULL, 0}};

static const struct cli_opt translate_opts[] = {
	OPT_POS("SYSTEM", struct translate_args, system, "the system file"),
	OPT_ID("stream", struct translate_args, stream, "ID",
	       "StreamID, or a PCI address such as 0000:01:00.0"),
	OPT_ALIAS("sid", "stream"),
	OPT_STR("device", struct translate_args, device, "NAME",
		"in place of --stream: a device of the system file, or a PCI address"),
	OPT_U64("address", struct translate_args, address, "ADDR", "input address"),
	OPT_ALIAS("iova", "address"),
	OPT_U64("substream", struct translate_args, substream, "ID", "SubstreamID"),
	OPT_ALIAS("ssid", "substream"),
	OPT_ALIAS("pasid", "substream"),
	OPT_ENUM("access", struct translate_args, access, accesses, ACCESS_R,
		 "read (default), write, instruction read, atomic"),
	OPT_U64_INIT("size", struct translate_args, size, "BYTES", 1,
		     "of the access; parts in further pages are shown too"),
	OPT_FLAG("privileged", struct translate_args, privileged, "a privileged access"),
	OPT_FLAG("instruction", struct translate_args, instruction, "an instruction access"),
	OPT_ENUM("security", struct translate_args, security, securities, SMMU_SEC_NS,
		 "Security state of the stream"),
	OPT_ENUM("ns", struct translate_args, ns, ns_values, NS_NONE,
		 "NS attribute that a Secure or Realm stream supplies"),
	OPT_ENUM("op", struct translate_args, kind, kinds, SMMU_TXN_ACCESS,
		 "what the transaction is"),
	OPT_ENUM("memory", struct translate_args, memtype, memtypes, SMMU_MEMTYPE_NONE,
		 "incoming memory type"),
	OPT_ENUM("sh", struct translate_args, sh, shareabilities, SMMU_SH_IN_NONE,
		 "incoming Shareability"),
	OPT_STR("smmu", struct translate_args, smmu, "NAME", "which SMMU; the first by default"),
	OPT_END(),
};

static int check_args(const struct translate_args *args, struct smmu_diag *diag)
{
	static const uint64_t max = UINT32_MAX;

	if (args->device && args->stream.given)
		return smmu_diag_error(diag, NULL, SMMU_E_USAGE,
				       "--device and --stream name the same thing: give one");
	if (!args->device && !args->stream.given)
		return smmu_diag_error(diag, NULL, SMMU_E_USAGE,
				       "whose access? Give --stream ID or --device NAME");
	if (!args->address.given)
		return smmu_diag_error(diag, NULL, SMMU_E_USAGE,
				       "an access to where? Give --address ADDR");
	if (args->stream.value > max)
		return smmu_diag_error(diag, NULL, SMMU_E_RANGE,
				       "--stream: 0x%" PRIx64 " does not fit in 32 bits",
				       args->stream.value);
	if (args->substream.value > max)
		return smmu_diag_error(diag, NULL, SMMU_E_RANGE,
				       "--substream: 0x%" PRIx64 " does not fit in 32 bits",
				       args->substream.value);
	if (!args->size.value)
		return smmu_diag_error(diag, NULL, SMMU_E_RANGE, "--size: 0 bytes is no access");
	if (args->size.value > SIZE_MOST)
		return smmu_diag_error(diag, NULL, SMMU_E_RANGE,
				       "--size: an access has at most 4 GiB here; smmu dump --as "
				       "map shows all that is mapped");
	if (args->address.value + (args->size.value - 1) < args->address.value)
		return smmu_diag_error(diag, NULL, SMMU_E_RANGE,
				       "--size: the access ends beyond 2^64");
	return 0;
}

static struct smmu_txn txn_of(const struct translate_args *args)
{
	return (struct smmu_txn){
		.stream = (uint32_t)args->stream.value,
		.address = args->address.value,
		.size = args->size.value,
		.substream = (uint32_t)args->substream.value,
		.ssv = args->substream.given,
		.read = args->access != ACCESS_W,
		.write = args->access == ACCESS_W || args->access == ACCESS_RW,
		.privileged = args->privileged,
		.instruction = args->instruction || args->access == ACCESS_X,
		.ns_supplied = args->ns != NS_NONE,
		.ns = args->ns == NS_1,
		.kind = (enum smmu_txn_kind)args->kind,
		.sec = (enum smmu_sec)args->security,
		.memtype = (enum smmu_memtype_in)args->memtype,
		.sh = (enum smmu_sh_in)args->sh,
		.alloc = SMMU_ALLOC_NONE_SUPPLIED,
	};
}

/* Of Security states and physical address spaces alike. */
static const char *const space_names[SMMU_SEC_COUNT] = {"Non-secure", "Secure", "Realm", "Root"};

static void say_what(struct smmu_emit *emit, const struct smmu_txn *txn, const char *smmu)
{
	const char *verb = txn->read && txn->write ? "atomic access to"
			   : txn->write		   ? "write of"
						   : "read of";
	char substream[32] = "no substream";

	if (txn->ssv)
		snprintf(substream, sizeof(substream), "substream 0x%" PRIx32, txn->substream);
	smmu_emit_heading(emit, "%s: %s stream 0x%" PRIx32 ", %s", smmu,
			  space_names[txn->sec % SMMU_SEC_COUNT], txn->stream, substream);
	smmu_emit_say(emit, "%s %s %s 0x%" PRIx64 ", %" PRIu64 " byte%s",
		      txn->privileged ? "Privileged" : "Unprivileged",
		      txn->instruction ? "instruction" : "data", verb, txn->address, txn->size,
		      txn->size == 1 ? "" : "s");
}

/* What the same page grants to each kind of access, found by asking. */
static int emit_grants(struct smmu_emit *emit, struct smmu_model *model, const struct smmu_txn *txn)
{
	char text[2][4] = {"---", "---"};
	struct smmu_result result;

	for (unsigned privileged = 0; privileged < 2; privileged++) {
		for (unsigned kind = 0; kind < 3; kind++) {
			struct smmu_txn asked = *txn;

			asked.privileged = privileged;
			asked.read = kind != ACCESS_W;
			asked.write = kind == ACCESS_W;
			asked.instruction = kind == ACCESS_X;
			if (smmu_model_probe(&result, model, &asked, NULL))
				return SMMU_E_NOMEM;
			if (result.status == SMMU_STATUS_OK)
				text[privileged][kind] = "rwx"[kind];
		}
	}
	smmu_emit_object(emit, "allows");
	smmu_emit_str(emit, "unprivileged", text[0]);
	smmu_emit_str(emit, "privileged", text[1]);
	smmu_emit_end(emit);
	return 0;
}

static void say_answer(struct smmu_emit *emit, const struct smmu_result *result)
{
	const struct smmu_evt evt = {{result->event.word[0]}};
	const struct smmu_format *format = smmu_event_format((unsigned)smmu_evt_Type(&evt));

	if (result->status == SMMU_STATUS_OK)
		smmu_emit_heading(emit, "Output 0x%" PRIx64 ", %s", result->pa.pa,
				  space_names[result->pa.pas % SMMU_PAS_COUNT]);
	else if (result->event.present && format)
		smmu_emit_heading(emit, "%s (0x%02x): %s", format->name,
				  (unsigned)smmu_evt_Type(&evt), format->summary);
	else
		smmu_emit_heading(emit, "No access, no event: %s",
				  smmu_status_name(result->status));
}

/* What is asked, of whom, and for whom the answer is written. */
struct question {
	struct smmu_model *model;
	const char *smmu;
	const struct smmu_txn *txn;
	struct smmu_walk walk;
	bool people, verbose;
};

/* ---- the rest of an access that goes over a page ---- */

/* Addresses one after another with one answer. */
struct part {
	uint64_t first, last;
	struct smmu_result result;
	bool open;
};

static uint64_t page_of(uint64_t address)
{
	return smmu_align_down_log2(address, PAGE_LOG2);
}

static unsigned event_of(const struct smmu_result *result)
{
	const struct smmu_evt evt = {{result->event.word[0]}};

	return result->event.present ? (unsigned)smmu_evt_Type(&evt) : 0;
}

static bool continues(const struct part *part, const struct smmu_result *next)
{
	const struct smmu_result *result = &part->result;

	if (!part->open || result->status != next->status || event_of(result) != event_of(next))
		return false;
	return next->status != SMMU_STATUS_OK ||
	       (next->pa.pas == result->pa.pas &&
		next->pa.pa == result->pa.pa + (part->last + 1 - part->first));
}

static void emit_part(struct smmu_emit *emit, const struct part *part)
{
	unsigned event = event_of(&part->result);

	if (!part->open)
		return;
	smmu_emit_object(emit, NULL);
	smmu_emit_hex(emit, "first", part->first, 0);
	smmu_emit_hex(emit, "last", part->last, 0);
	smmu_emit_str(emit, "status", smmu_status_name(part->result.status));
	if (part->result.status == SMMU_STATUS_OK)
		smmu_emit_hex(emit, "pa", part->result.pa.pa, 0);
	if (event)
		smmu_emit_str(emit, "event", smmu_event_name(event));
	smmu_emit_end(emit);
}

/*
 * No transaction goes over 4 KiB: a device splits the access, and each part is
 * translated by itself.  1 when a part does not go through.
 */
static int emit_rest(struct smmu_emit *emit, const struct question *q)
{
	static const struct smmu_emit_column columns[] = {
		{.key = "first", .title = "FIRST", .right = true},
		{.key = "last", .title = "LAST", .right = true},
		{.key = "status", .title = "STATUS"},
		{.key = "pa", .title = "OUTPUT", .right = true},
		{.key = "event", .title = "EVENT"},
	};
	uint64_t end = q->txn->address + (q->txn->size - 1);
	struct part part = {.open = false};
	struct smmu_txn txn = *q->txn;
	int failed = 0;

	if (page_of(end) == page_of(txn.address))
		return 0;
	smmu_emit_heading(emit, "The parts of the access in pages after this one");
	smmu_emit_table(emit, "rest", columns, SMMU_LEN(columns));
	while (page_of(txn.address) != page_of(end)) {
		struct smmu_result result;
		uint64_t last;

		txn.address = page_of(txn.address) + smmu_pow2(PAGE_LOG2);
		last = txn.address + smmu_ones(PAGE_LOG2);
		last = last < end ? last : end;
		txn.size = last - txn.address + 1;
		if (smmu_model_probe(&result, q->model, &txn, NULL))
			return SMMU_E_NOMEM;
		failed |= result.status != SMMU_STATUS_OK;
		if (!continues(&part, &result)) {
			emit_part(emit, &part);
			part = (struct part){txn.address, last, result, true};
		}
		part.last = last;
	}
	emit_part(emit, &part);
	smmu_emit_end(emit);
	return failed;
}

static void emit_walk(struct smmu_emit *emit, const struct question *q)
{
	const struct smmu_show show = {
		.sec = q->txn->sec, .ids = smmu_model_ids(q->model), .people = q->people};

	say_what(emit, q->txn, q->smmu);
	if (!q->people)
		smmu_emit_uint(emit, "n", 0);
	if (q->walk.count)
		smmu_walk_emit_heading(emit);
	smmu_walk_emit(emit, &q->walk, q->people);
	if (q->verbose)
		smmu_walk_emit_config(emit, &q->walk, &show);
}

static int emit_answer(struct smmu_emit *emit, const struct question *q)
{
	struct smmu_result result = {0};
	int error = smmu_model_translate(&result, q->model, q->txn), rest;

	if (error)
		return error;
	smmu_emit_object(emit, NULL);
	emit_walk(emit, q);
	say_answer(emit, &result);
	smmu_blame_emit(emit, &result, q->txn->sec, q->people);
	smmu_result_emit(emit, &result, smmu_model_ids(q->model), q->people);
	if (result.status == SMMU_STATUS_OK && q->txn->kind != SMMU_TXN_ATS_REQUEST)
		error = emit_grants(emit, q->model, q->txn);
	rest = error ? 0 : emit_rest(emit, q);
	smmu_emit_end(emit);
	if (error || rest < 0)
		return error ? error : rest;
	return result.status == SMMU_STATUS_OK ? rest : 1;
}

/* The walk is logged before the translation, whose updates would show in it. */
static int translate(struct cli_session *session, struct cli_system *system, const char *name,
		     const struct smmu_txn *txn)
{
	struct question q = {.txn = txn,
			     .people = session->format == SMMU_EMIT_TEXT,
			     .verbose = session->verbose};
	const struct smmu_walk_log log = smmu_walk_log(&q.walk);
	struct smmu_result result;
	struct smmu_emit *emit;
	size_t index;
	int error = cli_system_smmu(&index, system, name, session->diag);

	if (error)
		return error;
	q.model = system->machine.smmu[index].model;
	q.smmu = system->machine.smmu[index].name;
	error = smmu_model_probe(&result, q.model, txn, &log);
	if (!error && q.walk.failed)
		error = SMMU_E_NOMEM;
	emit = error ? NULL : cli_emit(session);
	if (emit)
		error = emit_answer(emit, &q);
	if (error == SMMU_E_NOMEM)
		smmu_diag_nomem(session->diag);
	smmu_walk_fini(&q.walk);
	return emit ? error : SMMU_E_IO;
}

static int translate_run(struct cli_session *session, const void *args)
{
	const struct translate_args *asked = args;
	struct cli_system system = {0};
	struct smmu_txn txn = txn_of(asked);
	const struct smmu_sys_device *device = NULL;
	const char *smmu = asked->smmu;
	int error = check_args(asked, session->diag);

	if (!error)
		error = cli_system_load(&system, asked->system, session->diag);
	if (!error && asked->device)
		error = cli_device_find(&device, &txn.stream, system.sys, asked->device,
					session->diag);
	if (!smmu && device)
		smmu = device->smmu.name;
	if (!error)
		error = translate(session, &system, smmu, &txn);
	cli_system_fini(&system);
	if (error < 0)
		return CLI_EXIT_TROUBLE;
	return error ? CLI_EXIT_FINDING : CLI_EXIT_OK;
}

const struct cli_command cli_cmd_translate = {
	.name = "translate",
	.summary = "one transaction, with its walk",
	.synopsis = "SYSTEM --stream ID --address ADDR [--substream ID] [--access r|w|x|rw] "
		    "[OPTION...]",
	.about = "Shows every structure that the SMMU reads on the way, then the answer: the "
		 "output address, or the event with the structure and field to blame. The status "
		 "is 1 when the transaction does not go through.",
	.examples = "smmu translate board.yaml --stream 8 --address 0x10000040\n"
		    "smmu translate board.yaml --sid 0000:01:00.0 --iova 0xffff0000 --access w\n"
		    "smmu translate board.yaml --stream 8 --pasid 1 --address 16M --format json\n",
	.formats = CLI_FORMAT(TEXT) | CLI_FORMAT(JSON) | CLI_FORMAT(JSONL),
	.opts = translate_opts,
	.args_size = sizeof(struct translate_args),
	.run = translate_run,
};
