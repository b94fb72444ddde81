/*
 * Keys of devices: which streams are attached to which domains.
 */
#include <inttypes.h>

#include "base/text.h"
#include "sys/objects_priv.h"

#define STREAM_MAX    UINT32_MAX
#define SUBSTREAM_MAX 0xfffffu /* 3.2: SubstreamIDs are up to 20 bits */
#define ASID_MAX      0xffffu

/* ---- bdf and streams ---- */

static void parse_bdf(struct smmu_reader *r, const struct smmu_key *key,
		      const struct smmu_yaml_node *node, void *object)
{
	struct smmu_sys_device *device = object;
	uint32_t bdf;

	if (node->kind != SMMU_YAML_SCALAR || smmu_parse_bdf(&bdf, node->text, node->count)) {
		smmu_reader_fail(r, node->at, SMMU_E_INVALID,
				 "'%s' must be a PCI address such as \"0000:01:00.0\"", key->name);
		return;
	}
	device->bdf = (struct smmu_sys_u64){bdf, node->at};
}

static void bdf_schema(struct smmu_emit *emit)
{
	smmu_emit_str(emit, "type", "string");
	smmu_emit_str(emit, "pattern",
		      "^([0-9a-fA-F]{1,4}:)?[0-9a-fA-F]{1,2}:[01]?[0-9a-fA-F]\\.[0-7]$");
}

static const struct smmu_key range_keys[] = {
	KEY_U64_REQ("first", struct smmu_sys_streams, first, 0, STREAM_MAX, "first StreamID"),
	{SMMU_KEY_ROW(SMMU_KEY_U64, "count", struct smmu_sys_streams, count, struct smmu_sys_u64,
		      "how many"),
	 .min = 1, .max = (uint64_t)STREAM_MAX + 1, .initial = 1},
};

static void check_range(struct smmu_reader *r, void *object)
{
	const struct smmu_sys_streams *s = object;

	if (s->count.v - 1 > STREAM_MAX - s->first.v)
		smmu_reader_fail(r, s->count.at, SMMU_E_RANGE,
				 "streams from 0x%" PRIx64 " with this count end beyond 2^32",
				 s->first.v);
}

static const struct smmu_object range_object = {
	.name = "streams",
	.what = "a range of streams",
	.keys = range_keys,
	.keys_count = SMMU_LEN(range_keys),
	.size = sizeof(struct smmu_sys_streams),
	.doc = "consecutive StreamIDs",
	.check = check_range,
};

static void parse_stream(struct smmu_reader *r, const struct smmu_yaml_node *node,
			 struct smmu_sys_streams *to)
{
	if (node->kind == SMMU_YAML_MAPPING) {
		smmu_reader_object(r, &range_object, node, to);
		return;
	}
	to->at = node->at;
	to->count.v = 1;
	smmu_reader_u64(r, node, "streams", 0, STREAM_MAX, &to->first);
}

/* One number, one range, or a list of both. */
static void parse_streams(struct smmu_reader *r, const struct smmu_key *key,
			  const struct smmu_yaml_node *node, void *object)
{
	struct smmu_sys_device *device = object;
	bool is_list = node->kind == SMMU_YAML_SEQUENCE;
	size_t count = is_list ? node->count : 1;
	struct smmu_sys_streams *streams;

	if (!count) {
		smmu_reader_fail(r, node->at, SMMU_E_INVALID, "'%s' is an empty list", key->name);
		return;
	}
	streams = smmu_reader_alloc(r, count, sizeof(*streams));
	if (!streams)
		return;
	for (size_t i = 0; i < count && !smmu_reader_is_full(r); i++)
		parse_stream(r, is_list ? &node->items[i] : node, &streams[i]);
	device->streams = streams;
	device->streams_count = count;
}

static void one_stream_schema(struct smmu_emit *emit)
{
	smmu_emit_object(emit, NULL);
	smmu_schema_number(emit, 0, STREAM_MAX);
	smmu_emit_end(emit);
	smmu_emit_object(emit, NULL);
	smmu_emit_str(emit, "$ref", "#/$defs/streams");
	smmu_emit_end(emit);
}

