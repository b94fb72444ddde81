#include "base/compiler.h"
#include "helper.h"

static const struct smmu_emit_options csv = {.format = SMMU_EMIT_CSV};

static const struct smmu_emit_column columns[] = {
	{"n", "N", true}, {"event.type", "Type", false}, {"list", "List", false}};

static void nothing(struct smmu_emit *emit)
{
	(void)emit;
}

static void empty_table(struct smmu_emit *emit)
{
	smmu_emit_table(emit, NULL, columns, 3);
}

static void row(struct smmu_emit *emit, unsigned n, const char *type)
{
	smmu_emit_object(emit, NULL);
	smmu_emit_str(emit, "no-column", "x");
	smmu_emit_object(emit, "event");
	smmu_emit_str(emit, "type", type);
	smmu_emit_end(emit);
	smmu_emit_uint(emit, "n", n);
	if (n) {
		smmu_emit_array(emit, "list");
		smmu_emit_hex(emit, NULL, n, 0);
		smmu_emit_object(emit, NULL);
		smmu_emit_bool(emit, "b", true);
		smmu_emit_end(emit);
		smmu_emit_end(emit);
	}
	smmu_emit_end(emit);
}

static void table(struct smmu_emit *emit)
{
	smmu_emit_heading(emit, "not for data");
	smmu_emit_table(emit, NULL, columns, 3);
	row(emit, 0, "plain");
	row(emit, 1, "a,b");
	row(emit, 2, "say \"x\"\r\n");
	row(emit, 0, NULL);
	smmu_emit_end(emit);
}

static void records(struct smmu_emit *emit)
{
	smmu_emit_array(emit, NULL);
	row(emit, 1, "a");
	row(emit, 0, "b");
	smmu_emit_end(emit);
}

static void sections(struct smmu_emit *emit)
{
	smmu_emit_object(emit, NULL);
	smmu_emit_uint(emit, "before", 1);
	smmu_emit_object(emit, "in");
	smmu_emit_table(emit, "t", columns, 1);
	row(emit, 7, "x");
	smmu_emit_end(emit);
	smmu_emit_uint(emit, "after", 2);
	smmu_emit_end(emit);
	smmu_emit_end(emit);
}

static void one_column(struct smmu_emit *emit)
{
	smmu_emit_table(emit, NULL, columns, 1);
	smmu_emit_object(emit, NULL);
	smmu_emit_end(emit);
	smmu_emit_object(emit, NULL);
	smmu_emit_real(emit, "n", 0.5, 2);
	smmu_emit_end(emit);
	smmu_emit_end(emit);
}

static void scalars(struct smmu_emit *emit)
{
	smmu_emit_array(emit, NULL);
	smmu_emit_uint(emit, NULL, 1);
	smmu_emit_str(emit, NULL, "b");
}

Test(emit_csv, documents)
{
	static const struct {
		const char *row;
		void (*fn)(struct smmu_emit *emit);
		const char *want;
	} rows[] = {
		{"nothing", nothing, ""},
		{"a table without rows", empty_table, "n,event.type,list\n"},
		{"a table", table,
		 "n,event.type,list\n"
		 "0,plain,\n"
		 "1,\"a,b\",0x1 true\n"
		 "2,\"say \"\"x\"\"\r\n\",0x2 true\n"
		 "0,,\n"},
		{"records", records, "no-column,event.type,n,list\nx,a,1,0x1 true\nx,b,0,\n"},
		{"sections", sections, "before\n1\n\nn\n7\n\nin.after\n2\n"},
		{"one column, empty", one_column, "n\n\"\"\n0.50\n"},
		{"values", scalars, "value\n1\nb\n"},
	};

	for (size_t i = 0; i < SMMU_LEN(rows); i++)
		expect_render(rows[i].row, &csv, rows[i].fn, rows[i].want);
}
