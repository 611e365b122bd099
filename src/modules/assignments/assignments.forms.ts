// Reads the forms about assignments: what was typed becomes the input of a command.
import { z } from 'zod';
import { formField, localDateOf, parseForm, type Parsed, type Typed } from '../../web/form.ts';
import { startDay } from '../../web/form-parts.ts';

export interface PeriodForm {
  /** Null: from this moment. Today is now, since a right that begins at midnight past would lie about the past. */
  readonly from: Date | null;
  readonly until: Date | null;
}

export interface GrantForm extends PeriodForm {
  readonly affiliation: string;
  readonly right: string;
  readonly context: Record<string, string[]>;
  readonly reason: string | undefined;
}

const contextPrefix = 'context.';

const periodFields = (zone: string, now: Date) => ({
  from: startDay(zone, now),
  until: formField.lastDay(zone).optional(),
});

/** What was ticked or typed for each context definition; a text area holds one value on each line. */
export function readContext(body: unknown): Record<string, string[]> {
  const entries = Object.entries((body ?? {}) as Record<string, unknown>).filter(([name]) =>
    name.startsWith(contextPrefix),
  );
  return Object.fromEntries(
    entries.map(([name, value]) => {
      const values = Array.isArray(value) ? value : [value];
      const lines = values.flatMap((one) => (typeof one === 'string' ? one.split('\n') : []));
      return [
        name.slice(contextPrefix.length),
        lines.map((line) => line.trim()).filter((line) => line !== ''),
      ];
    }),
  );
}

/** The form to grant a right; the context is checked by the command, which knows what the right asks. */
export function parseGrantForm(body: unknown, zone: string, now: Date): Parsed<GrantForm> {
  const schema = z
    .object({
      affiliation: formField.id(),
      right: formField.id(),
      ...periodFields(zone, now),
      reason: formField.text(500).optional(),
    })
    .transform((form): GrantForm => ({
      affiliation: form.affiliation,
      right: form.right,
      from: form.from,
      until: form.until ?? null,
      reason: form.reason,
      context: readContext(body),
    }));
  return parseForm(schema, body);
}

export interface PeriodChangeForm {
  readonly version: number;
  /** Undefined: it has begun and the form does not ask. */
  readonly from: Date | null | undefined;
  readonly until: Date | null;
  readonly reason: string | undefined;
}

export function parsePeriodForm(body: unknown, zone: string, now: Date): Parsed<PeriodChangeForm> {
  const schema = z
    .object({
      version: formField.version(),
      from: startDay(zone, now).optional(),
      until: formField.lastDay(zone).optional(),
      reason: formField.text(500).optional(),
    })
    .transform((form): PeriodChangeForm => ({
      version: form.version,
      from: form.from,
      until: form.until ?? null,
      reason: form.reason,
    }));
  return parseForm(schema, body);
}

export const endForm = z.object({ version: formField.version(), reason: formField.text(500).optional() });
export const undoForm = z.object({ undo: formField.id() });

/** The period in a form that is still being filled in; undefined while it cannot be read. */
export function readTypedPeriod(
  typed: Typed,
  zone: string,
  now: Date,
): { from: Date; until: Date | null } | undefined {
  const parsed = parseForm(z.object(periodFields(zone, now)), typed);
  if (!parsed.ok) return undefined;
  return { from: parsed.value.from ?? now, until: parsed.value.until ?? null };
}

/** The day of an instant in the zone, as a date field shows it. */
export const dayOf = (at: Date | null, zone: string): string => (at === null ? '' : localDateOf(at, zone));
