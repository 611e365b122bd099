// What a verification of the audit found, in words.
import type { Finding } from '../modules/audit/index.ts';

const kinds: Readonly<Record<Finding['kind'], readonly [one: string, many: string]>> = {
  changed: same('was changed: its content does not give its hash'),
  removed: ['is gone', 'are gone'],
  inserted: ['was put behind the end of its lane', 'were put behind the end of their lane'],
  cut_off: ['is gone: the end of the lane was cut off', 'are gone: the end of the lane was cut off'],
  rewritten: same(
    'is not the row that was published: the record was rewritten from here on, and its chain made to fit',
  ),
  head_changed: same('is not what the lane says its last row is'),
  checkpoint: same('cannot be trusted'),
};

function same(words: string): readonly [string, string] {
  return [words, words];
}

/** What a finding is about, and whether that is more than one row. */
function subjectOf({ kind, place, lane, seq, untilSeq }: Finding): { subject: string; many: boolean } {
  if (kind === 'checkpoint') return { subject: `Checkpoint ${place}`, many: false };
  if (seq === undefined) return { subject: `Lane ${lane}`, many: false };
  if (untilSeq === undefined || untilSeq === seq) return { subject: `Lane ${lane}, row ${seq}`, many: false };
  return { subject: `Lane ${lane}, rows ${seq} to ${untilSeq}`, many: true };
}

/** One finding in words, for people and for a search in the database. */
export function describeFinding(finding: Finding): string {
  const { subject, many } = subjectOf(finding);
  // A lane without a row to name has lost the note of its end itself.
  const isLaneGone = finding.kind === 'head_changed' && finding.seq === undefined;
  const what = isLaneGone ? 'is missing from the list of lanes' : kinds[finding.kind][many ? 1 : 0];
  const identity = [finding.id && `id ${finding.id}`, finding.action, finding.at].filter(Boolean).join(', ');
  const lines = [`${subject}${identity ? ` (${identity})` : ''} ${what}.`];
  if (finding.publishedAt) lines.push(`  published  ${finding.publishedAt}`);
  if (finding.expected) lines.push(`  expected   ${finding.expected}`);
  if (finding.found) lines.push(`  found      ${finding.found}`);
  return lines.join('\n');
}
