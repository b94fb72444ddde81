/*
 * Text for people: blocks of "Name  value  meaning" lines, headings and prose;
 * tables and trees are next door.
 *
 * The lines of an object are kept until it ends or something larger begins in
 * it, and then written in columns.
 */
#include <stdlib.h>
#include <string.h>

#include "base/emit_text_priv.h"
#include "base/text.h"

#define NARROWEST 20 /* columns; in less than that nothing is wrapped */
/* Headings may be longer than prose: they are the lines that people search. */
#define HEADING_COLUMNS 100
#define HEADING_HANG	4

struct row {
	/* In kept, one behind the other; as shown, NUL-free. */
	size_t name, value, meaning, end;
	bool is_dashed;
};

struct frame {
	enum emit_kind kind;
	unsigned indent;
	bool is_line;	   /* an array that is one row so far */
	bool is_top_array; /* its elements are records */
};

/* What was written last at the top, for the blank lines between. */
enum last { NOTHING, HEADING, PROSE, BLOCK, TREE };

struct text {
	struct frame *frames;
	size_t depth, capacity;
	struct row *rows;
	size_t rows_count, rows_capacity;
	struct smmu_buf kept, line;
	bool is_dash_due; /* the next line is the first of an element */
	enum last last;
	struct emit_table *table;
	struct emit_tree tree;
};

void emit_text_pad(struct smmu_out *out, size_t columns)
{
	static const char spaces[] = "                                ";

	while (columns) {
		size_t n = columns < sizeof(spaces) - 1 ? columns : sizeof(spaces) - 1;

		smmu_out_write(out, spaces, n);
		columns -= n;
	}
}

const char *emit_text_of(enum emit_type type, const char *text, size_t *size)
{
	const char *shown = text;

	if (type == EMIT_NULL)
		shown = "-";
	else if (type == EMIT_BOOL)
		shown = text[0] == 't' ? "yes" : "no";
	if (shown != text)
		*size = strlen(shown);
	return shown;
}

static void put_color(struct smmu_emit *emit, const char *sgr)
{
	if (emit->options.color)
		smmu_out_puts(emit->out, sgr);
}

static unsigned indent_of(const struct text *text)
{
	return text->depth ? text->frames[text->depth - 1].indent : 0;
}

/* The start of a line; a dash that is due goes before it. */
static void put_indent(struct smmu_emit *emit, unsigned indent)
{
	struct text *text = emit->state;

	if (text->is_dash_due && indent >= 2) {
		emit_text_pad(emit->out, indent - 2);
		smmu_out_write(emit->out, "- ", 2);
	} else {
		emit_text_pad(emit->out, indent);
	}
	text->is_dash_due = false;
}

/*
 * Writes words from column at, going on at column hang of the next line when
 * the limit is reached.  Returns the column behind the last.
 */
static size_t put_words(struct smmu_emit *emit, const char *words, size_t size, size_t at,
			size_t hang, size_t limit)
{
	size_t i = 0;

	if (limit < hang + NARROWEST)
		limit = SIZE_MAX;
	while (i < size) {
		size_t word = i, end, width;

		while (word < size && words[word] == ' ')
			word++;
		for (end = word; end < size && words[end] != ' ';)
			end++;
		width = smmu_utf8_width(words + word, end - word);
		if (at > hang && width && at + (word - i) + width > limit) {
			smmu_out_write(emit->out, "\n", 1);
			emit_text_pad(emit->out, hang);
			at = hang;
			i = word;
		}
		smmu_out_write(emit->out, words + i, end - i);
		at += word - i + width;
		i = end;
	}
	return at;
}

static size_t put_wrapped(struct smmu_emit *emit, const char *words, size_t size, size_t at,
			  size_t hang)
{
	return put_words(emit, words, size, at, hang, emit->options.width_columns);
}

static size_t row_width(const struct text *text, size_t from, size_t to)
{
	return smmu_utf8_width(text->kept.data + from, to - from);
}

/* Columns of a block of rows: where values and meanings begin. */
struct columns {
	size_t value, meaning;
};

static struct columns lay_out(const struct text *text, unsigned indent)
{
	size_t name = 0, value = 0;
	struct columns columns;

	for (size_t i = 0; i < text->rows_count; i++) {
		const struct row *r = &text->rows[i];
		size_t width = row_width(text, r->name, r->value);

		if (width > name)
			name = width;
		width = row_width(text, r->value, r->meaning);
		if (r->end > r->meaning && width > value)
			value = width;
	}
	columns.value = indent + (name ? name + 2 : 0);
	columns.meaning = columns.value + value + 2;
	return columns;
}

