// Turns the bytes of an uploaded text file into text, whatever the spreadsheet that wrote it: UTF-8, UTF-16 or
// windows-1252, with or without a byte order mark. Must never replace a letter silently.
import { AppError } from '../errors.ts';

const NEWLINE = 0x0a;
/** Longest line kept while waiting for its end; a file beyond this is no table. */
const MAX_LINE_BYTES = 1024 * 1024;

/**
 * Decodes as it reads. Without a mark, bytes that are no UTF-8 make it windows-1252, unless earlier lines had
 * letters that only UTF-8 explains.
 * @throws invalid `file_too_large` {maximum} in MiB, `file_bad_encoding` {line}, `file_line_too_long` {line}.
 */
export async function* decodeText(
  source: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<string> {
  let decode: LineDecoder | undefined;
  for await (const bytes of wholeStart(limitBytes(source, maxBytes))) {
    if (decode === undefined) {
      const { decoder, skip } = sniffEncoding(bytes);
      decode = decoder;
      yield decode(bytes.subarray(skip), false);
    } else {
      yield decode(bytes, false);
    }
  }
  if (decode !== undefined) yield decode(new Uint8Array(), true);
}

type LineDecoder = (bytes: Uint8Array, isLast: boolean) => string;

function sniffEncoding(bytes: Uint8Array): { decoder: LineDecoder; skip: number } {
  const [a, b, c] = bytes;
  if (a === 0xef && b === 0xbb && c === 0xbf) return { decoder: utf8OrWindows(false), skip: 3 };
  if (a === 0xff && b === 0xfe) return { decoder: utf16('utf-16le'), skip: 2 };
  if (a === 0xfe && b === 0xff) return { decoder: utf16('utf-16be'), skip: 2 };
  if (a !== 0 && b === 0) return { decoder: utf16('utf-16le'), skip: 0 };
  if (a === 0 && b !== 0 && b !== undefined) return { decoder: utf16('utf-16be'), skip: 0 };
  return { decoder: utf8OrWindows(true), skip: 0 };
}

function utf16(label: 'utf-16le' | 'utf-16be'): LineDecoder {
  const decoder = new TextDecoder(label, { ignoreBOM: true });
  return (bytes, isLast) => decoder.decode(bytes, { stream: !isLast });
}

/** Decodes whole lines only, so that a letter cut in two by a chunk is not taken for another encoding. */
function utf8OrWindows(mayBeWindows: boolean): LineDecoder {
  const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const windows = new TextDecoder('windows-1252');
  let onlyAscii = mayBeWindows;
  let isWindows = false;
  let line = 1;
  let rest: Uint8Array = new Uint8Array();

  function decodeLines(bytes: Uint8Array): string {
    if (isWindows) return windows.decode(bytes);
    try {
      const text = utf8.decode(bytes);
      if (text.length !== bytes.length) onlyAscii = false;
      return text;
    } catch (cause) {
      if (!onlyAscii) throw new AppError('invalid', 'file_bad_encoding', { params: { line }, cause });
      isWindows = true;
      return windows.decode(bytes);
    }
  }

  return (bytes, isLast) => {
    const joined = Buffer.concat([rest, bytes]);
    const end = isLast ? joined.length : joined.lastIndexOf(NEWLINE) + 1;
    rest = joined.subarray(end);
    if (rest.length > MAX_LINE_BYTES)
      throw new AppError('invalid', 'file_line_too_long', { params: { line } });
    const text = decodeLines(joined.subarray(0, end));
    line += text.split('\n').length - 1;
    return text;
  };
}

/** The first piece is at least four bytes, or all there is: a mark may come cut in two. */
async function* wholeStart(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let start: Buffer | undefined = Buffer.alloc(0);
  for await (const bytes of source) {
    if (start === undefined) {
      yield bytes;
      continue;
    }
    start = Buffer.concat([start, bytes]);
    if (start.length < 4) continue;
    yield start;
    start = undefined;
  }
  if (start !== undefined && start.length > 0) yield start;
}

async function* limitBytes(source: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  let total = 0;
  for await (const bytes of source) {
    total += bytes.length;
    if (total > maxBytes) throw tooLarge(maxBytes);
    yield bytes;
  }
}

function tooLarge(maxBytes: number): AppError {
  return new AppError('invalid', 'file_too_large', {
    params: { maximum: Math.floor(maxBytes / 1024 / 1024) },
  });
}
