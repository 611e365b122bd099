// Turns what the database refuses into the product's own errors, keyed by SQLSTATE and the name of the constraint.
import { AppError, type ErrorKind } from '../errors.ts';

interface DatabaseError {
  code: string;
  constraint?: string;
}

const byConstraint: Record<string, readonly [kind: ErrorKind, code: string, field?: string]> = {
  target_group_code_key: ['conflict', 'code_taken', 'code'],
  organisation_code_key: ['conflict', 'code_taken', 'code'],
  organisation_identifier_pk: ['conflict', 'identifier_taken', 'identifier'],
  organisation_tree_no_loop: ['conflict', 'organisation_loop', 'parent'],
  organisation_parent_fk: ['invalid', 'organisation_unknown', 'parent'],
  organisation_target_group_fk: ['invalid', 'target_group_unknown', 'targetGroup'],
  unit_parent_fk: ['invalid', 'unit_unknown', 'parent'],
  organisation_not_own_parent: ['conflict', 'organisation_loop', 'parent'],
  unit_code_key: ['conflict', 'code_taken', 'code'],
  person_user_name_key: ['conflict', 'user_name_taken', 'userName'],
  person_mail_key: ['conflict', 'mail_taken', 'mail'],
  person_identifier_pk: ['conflict', 'identifier_taken', 'identifier'],
  person_identifier_once: ['conflict', 'identifier_taken', 'identifier'],
  affiliation_overlap: ['conflict', 'affiliation_overlap', 'from'],
  affiliation_unit_fk: ['invalid', 'unit_unknown', 'unit'],
  application_code_key: ['conflict', 'code_taken', 'code'],
  application_right_code_key: ['conflict', 'code_taken', 'code'],
  context_definition_code_key: ['conflict', 'code_taken', 'code'],
  context_option_pk: ['conflict', 'code_taken', 'code'],
  client_pkey: ['conflict', 'client_id_taken', 'clientId'],
  offer_overlap: ['conflict', 'offer_overlap', 'from'],
  assignment_overlap: ['conflict', 'assignment_overlap', 'from'],
  assignment_inside_affiliation: ['conflict', 'assignment_outside_affiliation', 'until'],
  decision_model_number_key: ['conflict', 'stale_edit'],
  decision_model_one_valid: ['conflict', 'stale_edit'],
  decision_model_one_draft: ['conflict', 'stale_edit'],
  administration_overlap: ['conflict', 'administration_overlap', 'from'],
  administration_inside_affiliation: ['conflict', 'administration_outside_affiliation', 'until'],
  administration_inside_giver: ['conflict', 'administration_outlives_giver', 'until'],
};

const periodSuffix = '_period';
const transient = new Set(['40001', '40P01']);

function isDatabaseError(error: unknown): error is DatabaseError {
  return error instanceof Error && typeof (error as Partial<DatabaseError>).code === 'string';
}

/** Serialisation failure or deadlock: the whole transaction may simply be tried again. */
export function isTransient(error: unknown): boolean {
  return isDatabaseError(error) && transient.has(error.code);
}

/** The domain error behind a constraint violation; anything else comes back as it was. */
export function toDomainError(error: unknown): unknown {
  if (!isDatabaseError(error) || !error.constraint) return error;
  const known = byConstraint[error.constraint];
  if (known) {
    const [kind, code, field] = known;
    return new AppError(kind, code, { cause: error, ...(field ? { fields: { [field]: { code } } } : {}) });
  }
  if (error.code === '23514' && error.constraint.endsWith(periodSuffix)) {
    return new AppError('invalid', 'period_empty', {
      cause: error,
      fields: { until: { code: 'period_empty' } },
    });
  }
  return error;
}
