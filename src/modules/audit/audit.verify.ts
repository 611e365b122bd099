// Proves that the audit is whole: every row against its chain, every lane against its head, and all of it against
// the checkpoints that were published outside the database. Names what is wrong. Memory does not grow with the record.
import type { PublicKey } from '../../platform/crypto.ts';
import type { Reader } from '../../platform/db/types.ts';
import { hashLine, isSignedBy, parseCheckpoint, type Checkpoint } from './audit.checkpoint.ts';
import type { CheckpointLine } from './audit.checkpoint-files.ts';
import { LaneVerifier } from './audit.lane-verifier.ts';
import { readHeads } from './audit.rows.ts';
import { laneCount } from './audit.writer.ts';

export type FindingKind =
  /** The content of a row does not give the hash that stands with it. */
  | 'changed'
  /** Rows in the middle of a lane are gone. */
  | 'removed'
  /** A row stands where the lane says there is none. */
  | 'inserted'
  /** The end of a lane is gone. */
  | 'cut_off'
  /** A row is not the one that was published, though its chain was made to fit. */
  | 'rewritten'
  /** The lane's own note of its last row is not that row. */
  | 'head_changed'
  /** A checkpoint was changed, is not signed by a known key, or does not follow the one before. */
  | 'checkpoint';

export interface Finding {
  readonly kind: FindingKind;
  readonly lane?: number;
  /** The row it is about, or the first one. */
  readonly seq?: number;
  /** The last row it is about, when there are more. */
  readonly untilSeq?: number;
  readonly id?: string;
  readonly at?: string;
  readonly action?: string;
  readonly expected?: string;
  readonly found?: string;
  /** When the checkpoint that says otherwise was published. */
  readonly publishedAt?: string;
  /** File and line of a checkpoint. */
  readonly place?: string;
}

export interface Verification {
  readonly intact: boolean;
  readonly rows: number;
  readonly checkpoints: number;
  /** Instant of the newest checkpoint that was used: nothing before it can have been rewritten unseen. */
  readonly publishedUntil: string | undefined;
  /** The first findings, oldest first. */
  readonly findings: readonly Finding[];
  readonly findingCount: number;
}

export interface PublishedCheckpoints {
  readonly lines: AsyncIterable<CheckpointLine>;
  /** Keys the reader trusts. */
  readonly keys: readonly PublicKey[];
}

const maxFindings = 100;

/** @param published without it only the chains themselves are proven, which somebody may have computed anew. */
export async function verifyAudit(reader: Reader, published?: PublishedCheckpoints): Promise<Verification> {
  const findings: Finding[] = [];
  let findingCount = 0;
  const report = (finding: Finding) => {
    findingCount++;
    if (findings.length < maxFindings) findings.push(finding);
  };
  const lanes = new Map<number, LaneVerifier>();
  const laneOf = (lane: number): LaneVerifier => {
    const verifier = lanes.get(lane) ?? new LaneVerifier(reader, lane, report);
    lanes.set(lane, verifier);
    return verifier;
  };

  let checkpoints = 0;
  let publishedUntil: string | undefined;
  for await (const checkpoint of trustedCheckpoints(published, report)) {
    checkpoints++;
    publishedUntil = checkpoint.at;
    for (const lane of checkpoint.lanes) await laneOf(lane.lane).comparePublished(lane, checkpoint.at);
  }
  const heads = await readHeads(reader);
  for (let lane = 0; lane < laneCount; lane++) {
    if (!heads.some((head) => head.lane === lane))
      report({ kind: 'head_changed', lane, expected: 'a lane', found: 'none' });
  }
  for (const head of heads) await laneOf(head.lane).finish();
  for (const [lane, verifier] of lanes) {
    if (!heads.some((head) => head.lane === lane)) await verifier.finish();
  }
  await reportRowsOutsideLanes(reader, report);
  const rows = [...lanes.values()].reduce((sum, lane) => sum + lane.rows, 0);
  return { intact: findingCount === 0, rows, checkpoints, publishedUntil, findings, findingCount };
}

async function reportRowsOutsideLanes(reader: Reader, report: (finding: Finding) => void): Promise<void> {
  const strays = await reader
    .selectFrom('audit_event')
    .select(['lane', 'seq', 'id', 'action'])
    .where((where) => where.or([where('lane', '<', 0), where('lane', '>=', laneCount)]))
    .limit(1)
    .execute();
  for (const stray of strays) report({ kind: 'inserted', ...stray });
}

/** Checkpoints whose signature holds; everything else about them is reported. */
async function* trustedCheckpoints(
  published: PublishedCheckpoints | undefined,
  report: (finding: Finding) => void,
): AsyncGenerator<Checkpoint> {
  let previous: string | null = null;
  for await (const { file, line, text } of published?.lines ?? []) {
    const place = `${file} line ${line}`;
    const checkpoint = parseCheckpoint(text);
    // Half a line of a crash. A damaged checkpoint is noticed at the next one, which does not follow it.
    if (!checkpoint) continue;
    const key = published?.keys.find((candidate) => candidate.kid === checkpoint.keyId);
    if (!key) {
      report({ kind: 'checkpoint', place, expected: 'a known key', found: checkpoint.keyId });
      continue;
    }
    if (!isSignedBy(checkpoint, key)) {
      report({ kind: 'checkpoint', place, found: 'a signature that does not hold' });
      continue;
    }
    if (checkpoint.previous !== previous) {
      report({
        kind: 'checkpoint',
        place,
        expected: checkpoint.previous ?? 'no checkpoint before it',
        found: previous ?? 'no checkpoint before it',
      });
    }
    previous = hashLine(text);
    yield checkpoint;
  }
}
