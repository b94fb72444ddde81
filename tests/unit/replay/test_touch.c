/* Pages that a run touches: reuse distances beside a stack that is searched, counts by hand. */
#include "replay/touch.h"

#include <criterion/criterion.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>

#include "replay/bugs.h"

enum { PAGES = 40, TOUCHES = 3000 };

static const struct smmu_result ok = {.status = SMMU_STATUS_OK};

static char *told(const struct smmu_touch *touch)
{
	static char name[] = "s", text[16384];
	const struct smmu_emit_options options = {.format = SMMU_EMIT_JSON};
	struct smmu_machine_smmu smmu = {.name = name};
	const struct smmu_machine machine = {.smmu = &smmu, .count = 1};
	const struct smmu_stats stats = {0};
	struct smmu_emit *emit;
	struct smmu_out *out;
	size_t size;

	cr_assert_eq(smmu_out_open_memory(&out), 0);
	cr_assert_eq(smmu_emit_new(&emit, out, &options), 0);
	smmu_emit_object(emit, NULL);
	cr_assert_eq(smmu_touch_emit(emit, touch, &stats, &machine), 0);
	smmu_emit_end(emit);
	cr_assert_eq(smmu_emit_free(emit), 0);
	snprintf(text, sizeof(text), "%s", smmu_out_memory(out, &size));
	smmu_out_close(out);
	return text;
}

static void access_page(struct smmu_touch *touch, uint64_t page, uint64_t size)
{
	const struct smmu_record record = {
		.op = SMMU_OP_ACCESS,
		.txn = {.stream = 1, .address = page * 4096, .size = size, .read = true}};

	cr_assert_eq(smmu_touch_add(touch, 0, &record, &ok), 0);
}

static void expect(const struct smmu_touch *touch, const char *part)
{
	const char *text = told(touch);

	cr_expect_not_null(strstr(text, part), "%s: %s", part, text);
}

Test(touch, others_between_two_touches_are_counted)
{
	struct smmu_touch *touch;

	/* a b c a: two others; a again: none; d b: b c a a d, three others once each */
	cr_assert_eq(smmu_touch_new(&touch, SMMU_TOUCH_REUSE, 100), 0);
	for (const char *p = "abcaadb"; *p; p++)
		access_page(touch, (uint64_t)*p, 1);
	expect(touch,
	       "\"reuse_distance\":[{\"from\":0,\"to\":0,\"touches\":1,\"percent_held\":14.29},"
	       "{\"from\":2,\"to\":3,\"touches\":2,\"percent_held\":42.86}],"
	       "\"first_touches\":4");
	smmu_touch_free(touch);
}

/* The distance of a page by its place in a list of pages, the last touched first. */
static unsigned distance_of(uint64_t *list, unsigned *count, uint64_t page)
{
	unsigned at = 0;

	while (at < *count && list[at] != page)
		at++;
	*count += at == *count;
	memmove(list + 1, list, at * sizeof(*list));
	list[0] = page;
	return at;
}

Test(touch, distances_agree_with_a_list)
{
	uint64_t list[PAGES], random = 88172645463325252u, want[7] = {0}, held = 0;
	unsigned count = 0;
	struct smmu_touch *touch;
	char part[128];

	cr_assert_eq(smmu_touch_new(&touch, SMMU_TOUCH_REUSE, PAGES), 0);
	for (unsigned i = 0; i < TOUCHES; i++) {
		unsigned before = count, distance, bucket = 0;

		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		distance = distance_of(list, &count, random % PAGES);
		access_page(touch, random % PAGES, 1);
		if (count != before)
			continue;
		for (; distance; distance /= 2)
			bucket++;
		want[bucket]++;
	}
	for (unsigned bucket = 0; bucket < SMMU_LEN(want); bucket++) {
		held += want[bucket];
		if (!want[bucket])
			continue;
		snprintf(part, sizeof(part), "\"touches\":%llu,\"percent_held\":%.2f}",
			 (unsigned long long)want[bucket], 100.0 * (double)held / TOUCHES);
		expect(touch, part);
	}
	smmu_touch_free(touch);
}

