/*
 * Exit statuses of every command, and of nothing else.
 *
 * Threading: immutable.
 */
#ifndef CLI_EXIT_H
#define CLI_EXIT_H

enum cli_exit {
	CLI_EXIT_OK = 0,
	CLI_EXIT_FINDING = 1, /* done, and what was asked about does not hold */
	CLI_EXIT_TROUBLE = 2, /* the request could not be carried out */
};

#endif
