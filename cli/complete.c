#include "complete.h"

#include <string.h>

#include "session.h"
#include "topic.h"

/* What stands before the cursor, and where candidates go. */
struct cursor {
	struct smmu_out *out;
	const char *before;
	const char *dashes; /* put in front of a candidate */
};

static void offer(const struct cursor *c, const char *name)
{
	size_t dashes = strlen(c->dashes), size = strlen(c->before);

	/* A lone "-" is the start of "--". */
	if (!strncmp(c->before, c->dashes, size < dashes ? size : dashes) &&
	    (size <= dashes || !strncmp(c->before + dashes, name, size - dashes)))
		smmu_out_printf(c->out, "%s%s\n", c->dashes, name);
}

static void offer_commands(const struct cursor *c)
{
	for (size_t i = 0; cli_commands[i]; i++)
		offer(c, cli_commands[i]->name);
}

static void offer_topics(const struct cursor *c)
{
	for (const struct cli_topic *topic = cli_topics; topic->name; topic++)
		offer(c, topic->name);
}

static void offer_options(const struct cursor *c, const struct cli_opt *opts)
{
	for (size_t i = 0; i < cli_opt_count(opts); i++)
		if (!cli_opt_is_positional(&opts[i]) && opts[i].kind != CLI_OPT_ALIAS)
			offer(c, opts[i].name);
}

/* The option that word is, of those that take the next word; NULL: it is none. */
static const struct cli_opt *awaits_value(const struct cli_opt *opts, const char *word)
{
	for (size_t i = 0; i < cli_opt_count(opts); i++) {
		const struct cli_opt *opt = &opts[i];
		bool by_letter =
			opt->letter && word[0] == '-' && word[1] == opt->letter && !word[2];
		bool by_name = !strncmp(word, "--", 2) && !strcmp(word + 2, opt->name);

		if (!cli_opt_is_positional(opt) && opt->kind != CLI_OPT_FLAG &&
		    (by_letter || by_name))
			return opt;
	}
	return NULL;
}

static void offer_choices(const struct cursor *c, const struct cli_opt *opt, unsigned formats)
{
	for (const struct cli_choice *choice = opt->choices; choice && choice->name; choice++)
		if (opt->choices != cli_format_choices || formats & 1u << choice->value)
			offer(c, choice->name);
}

void cli_complete(struct smmu_out *out, int count, char *const *words)
{
	struct cursor c = {out, count > 0 ? words[count - 1] : "", ""};
	const struct cli_command *command = count > 1 ? cli_command_find(words[0]) : NULL;
	const struct cli_opt *opt;

	if (count <= 1) {
		offer_commands(&c);
		return;
	}
	if (!command)
		return;
	opt = awaits_value(command->opts, words[count - 2]);
	if (!opt)
		opt = awaits_value(cli_common_opts, words[count - 2]);
	if (opt) {
		offer_choices(&c, opt, command->formats | CLI_FORMAT(TEXT));
	} else if (c.before[0] == '-') {
		c.dashes = "--";
		offer_options(&c, command->opts);
		offer_options(&c, cli_common_opts);
	} else if (!strcmp(command->name, "help")) {
		offer_commands(&c);
		offer_topics(&c);
	}
}
