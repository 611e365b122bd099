// What a policy answers: yes, or no with the reason. Policies are pure; commands enforce their answer.
import { AppError, type ErrorKind } from './errors.ts';

export type Decision =
  { readonly allowed: true } | { readonly allowed: false; readonly reason: string; readonly kind: ErrorKind };

export const allow: Decision = { allowed: true };

/**
 * @param reason stable code, the key of the text that tells the person (`errors.<reason>`).
 * @param kind `conflict` when it is the state of things that forbids it rather than who asks
 */
export function deny(reason: string, kind: ErrorKind = 'forbidden'): Decision {
  return { allowed: false, reason, kind };
}

/** The first refusal counts. @throws the reason as code */
export function enforce(...decisions: readonly Decision[]): void {
  for (const decision of decisions) {
    if (!decision.allowed) throw new AppError(decision.kind, decision.reason);
  }
}
