/*
 * Help on what is not a command: the forms of input, statuses, environment.
 *
 * Threading: immutable.
 */
#ifndef CLI_TOPIC_H
#define CLI_TOPIC_H

struct cli_topic {
	const char *name, *summary;
	const char
		*text; /* lines of at most 79 columns; NULL: a list of the architecture's names */
};

/* Ends with a NULL name. */
extern const struct cli_topic cli_topics[];

#endif