Test(touch, pages_beyond_the_limit_are_only_counted)
{
	struct smmu_touch *touch;

	cr_assert_eq(smmu_touch_new(&touch, SMMU_TOUCH_FOOTPRINT, 2), 0);
	access_page(touch, 5, 8192); /* two pages */
	access_page(touch, 9, 1);
	access_page(touch, 5, 1);
	expect(touch, "\"pages\":2,\"pages_limit\":2,\"touches_beyond\":1,");
	expect(touch, "\"pages\":2,\"bytes\":8192,\"read\":2,\"written\":0,\"never_ok\":0,"
		      "\"lowest\":\"0x5000\",\"highest\":\"0x6000\"");
	smmu_touch_free(touch);
}

Test(touch, windows_count_each_page_once)
{
	struct smmu_touch *touch;

	/* 1000 accesses to 10 pages, 1000 to 30 others, 500 that make no window */
	cr_assert_eq(smmu_touch_new(&touch, SMMU_TOUCH_WORKING_SET, 100), 0);
	for (unsigned i = 0; i < 2500; i++)
		access_page(touch, i < 1000 ? i % 10 : 10 + i % 30, 1);
	expect(touch, "\"working_set\":[{\"accesses\":1000,\"windows\":2,\"least\":10,"
		      "\"average\":20.0,\"most\":30}]");
	smmu_touch_free(touch);
}

Test(touch, the_end_of_addresses)
{
	struct smmu_touch *touch;

	cr_assert_eq(smmu_touch_new(&touch, SMMU_TOUCH_HOTTEST, 100), 0);
	access_page(touch, UINT64_MAX / 4096, UINT64_MAX);
	expect(touch, "\"pages\":1,\"hottest_pages\":[{");
	smmu_touch_free(touch);
}

/* What the program holds; 0 where a sanitizer keeps its own accounts. */
static size_t held(void)
{
	struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
}

/* Twice as many pages as are kept, by accesses of 4 MiB: memory is what the header says. */
Test(touch, no_more_memory_than_is_said)
{
	enum { SPAN = SMMU_TOUCH_OF_ACCESS };
	size_t before = held(), at_limit = 0;
	struct smmu_touch *touch;

	cr_assert_eq(smmu_touch_new(&touch, SMMU_TOUCH_ALL, SMMU_TOUCH_MAX), 0);
	for (uint64_t page = 0; page < 2 * SMMU_TOUCH_MAX; page += SPAN) {
		access_page(touch, page, SPAN * UINT64_C(4096));
		if (page == SMMU_TOUCH_MAX)
			at_limit = held();
	}
	cr_expect_leq(held() - before, (size_t)SMMU_TOUCH_MAX * SMMU_TOUCH_BYTES);
	cr_expect_eq(held(), at_limit);
	smmu_touch_free(touch);
}

Test(bugs, no_more_memory_than_is_said)
{
	size_t before = held(), at_limit = 0;
	struct smmu_bugs *bugs;

	cr_assert_eq(smmu_bugs_new(&bugs, SMMU_BUGS_PAGES), 0);
	for (uint64_t page = 0; page < 2 * SMMU_BUGS_PAGES; page += SMMU_BUGS_OF_RECORD) {
		const struct smmu_record record = {
			.op = SMMU_OP_MAP,
			.has_stream = true,
			.txn = {.stream = 1,
				.address = page * 4096,
				.size = SMMU_BUGS_OF_RECORD * UINT64_C(4096)}};

		cr_assert_eq(smmu_bugs_add(bugs, page, 0, &record, &ok, NULL), 0);
		if (page == SMMU_BUGS_PAGES)
			at_limit = held();
	}
	cr_expect_leq(held() - before, (size_t)SMMU_BUGS_PAGES * SMMU_BUGS_BYTES);
	cr_expect_eq(held(), at_limit);
	smmu_bugs_free(bugs);
}