static void put_row(struct smmu_emit *emit, const struct row *r, unsigned indent,
		    const struct columns *columns)
{
	struct text *text = emit->state;
	const char *kept = text->kept.data;
	size_t at = indent;

	if (r->is_dashed)
		text->is_dash_due = true;
	put_indent(emit, indent);
	if (r->value > r->name) {
		put_color(emit, SGR_NAME);
		smmu_out_write(emit->out, kept + r->name, r->value - r->name);
		put_color(emit, SGR_RESET);
		at += row_width(text, r->name, r->value);
	}
	if (r->end > r->value) {
		emit_text_pad(emit->out, columns->value - at);
		at = put_wrapped(emit, kept + r->value, r->meaning - r->value, columns->value,
				 columns->value);
	}
	if (r->end > r->meaning) {
		size_t gap = at < columns->meaning ? columns->meaning - at : 2;

		emit_text_pad(emit->out, gap);
		put_wrapped(emit, kept + r->meaning, r->end - r->meaning, at + gap,
			    columns->meaning);
	}
	smmu_out_write(emit->out, "\n", 1);
}

static void flush_rows(struct smmu_emit *emit)
{
	struct text *text = emit->state;
	unsigned indent = indent_of(text);
	struct columns columns;

	if (text->rows_count == 0)
		return;
	if (text->kept.failed) {
		emit_nomem(emit);
		return;
	}
	/* Elements of an array stand right of its dash. */
	if (text->rows[0].is_dashed)
		indent += 2;
	columns = lay_out(text, indent);
	for (size_t i = 0; i < text->rows_count; i++)
		put_row(emit, &text->rows[i], indent, &columns);
	text->rows_count = 0;
	smmu_buf_clear(&text->kept);
	text->last = BLOCK;
}

static struct frame *top_frame(struct text *text)
{
	return text->depth ? &text->frames[text->depth - 1] : NULL;
}

static void push_frame(struct smmu_emit *emit, struct frame frame)
{
	struct text *text = emit->state;

	if (!text->frames || text->depth == text->capacity) {
		size_t capacity = text->capacity ? text->capacity * 2 : 16;
		struct frame *frames = realloc(text->frames, capacity * sizeof(*frames));

		if (!frames) {
			emit_nomem(emit);
			return;
		}
		text->frames = frames;
		text->capacity = capacity;
	}
	text->frames[text->depth++] = frame;
}

/* A new row, for what is in an array with a dash; false when there is no memory. */
static bool add_row(struct smmu_emit *emit, const char *name, bool is_dashed)
{
	struct text *text = emit->state;
	struct row *r;

	if (text->rows_count == text->rows_capacity) {
		size_t capacity = text->rows_capacity ? text->rows_capacity * 2 : 32;

		r = realloc(text->rows, capacity * sizeof(*r));
		if (!r) {
			emit_nomem(emit);
			return false;
		}
		text->rows = r;
		text->rows_capacity = capacity;
	}
	r = &text->rows[text->rows_count++];
	r->is_dashed = is_dashed;
	r->name = text->kept.size;
	emit_utf8_append(&text->kept, name, strlen(name), true);
	r->value = r->meaning = r->end = text->kept.size;
	return true;
}

/* Appends to the value of the last row, which has no meaning yet. */
static void add_value(struct text *text, const char *value, size_t size)
{
	struct row *r = &text->rows[text->rows_count - 1];

	emit_utf8_append(&text->kept, value, size, true);
	r->meaning = r->end = text->kept.size;
}

/* Whether what comes next is a record, or beside records. */
static bool is_at_top(struct text *text)
{
	return text->depth == 0 || top_frame(text)->is_top_array;
}

static bool is_dashed_array(const struct frame *frame)
{
	return frame && frame->kind == EMIT_ARRAY && !frame->is_top_array;
}

static void put_title(struct smmu_emit *emit, const char *key, unsigned indent)
{
	struct text *text = emit->state;

	put_indent(emit, indent);
	put_color(emit, SGR_NAME);
	smmu_out_puts(emit->out, key);
	put_color(emit, SGR_RESET);
	smmu_out_write(emit->out, ":\n", 2);
	text->last = BLOCK;
}

/* The line of an element that has nothing to show. */
static void put_empty_element(struct smmu_emit *emit, unsigned indent)
{
	struct text *text = emit->state;

	emit_text_pad(emit->out, indent - 2);
	smmu_out_write(emit->out, "-\n", 2);
	text->is_dash_due = false;
	text->last = BLOCK;
}

