// Walks one lane once, row by row: checks each row against the one before it and against what was published.
import type { Reader } from '../../platform/db/types.ts';
import { hashRow } from './audit.chain.ts';
import { trailBytes, type CheckpointLane } from './audit.checkpoint.ts';
import { readHead, readRows, type ChainedRow } from './audit.rows.ts';
import type { Finding } from './audit.verify.ts';

const pageRows = 1_000;
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** What a checkpoint says of a stretch of rows. */
interface Trail {
  /** First bytes of the hash of each row after `afterSeq`. */
  readonly bytes: Buffer;
  readonly afterSeq: number;
  readonly publishedAt: string;
}

export class LaneVerifier {
  readonly #reader: Reader;
  readonly #lane: number;
  readonly #report: (finding: Finding) => void;
  /** The last row that was seen. */
  #seq = 0;
  /** Its hash; undefined after a gap, when the next row has nothing to be checked against. */
  #hash: Uint8Array | undefined = new Uint8Array();
  /** The last row that must exist, because a checkpoint says so. */
  #published: { seq: number; at: string } | undefined;
  /** Whether the row before was not the published one: what follows from that is not reported again. */
  #rewriting = false;
  rows = 0;

  constructor(reader: Reader, lane: number, report: (finding: Finding) => void) {
    this.#reader = reader;
    this.#lane = lane;
    this.#report = report;
  }

  /** Walks on to the row the checkpoint ends with. */
  async comparePublished(published: CheckpointLane, publishedAt: string): Promise<void> {
    const bytes = Buffer.from(published.trail, 'base64url');
    const trail: Trail = { bytes, afterSeq: published.seq - bytes.length / trailBytes, publishedAt };
    if (this.#published && published.seq < this.#published.seq) {
      // The checkpoint itself was taken of a lane that had become shorter.
      this.#reportMissing('cut_off', published.seq + 1, this.#published.seq);
      this.#published = { seq: published.seq, at: publishedAt };
      return;
    }
    this.#published = { seq: published.seq, at: publishedAt };
    await this.#walk(published.seq, trail);
    if (this.#seq === published.seq && this.#hash && !this.#rewriting && hex(this.#hash) !== published.hash) {
      const found = hex(this.#hash);
      this.#report({
        kind: 'rewritten',
        lane: this.#lane,
        seq: this.#seq,
        expected: published.hash,
        found,
        publishedAt,
      });
    }
  }

  /** Walks to the end, and compares with what the lane says of itself. */
  async finish(): Promise<void> {
    for (;;) {
      const before = this.#seq;
      await this.#walk(Number.MAX_SAFE_INTEGER);
      // The head is read after the rows, so it can only be further: rows were added while reading.
      const head = await readHead(this.#reader, this.#lane);
      if (head && head.seq > this.#seq && this.#seq > before) continue;
      this.#compareHead(head?.seq ?? 0, head?.hash);
      return;
    }
  }

  #compareHead(headSeq: number, headHash: Uint8Array | undefined): void {
    const lastExpected = Math.max(headSeq, this.#published?.seq ?? 0);
    if (lastExpected > this.#seq) {
      this.#reportMissing('cut_off', this.#seq + 1, lastExpected);
    } else if (headSeq < this.#seq) {
      this.#report({ kind: 'inserted', lane: this.#lane, seq: headSeq + 1, untilSeq: this.#seq });
    } else if (headHash && this.#hash && hex(headHash) !== hex(this.#hash)) {
      const [expected, found] = [hex(this.#hash), hex(headHash)];
      this.#report({ kind: 'head_changed', lane: this.#lane, seq: this.#seq, expected, found });
    }
  }

  async #walk(untilSeq: number, trail?: Trail): Promise<void> {
    for (;;) {
      const rows = await readRows(this.#reader, this.#lane, this.#seq, untilSeq, pageRows);
      for (const row of rows) this.#check(row, trail);
      if (rows.length < pageRows) return;
    }
  }

  #check({ hash, ...row }: ChainedRow, trail: Trail | undefined): void {
    if (row.seq > this.#seq + 1) {
      this.#reportMissing('removed', this.#seq + 1, row.seq - 1);
      this.#hash = undefined;
    }
    const computed = this.#hash && hashRow(this.#hash, row);
    const published = publishedHash(trail, row.seq);
    const isPublished = published?.equals(Buffer.from(hash).subarray(0, trailBytes));
    const about = {
      lane: row.lane,
      seq: row.seq,
      id: row.id,
      action: row.action,
      at: new Date(row.at).toISOString(),
      found: hex(hash),
    };
    if (published && !isPublished) {
      if (!this.#rewriting) {
        const expected = `${published.toString('hex')}…`;
        this.#report({ kind: 'rewritten', ...about, expected, publishedAt: trail!.publishedAt });
      }
    } else if (computed && !computed.equals(hash) && !this.#rewriting) {
      this.#report({ kind: 'changed', ...about, expected: hex(computed) });
    }
    this.#rewriting = isPublished === false;
    this.#seq = row.seq;
    this.#hash = hash;
    this.rows++;
  }

  #reportMissing(kind: 'removed' | 'cut_off', seq: number, untilSeq: number): void {
    const published = this.#published;
    this.#report({
      kind,
      lane: this.#lane,
      seq,
      untilSeq,
      expected: `${untilSeq - seq + 1} rows`,
      found: 'none',
      ...(published && published.seq >= seq ? { publishedAt: published.at } : {}),
    });
  }
}

function publishedHash(trail: Trail | undefined, seq: number): Buffer | undefined {
  if (trail === undefined || seq <= trail.afterSeq) return undefined;
  const start = (seq - trail.afterSeq - 1) * trailBytes;
  return start + trailBytes <= trail.bytes.length
    ? trail.bytes.subarray(start, start + trailBytes)
    : undefined;
}
