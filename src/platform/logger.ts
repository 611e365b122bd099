// The log: one line per event on stdout, JSON in production, readable text elsewhere.
// Must never carry secrets or personal data: names, addresses and tokens are taken out by key and by shape.
import pino from 'pino';
import type { DestinationStream, Logger as PinoLogger } from 'pino';
import type { Config } from './config.ts';
import { isAppError } from './errors.ts';

export type Logger = Pick<
  PinoLogger,
  'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'level' | 'isLevelEnabled'
> & { child(bindings: Record<string, unknown>): Logger };

const HIDDEN = '[hidden]';
const MAX_DEPTH = 5;

/** Keys whose value is a secret or says who somebody is, whatever the spelling: `userName`, `user_name`, … */
const HIDDEN_KEYS =
  /passw|secret|token|cookie|authorization|assertion|verifier|otp|e?mail|phone|address|(given|family|full|user|person)_?name|birth|identifier|login_?hint|^query$|^body$/i;

/** Shapes that give away a secret or a person inside free text, such as the message of a library's error. */
const HIDDEN_SHAPES: readonly (readonly [RegExp, string])[] = [
  [/\/\/[^\s/@]+@/g, `//${HIDDEN}@`],
  [/[\w.+-]+@[\w-]+(\.[\w-]+)*/g, HIDDEN],
  // Long mixtures of letters and digits are tokens, unless they are the identifier of a row.
  [/(?<![\w-])(?![\da-f]{8}-(?:[\da-f]{4}-){3})(?=[\w-]*\d)(?=[\w-]*[a-z])[\w-]{24,}(\.[\w-]+)*/gi, HIDDEN],
  [/(?<![\w-])\d[\d .-]{6,}\d(?![\w-])/g, HIDDEN],
];

/**
 * Makes the process' log. Merge an object first, then a fixed message: `logger.info({ port }, 'listening')`.
 * Errors go in as `{ err }`, and are written by {@link errorDetails}.
 * @param write where lines go; stdout unless a test says otherwise.
 */
export function createLogger(
  config: Pick<Config, 'logLevel' | 'logFormat'>,
  write?: (line: string) => void,
): Logger {
  const line = write ?? ((text: string) => void process.stdout.write(text));
  const destination: DestinationStream = {
    write: config.logFormat === 'json' ? line : (json) => line(readableLine(json)),
  };
  const logger = pino(
    {
      level: config.logLevel,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: errorDetails },
      formatters: {
        level: (label) => ({ level: label }),
        log: (fields) => withoutPersonalData(fields),
      },
    },
    destination,
  );
  // pino does not format the bindings of a child; children inherit this method from their parent.
  const makeChild = logger.child;
  logger.child = function child(this: PinoLogger, bindings: pino.Bindings) {
    return makeChild.call(this, withoutPersonalData(bindings));
  } as typeof logger.child;
  return logger;
}

export type ErrorDetails = {
  type: string;
  code?: string;
  kind?: string;
  constraint?: string;
  message?: string;
  at?: string[];
  cause?: ErrorDetails;
};

/** What may be kept of an error: kinds, codes and places in the code; of its message only what names nobody. */
export function errorDetails(error: unknown, depth = 0): ErrorDetails {
  if (!(error instanceof Error)) return { type: typeof error };
  const details: ErrorDetails = { type: error.name };
  const code = stringAt(error, 'code');
  if (code !== undefined) details.code = code;
  if (isAppError(error)) details.kind = error.kind;
  const constraint = stringAt(error, 'constraint');
  if (constraint !== undefined) details.constraint = constraint;
  // PostgreSQL repeats the offending value in its messages, so of those only code and constraint are kept.
  if (stringAt(error, 'severity') === undefined) details.message = hideShapes(error.message);
  details.at = framesOf(error);
  if (error.cause !== undefined && depth < 3) details.cause = errorDetails(error.cause, depth + 1);
  return details;
}

function framesOf(error: Error): string[] {
  const lines = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return lines.slice(0, 12).map((line) => line.trim().replace(/^at /, ''));
}

function stringAt(error: Error, name: string): string | undefined {
  const value: unknown = Reflect.get(error, name);
  return typeof value === 'string' ? value : undefined;
}

function hideShapes(text: string): string {
  return HIDDEN_SHAPES.reduce((left, [shape, instead]) => left.replace(shape, instead), text).slice(0, 500);
}

function withoutPersonalData(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, name === 'err' ? value : hide(name, value, 0)]),
  );
}

function hide(name: string, value: unknown, depth: number): unknown {
  if (HIDDEN_KEYS.test(name) && typeof value !== 'number' && typeof value !== 'boolean') return HIDDEN;
  if (value instanceof Error) return errorDetails(value);
  // A reason is often the message of a library, which may repeat what somebody sent.
  if (name === 'reason' && typeof value === 'string') return hideShapes(value);
  if (typeof value !== 'object' || value === null || value instanceof Date || hasOwnText(value)) return value;
  if (depth >= MAX_DEPTH) return HIDDEN;
  if (Array.isArray(value)) return value.map((item: unknown) => hide('', item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, hide(key, item, depth + 1)] as const),
  );
}

/** Values that say themselves how they are written, such as a Secret. */
function hasOwnText(value: object): boolean {
  return 'toJSON' in value && typeof value.toJSON === 'function';
}

/** `12:00:00.000 INFO  listening port=3000`, with the place of an error on lines of its own. */
function readableLine(json: string): string {
  const { time, level, msg, err, ...rest } = JSON.parse(json) as Record<string, unknown>;
  const clock = String(time).slice(11, 23);
  const pairs = Object.entries(rest).map(
    ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  const head = [clock, String(level).toUpperCase().padEnd(5), msg, ...pairs].filter(Boolean).join(' ');
  return `${head}\n${err === undefined ? '' : readableError(err as ErrorDetails, '  ')}`;
}

function readableError(error: ErrorDetails, indent: string): string {
  const head = [error.type, error.code, error.constraint, error.message].filter(Boolean).join(': ');
  const frames = (error.at ?? []).map((frame) => `${indent}  at ${frame}\n`).join('');
  const cause = error.cause === undefined ? '' : `${indent}caused by\n${readableError(error.cause, indent)}`;
  return `${indent}${head}\n${frames}${cause}`;
}