static void streams_schema(struct smmu_emit *emit)
{
	smmu_emit_array(emit, "anyOf");
	one_stream_schema(emit);
	smmu_emit_object(emit, NULL);
	smmu_emit_str(emit, "type", "array");
	smmu_emit_uint(emit, "minItems", 1);
	smmu_emit_object(emit, "items");
	smmu_emit_array(emit, "anyOf");
	one_stream_schema(emit);
	smmu_emit_end(emit);
	smmu_emit_end(emit);
	smmu_emit_end(emit);
	smmu_emit_end(emit);
}

/* ---- substreams ---- */

struct asid_steps {
	struct smmu_mark at;
	struct smmu_sys_u64 first;
};

static const struct smmu_key asid_keys[] = {
	KEY_U64_REQ("first", struct asid_steps, first, 0, ASID_MAX, "ASID of the first substream"),
};

static const struct smmu_object asid_object = {
	.name = "asid-steps",
	.what = "an ASID range",
	.keys = asid_keys,
	.keys_count = SMMU_LEN(asid_keys),
	.size = sizeof(struct asid_steps),
	.doc = "consecutive ASIDs, one a substream",
};

/* A number for all substreams of the range, or {first: N} for one each. */
static void parse_asid(struct smmu_reader *r, const struct smmu_key *key,
		       const struct smmu_yaml_node *node, void *object)
{
	struct smmu_sys_substream *sub = object;
	struct asid_steps steps = {0};

	if (node->kind != SMMU_YAML_MAPPING) {
		smmu_reader_u64(r, node, key->name, 0, ASID_MAX, &sub->asid);
		return;
	}
	if (smmu_reader_object(r, &asid_object, node, &steps)) {
		sub->asid = steps.first;
		sub->asid_steps = true;
	}
}

static void asid_schema(struct smmu_emit *emit)
{
	smmu_emit_array(emit, "anyOf");
	smmu_emit_object(emit, NULL);
	smmu_schema_number(emit, 0, ASID_MAX);
	smmu_emit_end(emit);
	smmu_emit_object(emit, NULL);
	smmu_emit_str(emit, "$ref", "#/$defs/asid-steps");
	smmu_emit_end(emit);
	smmu_emit_end(emit);
}

/* id stands for first with count 1. */
static void parse_id(struct smmu_reader *r, const struct smmu_key *key,
		     const struct smmu_yaml_node *node, void *object)
{
	struct smmu_sys_substream *sub = object;

	if (smmu_sys_given(sub->first.at)) {
		smmu_reader_fail(r, node->at, SMMU_E_CONFLICT,
				 "a substream has either 'id', or 'first' and 'count'");
		return;
	}
	smmu_reader_u64(r, node, key->name, 0, SUBSTREAM_MAX, &sub->first);
}

static void id_schema(struct smmu_emit *emit)
{
	smmu_schema_number(emit, 0, SUBSTREAM_MAX);
}

static const struct smmu_key substream_keys[] = {
	KEY_CUSTOM("id", struct smmu_sys_substream, first, parse_id, id_schema, "SubstreamID"),
	KEY_CUSTOM("first", struct smmu_sys_substream, first, parse_id, id_schema,
		   "first SubstreamID of a range"),
	{SMMU_KEY_ROW(SMMU_KEY_U64, "count", struct smmu_sys_substream, count, struct smmu_sys_u64,
		      "how many, from 'first'"),
	 .min = 1, .max = SUBSTREAM_MAX + 1, .initial = 1},
	KEY_REF_REQ("stage1", struct smmu_sys_substream, stage1, "stage 1 domain"),
	KEY_CUSTOM_OBJECT("asid", struct smmu_sys_substream, asid, parse_asid, asid_schema,
			  &asid_object,
			  "in place of the domain's; {first: N} gives each substream its own"),
};

