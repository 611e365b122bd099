// What a policy answers: yes, or no with the reason. Policies are pure; commands enforce their answer.
import { AppError } from './errors.ts';

export type Decision = { readonly allowed: true } | { readonly allowed: false; readonly reason: string };

export const allow: Decision = { allowed: true };

/** @param reason stable code, the key of the text that tells the person (`errors.<reason>`). */
export function deny(reason: string): Decision {
  return { allowed: false, reason };
}

/** The first refusal counts. @throws forbidden with the reason as code */
export function enforce(...decisions: readonly Decision[]): void {
  for (const decision of decisions) {
    if (!decision.allowed) throw new AppError('forbidden', decision.reason);
  }
}
