// Reads YAML and JSON declaration files (JSON is YAML), keeping the place of everything for the error messages.
import { isAlias, isMap, isPair, isScalar, isSeq, LineCounter, parseAllDocuments } from 'yaml';
import type { Document, Node, Pair } from 'yaml';
import type { z } from 'zod';
import { formats, nouns, type DeclaredValue, type Noun } from './provisioning.format.ts';
import { joinPath, type Declared, type Place, type Problems } from './problems.ts';

/** Bigger lists belong in CSV files, which are streamed; this reader keeps the whole document in memory. */
export const maxYamlBytes = 16 * 1024 * 1024;

export interface YamlContent {
  readonly items: { [N in Noun]: Declared<DeclaredValue<N>>[] };
  readonly includes: string[];
  /** Rights models whose document is in a file of its own. */
  readonly referring: Referring[];
}

/** A declaration that waits for the document it names. */
export interface Referring {
  readonly raw: Readonly<Record<string, unknown>>;
  /** As it is written, relative to the file it is written in. */
  readonly file: string;
  readonly source: Omit<Declared<unknown>, 'value'>;
}

/** Something written, with the way back to where. */
export interface Written {
  readonly value: unknown;
  placeOf(path: readonly PropertyKey[]): Place;
}

export function emptyItems(): YamlContent['items'] {
  return Object.fromEntries(nouns.map((noun) => [noun, []])) as unknown as YamlContent['items'];
}

/** Everything the text declares; what is wrong with its form goes to `problems`. */
export function readYaml(file: string, text: string, problems: Problems): YamlContent {
  const content: YamlContent = { items: emptyItems(), includes: [], referring: [] };
  const { documents, placeAt } = parse(file, text, problems);
  for (const document of documents) readDocument(document, placeAt, content, problems);
  return content;
}

/** A file that is one value and no list of declarations; undefined when that is reported not to be so. */
export function readValue(file: string, text: string, problems: Problems): Written | undefined {
  const told = problems.count;
  const { documents, placeAt } = parse(file, text, problems);
  if (problems.count > told) return undefined;
  const [document, second] = documents;
  if (document === undefined) return { value: undefined, placeOf: () => placeAt(0) };
  if (second !== undefined)
    return void problems.add(placeAt(offsetOf(second.contents)), '', 'one_document_expected');
  const root: unknown = document.contents;
  const placeOf = (path: readonly PropertyKey[]) => placeAt(offsetOf(nodeAt(root, path, document)));
  const source = { place: placeAt(offsetOf(root)), path: '', placeOf };
  const value = plainOrTooDeep(root, document, source, problems);
  return value === undefined ? undefined : { value, placeOf };
}

/** The documents that are well formed; what is wrong with the others is reported. */
function parse(file: string, text: string, problems: Problems) {
  const lines = new LineCounter();
  const parsed = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, merge: false });
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const documents = (Array.isArray(parsed) ? parsed : []).filter((document) => {
    const wrong = [...document.errors, ...document.warnings];
    for (const error of wrong)
      problems.add(placeAt(error.pos[0]), '', 'yaml_syntax', { message: error.message });
    return wrong.length === 0;
  });
  return { documents, placeAt };
}

function readDocument(
  document: Document.Parsed,
  placeAt: (offset: number) => Place,
  content: YamlContent,
  problems: Problems,
): void {
  const root: unknown = document.contents;
  if (root === null || (isScalar(root) && root.value === null)) return;
  if (!isMap(root)) return problems.add(placeAt(offsetOf(root)), '', 'file_not_a_map');
  for (const pair of root.items) {
    const key = String(isScalar(pair.key) ? pair.key.value : pair.key);
    const value = resolve(pair.value, document);
    if (key === '$schema') continue;
    if (key === 'include') {
      content.includes.push(...[plain(value, document)].flat().map(String));
    } else if (!nouns.includes(key as Noun)) {
      problems.add(placeAt(offsetOf(pair.key)), key, 'unknown_key', { key });
    } else if (isSeq(value)) {
      readItems(key as Noun, value.items, document, placeAt, content, problems);
    } else if (!(isScalar(value) && value.value === null)) {
      problems.add(placeAt(offsetOf(pair.value)), key, 'not_a_list');
    }
  }
}

function readItems<N extends Noun>(
  noun: N,
  nodes: readonly unknown[],
  document: Document.Parsed,
  placeAt: (offset: number) => Place,
  content: YamlContent,
  problems: Problems,
): void {
  for (const [index, node] of nodes.entries()) {
    const placeOf = (path: readonly PropertyKey[]) => placeAt(offsetOf(nodeAt(node, path, document)));
    const source = { place: placeAt(offsetOf(node)), path: `${noun}[${index}]`, placeOf };
    const raw = plainOrTooDeep(node, document, source, problems);
    const other = noun === 'rightsModels' ? (raw as Record<string, unknown> | null)?.['document'] : undefined;
    if (typeof other === 'string') {
      content.referring.push({ raw: raw as Record<string, unknown>, file: other, source });
      continue;
    }
    const value = checkForm(noun, raw, source, problems);
    if (value !== undefined) content.items[noun].push({ ...source, value });
  }
}

