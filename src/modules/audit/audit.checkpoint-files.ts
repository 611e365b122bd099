// Checkpoints on disk: one append-only file of JSON lines per month, and the public keys next to them.
// The directory belongs where a database administrator cannot write.
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface CheckpointLine {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly text: string;
}

const filePattern = /^checkpoints-\d{4}-\d{2}\.jsonl$/;

export const checkpointFileOf = (at: Date): string => `checkpoints-${at.toISOString().slice(0, 7)}.jsonl`;

async function checkpointFiles(directory: string): Promise<string[]> {
  const names = await readdir(directory).catch(() => []);
  return names.filter((name) => filePattern.test(name)).sort();
}

/** All lines, oldest first, read one at a time. */
export async function* readCheckpointLines(directory: string): AsyncGenerator<CheckpointLine> {
  for (const file of await checkpointFiles(directory)) yield* readFileLines(directory, file);
}

/** Lines of the newest file, whose first checkpoint tells where every lane stood. */
export async function* readNewestLines(directory: string): AsyncGenerator<CheckpointLine> {
  const newest = (await checkpointFiles(directory)).at(-1);
  if (newest !== undefined) yield* readFileLines(directory, newest);
}

async function* readFileLines(directory: string, file: string): AsyncGenerator<CheckpointLine> {
  const lines = createInterface({ input: createReadStream(join(directory, file)), crlfDelay: Infinity });
  let line = 0;
  for await (const text of lines) {
    line++;
    if (text !== '') yield { file, line, text };
  }
}

/** Appends the line and waits until the disk has it. */
export async function appendCheckpoint(directory: string, at: Date, text: string): Promise<string> {
  await mkdir(directory, { recursive: true });
  const file = join(directory, checkpointFileOf(at));
  const handle = await open(file, 'a+', 0o640);
  try {
    // A crash may have left half a line: it must not swallow this one.
    const { size } = await handle.stat();
    const last = size === 0 ? '\n' : (await readTail(handle, size)).at(-1);
    await handle.appendFile(`${last === '\n' ? '' : '\n'}${text}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  return file;
}

async function readTail(handle: Awaited<ReturnType<typeof open>>, size: number): Promise<string> {
  const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer.toString();
}
