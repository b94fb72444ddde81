/*
 * YAML 1.1 as libyaml reads it, event by event, into a tree with marks.
 *
 * Nodes wait on one stack that all open containers share; when a container
 * ends, its children are copied to the arena as one array.  An alias copies
 * the node of its anchor, and with it the pointer to what that holds.
 */
#include "sys/yaml.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/text.h"
#include "sys/arena_priv.h"

#define ANCHORS_MAX    10000u
#define ANCHOR_BUCKETS 1024u

struct smmu_yaml {
	struct smmu_arena arena;
	char *name; /* owned */
	char *text; /* owned */
	size_t size;
	size_t *lines; /* owned: where each line starts, and the end */
	size_t lines_count;
	struct smmu_yaml_node root;
	bool has_root, has_alias;
};

struct anchor {
	struct anchor *next;
	const char *name;
	struct smmu_yaml_node node;
	uint32_t expanded; /* nodes, this one and below, aliases followed */
	unsigned height;   /* of the containers, 0 for a scalar */
	bool open;	   /* its node is not complete yet */
};

struct frame {
	struct smmu_yaml_node node;
	struct anchor *anchor;
	size_t first;	 /* of its children in the stack */
	uint32_t before; /* nodes when it began */
	unsigned height; /* of the containers, this one too, as far as read */
};

struct builder {
	struct smmu_yaml *doc;
	struct smmu_diag *diag;
	yaml_parser_t parser;
	struct frame frames[SMMU_YAML_DEPTH_MAX + 1];
	unsigned depth;
	struct smmu_yaml_node *stack; /* owned */
	size_t stack_count, stack_capacity;
	uint32_t nodes; /* expanded, so far */
	unsigned anchors_count, documents;
	struct anchor *anchors[ANCHOR_BUCKETS];
	int rc; /* the first error that does not stop the reading */
};

/* ---- text and lines ---- */

/* The length of the line break at p: LF, CR, CR-LF, and NEL, LS, PS of YAML 1.1. */
static size_t break_size(const unsigned char *p)
{
	if (p[0] == '\r')
		return p[1] == '\n' ? 2 : 1;
	if (p[0] == '\n')
		return 1;
	if (p[0] == 0xc2 && p[1] == 0x85)
		return 2;
	if (p[0] == 0xe2 && p[1] == 0x80 && (p[2] == 0xa8 || p[2] == 0xa9))
		return 3;
	return 0;
}

static int add_line(struct smmu_yaml *doc, size_t *capacity, size_t start)
{
	if (doc->lines_count + 1 >= *capacity) {
		size_t more = *capacity ? *capacity * 2 : doc->size / 32 + 16;
		size_t *lines = realloc(doc->lines, more * sizeof(*lines));

		if (!lines)
			return SMMU_E_NOMEM;
		doc->lines = lines;
		*capacity = more;
	}
	doc->lines[doc->lines_count++] = start;
	doc->lines[doc->lines_count] = doc->size;
	return 0;
}

/* Where each line starts, and *bad: the first byte that is no text, or the size. */
static int scan_text(size_t *bad, struct smmu_yaml *doc)
{
	const unsigned char *text = (const unsigned char *)doc->text;
	size_t capacity = 0, i = 0;

	*bad = doc->size;
	if (add_line(doc, &capacity, 0))
		return SMMU_E_NOMEM;
	while (i < doc->size) {
		size_t line_break, size;

		while (text[i] >= 0x20 && text[i] < 0x80) /* ends at the NUL behind */
			i++;
		if (i == doc->size)
			break;
		size = smmu_utf8_size(doc->text + i, doc->size - i);
		if ((!size || !text[i]) && *bad == doc->size)
			*bad = i;
		line_break = break_size(text + i);
		i += line_break ? line_break : size ? size : 1;
		if (line_break && add_line(doc, &capacity, i))
			return SMMU_E_NOMEM;
	}
	return 0;
}

static struct smmu_mark mark_of_offset(const struct smmu_yaml *doc, size_t offset)
{
	size_t low = 0, high = doc->lines_count;
	struct smmu_mark at;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (doc->lines[middle] <= offset)
			low = middle;
		else
			high = middle;
	}
	at.line = (uint32_t)(low + 1);
	at.col = 1 +
		 (uint32_t)smmu_utf8_width(doc->text + doc->lines[low], offset - doc->lines[low]);
	return at;
}

