/* The columns of a trace and the values they take. */
#include "trace/column.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/bits.h"
#include "base/compiler.h"
#include "base/err.h"
#include "base/text.h"
#include "trace/data.h"

static const char *const names[SMMU_COL_COUNT] = {
	[SMMU_COL_STREAM] = "stream",
	[SMMU_COL_SUBSTREAM] = "substream",
	[SMMU_COL_ADDRESS] = "address",
	[SMMU_COL_SIZE] = "size",
	[SMMU_COL_ACCESS] = "access",
	[SMMU_COL_PRIVILEGED] = "privileged",
	[SMMU_COL_INSTRUCTION] = "instruction",
	[SMMU_COL_SECURITY] = "security",
	[SMMU_COL_NS] = "ns",
	[SMMU_COL_MEMORY] = "memory",
	[SMMU_COL_SH] = "sh",
	[SMMU_COL_ALLOC] = "alloc",
	[SMMU_COL_NOSNOOP] = "nosnoop",
	[SMMU_COL_SMMU] = "smmu",
	[SMMU_COL_TIME] = "time",
	[SMMU_COL_OP] = "op",
	[SMMU_COL_DATA] = "data",
	[SMMU_COL_PA] = "pa",
};

/* A word that a column takes, and what it stands for. */
struct word {
	const char *text;
	unsigned value;
};

static const struct word op_words[] = {
	{"access", SMMU_OP_ACCESS},
	{"ats-request", SMMU_OP_ATS_REQUEST},
	{"ats-translated", SMMU_OP_ATS_TRANSLATED},
	{"pri", SMMU_OP_PRI},
	{"command", SMMU_OP_COMMAND},
	{"poke", SMMU_OP_POKE},
	{"mmio", SMMU_OP_MMIO},
	{"tlbi", SMMU_OP_TLBI},
	{"map", SMMU_OP_MAP},
	{"unmap", SMMU_OP_UNMAP},
	{NULL, 0},
};

static const struct word security_words[] = {
	{"ns", SMMU_SEC_NS},	 {"s", SMMU_SEC_S}, {"realm", SMMU_SEC_REALM},
	{"root", SMMU_SEC_ROOT}, {NULL, 0},
};

static const struct word memory_words[] = {
	{"normal-wb", SMMU_MEMTYPE_NORMAL_WB},	       {"normal-wt", SMMU_MEMTYPE_NORMAL_WT},
	{"normal-nc", SMMU_MEMTYPE_NORMAL_NC},	       {"device-GRE", SMMU_MEMTYPE_DEVICE_GRE},
	{"device-nGRE", SMMU_MEMTYPE_DEVICE_NGRE},     {"device-nGnRE", SMMU_MEMTYPE_DEVICE_NGNRE},
	{"device-nGnRnE", SMMU_MEMTYPE_DEVICE_NGNRNE}, {NULL, 0},
};

static const struct word sh_words[] = {
	{"nsh", SMMU_SH_IN_NSH},
	{"ish", SMMU_SH_IN_ISH},
	{"osh", SMMU_SH_IN_OSH},
	{NULL, 0},
};

static const struct word alloc_words[] = {
	{"none", 0},
	{"ra", SMMU_ALLOC_RA},
	{"wa", SMMU_ALLOC_WA},
	{"ra-wa", SMMU_ALLOC_RA | SMMU_ALLOC_WA},
	{NULL, 0},
};

enum { READ = 1, WRITE = 2, EXECUTE = 4 };

static const struct word access_words[] = {
	{"r", READ}, {"w", WRITE}, {"x", READ | EXECUTE}, {"rw", READ | WRITE}, {NULL, 0},
};

static const char *word_of(const struct word *words, unsigned value)
{
	for (; words->text; words++)
		if (words->value == value)
			return words->text;
	return NULL;
}

const char *smmu_column_name(enum smmu_column column)
{
	return column < SMMU_COL_COUNT ? names[column] : "x-";
}

const char *smmu_column_op_name(enum smmu_trace_op op)
{
	return word_of(op_words, op);
}

const char *smmu_column_security_name(enum smmu_sec sec)
{
	return word_of(security_words, sec);
}

const char *smmu_column_memory_name(enum smmu_memtype_in memtype)
{
	return word_of(memory_words, memtype);
}

