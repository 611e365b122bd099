// Everything that must hold before somebody gets a right: what is conferred, and the context. Pure; used by the
// commands, by declared assignments (`mandaat apply`) and by the check while typing.
import type { ContextValues } from '../../platform/db/types.ts';
import { invalidFields, type FieldError } from '../../platform/errors.ts';
import {
  judge,
  requireConferrable,
  type Allowance,
  type ConferredAssignment,
} from '../administration/index.ts';
import { checkContext, type ContextDefinition } from '../rights/index.ts';

export interface GrantQuestion {
  readonly conferred: ConferredAssignment;
  readonly allowance: Allowance;
  readonly definitions: readonly ContextDefinition[];
  readonly context: ContextValues;
  /** Codes of the running units of the organisation. */
  readonly units: ReadonlySet<string>;
}

/** What is wrong with the fields of a grant: the period, the right and the context together; empty when nothing is. */
export function findFieldErrors(question: GrantQuestion): Record<string, FieldError> {
  const judgement = judge(question.conferred, question.allowance);
  const period =
    judgement.allowed || judgement.reason !== 'period'
      ? {}
      : {
          [judgement.field!]: {
            code: judgement.code!,
            ...(judgement.params ? { params: judgement.params } : {}),
          },
        };
  return { ...period, ...checkContext(question.definitions, question.context, question.units) };
}

/**
 * Passes when the actor may confer this with this context; tells every wrong field at once.
 * @returns the administration it is conferred through; null for the site itself
 * @throws organisation_not_found; four_eyes, beyond_own_power (forbidden); invalid_fields
 */
export function requireGrantable(question: GrantQuestion) {
  const judgement = judge(question.conferred, question.allowance);
  if (!judgement.allowed && judgement.reason !== 'period')
    requireConferrable([question.conferred], question.allowance);
  const errors = findFieldErrors(question);
  if (Object.keys(errors).length > 0) throw invalidFields(errors);
  return judgement.allowed ? judgement.through : null;
}
