/*
 * Records of what software does: memory, registers, commands, broadcast
 * invalidation.  IHI 0070 G.b chapters 4, 6; 3.17.
 */
#include <string.h>

#include "base/text.h"
#include "replay/run_priv.h"
#include "trace/data.h"

static int poke_bytes(struct smmu_run *run, const struct smmu_record *record)
{
	struct smmu_place at = smmu_run_place(run, record);

	smmu_buf_clear(&run->bytes);
	if (!record->data || !record->data_size || record->data_size % 2)
		return smmu_diag_error(run->diag, &at, SMMU_E_SYNTAX,
				       "the data of a poke is hex digits, two a byte");
	for (uint32_t i = 0; i + 1 < record->data_size; i += 2) {
		int high = smmu_hex_digit(record->data[i]),
		    low = smmu_hex_digit(record->data[i + 1]);

		if (high < 0 || low < 0)
			return smmu_diag_error(run->diag, &at, SMMU_E_SYNTAX,
					       "\"%.2s\" in the data of a poke is no byte",
					       record->data + i);
		smmu_buf_putc(&run->bytes, (char)(high * 16 + low));
	}
	return run->bytes.failed ? smmu_diag_nomem(run->diag) : 0;
}

void smmu_run_memory_changed(const struct smmu_run *run, size_t by)
{
	const struct smmu_machine *machine = run->replay->machine;

	for (size_t i = 0; i < machine->count; i++)
		if (i != by)
			smmu_model_flush(machine->smmu[i].model);
}

/* Software writes memory: what any SMMU has cached of it may be out of date. */
int smmu_run_poke(struct smmu_run *run, const struct smmu_record *record)
{
	static const enum smmu_pas spaces[SMMU_SEC_COUNT] = {
		[SMMU_SEC_NS] = SMMU_PAS_NS,
		[SMMU_SEC_S] = SMMU_PAS_S,
		[SMMU_SEC_REALM] = SMMU_PAS_REALM,
		[SMMU_SEC_ROOT] = SMMU_PAS_ROOT,
	};
	struct smmu_pa pa = {record->txn.address, spaces[record->txn.sec % SMMU_SEC_COUNT]};
	struct smmu_place at = smmu_run_place(run, record);
	int error = poke_bytes(run, record);

	if (error)
		return error;
	if (!smmu_mem_write(run->replay->machine->mem, pa, run->bytes.data, run->bytes.size))
		smmu_diag_warn(run->diag, &at,
			       "there is no memory for a poke of %zu bytes at 0x%llx",
			       run->bytes.size, (unsigned long long)pa.pa);
	smmu_run_memory_changed(run, SIZE_MAX);
	return 0;
}

/* The two words of a command, lowest first, spaces between. */
static int command_words(struct smmu_run *run, struct smmu_cmd *cmd,
			 const struct smmu_record *record)
{
	struct smmu_place at = smmu_run_place(run, record);
	const char *text = record->data ? record->data : "";

	for (unsigned i = 0; i < SMMU_CMD_WORDS; i++) {
		size_t size;

		text += strspn(text, " ");
		size = strcspn(text, " ");
		if (smmu_parse_u64(&cmd->word[i], text, size))
			return smmu_diag_error(run->diag, &at, SMMU_E_SYNTAX,
					       "the data of a command is two 64-bit words with a "
					       "space between, not \"%.*s\"",
					       (int)size, text);
		text += size;
	}
	if (text[strspn(text, " ")])
		return smmu_diag_error(run->diag, &at, SMMU_E_SYNTAX,
				       "\"%s\" follows the two words of a command", text);
	return 0;
}

static const char *sec_name(enum smmu_sec sec)
{
	static const char *const names[SMMU_SEC_COUNT] = {"Non-secure", "Secure", "Realm", "Root"};

	return names[sec % SMMU_SEC_COUNT];
}