const char *smmu_column_sh_name(enum smmu_sh_in sh)
{
	return word_of(sh_words, sh);
}

const char *smmu_column_alloc_name(uint8_t alloc)
{
	return word_of(alloc_words, alloc);
}

static bool is_text(const char *want, const char *text, size_t size)
{
	return strlen(want) == size && !memcmp(want, text, size);
}

int smmu_column_find(enum smmu_column *column, const char *name, size_t size)
{
	for (unsigned i = 0; i < SMMU_COL_COUNT; i++)
		if (is_text(names[i], name, size)) {
			*column = i;
			return 0;
		}
	if (is_text("perm", name, size)) {
		*column = SMMU_COL_ACCESS;
		return 0;
	}
	if (size >= 2 && name[0] == 'x' && name[1] == '-') {
		*column = SMMU_COL_IGNORED;
		return 0;
	}
	return SMMU_E_UNKNOWN;
}

const char *smmu_column_nearest(const char *name, size_t size)
{
	return smmu_nearest(name, size, names, SMMU_LEN(names));
}

const struct smmu_record smmu_record_blank = {
	.txn = {.size = 1, .alloc = SMMU_ALLOC_NONE_SUPPLIED},
};

static int wrong(struct smmu_line_error *error, int code, const char *format, ...)
	SMMU_PRINTF(3, 4);

static int wrong(struct smmu_line_error *error, int code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(error->message, sizeof(error->message), format, args);
	va_end(args);
	error->code = code;
	return code;
}

/* At most this much of a wrong value is repeated in the message. */
static int shown(size_t size)
{
	return size > 40 ? 40 : (int)size;
}

/* Case is ignored: traces of other tools write R and W. */
static int set_word(unsigned *value, const struct word *words, enum smmu_column column,
		    const char *text, size_t size, struct smmu_line_error *error)
{
	char list[128];
	size_t used = 0;

	for (const struct word *w = words; w->text; w++)
		if (strlen(w->text) == size && !strncasecmp(w->text, text, size)) {
			*value = w->value;
			return 0;
		}
	for (const struct word *w = words; w->text && used < sizeof(list); w++)
		used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s",
					 w == words ? "" : ", ", w->text);
	return wrong(error, SMMU_E_INVALID, "%s \"%.*s\" is none of %s", names[column], shown(size),
		     text, list);
}

static int set_number(uint64_t *value, unsigned width_bits, enum smmu_column column,
		      const char *text, size_t size, struct smmu_line_error *error)
{
	int err = smmu_parse_u64(value, text, size);

	if (err == SMMU_E_RANGE || (!err && !smmu_bits_fit(*value, width_bits)))
		return wrong(error, SMMU_E_RANGE, "%s %.*s does not fit in %u bit%s", names[column],
			     shown(size), text, width_bits, width_bits == 1 ? "" : "s");
	if (err)
		return wrong(error, SMMU_E_SYNTAX, "%s \"%.*s\" is not a number", names[column],
			     shown(size), text);
	return 0;
}

static int set_flag(bool *flag, enum smmu_column column, const char *text, size_t size,
		    struct smmu_line_error *error)
{
	uint64_t value = 0;

	if (set_number(&value, 1, column, text, size, error))
		return wrong(error, SMMU_E_INVALID, "%s \"%.*s\" is neither 0 nor 1", names[column],
			     shown(size), text);
	*flag = value;
	return 0;
}

static void set_access(struct smmu_record *record, unsigned bits)
{
	record->has_access = true;
	record->txn.read = bits & READ;
	record->txn.write = (bits & WRITE) != 0;
	record->txn.instruction |= (bits & EXECUTE) != 0;
}

static int set_numbers(struct smmu_record *record, enum smmu_column column, const char *text,
		       size_t size, struct smmu_line_error *error)
{
	bool is_id = column == SMMU_COL_STREAM || column == SMMU_COL_SUBSTREAM;
	uint64_t value = 0;
	int err = set_number(&value, is_id ? 32 : 64, column, text, size, error);

	if (err)
		return err;
	if (column == SMMU_COL_SIZE && !value)
		return wrong(error, SMMU_E_RANGE, "size 0: a transaction has at least one byte");
	smmu_record_set_number(record, column, value);
	return 0;
}