/* libyaml would take UTF-16, and says little about where bytes are wrong. */
static int check_encoding(const struct smmu_yaml *doc, size_t bad, struct smmu_diag *diag)
{
	const unsigned char *p = (const unsigned char *)doc->text;
	struct smmu_place at = {.file = doc->name};

	if (doc->size >= 2 && ((p[0] == 0xff && p[1] == 0xfe) || (p[0] == 0xfe && p[1] == 0xff)))
		return smmu_diag_error(diag, &at, SMMU_E_SYNTAX,
				       "this is UTF-16 text; a system file is UTF-8");
	if (bad == doc->size)
		return 0;
	at = smmu_yaml_place(doc, mark_of_offset(doc, bad));
	at.text = NULL; /* it cannot be shown */
	return smmu_diag_error(diag, &at, SMMU_E_SYNTAX,
			       "byte 0x%02x is not UTF-8 text; is this a YAML file?", p[bad]);
}

struct smmu_place smmu_yaml_place(const struct smmu_yaml *doc, struct smmu_mark at)
{
	struct smmu_place place = {.file = doc->name, .line = at.line, .col = at.col};
	size_t start, end;

	if (!at.line || at.line > doc->lines_count)
		return place;
	start = doc->lines[at.line - 1];
	end = doc->lines[at.line];
	/* the end of the line is not part of what is shown */
	for (size_t back = 3; back; back--) {
		if (end - start >= back &&
		    break_size((const unsigned char *)doc->text + end - back) == back) {
			end -= back;
			break;
		}
	}
	if (end > start) {
		place.text = doc->text + start;
		place.text_len = end - start;
	}
	return place;
}

/* ---- building ---- */

static struct smmu_mark mark_of(const yaml_mark_t *mark)
{
	return (struct smmu_mark){
		.line = mark->line < UINT32_MAX ? (uint32_t)mark->line + 1 : UINT32_MAX,
		.col = mark->column < UINT32_MAX ? (uint32_t)mark->column + 1 : UINT32_MAX,
	};
}

static int fail(struct builder *b, struct smmu_mark at, int code, const char *message)
{
	struct smmu_place place = smmu_yaml_place(b->doc, at);

	return smmu_diag_error(b->diag, &place, code, "%s", message);
}

static int push(struct builder *b, const struct smmu_yaml_node *node)
{
	if (b->stack_count == b->stack_capacity) {
		size_t capacity = b->stack_capacity ? b->stack_capacity * 2 : 256;
		void *more = realloc(b->stack, capacity * sizeof(*b->stack));

		if (!more)
			return smmu_diag_nomem(b->diag);
		b->stack = more;
		b->stack_capacity = capacity;
	}
	b->stack[b->stack_count++] = *node;
	return 0;
}

static bool is_key_next(const struct builder *b)
{
	const struct frame *top = &b->frames[b->depth];

	return b->depth && top->node.kind == SMMU_YAML_MAPPING &&
	       (b->stack_count - top->first) % 2 == 0;
}

static int count_nodes(struct builder *b, struct smmu_mark at, uint32_t more)
{
	if (more > SMMU_YAML_NODES_MAX - b->nodes)
		return fail(
			b, at, SMMU_E_LIMIT,
			"the document is larger than 4 million nodes with its aliases expanded");
	b->nodes += more;
	return 0;
}

static unsigned anchor_bucket(const char *name)
{
	uint32_t hash = 2166136261u; /* FNV-1a */

	for (; *name; name++)
		hash = (hash ^ (unsigned char)*name) * 16777619u;
	return hash % ANCHOR_BUCKETS;
}

static int add_anchor(struct anchor **added, struct builder *b, const char *name,
		      const struct smmu_yaml_node *node)
{
	struct anchor **bucket = &b->anchors[anchor_bucket(name)];
	struct anchor *anchor;

	if (++b->anchors_count > ANCHORS_MAX)
		return fail(b, node->at, SMMU_E_LIMIT, "more than 10000 anchors");
	anchor = smmu_arena_alloc(&b->doc->arena, sizeof(*anchor));
	if (!anchor)
		return smmu_diag_nomem(b->diag);
	anchor->name = smmu_arena_text(&b->doc->arena, name, strlen(name));
	if (!anchor->name)
		return smmu_diag_nomem(b->diag);
	anchor->node = *node;
	anchor->expanded = 1;
	anchor->next = *bucket; /* in front: an anchor may be given again */
	*bucket = anchor;
	*added = anchor;
	return 0;
}

