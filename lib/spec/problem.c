#include "spec/problem_priv.h"

#include <stdarg.h>
#include <stdio.h>

void smmu_problem(struct smmu_problems *p, const char *format, ...)
{
	char sentence[400];
	va_list args;

	p->count++;
	if (!p->say)
		return;
	va_start(args, format);
	vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);
	p->say(p->ctx, sentence);
}