static int set_words(struct smmu_record *record, enum smmu_column column, const char *text,
		     size_t size, struct smmu_line_error *error)
{
	static const struct word *const lists[SMMU_COL_COUNT] = {
		[SMMU_COL_ACCESS] = access_words, [SMMU_COL_SECURITY] = security_words,
		[SMMU_COL_MEMORY] = memory_words, [SMMU_COL_SH] = sh_words,
		[SMMU_COL_ALLOC] = alloc_words,	  [SMMU_COL_OP] = op_words,
	};
	unsigned value = 0;
	int err = set_word(&value, lists[column], column, text, size, error);

	if (err)
		return err;
	if (column == SMMU_COL_ACCESS)
		set_access(record, value);
	else if (column == SMMU_COL_SECURITY)
		record->txn.sec = value;
	else if (column == SMMU_COL_MEMORY)
		record->txn.memtype = value;
	else if (column == SMMU_COL_SH)
		record->txn.sh = value;
	else if (column == SMMU_COL_ALLOC)
		record->txn.alloc = (uint8_t)value;
	else
		record->op = value;
	return 0;
}

static int set_flags(struct smmu_record *record, enum smmu_column column, const char *text,
		     size_t size, struct smmu_line_error *error)
{
	bool value = false;
	int err = set_flag(&value, column, text, size, error);

	if (err)
		return err;
	if (column == SMMU_COL_PRIVILEGED)
		record->txn.privileged = value;
	else if (column == SMMU_COL_INSTRUCTION)
		record->txn.instruction |= value;
	else if (column == SMMU_COL_NOSNOOP)
		record->txn.nosnoop = value;
	else {
		record->txn.ns = value;
		record->txn.ns_supplied = true;
	}
	return 0;
}

int smmu_record_set(struct smmu_record *record, enum smmu_column column, const char *text,
		    size_t size, struct smmu_line_error *error)
{
	switch (column) {
	case SMMU_COL_STREAM:
	case SMMU_COL_SUBSTREAM:
	case SMMU_COL_ADDRESS:
	case SMMU_COL_SIZE:
	case SMMU_COL_TIME:
	case SMMU_COL_PA:
		return set_numbers(record, column, text, size, error);
	case SMMU_COL_ACCESS:
	case SMMU_COL_SECURITY:
	case SMMU_COL_MEMORY:
	case SMMU_COL_SH:
	case SMMU_COL_ALLOC:
	case SMMU_COL_OP:
		return set_words(record, column, text, size, error);
	case SMMU_COL_PRIVILEGED:
	case SMMU_COL_INSTRUCTION:
	case SMMU_COL_NOSNOOP:
	case SMMU_COL_NS:
		return set_flags(record, column, text, size, error);
	case SMMU_COL_DATA:
		if (size > UINT32_MAX)
			return wrong(error, SMMU_E_LIMIT, "data is too long");
		record->data = text;
		record->data_size = (uint32_t)size;
		return 0;
	case SMMU_COL_SMMU:
	case SMMU_COL_IGNORED:
		return 0;
	}
	return 0;
}

/* How the data of a record is read. */
enum form { FORM_ANY, FORM_WORDS, FORM_BYTES, FORM_PRG };

/* What a record needs, a bit a column, and what its data is. */
static const struct need {
	unsigned columns;
	bool data;
	enum form form;
} needs[] = {
#define NEED(column) (1u << SMMU_COL_##column)
#define TRANSACTION  (NEED(STREAM) | NEED(ADDRESS) | NEED(ACCESS))
	[SMMU_OP_ACCESS] = {TRANSACTION, false, FORM_ANY},
	[SMMU_OP_ATS_REQUEST] = {TRANSACTION, false, FORM_ANY},
	[SMMU_OP_ATS_TRANSLATED] = {TRANSACTION, false, FORM_ANY},
	[SMMU_OP_PRI] = {TRANSACTION, false, FORM_PRG},
	[SMMU_OP_COMMAND] = {0, true, FORM_WORDS},
	[SMMU_OP_POKE] = {NEED(ADDRESS), true, FORM_BYTES},
	[SMMU_OP_MMIO] = {NEED(ADDRESS) | NEED(SIZE) | NEED(ACCESS), false, FORM_ANY},
	[SMMU_OP_TLBI] = {0, true, FORM_WORDS},
	/* Without pa where the driver's API did not say it: an allocation. */
	[SMMU_OP_MAP] = {NEED(ADDRESS) | NEED(SIZE), false, FORM_ANY},
	[SMMU_OP_UNMAP] = {NEED(ADDRESS) | NEED(SIZE), false, FORM_ANY},
};

