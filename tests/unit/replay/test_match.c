/* Recorded answers: what is given must hold. */
#include "replay/match.h"

#include <criterion/criterion.h>

#include "base/compiler.h"

static const char answer[] =
	"{\"n\":3,\"status\":\"fault\",\"response\":\"abort\",\"event\":{\"type\":\"0x10\","
	"\"name\":\"F_TRANSLATION\",\"record\":[\"0x0000000800000010\",\"0x0000020800000000\","
	"\"0x0000000000001000\",\"0x0\"],\"fields\":{\"StreamID\":\"0x8\",\"CLASS\":\"0x2\"}},"
	"\"updates\":[{\"address\":\"0x40\",\"value\":\"0x403\"}]}";

Test(match, rows)
{
	static const struct {
		const char *row, *want;
		bool holds;
	} rows[] = {
		{"nothing asked", "{}", true},
		{"the status", "{\"n\":3,\"status\":\"fault\"}", true},
		{"another status", "{\"status\":\"ok\"}", false},
		{"an address where there is none", "{\"pa\":\"0x1000\"}", false},
		{"null: no address", "{\"pa\":null}", true},
		{"numbers by value", "{\"event\":{\"type\":16}}", true},
		{"of other spelling", "{\"event\":{\"type\":\"16\"}}", true},
		{"another event", "{\"event\":{\"type\":\"0x11\"}}", false},
		{"null: no event", "{\"event\":null}", false},
		{"a field", "{\"event\":{\"fields\":{\"StreamID\":\"0x08\"}}}", true},
		{"another field", "{\"event\":{\"fields\":{\"StreamID\":\"0x9\"}}}", false},
		{"a field that is not there", "{\"event\":{\"fields\":{\"STAG\":\"0x9\"}}}", false},
		{"the record",
		 "{\"event\":{\"record\":[\"0x800000010\",\"0x20800000000\",\"0x1000\",\"0x0\"]}}",
		 true},
		{"a bit of it",
		 "{\"event\":{\"record\":[\"0x800000010\",\"0x0\",\"0x1000\",\"0x0\"]}}", false},
		{"the same under a mask",
		 "{\"event\":{\"record\":[\"0x800000010\",\"0x0\",\"0x1000\",\"0x0\"],"
		 "\"mask\":[\"0xffffffff000000ff\",\"0x0\",\"0xffffffffffffffff\",\"0x0\"]}}",
		 true},
		{"too few words", "{\"event\":{\"record\":[\"0x800000010\"]}}", false},
		{"recorded, as it is when not said", "{\"event\":{\"recorded\":true}}", true},
		{"not recorded", "{\"event\":{\"recorded\":false}}", false},
		{"updates", "{\"updates\":[{\"address\":\"0x40\",\"value\":\"0x403\"}]}", true},
		{"fewer updates", "{\"updates\":[]}", false},
		{"the second alternative", "{\"any\":[{\"status\":\"ok\"},{\"status\":\"fault\"}]}",
		 true},
		{"no alternative", "{\"any\":[{\"status\":\"ok\"},{\"status\":\"abort\"}]}", false},
		{"where it comes from is not the answer",
		 "{\"source\":\"walker\",\"address\":\"0x1\"}", true},
	};
	json_t *got = json_loads(answer, 0, NULL);

	cr_assert(got);
	for (size_t i = 0; i < SMMU_LEN(rows); i++) {
		json_t *want = json_loads(rows[i].want, 0, NULL);

		cr_assert(want, "%s", rows[i].row);
		cr_expect_eq(smmu_match(want, got), rows[i].holds, "%s", rows[i].row);
		json_decref(want);
	}
	json_decref(got);
}
