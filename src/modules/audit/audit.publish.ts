// Writes checkpoints: reads what was added to the lanes since the last one, signs it, appends it to the directory.
import type { Site } from '../../platform/site.ts';
import {
  hashLine,
  merkleRoot,
  parseCheckpoint,
  signCheckpoint,
  trailBytes,
  type CheckpointLane,
} from './audit.checkpoint.ts';
import { appendCheckpoint, checkpointFileOf, readNewestLines } from './audit.checkpoint-files.ts';
import { publishKeys } from './audit.checkpoint-keys.ts';
import { readHashes, readHeads, type Head } from './audit.rows.ts';

type AuditSite = Pick<Site, 'config' | 'db' | 'clock' | 'logger' | 'secrets'>;

/** Rows of one checkpoint at most: a large import becomes several lines. */
const maxRowsPerCheckpoint = 50_000;
const pageRows = 5_000;

export interface Published {
  readonly file: string;
  readonly rows: number;
  readonly root: string;
  /** Lanes in which the row of the last checkpoint is gone or has another hash: somebody rewrote them. */
  readonly rewrittenLanes: number[];
}

/** What the directory says so far. */
interface Known {
  lastLine: string | undefined;
  lastFile: string | undefined;
  heads: Map<number, { seq: number; hash: string }>;
}

async function readKnown(directory: string): Promise<Known> {
  const known: Known = { lastLine: undefined, lastFile: undefined, heads: new Map() };
  for await (const { text, file } of readNewestLines(directory)) {
    const checkpoint = parseCheckpoint(text);
    // Half a line of a crash: the next checkpoint goes on from the last whole one.
    if (!checkpoint) continue;
    known.lastLine = text;
    known.lastFile = file;
    for (const { lane, seq, hash } of checkpoint.lanes) known.heads.set(lane, { seq, hash });
  }
  return known;
}

/**
 * Publishes everything that was added since the last checkpoint of the configured directory.
 * One process at a time: callers hold the lease `audit-checkpoint`.
 * @returns undefined when there was nothing new.
 */
export async function publishCheckpoint(
  site: AuditSite,
  maxRows: number = maxRowsPerCheckpoint,
): Promise<Published | undefined> {
  const directory = site.config.auditCheckpointDir;
  const known = await readKnown(directory);
  let published: Published | undefined;
  for (;;) {
    const heads = await readHeads(site.db.reader);
    const lanes = await collectLanes(site, known, heads, maxRows);
    if (lanes.moved.length === 0) return published;
    await publishKeys(directory, site.secrets);
    published = await append(site, directory, known, lanes);
    if (lanes.complete) return published;
  }
}

interface Collected {
  moved: CheckpointLane[];
  /** Where each lane stands in this checkpoint, which is behind the database when there is too much for one. */
  heads: Head[];
  rewritten: number[];
  complete: boolean;
}

async function collectLanes(
  site: AuditSite,
  known: Known,
  heads: readonly Head[],
  maxRows: number,
): Promise<Collected> {
  const result: Collected = { moved: [], heads: [], rewritten: [], complete: true };
  let room = maxRows;
  for (const head of heads) {
    const last = known.heads.get(head.lane);
    const fromSeq = last === undefined || last.seq > head.seq ? 0 : last.seq;
    if (last !== undefined && !(await isStill(site, head, last))) result.rewritten.push(head.lane);
    const trail = await readTrail(site, head, fromSeq, room);
    room -= trail.count;
    const reached = { lane: head.lane, seq: trail.seq, hash: trail.hash ?? hexBytes(last?.hash) };
    if (trail.seq < head.seq) result.complete = false;
    result.heads.push(reached);
    if (trail.count > 0) {
      result.moved.push({
        lane: head.lane,
        seq: reached.seq,
        hash: Buffer.from(reached.hash).toString('hex'),
        trail: trail.text,
      });
    }
  }
  return result;
}

const hexBytes = (text: string | undefined): Uint8Array => Buffer.from(text ?? '', 'hex');

/** Whether the row of the last checkpoint still stands there; a lane that did not move says it itself. */
async function isStill(site: AuditSite, head: Head, last: { seq: number; hash: string }): Promise<boolean> {
  if (last.seq > head.seq) return false;
  if (last.seq === head.seq) return Buffer.from(head.hash).toString('hex') === last.hash;
  const [row] = await readHashes(site.db.reader, head.lane, last.seq - 1, 1);
  return row?.seq === last.seq && Buffer.from(row.hash).toString('hex') === last.hash;
}

async function readTrail(site: AuditSite, head: Head, fromSeq: number, room: number) {
  const parts: Buffer[] = [];
  let seq = fromSeq;
  let hash: Uint8Array | undefined;
  while (seq < head.seq && parts.length < room) {
    const limit = Math.min(pageRows, room - parts.length, head.seq - seq);
    const rows = await readHashes(site.db.reader, head.lane, seq, limit);
    for (const row of rows) parts.push(Buffer.from(row.hash).subarray(0, trailBytes));
    const last = rows.at(-1);
    if (last === undefined) break;
    ({ seq, hash } = last);
  }
  return { seq, hash, count: parts.length, text: Buffer.concat(parts).toString('base64url') };
}

async function append(
  site: AuditSite,
  directory: string,
  known: Known,
  lanes: Collected,
): Promise<Published> {
  const at = site.clock.now();
  const startsFile = known.lastFile !== checkpointFileOf(at);
  const others = startsFile ? lanes.heads.filter(isUnmoved(lanes.moved)) : [];
  const standing = others.map(({ lane, seq, hash }) => ({
    lane,
    seq,
    hash: Buffer.from(hash).toString('hex'),
    trail: '',
  }));
  const rows = lanes.heads.reduce((sum, head) => sum + head.seq, 0);
  const root = merkleRoot(lanes.heads);
  const line = signCheckpoint(site.secrets, {
    version: 1,
    at: at.toISOString(),
    issuer: site.config.issuer,
    rows,
    lanes: [...lanes.moved, ...standing].sort((a, b) => a.lane - b.lane),
    root,
    previous: known.lastLine === undefined ? null : hashLine(known.lastLine),
  });
  const file = await appendCheckpoint(directory, at, line);
  known.lastLine = line;
  known.lastFile = checkpointFileOf(at);
  for (const { lane, seq, hash } of lanes.moved) known.heads.set(lane, { seq, hash });
  if (lanes.rewritten.length > 0) {
    site.logger.error({ lanes: lanes.rewritten }, 'the audit was rewritten since its last checkpoint');
  }
  return { file, rows, root, rewrittenLanes: lanes.rewritten };
}

const isUnmoved =
  (moved: readonly CheckpointLane[]) =>
  ({ lane, seq }: Head): boolean =>
    seq > 0 && !moved.some((other) => other.lane === lane);