static int new_node(struct smmu_yaml_node *node, struct builder *b, enum smmu_yaml_kind kind,
		    const yaml_event_t *event)
{
	*node = (struct smmu_yaml_node){.kind = (uint8_t)kind, .at = mark_of(&event->start_mark)};
	return count_nodes(b, node->at, 1);
}

/* A problem of the document that does not stop the reading. */
static void remember(struct builder *b, int rc)
{
	if (!b->rc)
		b->rc = rc;
}

static void refuse_tag(struct builder *b, const yaml_event_t *event, const yaml_char_t *tag)
{
	if (tag)
		remember(b, fail(b, mark_of(&event->start_mark), SMMU_E_INVALID,
				 "tags (!) are not used in a system file"));
}

static int on_scalar(struct builder *b, const yaml_event_t *event)
{
	const char *text = (const char *)event->data.scalar.value;
	const char *name = (const char *)event->data.scalar.anchor;
	struct smmu_yaml_node node;
	struct anchor *anchor;
	int rc = new_node(&node, b, SMMU_YAML_SCALAR, event);

	if (rc)
		return rc;
	refuse_tag(b, event, event->data.scalar.tag);
	node.count = (uint32_t)event->data.scalar.length; /* SMMU_YAML_BYTES_MAX */
	node.plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	node.text = smmu_arena_text(&b->doc->arena, text, node.count);
	if (!node.text)
		return smmu_diag_nomem(b->diag);
	if (name)
		rc = add_anchor(&anchor, b, name, &node);
	return rc ? rc : push(b, &node);
}

static int on_start(struct builder *b, const yaml_event_t *event, enum smmu_yaml_kind kind,
		    const yaml_char_t *name, const yaml_char_t *tag)
{
	struct smmu_yaml_node node;
	struct frame *frame;
	int rc = new_node(&node, b, kind, event);

	if (rc)
		return rc;
	if (is_key_next(b))
		remember(b, fail(b, node.at, SMMU_E_INVALID, "a key must be a single word"));
	if (b->depth == SMMU_YAML_DEPTH_MAX)
		return fail(b, node.at, SMMU_E_LIMIT, "nested more than 64 levels deep");
	refuse_tag(b, event, tag);
	frame = &b->frames[++b->depth];
	*frame = (struct frame){
		.node = node, .first = b->stack_count, .before = b->nodes - 1, .height = 1};
	if (!name)
		return 0;
	rc = add_anchor(&frame->anchor, b, (const char *)name, &node);
	if (!rc)
		frame->anchor->open = true;
	return rc;
}

/* The containers below the innermost open one are that high. */
static void raise_height(struct builder *b, unsigned height)
{
	struct frame *top = &b->frames[b->depth];

	if (b->depth && top->height < height + 1)
		top->height = height + 1;
}

static int on_alias(struct builder *b, const yaml_event_t *event)
{
	const char *name = (const char *)event->data.alias.anchor;
	struct smmu_mark at = mark_of(&event->start_mark);
	const struct anchor *anchor = b->anchors[anchor_bucket(name)];
	int rc;

	b->doc->has_alias = true;
	while (anchor && strcmp(anchor->name, name) != 0)
		anchor = anchor->next;
	if (!anchor)
		return fail(b, at, SMMU_E_UNKNOWN,
			    "an alias (*) to an anchor (&) not given before");
	if (anchor->open)
		return fail(b, at, SMMU_E_INVALID, "an alias inside its own anchor never ends");
	if (is_key_next(b) && anchor->node.kind != SMMU_YAML_SCALAR)
		remember(b, fail(b, at, SMMU_E_INVALID, "a key must be a single word"));
	if (b->depth + anchor->height > SMMU_YAML_DEPTH_MAX)
		return fail(b, at, SMMU_E_LIMIT, "nested more than 64 levels deep");
	raise_height(b, anchor->height);
	rc = count_nodes(b, at, anchor->expanded);
	return rc ? rc : push(b, &anchor->node);
}

/* ---- keys given twice ---- */

struct key {
	const struct smmu_yaml_node *node;
	size_t index, first; /* first: of the same name; index when there is none before */
};