function plainOrTooDeep(
  node: unknown,
  document: Document.Parsed,
  source: Omit<Declared<unknown>, 'value'>,
  problems: Problems,
): unknown {
  try {
    return plain(node, document);
  } catch (error) {
    if (!(error instanceof TooDeep)) throw error;
    problems.add(source.place, source.path, 'too_deep');
    return undefined;
  }
}

/** The parsed value, or undefined when its form is wrong, which is then reported. */
export function checkForm<N extends Noun>(
  noun: N,
  raw: unknown,
  source: Omit<Declared<unknown>, 'value'>,
  problems: Problems,
): DeclaredValue<N> | undefined {
  if (raw === undefined) return undefined;
  const result = formats[noun].safeParse(raw);
  if (result.success) return result.data as DeclaredValue<N>;
  for (const issue of result.error.issues) reportIssue(issue, raw, source, problems);
  markFailed(noun, raw, problems);
  return undefined;
}

/** What its code says it is, it will not be. */
function markFailed(noun: Noun, raw: unknown, problems: Problems): void {
  const { code, userName, organisation, person } = (raw ?? {}) as Record<string, unknown>;
  if (noun === 'targetGroups') problems.failed.add(`target_group ${String(code)}`);
  if (noun === 'organisations' || noun === 'applications')
    problems.failed.add(`${noun.slice(0, -1)} ${String(code)}`);
  if (noun === 'units') problems.failed.add(`unit ${String(organisation)} ${String(code)}`);
  if (noun === 'people') problems.failed.add(`person ${String(userName).toLowerCase()}`);
  if (noun === 'affiliations') {
    problems.failed.add(`affiliation ${String(person).toLowerCase()} ${String(organisation)}`);
  }
}

function reportIssue(
  issue: z.core.$ZodIssue,
  raw: unknown,
  source: Omit<Declared<unknown>, 'value'>,
  problems: Problems,
): void {
  const add = (path: readonly PropertyKey[], code: string, params = {}) =>
    problems.add(source.placeOf(path), joinPath(source.path, path), code, params);
  if (issue.code === 'unrecognized_keys') {
    for (const key of issue.keys) add([...issue.path, key], 'unknown_key', { key });
    return;
  }
  const given = issue.path.reduce<unknown>(
    (value, key) => (value as Record<PropertyKey, unknown>)?.[key],
    raw,
  );
  if (given === undefined) return add(issue.path, 'required');
  if (/^[a-z]+(_[a-z]+)+$|^required$/.test(issue.message)) return add(issue.path, issue.message);
  if (issue.code === 'invalid_value')
    return add(issue.path, 'not_one_of', { values: issue.values.join(', ') });
  if (issue.code === 'invalid_type') return add(issue.path, 'wrong_type', { expected: issue.expected });
  if (issue.code === 'too_big') return add(issue.path, 'too_long', { maximum: Number(issue.maximum) });
  add(issue.path, 'invalid_value', { message: issue.message });
}

function resolve(node: unknown, document: Document.Parsed): unknown {
  return isAlias(node) ? node.resolve(document) : node;
}

/** Deeper than any declaration; what is deeper refers to itself. */
const maxDepth = 12;

class TooDeep extends Error {}

/** Plain values. A number whose digits would be lost (`00123`, `1e3`) stays the text that was written. */
function plain(given: unknown, document: Document.Parsed, depth = 0): unknown {
  if (depth > maxDepth) throw new TooDeep();
  const node = resolve(given, document);
  if (isMap(node)) {
    return Object.fromEntries(
      node.items.map((pair) => [
        String(isScalar(pair.key) ? (pair.key.source ?? pair.key.value) : pair.key),
        plain(pair.value, document, depth + 1),
      ]),
    );
  }
  if (isSeq(node)) return node.items.map((item) => plain(item, document, depth + 1));
  if (!isScalar(node)) return null;
  if (typeof node.value === 'number' && node.source !== undefined && String(node.value) !== node.source) {
    return node.source;
  }
  return node.value;
}

/** The node at a path; a key that is too much has the place of its name; of what is missing, the last node above it. */
function nodeAt(from: unknown, path: readonly PropertyKey[], document: Document.Parsed): unknown {
  let node = resolve(from, document);
  for (const [index, key] of path.entries()) {
    let next: unknown;
    if (isMap(node)) {
      const pair: Pair | undefined = node.items.find(
        (item) => String(isScalar(item.key) ? (item.key.source ?? item.key.value) : item.key) === String(key),
      );
      next =
        pair === undefined ? undefined : index === path.length - 1 ? (pair.value ?? pair.key) : pair.value;
    } else if (isSeq(node)) {
      next = node.items[Number(key)];
    }
    if (next === undefined || next === null) return node;
    node = resolve(next, document);
  }
  return node;
}

function offsetOf(node: unknown): number {
  if (isPair(node)) return offsetOf(node.key);
  return (node as Partial<Node> | null)?.range?.[0] ?? 0;
}