/* An array that was one row gets something that needs lines of its own. */
static void unfold_array(struct smmu_emit *emit, struct frame *frame)
{
	struct text *text = emit->state;
	struct row row;

	if (!frame->is_line)
		return;
	frame->is_line = false;
	row = text->rows[text->rows_count - 1];
	smmu_buf_clear(&text->line);
	if (row.end == row.value) {
		smmu_buf_append(&text->line, text->kept.data + row.name, row.value - row.name);
		text->rows_count--;
		text->kept.size = row.name;
	}
	flush_rows(emit);
	if (row.is_dashed)
		frame->indent += 2;
	if (text->line.size) {
		text->is_dash_due = row.is_dashed;
		put_title(emit, smmu_buf_text(&text->line), frame->indent);
	} else if (row.end == row.value && row.is_dashed) {
		put_empty_element(emit, frame->indent);
	}
	frame->indent += 2;
}

static void put_blank_line(struct smmu_emit *emit)
{
	smmu_out_write(emit->out, "\n", 1);
}

/* Goes on to a block of lines of its own, under key; returns its indentation. */
static unsigned begin_block(struct smmu_emit *emit, const char *key)
{
	struct text *text = emit->state;
	struct frame *parent = top_frame(text);

	if (parent && parent->is_line)
		unfold_array(emit, parent);
	flush_rows(emit);
	if (!parent || parent->is_top_array) {
		if (text->last != NOTHING && text->last != HEADING)
			put_blank_line(emit);
		return 0;
	}
	if (parent->kind == EMIT_ARRAY) {
		text->is_dash_due = true;
		return parent->indent + 2;
	}
	if (!key || text->last == HEADING)
		return parent->indent;
	smmu_buf_clear(&text->line);
	emit_utf8_append(&text->line, key, strlen(key), true);
	put_title(emit, smmu_buf_text(&text->line), parent->indent);
	return parent->indent + 2;
}

static void open_array(struct smmu_emit *emit, const char *key)
{
	struct text *text = emit->state;
	struct frame *parent = top_frame(text);
	struct frame frame = {.kind = EMIT_ARRAY};

	if (parent) {
		if (parent->is_line)
			unfold_array(emit, parent);
		if (!add_row(emit, key ? key : "", is_dashed_array(parent)))
			return;
		frame.indent = parent->indent;
	}
	frame.is_line = parent != NULL;
	frame.is_top_array = parent == NULL;
	push_frame(emit, frame);
}

static void text_open(struct smmu_emit *emit, enum emit_kind kind, const char *key)
{
	struct text *text = emit->state;

	if (text->table)
		emit_table_open(text->table, kind, key);
	else if (text->tree.depth)
		return;
	else if (kind == EMIT_ARRAY)
		open_array(emit, key);
	else
		push_frame(emit, (struct frame){.kind = kind, .indent = begin_block(emit, key)});
}

static void text_table(struct smmu_emit *emit, const char *key,
		       const struct smmu_emit_column *columns, size_t columns_count)
{
	struct text *text = emit->state;

	if (text->table)
		emit_table_open(text->table, EMIT_ARRAY, key);
	else if (text->tree.depth == 0)
		text->table = emit_table_new(emit, columns, columns_count, begin_block(emit, key));
}

static void text_node(struct smmu_emit *emit, const char *label)
{
	struct text *text = emit->state;

	if (text->table)
		return;
	if (text->tree.depth == 0) {
		/* Trees that follow each other are one forest. */
		if (text->last == TREE)
			text->last = HEADING;
		begin_block(emit, NULL);
	}
	emit_tree_add(emit, &text->tree, label);
	text->tree.depth++;
}

static void close_frame(struct smmu_emit *emit)
{
	struct text *text = emit->state;
	struct frame *frame = top_frame(text);

	if (!frame)
		return;
	if (frame->is_line) {
		if (text->rows[text->rows_count - 1].end == text->rows[text->rows_count - 1].value)
			add_value(text, "-", 1);
	} else {
		flush_rows(emit);
		if (text->is_dash_due)
			put_empty_element(emit, frame->indent);
	}
	text->depth--;
}

static void text_close(struct smmu_emit *emit, enum emit_kind kind)
{
	struct text *text = emit->state;

	if (text->table && kind == EMIT_TABLE && emit_table_is_between_rows(text->table)) {
		emit_table_free(text->table);
		text->table = NULL;
		text->last = BLOCK;
	} else if (text->table) {
		emit_table_close(text->table, kind);
	} else if (text->tree.depth == 0) {
		close_frame(emit);
	} else if (kind == EMIT_NODE && --text->tree.depth == 0) {
		emit_tree_print(emit, &text->tree, indent_of(text));
		text->last = TREE;
	}
}

