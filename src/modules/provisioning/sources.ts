// Opens the declaration files and hands their declarations out noun by noun, in batches. CSV files are read anew for
// each noun they declare, so that memory does not grow with their length.
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { dirname, extname, relative, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { readCsv, type CsvRow } from '../../platform/files/csv.ts';
import { isAppError } from '../../platform/errors.ts';
import { readHeader, type CsvTable } from './sources.csv.ts';
import { readReferring } from './sources.referring.ts';
import { emptyItems, maxYamlBytes, readYaml, type YamlContent } from './sources.yaml.ts';
import { nouns, type DeclaredValue, type Noun } from './provisioning.format.ts';
import type { Declared, Problems } from './problems.ts';

/** Something that can be read more than once. `path` is where `include` is relative to, when it is a real file. */
export interface SourceFile {
  readonly name: string;
  readonly path?: string;
  size(): Promise<number>;
  open(): Readable;
}

export interface Declarations {
  /** How many declarations of each noun there are, for the progress; of CSV files the number of lines. */
  readonly counts: Readonly<Record<Noun, number>>;
  /** The names of all files read, includes too. */
  readonly files: readonly string[];
  /** At most `size` at a time, in the order of the files. Badly formed ones are reported and left out. */
  batches<N extends Noun>(noun: N, size: number): AsyncIterable<Declared<DeclaredValue<N>>[]>;
}

/** A file of the machine, named relative to the current directory. */
export function fileSource(path: string): SourceFile {
  const absolute = resolve(path);
  return {
    name: nameOf(absolute),
    path: absolute,
    size: async () => (await stat(absolute)).size,
    open: () => createReadStream(absolute),
  };
}

/** As people write it: relative to the current directory, where that is shorter. */
const nameOf = (absolute: string): string =>
  relative(process.cwd(), absolute).startsWith('..') ? absolute : relative(process.cwd(), absolute);

/** Text in memory, for tests and generated worlds. */
export function textSource(name: string, text: string): SourceFile {
  return { name, size: async () => Buffer.byteLength(text), open: () => Readable.from([Buffer.from(text)]) };
}

/** Rows are streamed, so these only stop what cannot be meant. */
const csvLimits = { maxRows: 20_000_000, maxBytes: 8 * 1024 ** 3 };

interface CsvFile {
  readonly source: SourceFile;
  readonly table: CsvTable;
  readonly lines: number;
}

/** Reads the YAML files whole and the CSV files' headers; follows includes. Never throws for what a file holds. */
export async function openDeclarations(
  sources: readonly SourceFile[],
  problems: Problems,
): Promise<Declarations> {
  const items = emptyItems();
  const csvFiles: CsvFile[] = [];
  const names: string[] = [];
  const waiting = [...sources];
  const known = new Set<string>();
  for (let source = waiting.shift(); source !== undefined; source = waiting.shift()) {
    if (known.has(source.path ?? source.name)) continue;
    known.add(source.path ?? source.name);
    names.push(source.name);
    if (extname(source.name).toLowerCase() === '.csv') {
      const csv = await openCsv(source, problems);
      if (csv !== undefined) csvFiles.push(csv);
      continue;
    }
    const content = await openYaml(source, problems);
    for (const noun of nouns) for (const item of content?.items[noun] ?? []) items[noun].push(item as never);
    const base = dirname(source.path ?? '.');
    for (const include of content?.includes ?? []) waiting.push(fileSource(resolve(base, include)));
    for (const referring of content?.referring ?? []) {
      const path = resolve(base, referring.file);
      const file = { name: nameOf(path), path };
      const declared = await readReferring(referring, file, problems);
      if (!names.includes(file.name)) names.push(file.name);
      if (declared !== undefined) items.rightsModels.push(declared);
    }
  }
  const countOf = (noun: Noun) =>
    csvFiles
      .filter((csv) => csv.table.nouns.includes(noun))
      .reduce((sum, csv) => sum + csv.lines, items[noun].length);
  return {
    files: names,
    counts: Object.fromEntries(nouns.map((noun) => [noun, countOf(noun)])) as Record<Noun, number>,
    batches: (noun, size) => inBatches(declarationsOf(noun, items, csvFiles, problems), size),
  };
}

async function openYaml(source: SourceFile, problems: Problems): Promise<YamlContent | undefined> {
  const place = { file: source.name, line: 1, column: 1 };
  try {
    const size = await source.size();
    if (size > maxYamlBytes) {
      problems.add(place, '', 'declaration_file_too_large', { maximum: maxYamlBytes / 1024 / 1024 });
      return undefined;
    }
    const text =
      source.path === undefined ? await readAll(source.open()) : await readFile(source.path, 'utf8');
    return readYaml(source.name, text.replace(/^\uFEFF/, ''), problems);
  } catch (error) {
    reportUnreadable(source, error, problems);
    return undefined;
  }
}

async function openCsv(source: SourceFile, problems: Problems): Promise<CsvFile | undefined> {
  let first: CsvRow | undefined;
  let lines = 0;
  try {
    for await (const chunk of source.open()) lines += countLines(chunk as Buffer);
    for await (const row of readCsv(source.open(), csvLimits)) {
      first = row;
      break;
    }
  } catch (error) {
    reportUnreadable(source, error, problems);
    return undefined;
  }
  // Only a header, and nothing below it.
  if (first === undefined) return undefined;
  const table = readHeader(source.name, Object.keys(first.values), problems);
  return table && { source, table, lines };
}

function reportUnreadable(source: SourceFile, error: unknown, problems: Problems): void {
  const refused = isAppError(error);
  const line = refused ? Number(error.params['line'] ?? 1) : 1;
  const code = refused ? error.code : 'file_unreadable';
  const params = refused ? error.params : { message: messageOf(error) };
  problems.add({ file: source.name, line, column: 1 }, '', code, params);
}

async function* declarationsOf<N extends Noun>(
  noun: N,
  items: YamlContent['items'],
  csvFiles: readonly CsvFile[],
  problems: Problems,
): AsyncGenerator<Declared<DeclaredValue<N>>> {
  yield* items[noun];
  for (const { source, table } of csvFiles) {
    if (!table.nouns.includes(noun)) continue;
    try {
      for await (const row of readCsv(source.open(), csvLimits)) {
        const declared = table.declare(noun, row, problems);
        if (declared !== undefined) yield declared;
      }
    } catch (error) {
      if (!isAppError(error)) throw error;
      reportUnreadable(source, error, problems);
    }
  }
}

async function* inBatches<T>(items: AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let batch: T[] = [];
  for await (const item of items) {
    batch.push(item);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

async function readAll(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function countLines(chunk: Buffer): number {
  let count = 0;
  for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) count += 1;
  return count;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
