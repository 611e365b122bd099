// What a right and an offer are, as read.
import type { Names } from '../../platform/db/types.ts';
import type { Period } from '../../platform/period.ts';
import type { ContextDefinition } from './rights.context.ts';

export interface Right {
  readonly id: string;
  readonly applicationId: string;
  readonly applicationCode: string;
  readonly applicationNames: Names;
  readonly code: string;
  readonly names: Names;
  readonly descriptions: Names;
  readonly position: number;
  readonly period: Period;
  readonly version: number;
  readonly contexts: readonly ContextDefinition[];
}

export interface Offer {
  readonly id: string;
  readonly rightId: string;
  readonly rightCode: string;
  readonly rightNames: Names;
  readonly organisation: {
    readonly id: string;
    readonly code: string;
    readonly name: string;
    readonly names: Names;
  } | null;
  readonly targetGroup: { readonly id: string; readonly code: string; readonly names: Names } | null;
  readonly maxPeriodDays: number | null;
  readonly maxUntil: Date | null;
  readonly period: Period;
  readonly cancelledAt: Date | null;
  readonly version: number;
}

/** A right that an organisation may hand out. */
export interface OfferedRight extends Right {
  readonly ceilings: readonly {
    readonly maxPeriodDays: number | null;
    readonly maxUntil: Date | null;
    readonly period: Period;
  }[];
}

/** The name in the language, or the nearest there is. */
export function nameIn(names: Names, language: string, fallback: string): string {
  return names[language as keyof Names] ?? names.en ?? names.nl ?? names.fr ?? names.de ?? fallback;
}
