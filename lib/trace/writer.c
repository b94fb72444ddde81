/* Writing traces.  The text forms share how a value is spelled; JSON adds quotes. */
#include "trace/writer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "base/compiler.h"
#include "trace/binary_priv.h"

struct smmu_trace_writer {
	struct smmu_out *out; /* borrowed */
	enum smmu_trace_format format;
	unsigned columns;
	uint64_t number;
	char **name; /* binary: those written so far, owned */
	size_t names;
	bool failed;
};

/* The value of one column: text, or NULL when it is the default. */
struct value {
	const char *text;
	size_t size;
	bool is_number; /* JSON needs no quotes */
	char spelled[24];
};

static void spell(struct value *value, bool given, const char *format, uint64_t number)
{
	if (!given)
		return;
	value->size = (size_t)snprintf(value->spelled, sizeof(value->spelled),
				       *format == 'x' ? "0x%" PRIx64 : "%" PRIu64, number);
	value->text = value->spelled;
	value->is_number = *format != 'x';
}

static void say(struct value *value, const char *text)
{
	value->text = text;
	value->size = text ? strlen(text) : 0;
}

static const char *access_name(const struct smmu_record *record)
{
	if (!record->has_access)
		return NULL;
	if (record->txn.write)
		return record->txn.read ? "rw" : "w";
	return record->txn.instruction ? "x" : "r";
}

static void spell_numbers(struct value *value, enum smmu_column column,
			  const struct smmu_record *record)
{
	const struct smmu_txn *txn = &record->txn;

	switch (column) {
	case SMMU_COL_STREAM:
		spell(value, record->has_stream, "x", txn->stream);
		break;
	case SMMU_COL_SUBSTREAM:
		spell(value, txn->ssv, "d", txn->substream);
		break;
	case SMMU_COL_ADDRESS:
		spell(value, record->has_address, "x", txn->address);
		break;
	case SMMU_COL_SIZE:
		spell(value, record->has_size, "d", txn->size);
		break;
	case SMMU_COL_PRIVILEGED:
		spell(value, txn->privileged, "d", 1);
		break;
	case SMMU_COL_INSTRUCTION:
		/* x says it too. */
		spell(value, txn->instruction && (txn->write || !txn->read), "d", 1);
		break;
	case SMMU_COL_NS:
		spell(value, txn->ns_supplied, "d", txn->ns);
		break;
	case SMMU_COL_NOSNOOP:
		spell(value, txn->nosnoop, "d", 1);
		break;
	case SMMU_COL_TIME:
		spell(value, record->has_time, "d", record->time_ns);
		break;
	case SMMU_COL_PA:
		spell(value, record->has_expected_pa, "x", record->expected_pa);
		break;
	default:
		break;
	}
}

static void spell_column(struct value *value, enum smmu_column column,
			 const struct smmu_record *record, const char *smmu)
{
	const struct smmu_txn *txn = &record->txn;

	*value = (struct value){.text = NULL};
	switch (column) {
	case SMMU_COL_ACCESS:
		say(value, access_name(record));
		break;
	case SMMU_COL_SECURITY:
		say(value, txn->sec == SMMU_SEC_NS ? NULL : smmu_column_security_name(txn->sec));
		break;
	case SMMU_COL_MEMORY:
		say(value, smmu_column_memory_name(txn->memtype));
		break;
	case SMMU_COL_SH:
		say(value, smmu_column_sh_name(txn->sh));
		break;
	case SMMU_COL_ALLOC:
		say(value, smmu_column_alloc_name(txn->alloc));
		break;
	case SMMU_COL_SMMU:
		say(value, record->smmu ? smmu : NULL);
		break;
	case SMMU_COL_OP:
		say(value, record->op == SMMU_OP_ACCESS ? NULL : smmu_column_op_name(record->op));
		break;
	case SMMU_COL_DATA:
		value->text = record->data;
		value->size = record->data_size;
		break;
	default:
		spell_numbers(value, column, record);
		break;
	}
}

/* RFC 4180: quotes where commas, quotes or spaces at the ends need them. */
static void write_csv(struct smmu_out *out, const struct value *value)
{
	const char *text = value->text, *end = text + value->size;

	if (!memchr(text, ',', value->size) && !memchr(text, '"', value->size) && *text != ' ' &&
	    *text != '\t' && *text != '#' && end[-1] != ' ' && end[-1] != '\t') {
		smmu_out_write(out, text, value->size);
		return;
	}
	smmu_out_puts(out, "\"");
	for (; text < end; text++)
		smmu_out_write(out, *text == '"' ? "\"\"" : text, *text == '"' ? 2 : 1);
	smmu_out_puts(out, "\"");
}