int smmu_run_command(struct smmu_run *run, size_t smmu, const struct smmu_record *record)
{
	struct smmu_model *model = run->replay->machine->smmu[smmu].model;
	struct smmu_place at = smmu_run_place(run, record);
	struct smmu_cmd cmd;
	int error = command_words(run, &cmd, record);

	if (error)
		return error;
	error = smmu_model_command(&run->reply, model, record->txn.sec, &cmd);
	smmu_run_memory_changed(run, smmu);
	if (error == SMMU_E_LIMIT)
		return smmu_diag_error(run->diag, &at, error,
				       "the %s Command queue is full: it takes no command",
				       sec_name(record->txn.sec));
	if (error == SMMU_E_UNKNOWN)
		return smmu_diag_error(run->diag, &at, error, "there is no %s Command queue",
				       sec_name(record->txn.sec));
	return error ? smmu_diag_nomem(run->diag) : 0;
}

int smmu_run_mmio(struct smmu_run *run, size_t smmu, const struct smmu_record *record)
{
	struct smmu_place at = smmu_run_place(run, record);
	struct smmu_mmio access = {
		.sec = record->txn.sec,
		.write = record->txn.write,
		.size = (unsigned)record->txn.size,
		.offset = record->txn.address,
	};

	if (record->txn.size != 4 && record->txn.size != 8)
		return smmu_diag_error(run->diag, &at, SMMU_E_RANGE,
				       "a register access has size 4 or 8, not %llu",
				       (unsigned long long)record->txn.size);
	if (!record->has_address || record->txn.read == record->txn.write)
		return smmu_diag_error(run->diag, &at, SMMU_E_INVALID,
				       "a register access has an address, and is r or w");
	if (access.write &&
	    (!record->data || smmu_parse_u64(&access.value, record->data, record->data_size)))
		return smmu_diag_error(run->diag, &at, SMMU_E_SYNTAX,
				       "the data of a register write is its value");
	if (!smmu_bits_fit(access.value, 8 * access.size))
		return smmu_diag_error(run->diag, &at, SMMU_E_RANGE,
				       "0x%llx does not fit in %u bytes",
				       (unsigned long long)access.value, access.size);
	if (smmu_model_mmio(&run->reply, run->replay->machine->smmu[smmu].model, &access))
		return smmu_diag_nomem(run->diag);
	if (access.write)
		smmu_run_memory_changed(run, smmu);
	return 0;
}

int smmu_run_page_request(struct smmu_run *run, size_t smmu, const struct smmu_record *record)
{
	struct smmu_page_request request = {.txn = &record->txn};
	struct smmu_place at = smmu_run_place(run, record);
	int error = record->data ? smmu_data_prg(&request.prg_index, &request.last, record->data,
						 record->data_size)
				 : SMMU_E_SYNTAX;

	if (error)
		return smmu_diag_error(run->diag, &at, error,
				       "the data of a page request is a PRG index below 512, with "
				       "L for the last of its group");
	if (smmu_model_page_request(&run->page, run->replay->machine->smmu[smmu].model, &request))
		return smmu_diag_nomem(run->diag);
	run->result.event = run->page.event;
	smmu_run_memory_changed(run, smmu);
	return 0;
}

/* What a PE broadcasts reaches every SMMU. */
int smmu_run_tlbi(struct smmu_run *run, const struct smmu_record *record)
{
	const struct smmu_machine *machine = run->replay->machine;
	struct smmu_place at = smmu_run_place(run, record);
	struct smmu_cmd cmd;
	int error = command_words(run, &cmd, record);

	for (size_t i = 0; i < machine->count && !error; i++)
		if (smmu_model_tlbi(machine->smmu[i].model, record->txn.sec, &cmd))
			error = smmu_diag_error(run->diag, &at, SMMU_E_INVALID,
						"0x%llx is no TLB invalidation of this interface",
						(unsigned long long)smmu_cmd_Opcode(&cmd));
	return error;
}
