/*
 * Help texts: from the tables, in 80 columns.
 */
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "session.h"
#include "topic.h"

enum { WIDTH = 79, OPTION_COLUMN = 26, COMMAND_COLUMN = 14, CHOICES_MAX = 50 };

static void title(struct smmu_out *out, bool color, const char *text)
{
	smmu_out_printf(out, color ? "\n\033[1m%s\033[0m\n" : "\n%s\n", text);
}

static void pad(struct smmu_out *out, size_t columns)
{
	while (columns--)
		smmu_out_write(out, " ", 1);
}

/* The end of the word at text; a word in brackets keeps its spaces. */
static size_t word_size(const char *text)
{
	size_t n = 0, depth = 0;

	for (; text[n] && text[n] != '\n' && (text[n] != ' ' || depth); n++) {
		depth += text[n] == '[';
		depth -= text[n] == ']' && depth;
	}
	return n;
}

/* text from column at, wrapped, further lines indented; line ends stay line ends. */
static void wrap(struct smmu_out *out, const char *text, size_t at, size_t indent)
{
	size_t column = at;
	bool is_first = true;

	while (*text) {
		size_t size = word_size(text), columns = smmu_utf8_width(text, size);

		if (!is_first && column + 1 + columns > WIDTH) {
			smmu_out_puts(out, "\n");
			pad(out, indent);
			column = indent;
			is_first = true;
		}
		if (!is_first)
			smmu_out_puts(out, " ");
		column += columns + !is_first;
		smmu_out_write(out, text, size);
		is_first = false;
		text += size;
		if (*text == '\n') {
			smmu_out_puts(out, "\n");
			column = 0;
			is_first = true;
		}
		if (*text)
			text++;
	}
	smmu_out_puts(out, "\n");
}

/* The words of an ENUM that a command takes, with separators between them. */
static void choice_words(struct smmu_buf *words, const struct cli_opt *opt, unsigned formats,
			 const char *separator)
{
	const char *between = "";

	for (const struct cli_choice *c = opt->choices; c && c->name; c++) {
		if (opt->choices == cli_format_choices && !(formats & (1u << c->value)))
			continue;
		smmu_buf_printf(words, "%s%s", between, c->name);
		between = separator;
	}
}

/* Many words stand in the help, not in the label. */
static bool has_many_words(const struct cli_opt *opt)
{
	struct smmu_buf words = {0};
	bool many;

	choice_words(&words, opt, ~0u, "|");
	many = words.size > CHOICES_MAX;
	smmu_buf_fini(&words);
	return many;
}

static void option_label(struct smmu_buf *label, const struct cli_opt *opt, unsigned formats)
{
	if (cli_opt_is_positional(opt)) {
		smmu_buf_puts(label, opt->name);
		return;
	}
	if (opt->letter)
		smmu_buf_printf(label, "-%c, ", opt->letter);
	smmu_buf_printf(label, "--%s", opt->name);
	if (opt->value)
		smmu_buf_printf(label, " %s", opt->value);
	if (opt->choices)
		smmu_buf_putc(label, ' ');
	if (opt->choices && has_many_words(opt))
		smmu_buf_puts(label, "WORD");
	else
		choice_words(label, opt, formats, "|");
}

static void option_help(struct smmu_buf *help, const struct cli_opt *opts,
			const struct cli_opt *opt)
{
	const char *separator = " (also ";

	smmu_buf_puts(help, opt->help);
	if (opt->choices && has_many_words(opt)) {
		smmu_buf_puts(help, ": ");
		choice_words(help, opt, ~0u, ", ");
	}
	for (size_t i = 0; i < cli_opt_count(opts); i++) {
		if (opts[i].kind != CLI_OPT_ALIAS || strcmp(opts[i].target, opt->name))
			continue;
		smmu_buf_printf(help, "%s--%s", separator, opts[i].name);
		separator = ", ";
	}
	if (!strcmp(separator, ", "))
		smmu_buf_puts(help, ")");
}