static void write_json(struct smmu_out *out, const struct value *value)
{
	if (value->is_number) {
		smmu_out_write(out, value->text, value->size);
		return;
	}
	smmu_out_puts(out, "\"");
	for (size_t i = 0; i < value->size; i++) {
		char c = value->text[i];

		if (c == '"' || c == '\\')
			smmu_out_printf(out, "\\%c", c);
		else if ((uint8_t)c < 0x20)
			smmu_out_printf(out, "\\u%04x", (unsigned)(uint8_t)c);
		else
			smmu_out_write(out, &c, 1);
	}
	smmu_out_puts(out, "\"");
}

static void write_text(struct smmu_trace_writer *writer, const struct smmu_record *record,
		       const char *smmu)
{
	bool json = writer->format == SMMU_TRACE_JSONL, first = true;
	struct value value;

	if (json)
		smmu_out_puts(writer->out, "{");
	for (unsigned i = 0; i < SMMU_COL_COUNT; i++) {
		if (!smmu_bit(writer->columns, i))
			continue;
		spell_column(&value, i, record, smmu);
		if (!first && (!json || value.size))
			smmu_out_puts(writer->out, ",");
		first = first && json && !value.size;
		if (json && value.size) {
			smmu_out_printf(writer->out, "\"%s\":", smmu_column_name(i));
			write_json(writer->out, &value);
		} else if (value.size) {
			write_csv(writer->out, &value);
		}
	}
	smmu_out_puts(writer->out, json ? "}\n" : "\n");
}

static void write_header(struct smmu_trace_writer *writer)
{
	bool first = true;

	for (unsigned i = 0; i < SMMU_COL_COUNT; i++)
		if (smmu_bit(writer->columns, i)) {
			smmu_out_printf(writer->out, "%s%s", first ? "" : ",", smmu_column_name(i));
			first = false;
		}
	smmu_out_puts(writer->out, "\n");
}

static void put_words(struct smmu_out *out, uint64_t word0, uint64_t word1, uint32_t low,
		      uint32_t flags)
{
	uint8_t bytes[SMMU_TRACE_RECORD_BYTES];

	smmu_st64le(bytes, word0);
	smmu_st64le(bytes + 8, word1);
	smmu_st32le(bytes + 16, low);
	smmu_st32le(bytes + 20, flags);
	smmu_out_write(out, bytes, sizeof(bytes));
}

static void put_extension(struct smmu_out *out, enum smmu_trace_extension which, uint64_t value)
{
	put_words(out, value, 0, which, SMMU_TRACE_OP_EXTENSION);
}

static void put_bytes(struct smmu_out *out, enum smmu_trace_extension which, const char *bytes,
		      size_t size)
{
	static const uint8_t zeros[SMMU_TRACE_RECORD_BYTES];

	put_extension(out, which, size);
	smmu_out_write(out, bytes, size);
	smmu_out_write(out, zeros, smmu_trace_units(size) * SMMU_TRACE_RECORD_BYTES - size);
}

/* The number of a name, written before it is used first. */
static size_t name_number(struct smmu_trace_writer *writer, const char *name)
{
	char **names, *copy;

	for (size_t i = 0; i < writer->names; i++)
		if (!strcmp(writer->name[i], name))
			return i;
	names = realloc(writer->name, (writer->names + 1) * sizeof(*names));
	if (names)
		writer->name = names;
	copy = malloc(strlen(name) + 1);
	if (!names || !copy) {
		writer->failed = true;
		free(copy);
		return 0;
	}
	strcpy(copy, name);
	writer->name[writer->names] = copy;
	put_bytes(writer->out, SMMU_TRACE_EXT_NAME, name, strlen(name));
	return writer->names++;
}

static uint32_t flags_of(const struct smmu_record *record)
{
	const struct smmu_txn *txn = &record->txn;
	const struct {
		unsigned lsb, width, value;
	} flags[] = {
#define IS(name, of) {SMMU_TRACE_##name##_LSB, SMMU_TRACE_##name##_WIDTH, (of)}
		IS(OP, record->op),
		IS(READ, txn->read),
		IS(WRITE, txn->write),
		IS(PRIVILEGED, txn->privileged),
		IS(INSTRUCTION, txn->instruction),
		IS(HAS_STREAM, record->has_stream),
		IS(HAS_ADDRESS, record->has_address),
		IS(HAS_SIZE, record->has_size),
		IS(HAS_ACCESS, record->has_access),
		IS(HAS_SUBSTREAM, txn->ssv),
		IS(SECURITY, txn->sec),
		IS(NS, txn->ns),
		IS(HAS_NS, txn->ns_supplied),
		IS(MEMORY, txn->memtype),
		IS(SH, txn->sh),
		IS(ALLOC, txn->alloc),
		IS(NOSNOOP, txn->nosnoop),
	};
	uint64_t word = 0;

	for (size_t i = 0; i < SMMU_LEN(flags); i++)
		word = smmu_bits_set(word, flags[i].lsb, flags[i].width, flags[i].value);
	return (uint32_t)word;
}

