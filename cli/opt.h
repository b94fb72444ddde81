/*
 * Options of a command as a table over its args struct.  The same rows give
 * parsing, --help, completion and the defaults.
 *
 *	struct peek_args { struct cli_u64 stream; bool deep; const char *system; };
 *	static const struct cli_opt peek_opts[] = {
 *		OPT_POS("SYSTEM", struct peek_args, system, "the system file"),
 *		OPT_ID("stream", struct peek_args, stream, "ID", "StreamID or BDF"),
 *		OPT_ALIAS("sid", "stream"),
 *		OPT_FLAG("deep", struct peek_args, deep, "follow every table"),
 *		OPT_END()
 *	};
 *
 * A member of the wrong type does not compile.
 *
 * Threading: tables are immutable; getopt_long makes cli_opt_parse one thread
 * at a time in a process.
 */
#ifndef CLI_OPT_H
#define CLI_OPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"

enum cli_opt_kind {
	CLI_OPT_END,
	CLI_OPT_FLAG,
	CLI_OPT_U64, /* smmu_parse_u64 */
	CLI_OPT_ID,  /* the same, or a PCI address such as 0000:01:00.0 */
	CLI_OPT_STR,
	CLI_OPT_STR_MAY, /* its value is --name=VALUE, or the next word where one is left over */
	CLI_OPT_STRS,	 /* may be given several times */
	CLI_OPT_ENUM,
	CLI_OPT_ALIAS,	  /* another name of the row that target names */
	CLI_OPT_POS,	  /* a positional argument that must be given */
	CLI_OPT_POS_MAY,  /* one that may be left out */
	CLI_OPT_POS_REST, /* none or more, after every other positional */
};

/* A number, and whether the user gave one. */
struct cli_u64 {
	uint64_t value;
	bool given;
};

/* Strings in the order given; item is owned by the args struct (cli_opt_fini). */
struct cli_strings {
	const char **item;
	size_t count;
};

/* One word of an ENUM option; the member is an int.  A list ends with a NULL name. */
struct cli_choice {
	const char *name;
	int value;
};

struct cli_opt {
	enum cli_opt_kind kind;
	char letter;	    /* short form, 0 when there is none */
	const char *name;   /* long form, or the name of a positional in the synopsis */
	size_t offset;	    /* of the member in the args struct */
	const char *value;  /* what --help calls the value */
	const char *help;   /* one phrase */
	const char *target; /* ALIAS only */
	const struct cli_choice *choices; /* ENUM only */
	uint64_t initial;		  /* U64, ID and ENUM: the value when not given */
};

/* offsetof, and a compile-time proof that the member has that type. */
#define CLI_MEMBER(type, member, wanted)                                                           \
	(offsetof(type, member) + 0 * sizeof((wanted *)0 == &((type *)0)->member))

#define CLI_OPT_ROW(kind_, letter_, name_, type, member, wanted, value_, help_)                    \
	.kind = (kind_), .letter = (letter_), .name = (name_),                                     \
	.offset = CLI_MEMBER(type, member, wanted), .value = (value_), .help = (help_)

#define OPT_FLAG(name, type, member, help) OPT_FLAG_SHORT(0, name, type, member, help)
#define OPT_FLAG_SHORT(letter, name, type, member, help)                                           \
	{                                                                                          \
		CLI_OPT_ROW(CLI_OPT_FLAG, letter, name, type, member, bool, NULL, help)            \
	}
#define OPT_U64(name, type, member, value, help)                                                   \
	{                                                                                          \
		CLI_OPT_ROW(CLI_OPT_U64, 0, name, type, member, struct cli_u64, value, help)       \
	}
#define OPT_U64_INIT(name, type, member, value, init, help)                                        \
	{                                                                                          \
		CLI_OPT_ROW(CLI_OPT_U64, 0, name, type, member, struct cli_u64, value, help),      \
			.initial = (init)                                                          \
	}
#define OPT_ID(name, type, member, value, help)                                                    \
	{                                                                                          \
		CLI_OPT_ROW(CLI_OPT_ID, 0, name, type, member, struct cli_u64, value, help)        \
	}
#define OPT_STR(name, type, member, value, help) OPT_STR_SHORT(0, name, type, member, value, help)
#define OPT_STR_SHORT(letter, name, type, member, value, help)                                     \
	{                                                                                          \
		CLI_OPT_ROW(CLI_OPT_STR, letter, name, type, member, const char *, value, help)    \
	}
/* The member is "" when the option is given without a value. */
#define OPT_STR_MAY(name, type, member, value, help)                                               \
	{                                                                                          \
		CLI_OPT_ROW(CLI_OPT_STR_MAY, 0, name, type, member, const char *, value, help)     \
	}
#define OPT_STRS(name, type, member, value, help)                                                  \
	{                                                                                          \
		CLI_OPT_ROW(CLI_OPT_STRS, 0, name, type, member, struct cli_strings, value, help)  \
	}
#define OPT_ENUM(name, type, member, list, init, help)                                             \
	{                                                                                          \
		CLI_OPT_ROW(CLI_OPT_ENUM, 0, name, type, member, int, NULL, help),                 \
			.choices = (list), .initial = (init)                                       \
	}
#define OPT_ALIAS(alias, of)                                                                       \
	{                                                                                          \
		.kind = CLI_OPT_ALIAS, .name = (alias), .target = (of)                             \
	}
#define OPT_POS(name, type, member, help)                                                          \
	{                                                                                          \
		CLI_OPT_ROW(CLI_OPT_POS, 0, name, type, member, const char *, NULL, help)          \
	}
#define OPT_POS_MAY(name, type, member, help)                                                      \
	{                                                                                          \
		CLI_OPT_ROW(CLI_OPT_POS_MAY, 0, name, type, member, const char *, NULL, help)      \
	}
#define OPT_POS_REST(name, type, member, help)                                                     \
	{                                                                                          \
		CLI_OPT_ROW(CLI_OPT_POS_REST, 0, name, type, member, struct cli_strings, NULL,     \
			    help)                                                                  \
	}
#define OPT_END()                                                                                  \
	{                                                                                          \
		.kind = CLI_OPT_END                                                                \
	}

/* A table and the struct that its rows fill. */
struct cli_opt_set {
	const struct cli_opt *opts;
	void *args;
};

/*
 * Fills the args of both sets (zeroed, then the rows' initial values) from
 * argv[1..argc-1]; names are looked up in the first set, then in the second.
 * Strings are borrowed from argv.  Reports every problem it finds; returns 0
 * or SMMU_E_USAGE, SMMU_E_NOMEM.  cli_opt_fini the sets either way.
 */
int cli_opt_parse(const struct cli_opt_set sets[2], int argc, char *const *argv,
		  struct smmu_diag *diag);
void cli_opt_fini(const struct cli_opt_set *set);

/* The rows of a table before its END. */
size_t cli_opt_count(const struct cli_opt *opts);
bool cli_opt_is_positional(const struct cli_opt *opt);

#endif