static unsigned columns_of(const struct smmu_record *record)
{
	return (record->has_stream ? NEED(STREAM) : 0) | (record->has_address ? NEED(ADDRESS) : 0) |
	       (record->has_size ? NEED(SIZE) : 0) | (record->has_access ? NEED(ACCESS) : 0) |
	       (record->has_expected_pa ? NEED(PA) : 0);
}

bool smmu_column_is_printable(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if ((uint8_t)text[i] < 0x20 && text[i] != '\t')
			return false;
	return true;
}

static int check_data(const struct smmu_record *record, enum form form,
		      struct smmu_line_error *error)
{
	uint64_t words[2];
	size_t count;
	uint32_t index;
	bool last;

	if (!smmu_column_is_printable(record->data, record->data_size))
		return wrong(error, SMMU_E_INVALID, "data with a control character");
	if (form == FORM_WORDS && smmu_data_words(words, record->data, record->data_size))
		return wrong(error, SMMU_E_SYNTAX,
			     "data \"%.*s\" is not two 64-bit words with a space between",
			     shown(record->data_size), record->data);
	if (form == FORM_BYTES && smmu_data_bytes(NULL, &count, 0, record->data, record->data_size))
		return wrong(error, SMMU_E_SYNTAX, "data \"%.*s\" is not hex digits, two a byte",
			     shown(record->data_size), record->data);
	if (form == FORM_PRG && smmu_data_prg(&index, &last, record->data, record->data_size))
		return wrong(error, SMMU_E_SYNTAX,
			     "data \"%.*s\" is not a PRG index of 9 bits, with L for the last",
			     shown(record->data_size), record->data);
	return 0;
}

static int check_mmio(const struct smmu_record *record, struct smmu_line_error *error)
{
	uint64_t value;

	if (record->txn.size != 4 && record->txn.size != 8)
		return wrong(error, SMMU_E_INVALID, "size %llu: a register access has 4 or 8",
			     (unsigned long long)record->txn.size);
	if (record->txn.read == record->txn.write || record->txn.instruction)
		return wrong(error, SMMU_E_INVALID, "a register access is r or w");
	if (!record->txn.write)
		return 0;
	if (!record->data)
		return wrong(error, SMMU_E_INVALID, "a register write needs data");
	if (smmu_data_value(&value, record->data, record->data_size))
		return wrong(error, SMMU_E_SYNTAX, "data \"%.*s\" is not a number of 64 bits",
			     shown(record->data_size), record->data);
	if (!smmu_bits_fit(value, (unsigned)record->txn.size * 8))
		return wrong(error, SMMU_E_RANGE, "data %.*s does not fit in %llu bytes",
			     shown(record->data_size), record->data,
			     (unsigned long long)record->txn.size);
	return 0;
}

int smmu_record_check(struct smmu_record *record, struct smmu_line_error *error)
{
	const struct need *need = &needs[record->op];
	unsigned missing = need->columns & ~columns_of(record);
	int err;

	for (unsigned i = 0; missing && i < SMMU_COL_COUNT; i++)
		if (smmu_bit(missing, i))
			return wrong(error, SMMU_E_INVALID, "%s is missing, which %s needs",
				     names[i], smmu_column_op_name(record->op));
	if (need->data && !record->data)
		return wrong(error, SMMU_E_INVALID, "data is missing, which %s needs",
			     smmu_column_op_name(record->op));
	/* The Root interface is of registers; software in any state writes memory. */
	if (record->txn.sec == SMMU_SEC_ROOT && record->op != SMMU_OP_MMIO &&
	    record->op != SMMU_OP_POKE)
		return wrong(error, SMMU_E_INVALID, "security root is for mmio and poke only");
	err = record->data ? check_data(record, need->form, error) : 0;
	if (!err && record->op == SMMU_OP_MMIO)
		err = check_mmio(record, error);
	if (record->op == SMMU_OP_ATS_REQUEST)
		record->txn.kind = SMMU_TXN_ATS_REQUEST;
	else if (record->op == SMMU_OP_ATS_TRANSLATED)
		record->txn.kind = SMMU_TXN_ATS_TRANSLATED;
	return err;
}