static void option_row(struct smmu_out *out, const struct cli_opt *opts, const struct cli_opt *opt,
		       unsigned formats)
{
	struct smmu_buf label = {0}, help = {0};

	option_label(&label, opt, formats);
	option_help(&help, opts, opt);
	smmu_out_printf(out, "  %s", smmu_buf_text(&label));
	if (label.size + 4 > OPTION_COLUMN) {
		smmu_out_puts(out, "\n");
		pad(out, OPTION_COLUMN);
	} else {
		pad(out, OPTION_COLUMN - 2 - label.size);
	}
	wrap(out, smmu_buf_text(&help), OPTION_COLUMN, OPTION_COLUMN);
	smmu_buf_fini(&label);
	smmu_buf_fini(&help);
}

static void option_rows(struct smmu_out *out, const struct cli_opt *opts, unsigned formats,
			bool positional)
{
	for (size_t i = 0; i < cli_opt_count(opts); i++)
		if (opts[i].kind != CLI_OPT_ALIAS && cli_opt_is_positional(&opts[i]) == positional)
			option_row(out, opts, &opts[i], formats);
}

static bool has_rows(const struct cli_opt *opts, bool positional)
{
	for (size_t i = 0; i < cli_opt_count(opts); i++)
		if (opts[i].kind != CLI_OPT_ALIAS && cli_opt_is_positional(&opts[i]) == positional)
			return true;
	return false;
}

/* Lines "COMMAND\tWHAT IT DOES": the purpose above, the command line below it. */
static void examples(struct smmu_out *out, const char *text)
{
	while (*text) {
		size_t line = strcspn(text, "\n"), command = strcspn(text, "\t\n");

		if (command < line)
			smmu_out_printf(out, "  # %.*s\n", (int)(line - command - 1),
					text + command + 1);
		smmu_out_printf(out, "  %.*s\n", (int)command, text);
		text += line;
		text += *text == '\n';
	}
}

/* The common rows as they are for this command. */
static void common_rows(struct smmu_out *out, const struct cli_command *command, unsigned formats)
{
	for (size_t i = 0; i < cli_opt_count(cli_common_opts); i++) {
		struct cli_opt opt = cli_common_opts[i];

		/* one form is nothing to choose from */
		if (opt.choices == cli_format_choices && formats == CLI_FORMAT(TEXT))
			continue;
		if (!strcmp(opt.name, "output") && command->output_help) {
			opt.value = command->output_value;
			opt.help = command->output_help;
		}
		option_row(out, cli_common_opts, &opt, formats);
	}
}

void cli_help_command(struct smmu_out *out, const struct cli_command *command, bool color)
{
	unsigned formats = command->formats | CLI_FORMAT(TEXT);
	size_t indent = strlen("usage: smmu  ") + strlen(command->name);

	smmu_out_printf(out, "smmu %s - %s\n\nusage: smmu %s ", command->name, command->summary,
			command->name);
	wrap(out, command->synopsis, indent, indent);
	if (command->about) {
		smmu_out_puts(out, "\n");
		wrap(out, command->about, 0, 0);
	}
	if (has_rows(command->opts, true)) {
		title(out, color, "Arguments");
		option_rows(out, command->opts, formats, true);
	}
	if (has_rows(command->opts, false)) {
		title(out, color, "Options");
		option_rows(out, command->opts, formats, false);
	}
	title(out, color, "Common options");
	common_rows(out, command, formats);
	if (command->examples) {
		title(out, color, "Examples");
		examples(out, command->examples);
	}
}

static void summary_row(struct smmu_out *out, const char *name, const char *summary)
{
	size_t size = strlen(name) + 2;

	smmu_out_printf(out, "  %s", name);
	pad(out, size < COMMAND_COLUMN ? COMMAND_COLUMN - size : 1);
	wrap(out, summary, COMMAND_COLUMN, COMMAND_COLUMN);
}

void cli_help_overview(struct smmu_out *out, bool color)
{
	smmu_out_puts(out,
		      "smmu - compile, take apart and run the configuration of an Arm SMMUv3\n\n"
		      "usage: smmu COMMAND [OPTION...] [ARGUMENT...]\n"
		      "       smmu --version\n");
	title(out, color, "Commands");
	for (size_t i = 0; cli_commands[i]; i++)
		summary_row(out, cli_commands[i]->name, cli_commands[i]->summary);
	title(out, color, "Topics");
	for (const struct cli_topic *t = cli_topics; t->name; t++)
		summary_row(out, t->name, t->summary);
	smmu_out_puts(out, "\n\"smmu help NAME\" or \"smmu COMMAND --help\" says more, with "
			   "examples.\n");
}
