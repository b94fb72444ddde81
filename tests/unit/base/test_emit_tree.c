#include "base/compiler.h"
#include "helper.h"

static const struct smmu_emit_options utf8 = {.format = SMMU_EMIT_TEXT};
static const struct smmu_emit_options ascii = {.format = SMMU_EMIT_TEXT, .ascii = true};

static void forest(struct smmu_emit *emit)
{
	smmu_emit_node(emit, NULL, "%s", "root");
	smmu_emit_uint(emit, "not-shown", 1);
	smmu_emit_array(emit, "nor-this");
	smmu_emit_end(emit);
	smmu_emit_node(emit, NULL, "a");
	smmu_emit_node(emit, NULL, "a1");
	smmu_emit_node(emit, NULL, "a11");
	smmu_emit_end(emit);
	smmu_emit_end(emit);
	smmu_emit_node(emit, NULL, "a2");
	smmu_emit_say(emit, "said\x1b");
	smmu_emit_end(emit);
	smmu_emit_end(emit);
	smmu_emit_node(emit, NULL, "b");
	smmu_emit_node(emit, NULL, "b1");
	smmu_emit_end(emit);
	smmu_emit_end(emit);
	smmu_emit_end(emit);
	smmu_emit_node(emit, NULL, "second root");
	smmu_emit_end(emit);
}

Test(emit_tree, branches)
{
	expect_render("UTF-8", &utf8, forest,
		      "root\n"
		      "├─ a\n"
		      "│  ├─ a1\n"
		      "│  │  └─ a11\n"
		      "│  └─ a2\n"
		      "│     └─ said\\x1b\n"
		      "└─ b\n"
		      "   └─ b1\n"
		      "second root\n");
	expect_render("ASCII", &ascii, forest,
		      "root\n"
		      "|- a\n"
		      "|  |- a1\n"
		      "|  |  `- a11\n"
		      "|  `- a2\n"
		      "|     `- said\\x1b\n"
		      "`- b\n"
		      "   `- b1\n"
		      "second root\n");
}

static void inside_an_object(struct smmu_emit *emit)
{
	smmu_emit_say(emit, "before");
	smmu_emit_object(emit, NULL);
	smmu_emit_uint(emit, "n", 1);
	smmu_emit_object(emit, "tree");
	smmu_emit_node(emit, "x", "root");
	smmu_emit_node(emit, "x", "leaf");
}

Test(emit_tree, stands_where_it_belongs)
{
	expect_render("in an object", &ascii, inside_an_object,
		      "before\n\nn  1\ntree:\n  root\n  `- leaf\n");
}

static void deep(struct smmu_emit *emit)
{
	for (int i = 0; i < 2000; i++)
		smmu_emit_node(emit, NULL, "%d", i);
}

Test(emit_tree, depth_has_no_limit)
{
	char *got = render(&ascii, deep);

	cr_expect_eq(strncmp(got, "0\n`- 1\n   `- 2\n", 15), 0);
	free(got);
}
