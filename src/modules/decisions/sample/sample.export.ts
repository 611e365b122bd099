// The matrix of a sample as a file, and that somebody took it along.
import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';
import type { Origin } from '../../../platform/change.ts';
import { runCommand } from '../../../platform/command.ts';
import { writeCsv } from '../../../platform/files/csv.ts';
import type { Site } from '../../../platform/site.ts';
import type { Sample } from './sample.answers.ts';
import { actionText, say } from './sample.page.ts';
import type { SampleQuery } from './sample.query.ts';

/** Says of whom and of what, not by name. Audit: decision_sample.exported */
export async function recordSampleExport(
  site: Site,
  origin: Origin,
  applicationId: string,
  query: SampleQuery,
  sample: Sample,
): Promise<void> {
  const subject = { subjectType: 'application', subjectId: applicationId, applicationId };
  const fact = { action: 'decision_sample.exported', ...subject };
  const { rows, kind, action } = query;
  const size = { people: sample.rows.length, records: sample.columns.length };
  await runCommand(site, origin, fact, async (change) =>
    change.record({ ...fact, after: { rows, kind, action, ...size } }),
  );
}

/** A row for each person or group, a column for each record; in each cell what is allowed. */
export async function sendSample(res: Response, query: SampleQuery, sample: Sample, at: Date): Promise<void> {
  const { words } = res;
  const cell = (allowed: readonly string[]): string =>
    sample.actions.length === 1
      ? words.t(`common.form.${allowed.length > 0 ? 'yes' : 'no'}`)
      : allowed.map((action) => actionText(words, action)).join(', ');
  const lines = sample.rows.map((row, index) => ({ row, cells: sample.allowed[index]!.map(cell) }));
  type Line = (typeof lines)[number];
  const columns = [
    { header: say(words, query.rows), value: ({ row }: Line) => row.label },
    { header: say(words, 'code'), value: ({ row }: Line) => row.who },
    ...sample.columns.map(({ label }, index) => ({
      header: label,
      value: ({ cells }: Line) => cells[index] ?? '',
    })),
  ];
  res.type('text/csv').attachment(`${query.kind}-${at.toISOString().slice(0, 10)}.csv`);
  await pipeline(writeCsv(lines, columns), res);
}
