// Reads the JSON of a request as I-JSON (RFC 7493): names that come once, sound texts, and no deeper than anybody needs, so
// that a gateway before us and we read the same. Source: Authorization API 1.0, JSON payload considerations.
import { isUtf8 } from 'node:buffer';
import { unstorablePaths } from '../../platform/storable.ts';
import { AuthzenError } from './authzen.schema.ts';

/** Levels of objects and lists; our own messages have seven at most. */
const maxDepth = 32;

/** @throws AuthzenError 400 */
export function readJson(bytes: Uint8Array): unknown {
  if (!isUtf8(bytes)) throw new AuthzenError(400, 'the request body is not UTF-8');
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
  const body = parse(text);
  const { depth, members } = outlineOf(text);
  if (depth > maxDepth)
    throw new AuthzenError(400, `the request body is nested deeper than ${maxDepth} levels`);
  if (membersIn(body) !== members)
    throw new AuthzenError(400, 'the request body has an object with the same name twice');
  // Only an escape can write what is not text: the bytes themselves were read as UTF-8.
  const [place] = text.includes('\\u') ? unstorablePaths(body) : [];
  if (place) throw new AuthzenError(400, `${place.join('.')}: a text with U+0000 or half a character`);
  return body;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new AuthzenError(400, 'the request body is not valid JSON');
  }
}

interface Outline {
  readonly depth: number;
  /** Of all objects together, each as often as it is written. */
  readonly members: number;
}

/** @param text valid JSON */
function outlineOf(text: string): Outline {
  let [depth, deepest, members] = [0, 0, 0];
  for (let at = 0; at < text.length; at++) {
    switch (text[at]) {
      case '"':
        at = endOfText(text, at);
        break;
      case '{':
      case '[':
        deepest = Math.max(deepest, ++depth);
        break;
      case '}':
      case ']':
        depth--;
        break;
      case ':':
        members++;
    }
  }
  return { depth: deepest, members };
}

/** Where the quote is that ends the text that begins here. */
function endOfText(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); ; at = text.indexOf('"', at + 1)) {
    let backslashes = 0;
    while (text[at - 1 - backslashes] === '\\') backslashes++;
    if (backslashes % 2 === 0) return at;
  }
}

/** As parsing left them: of a name that came twice only the last is there. */
function membersIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let count = Array.isArray(value) ? 0 : Object.keys(value).length;
  for (const member of Object.values(value)) count += membersIn(member);
  return count;
}