static void text_value(struct smmu_emit *emit, const char *key, enum emit_type type,
		       const char *value, size_t size)
{
	struct text *text = emit->state;
	struct frame *frame = top_frame(text);

	if (text->table) {
		emit_table_value(text->table, key, type, value, size);
		return;
	}
	if (text->tree.depth)
		return;
	value = emit_text_of(type, value, &size);
	if (frame && frame->is_line) {
		struct row *r = &text->rows[text->rows_count - 1];

		if (r->end > r->value)
			add_value(text, ", ", type == EMIT_STR ? 2 : 0);
		if (r->end > r->value && type != EMIT_STR)
			add_value(text, " ", 1);
	} else {
		/* Outside objects nothing is to be aligned, and there may be many. */
		if (!frame || frame->kind == EMIT_ARRAY)
			flush_rows(emit);
		if (!add_row(emit, key ? key : "", is_dashed_array(frame)))
			return;
	}
	add_value(text, size ? value : "\"\"", size ? size : 2);
}

static void text_meaning(struct smmu_emit *emit, const char *meaning)
{
	struct text *text = emit->state;
	struct frame *frame = top_frame(text);
	struct row *r = text->rows_count ? &text->rows[text->rows_count - 1] : NULL;

	if (text->table) {
		emit_table_meaning(text->table, meaning);
	} else if (text->tree.depth || !r) {
		return;
	} else if (frame && frame->is_line) {
		add_value(text, " (", 2);
		add_value(text, meaning, strlen(meaning));
		add_value(text, ")", 1);
	} else {
		emit_utf8_append(&text->kept, meaning, strlen(meaning), true);
		r->end = text->kept.size;
	}
}

/* Heading and prose inside something else; true when that is done. */
static bool say_inside(struct smmu_emit *emit, const char *said)
{
	struct text *text = emit->state;

	if (text->tree.depth)
		emit_tree_add(emit, &text->tree, said);
	if (text->tree.depth || text->table)
		return true;
	if (text->depth && top_frame(text)->is_line)
		unfold_array(emit, top_frame(text));
	flush_rows(emit);
	return false;
}

static void text_heading(struct smmu_emit *emit, const char *heading)
{
	struct text *text = emit->state;
	size_t indent = indent_of(text), limit = emit->options.width_columns;

	if (say_inside(emit, heading))
		return;
	if (text->last != NOTHING)
		put_blank_line(emit);
	smmu_buf_clear(&text->line);
	emit_utf8_append(&text->line, heading, strlen(heading), true);
	put_indent(emit, (unsigned)indent);
	put_color(emit, SGR_BOLD);
	put_words(emit, smmu_buf_text(&text->line), text->line.size, indent, indent + HEADING_HANG,
		  limit < HEADING_COLUMNS ? HEADING_COLUMNS : limit);
	put_color(emit, SGR_RESET);
	smmu_out_write(emit->out, "\n", 1);
	text->last = HEADING;
}

static void say_line(struct smmu_emit *emit, const char *said, size_t size)
{
	struct text *text = emit->state;
	unsigned indent = indent_of(text);

	for (; size && *said == ' '; size--, said++)
		indent++;
	smmu_buf_clear(&text->line);
	emit_utf8_append(&text->line, said, size, true);
	if (size)
		put_indent(emit, indent);
	put_wrapped(emit, smmu_buf_text(&text->line), text->line.size, indent, indent);
	smmu_out_write(emit->out, "\n", 1);
}

static void text_say(struct smmu_emit *emit, const char *said)
{
	struct text *text = emit->state;

	if (say_inside(emit, said))
		return;
	if (is_at_top(text) && (text->last == BLOCK || text->last == TREE))
		put_blank_line(emit);
	for (;;) {
		size_t size = strcspn(said, "\n");

		say_line(emit, said, size);
		if (!said[size] || !said[size + 1])
			break;
		said += size + 1;
	}
	text->last = PROSE;
}

static void text_flush(struct smmu_emit *emit)
{
	struct text *text = emit->state;

	if (text->table)
		emit_table_flush(text->table);
}

static int text_init(struct smmu_emit *emit)
{
	emit->state = calloc(1, sizeof(struct text));
	return emit->state ? 0 : SMMU_E_NOMEM;
}

static void text_fini(struct smmu_emit *emit)
{
	struct text *text = emit->state;

	if (!text)
		return;
	if (!emit->error)
		flush_rows(emit);
	emit_table_free(text->table);
	emit_tree_fini(&text->tree);
	smmu_buf_fini(&text->kept);
	smmu_buf_fini(&text->line);
	free(text->rows);
	free(text->frames);
	free(text);
}

const struct emit_ops emit_text_ops = {
	.init = text_init,
	.fini = text_fini,
	.open = text_open,
	.close = text_close,
	.value = text_value,
	.table = text_table,
	.node = text_node,
	.meaning = text_meaning,
	.heading = text_heading,
	.say = text_say,
	.flush = text_flush,
};