static int compare_names(const void *a, const void *b)
{
	const struct key *x = a, *y = b;
	int order = strcmp(x->node->text, y->node->text);

	return order ? order : (x->index > y->index) - (x->index < y->index);
}

static int compare_indices(const void *a, const void *b)
{
	const struct key *x = a, *y = b;

	return (x->index > y->index) - (x->index < y->index);
}

static void report_twice(struct builder *b, const struct key *key,
			 const struct smmu_yaml_node *first)
{
	struct smmu_place at = smmu_yaml_place(b->doc, key->node->at);
	struct smmu_place before = smmu_yaml_place(b->doc, first->at);

	remember(b, smmu_diag_error(b->diag, &at, SMMU_E_CONFLICT, "key '%.64s' is given twice",
				    key->node->text));
	smmu_diag_note(b->diag, &before, "it was given here first");
}

/* Small mappings, nearly all there are, need no sorting. */
static bool has_twice(const struct smmu_yaml_node *node)
{
	if (node->count > 16)
		return true;
	for (size_t i = 1; i < node->count; i++) {
		for (size_t j = 0; j < i; j++) {
			const struct smmu_yaml_node *x = smmu_yaml_key(node, i);
			const struct smmu_yaml_node *y = smmu_yaml_key(node, j);

			if (x->count == y->count && memcmp(x->text, y->text, x->count) == 0)
				return true;
		}
	}
	return false;
}

static int check_twice(struct builder *b, const struct smmu_yaml_node *node)
{
	struct key *keys;
	size_t count = node->count;

	for (size_t i = 0; i < count; i++) {
		if (smmu_yaml_key(node, i)->kind != SMMU_YAML_SCALAR)
			return 0; /* reported; there is nothing to compare */
	}
	if (!has_twice(node))
		return 0;
	keys = calloc(count, sizeof(*keys));
	if (!keys)
		return smmu_diag_nomem(b->diag);
	for (size_t i = 0; i < count; i++)
		keys[i] = (struct key){smmu_yaml_key(node, i), i, i};
	qsort(keys, count, sizeof(*keys), compare_names);
	for (size_t i = 1; i < count; i++) {
		if (strcmp(keys[i].node->text, keys[i - 1].node->text) == 0)
			keys[i].first = keys[i - 1].first;
	}
	qsort(keys, count, sizeof(*keys), compare_indices); /* report in the order of the file */
	for (size_t i = 0; i < count; i++) {
		if (keys[i].first != i)
			report_twice(b, &keys[i], smmu_yaml_key(node, keys[i].first));
	}
	free(keys);
	return 0;
}

static int on_end(struct builder *b)
{
	struct frame *frame = &b->frames[b->depth--];
	struct smmu_yaml_node *node = &frame->node;
	size_t count = b->stack_count - frame->first;
	int rc = 0;

	/* There is no stack before the first node: "{}" alone has nothing on it. */
	node->items = smmu_arena_copy(&b->doc->arena, count ? b->stack + frame->first : NULL,
				      count * sizeof(*node->items));
	if (!node->items)
		return smmu_diag_nomem(b->diag);
	b->stack_count = frame->first;
	node->count = (uint32_t)(node->kind == SMMU_YAML_MAPPING ? count / 2 : count);
	raise_height(b, frame->height);
	if (frame->anchor) {
		frame->anchor->node = *node;
		frame->anchor->expanded = b->nodes - frame->before;
		frame->anchor->height = frame->height;
		frame->anchor->open = false;
	}
	if (node->kind == SMMU_YAML_MAPPING)
		rc = check_twice(b, node);
	return rc ? rc : push(b, node);
}

static int on_document(struct builder *b, const yaml_event_t *event)
{
	if (b->documents++)
		return fail(b, mark_of(&event->start_mark), SMMU_E_INVALID,
			    "a second document starts here; a system file holds one");
	return 0;
}

static int on_event(struct builder *b, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_DOCUMENT_START_EVENT:
		return on_document(b, event);
	case YAML_SCALAR_EVENT:
		return on_scalar(b, event);
	case YAML_ALIAS_EVENT:
		return on_alias(b, event);
	case YAML_SEQUENCE_START_EVENT:
		return on_start(b, event, SMMU_YAML_SEQUENCE, event->data.sequence_start.anchor,
				event->data.sequence_start.tag);
	case YAML_MAPPING_START_EVENT:
		return on_start(b, event, SMMU_YAML_MAPPING, event->data.mapping_start.anchor,
				event->data.mapping_start.tag);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		return on_end(b);
	case YAML_NO_EVENT:
	case YAML_STREAM_START_EVENT:
	case YAML_STREAM_END_EVENT:
	case YAML_DOCUMENT_END_EVENT:
		return 0;
	}
	return 0;
}