static void check_substream(struct smmu_reader *r, void *object)
{
	const struct smmu_sys_substream *sub = object;
	uint64_t more = sub->count.v - 1;

	if (!smmu_sys_given(sub->first.at))
		smmu_reader_fail(r, sub->at, SMMU_E_INVALID,
				 "a substream needs 'id', or 'first' and 'count'");
	if (more > SUBSTREAM_MAX - sub->first.v)
		smmu_reader_fail(r, sub->count.at, SMMU_E_RANGE,
				 "substreams from %" PRIu64 " with this count end beyond 2^20",
				 sub->first.v);
	if (sub->asid_steps && more > ASID_MAX - sub->asid.v)
		smmu_reader_fail(r, sub->asid.at, SMMU_E_RANGE,
				 "%" PRIu64 " ASIDs from %" PRIu64 " end beyond 2^16", sub->count.v,
				 sub->asid.v);
}

static void substream_schema(struct smmu_emit *emit)
{
	smmu_schema_either(emit, "oneOf", "id", "first");
}

static const struct smmu_object substream_object = {
	.name = "substream",
	.what = "a substream",
	.keys = substream_keys,
	.keys_count = SMMU_LEN(substream_keys),
	.size = sizeof(struct smmu_sys_substream),
	.doc = "one SubstreamID (PASID) or a range of them",
	.check = check_substream,
	.schema = substream_schema,
};

/* ---- devices ---- */

static const struct smmu_key device_keys[] = {
	KEY_NAME_REQ("name", struct smmu_sys_device, name, "for people and --device"),
	KEY_REF("smmu", struct smmu_sys_device, smmu, "the SMMU it is behind"),
	KEY_CUSTOM("bdf", struct smmu_sys_device, bdf, parse_bdf, bdf_schema,
		   "PCI address; its StreamID too, unless 'streams' says otherwise"),
	KEY_CUSTOM_OBJECT("streams", struct smmu_sys_device, streams, parse_streams, streams_schema,
			  &range_object, "StreamIDs"),
	KEY_REF("stage1", struct smmu_sys_device, stage1, "stage 1 domain"),
	KEY_REF("stage2", struct smmu_sys_device, stage2, "stage 2 domain"),
	KEY_BOOL("bypass", struct smmu_sys_device, bypass, "no translation"),
	KEY_BOOL("abort", struct smmu_sys_device, abort, "every transaction is aborted"),
	KEY_LIST("substreams", struct smmu_sys_device, substreams, substreams_count,
		 struct smmu_sys_substream, &substream_object, 0, "by SubstreamID (PASID)"),
	KEY_CUSTOM("ste", struct smmu_sys_device, ste, smmu_fields_parse_device,
		   smmu_fields_schema_device, "further fields of its STE by architected name"),
};

/* What a device is attached to, or else one of bypass and abort. */
static void check_attachment(struct smmu_reader *r, const struct smmu_sys_device *d)
{
	bool translates = d->stage1.name || d->stage2.name || d->substreams_count;

	/* With neither it only names its streams: resolve.c knows whether it can. */

	if (d->bypass.v && d->abort.v)
		smmu_reader_fail(r, d->abort.at, SMMU_E_CONFLICT,
				 "a device cannot have both 'bypass' and 'abort'");
	else if (translates && (d->bypass.v || d->abort.v))
		smmu_reader_fail(r, d->bypass.v ? d->bypass.at : d->abort.at, SMMU_E_CONFLICT,
				 "a device with '%s' has no 'stage1', 'stage2' or 'substreams'",
				 d->bypass.v ? "bypass" : "abort");
}

static void check_device(struct smmu_reader *r, void *object)
{
	struct smmu_sys_device *d = object;
	struct smmu_sys_streams *own;

	check_attachment(r, d);
	if (d->streams_count)
		return;
	if (!smmu_sys_given(d->bdf.at)) {
		smmu_reader_fail(r, d->at, SMMU_E_INVALID, "a device needs 'bdf' or 'streams'");
		return;
	}
	own = smmu_reader_alloc(r, 1, sizeof(*own));
	if (!own)
		return;
	*own = (struct smmu_sys_streams){.at = d->bdf.at, .first = d->bdf, .count.v = 1};
	d->streams = own;
	d->streams_count = 1;
}

const struct smmu_object smmu_device_object = {
	.name = "device",
	.what = "a device",
	.keys = device_keys,
	.keys_count = SMMU_LEN(device_keys),
	.size = sizeof(struct smmu_sys_device),
	.doc = "what sends transactions; attached to nothing, it only names streams that are "
	       "captured, or attached by another device",
	.check = check_device,
};
