/*
 * Data files of layouts, tests/data/layout-*.txt, found from the folder that
 * the tests run in.
 */
#ifndef TESTS_UNIT_SPEC_LAYOUT_H
#define TESTS_UNIT_SPEC_LAYOUT_H

#include <stdio.h>

#include "spec/lookup.h"

/* A data file; its absence fails the test. */
FILE *layout_open(const char *name);
/* The next line that is no comment, in line; false at the end. */
bool layout_line(char *line, size_t size, FILE *file);
/* The format of a structure, event, command or register; its absence fails the test. */
struct smmu_name layout_format(const char *name);
/* Bits of the field in a word; whether it has its row under ctx. */
uint64_t layout_bits(const struct smmu_field *field, unsigned word);

#endif