static void write_binary(struct smmu_trace_writer *writer, const struct smmu_record *record,
			 const char *smmu)
{
	const struct smmu_txn *txn = &record->txn;
	bool is_wide = !smmu_bits_fit(txn->size, 32);
	size_t number = record->smmu && smmu ? name_number(writer, smmu) : 0;

	if (record->smmu && smmu)
		put_extension(writer->out, SMMU_TRACE_EXT_SMMU, number);
	if (record->has_time)
		put_extension(writer->out, SMMU_TRACE_EXT_TIME, record->time_ns);
	if (record->has_expected_pa)
		put_extension(writer->out, SMMU_TRACE_EXT_PA, record->expected_pa);
	if (is_wide)
		put_extension(writer->out, SMMU_TRACE_EXT_SIZE, txn->size);
	if (record->data)
		put_bytes(writer->out, SMMU_TRACE_EXT_DATA, record->data, record->data_size);
	put_words(writer->out, txn->address, smmu_bits_set(txn->stream, 32, 32, txn->substream),
		  is_wide ? 0 : (uint32_t)txn->size, flags_of(record));
}

int smmu_trace_writer_new(struct smmu_trace_writer **out_writer, struct smmu_out *out,
			  enum smmu_trace_format format, unsigned columns)
{
	struct smmu_trace_writer *writer;

	*out_writer = NULL;
	if (format != SMMU_TRACE_CSV && format != SMMU_TRACE_JSONL && format != SMMU_TRACE_BINARY)
		return SMMU_E_USAGE;
	writer = calloc(1, sizeof(*writer));
	if (!writer)
		return SMMU_E_NOMEM;
	writer->out = out;
	writer->format = format;
	writer->columns =
		columns | 1u << SMMU_COL_STREAM | 1u << SMMU_COL_ADDRESS | 1u << SMMU_COL_ACCESS;
	if (format == SMMU_TRACE_JSONL)
		writer->columns = (1u << SMMU_COL_COUNT) - 1;
	if (format == SMMU_TRACE_CSV)
		write_header(writer);
	if (format == SMMU_TRACE_BINARY) {
		put_words(out, smmu_ld64le(SMMU_TRACE_MAGIC),
			  smmu_bits_set(SMMU_TRACE_VERSION, 32, 32, SMMU_TRACE_RECORD_BYTES), 0, 0);
	}
	*out_writer = writer;
	return 0;
}

void smmu_trace_write(struct smmu_trace_writer *writer, const struct smmu_record *record,
		      const char *smmu)
{
	if (writer->format == SMMU_TRACE_BINARY)
		write_binary(writer, record, smmu);
	else
		write_text(writer, record, smmu);
	writer->number++;
}

int smmu_trace_writer_free(struct smmu_trace_writer *writer)
{
	int err;

	if (!writer)
		return 0;
	if (writer->format == SMMU_TRACE_BINARY)
		put_extension(writer->out, SMMU_TRACE_EXT_END, writer->number);
	err = writer->failed ? SMMU_E_NOMEM : smmu_out_error(writer->out);
	for (size_t i = 0; i < writer->names; i++)
		free(writer->name[i]);
	free(writer->name);
	free(writer);
	return err;
}

enum smmu_trace_format smmu_trace_format_of_name(const char *name)
{
	static const struct {
		const char *suffix;
		enum smmu_trace_format format;
	} suffixes[] = {
		{".csv", SMMU_TRACE_CSV},
		{".jsonl", SMMU_TRACE_JSONL},
		{".smmutrace", SMMU_TRACE_BINARY},
	};
	size_t length = strlen(name);

	if (length > 3 && !strcmp(name + length - 3, ".gz"))
		length -= 3;
	for (size_t i = 0; i < SMMU_LEN(suffixes); i++) {
		size_t n = strlen(suffixes[i].suffix);

		if (length > n && !strncmp(name + length - n, suffixes[i].suffix, n))
			return suffixes[i].format;
	}
	return SMMU_TRACE_AUTO;
}