/* What libyaml did not like, with the place where the construct began as a note. */
static int report_parser(struct builder *b)
{
	const yaml_parser_t *p = &b->parser;
	struct smmu_place at;
	int rc;

	if (p->error == YAML_MEMORY_ERROR)
		return smmu_diag_nomem(b->diag);
	if (p->error == YAML_READER_ERROR)
		at = smmu_yaml_place(b->doc, mark_of_offset(b->doc, p->problem_offset));
	else
		at = smmu_yaml_place(b->doc, mark_of(&p->problem_mark));
	rc = smmu_diag_error(b->diag, &at, SMMU_E_SYNTAX, "this is not YAML: %s",
			     p->problem ? p->problem : "unknown problem");
	if (p->context) {
		at = smmu_yaml_place(b->doc, mark_of(&p->context_mark));
		smmu_diag_note(b->diag, &at, "%s that starts here", p->context);
	}
	return rc;
}

static int build(struct builder *b)
{
	bool done = false;
	int rc = 0;

	while (!rc && !done) {
		yaml_event_t event;

		if (!yaml_parser_parse(&b->parser, &event))
			return report_parser(b);
		rc = on_event(b, &event);
		done = event.type == YAML_STREAM_END_EVENT;
		yaml_event_delete(&event);
	}
	if (!rc && b->stack_count) {
		b->doc->root = b->stack[0];
		b->doc->has_root = true;
	}
	return rc ? rc : b->rc;
}

static int run_builder(struct smmu_yaml *doc, struct smmu_diag *diag)
{
	struct builder *b = calloc(1, sizeof(*b));
	int rc;

	if (!b || !yaml_parser_initialize(&b->parser)) {
		free(b);
		return smmu_diag_nomem(diag);
	}
	b->doc = doc;
	b->diag = diag;
	yaml_parser_set_encoding(&b->parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&b->parser, (const unsigned char *)doc->text, doc->size);
	rc = build(b);
	yaml_parser_delete(&b->parser);
	free(b->stack);
	free(b);
	return rc;
}

/* The mark that some editors set before UTF-8 text is no part of it. */
static size_t drop_bom(char *text, size_t size)
{
	static const char bom[] = "\xef\xbb\xbf";
	size_t length = strlen(bom);

	if (size < length || memcmp(text, bom, length))
		return size;
	memmove(text, text + length, size - length + 1); /* the NUL behind too */
	return size - length;
}

int smmu_yaml_parse(struct smmu_yaml **doc, const char *name, char *bytes, size_t size,
		    struct smmu_diag *diag)
{
	struct smmu_yaml *d = calloc(1, sizeof(*d));
	size_t bad;
	int rc;

	if (!d) {
		free(bytes);
		return smmu_diag_nomem(diag);
	}
	d->text = bytes;
	d->size = drop_bom(bytes, size);
	d->name = smmu_arena_text(&d->arena, name, strlen(name));
	if (!d->name || scan_text(&bad, d))
		rc = smmu_diag_nomem(diag);
	else
		rc = check_encoding(d, bad, diag);
	if (!rc)
		rc = run_builder(d, diag);
	if (rc) {
		smmu_yaml_free(d);
		return rc;
	}
	*doc = d;
	return 0;
}

void smmu_yaml_free(struct smmu_yaml *doc)
{
	if (!doc)
		return;
	smmu_arena_fini(&doc->arena);
	free(doc->text);
	free(doc->lines);
	free(doc);
}

const struct smmu_yaml_node *smmu_yaml_root(const struct smmu_yaml *doc)
{
	return doc->has_root ? &doc->root : NULL;
}

bool smmu_yaml_has_alias(const struct smmu_yaml *doc)
{
	return doc->has_alias;
}

const struct smmu_yaml_node *smmu_yaml_get(const struct smmu_yaml_node *mapping, const char *key)
{
	for (size_t i = 0; i < mapping->count; i++) {
		if (strcmp(smmu_yaml_key(mapping, i)->text, key) == 0)
			return smmu_yaml_value(mapping, i);
	}
	return NULL;
}
