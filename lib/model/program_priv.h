/*
 * What the parts of the programming interface ask of each other: registers of
 * one interface, global errors, queues, stalled transactions.  IHI 0070 G.b
 * 3.5, 3.12.2, 4, 6.3, 7.1, 7.2, 7.5.
 *
 * Everything is written for any interface: the register of one that
 * corresponds to a Non-secure register is found by spec/reg.h.
 *
 * Threading: one thread at a time per model.
 */
#ifndef SMMU_MODEL_PROGRAM_PRIV_H
#define SMMU_MODEL_PROGRAM_PRIV_H

#include "model/model_priv.h"
#include "spec/cmd.h"

/* Value of the register of sec that corresponds to the Non-secure reg; 0 where there is none. */
uint64_t smmu_program_get(const struct smmu_model *model, enum smmu_reg reg, enum smmu_sec sec);
/* Sets it; nothing happens where there is none. */
void smmu_program_set(struct smmu_model *model, enum smmu_reg reg, enum smmu_sec sec,
		      uint64_t value);

/*
 * Global errors, as masks of the register GERROR.  7.5: an error that is active
 * stays as it is; the others are activated, with their interrupt.
 */
void smmu_gerror_raise(struct smmu_model *model, enum smmu_sec sec, uint64_t errors);
/* The errors that are not acknowledged. */
uint64_t smmu_gerror_active(const struct smmu_model *model, enum smmu_sec sec);

/*
 * Interrupts (3.18): noted for smmu_model_interrupts(), and sent as an MSI where
 * the interface has them and the address is not 0.  One of GERROR, Event and PRI
 * queue needs its enable in IRQ_CTRL.
 */
void smmu_irq_raise(struct smmu_model *model, enum smmu_sec sec, enum smmu_irq source);
/* The one that a CMD_SYNC asks for. */
void smmu_irq_sync(struct smmu_model *model, enum smmu_sec sec, const struct smmu_cmd *cmd);

/*
 * A register was written; if it asks for an address translation operation
 * (chapter 9), that is carried out.  reply takes descriptor updates; SMMU_E_NOMEM.
 */
int smmu_atos_wrote(struct smmu_reply *reply, struct smmu_model *model, enum smmu_reg reg);

/* Consumes commands while the queue of sec goes on; SMMU_E_NOMEM. */
int smmu_cmdq_run(struct smmu_model *model, enum smmu_sec sec);

/*
 * Tries the stalled transactions whose events could not be written once more,
 * while the Event queue takes records; SMMU_E_NOMEM.
 */
int smmu_stall_record_pending(struct smmu_model *model, enum smmu_sec sec);
/* CMD_RESUME and CMD_STALL_TERM on the queue of sec; SMMU_E_NOMEM. */
int smmu_stall_resume(struct smmu_model *model, enum smmu_sec sec, const struct smmu_cmd *cmd);
int smmu_stall_terminate(struct smmu_model *model, enum smmu_sec sec, const struct smmu_cmd *cmd);
/* Ends all of sec with an abort: its SMMUEN became 0. */
int smmu_stall_abort_all(struct smmu_model *model, enum smmu_sec sec);

#endif
