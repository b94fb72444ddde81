/*
 * Trees in text.  Not by libsmartcols: a dump has millions of nodes, and a
 * line here takes its label and 24 bytes.
 */
#include <stdlib.h>
#include <string.h>

#include "base/emit_text_priv.h"

struct emit_tree_line {
	size_t label, size; /* in labels */
	uint32_t depth;
	bool has_next; /* a sibling follows */
};

void emit_tree_add(struct smmu_emit *emit, struct emit_tree *tree, const char *label)
{
	struct emit_tree_line *line;

	if (tree->count == tree->capacity) {
		size_t capacity = tree->capacity ? tree->capacity * 2 : 64;

		line = realloc(tree->lines, capacity * sizeof(*line));
		if (!line) {
			emit_nomem(emit);
			return;
		}
		tree->lines = line;
		tree->capacity = capacity;
	}
	line = &tree->lines[tree->count++];
	*line = (struct emit_tree_line){.label = tree->labels.size, .depth = (uint32_t)tree->depth};
	emit_utf8_append(&tree->labels, label, strlen(label), true);
	line->size = tree->labels.size - line->label;
	if (tree->labels.failed)
		emit_nomem(emit);
}

static uint32_t max_depth(const struct emit_tree *tree)
{
	uint32_t depth = 0;

	for (size_t i = 0; i < tree->count; i++)
		if (tree->lines[i].depth > depth)
			depth = tree->lines[i].depth;
	return depth;
}

/* From the end to the start: what was seen at this depth since something shallower? */
static void find_siblings(struct emit_tree *tree, bool *seen)
{
	uint32_t depth = 0;

	for (size_t i = tree->count; i-- > 0;) {
		struct emit_tree_line *line = &tree->lines[i];

		while (depth > line->depth)
			seen[depth--] = false;
		depth = line->depth;
		line->has_next = seen[depth];
		seen[depth] = true;
	}
}

static void print_lines(struct smmu_emit *emit, const struct emit_tree *tree, unsigned indent,
			bool *continues)
{
	static const char *const utf8[] = {"   ", "│  ", "└─ ", "├─ "};
	static const char *const ascii[] = {"   ", "|  ", "`- ", "|- "};
	const char *const *art = emit->options.ascii ? ascii : utf8;

	for (size_t i = 0; i < tree->count; i++) {
		const struct emit_tree_line *line = &tree->lines[i];

		emit_text_pad(emit->out, indent);
		for (uint32_t d = 1; d < line->depth; d++)
			smmu_out_puts(emit->out, art[continues[d]]);
		if (line->depth)
			smmu_out_puts(emit->out, art[2 + line->has_next]);
		continues[line->depth] = line->has_next;
		smmu_out_write(emit->out, tree->labels.data + line->label, line->size);
		smmu_out_write(emit->out, "\n", 1);
	}
}

void emit_tree_print(struct smmu_emit *emit, struct emit_tree *tree, unsigned indent)
{
	size_t levels = (size_t)max_depth(tree) + 1;
	bool *flags = calloc(levels, sizeof(*flags));

	if (flags) {
		find_siblings(tree, flags);
		print_lines(emit, tree, indent, flags);
	} else {
		emit_nomem(emit);
	}
	free(flags);
	tree->count = 0;
	smmu_buf_clear(&tree->labels);
}

void emit_tree_fini(struct emit_tree *tree)
{
	free(tree->lines);
	smmu_buf_fini(&tree->labels);
}
