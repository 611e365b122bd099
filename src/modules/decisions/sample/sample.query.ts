// What stands in the address of the matrix of a sample: whose answers, about which records.
import { z } from 'zod';
import { paths } from '../../../web/paths.ts';
import { personType } from '../subjects.queries.ts';
import { typedText } from '../typed.ts';

export const rowKinds = ['people', 'groups'] as const;

/** One name or code on a line, each once. */
const lines = z
  .string()
  .max(20_000)
  .catch('')
  .transform((typed) =>
    [
      ...new Set(
        typed
          .replaceAll('\0', '')
          .split('\n')
          .map((line) => line.trim()),
      ),
    ].filter((line) => line !== ''),
  );

export const sampleSchema = z.object({
  rows: z.enum(rowKinds).catch('people'),
  /** Kind of subject. */
  subject: typedText.transform((type) => type || personType),
  /** People by user name or mail, own subjects and groups by code; empty: all. */
  who: lines,
  /** Kind of record. */
  kind: typedText,
  /** Codes; empty: all. */
  records: lines,
  /** Empty: every action. */
  action: typedText,
});

export type SampleQuery = z.infer<typeof sampleSchema>;

/** Somebody chose what to see; without it the form is shown alone. */
export const isAsked = (query: SampleQuery): boolean => query.kind !== '';

export function sampleAddress(path: string, query: SampleQuery): string {
  const { rows, subject, who, kind, records, action } = query;
  const given = { rows, subject, who: who.join('\n'), kind, records: records.join('\n'), action };
  const filled = Object.entries(given).filter(([, value]) => value !== '');
  return `${path}?${new URLSearchParams(filled)}`;
}

/** Where one answer is explained: for people on the page of questions, for groups on a page of its own. */
export function traceAddress(
  applicationId: string,
  query: SampleQuery,
  { who, action, record }: { who: string; action: string; record: string },
): string {
  if (query.rows === 'groups') {
    const asked = new URLSearchParams({ group: who, kind: query.kind, action, record });
    return `${paths.decisionSampleTrace(applicationId)}?${asked}`;
  }
  const asked = new URLSearchParams({ ask: 'one', asked: '1', who, what: `${query.kind}/${action}`, record });
  return `${paths.askDecisions(applicationId)}?${asked}`;
}
