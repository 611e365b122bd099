// The log: both shapes, and that neither secrets nor personal data get into it.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AppError } from '../../src/platform/errors.ts';
import { createLogger, errorDetails } from '../../src/platform/logger.ts';
import { Secret } from '../../src/platform/secret.ts';

function capture(logFormat: 'json' | 'text', logLevel: 'info' | 'warn' = 'info') {
  const lines: string[] = [];
  const logger = createLogger({ logFormat, logLevel }, (line) => lines.push(line));
  return { logger, lines, last: () => JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown> };
}

describe('the log', () => {
  it('writes one JSON object per line with time, level and message', () => {
    const { logger, lines, last } = capture('json');
    logger.child({ requestId: 'r-1' }).info({ port: 3000 }, 'listening');
    assert.equal(lines.length, 1);
    assert.match(lines[0] ?? '', /^\{.*\}\n$/);
    const { time, ...rest } = last();
    assert.match(String(time), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    assert.deepEqual(rest, { level: 'info', requestId: 'r-1', port: 3000, msg: 'listening' });
  });

  it('writes readable lines, with the cause of an error below it', () => {
    const { logger, lines } = capture('text');
    logger.error({ err: new Error('outer', { cause: new TypeError('inner') }), job: 'mail' }, 'job failed');
    assert.match(lines[0] ?? '', /^[\d:.]+ ERROR job failed job=mail\n {2}Error: outer\n {4}at .*\n/);
    assert.match(lines[0] ?? '', /\n {2}caused by\n {2}TypeError: inner\n/);
  });

  it('keeps quiet below its level', () => {
    const { logger, lines } = capture('json', 'warn');
    logger.info('nobody asked');
    assert.deepEqual(lines, []);
  });
});

describe('what must not be in the log', () => {
  it('is hidden by key, at any depth, in bindings too', () => {
    const { logger, lines } = capture('json');
    const person = { id: 'p-1', givenName: 'Marie', family_name: 'Dubois', mail: 'marie@example.org' };
    logger.child({ sessionCookie: 'sid-12345' }).info(
      {
        person,
        headers: [{ authorization: 'Bearer abc' }],
        password: 'correct horse',
        key: new Secret('k'),
      },
      'x',
    );
    assert.doesNotMatch(lines.join(), /Marie|Dubois|marie@|sid-12345|Bearer|correct horse/);
    assert.match(lines.join(), /"id":"p-1"/);
    assert.match(lines.join(), /"key":"\[secret\]"/);
  });

  it('keeps counts whose key looks like a secret', () => {
    const { logger, last } = capture('json');
    logger.info({ tokens: 3, mailSent: true }, 'x');
    assert.deepEqual([last()['tokens'], last()['mailSent']], [3, true]);
  });

  it('is taken out of the messages of errors', () => {
    const texts = [
      'connect failed: postgres://mandaat:hunter2@db/x',
      'no such mailbox marie.dubois@example.org',
      'bad token eyJhbGciOiJFUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJ4In0.c2ln',
      'number 85.07.30-033.61 is taken',
    ];
    const shown = texts.map((text) => errorDetails(new Error(text)).message).join('\n');
    assert.doesNotMatch(shown, /hunter2|marie|dubois|eyJ|85\.07/);
    assert.match(shown, /connect failed: postgres:/);
  });

  it('is taken out of reasons, which are often messages of libraries', () => {
    const { logger, last } = capture('json');
    logger.info({ reason: 'unexpected "sub" claim value: marie.dubois@example.org' }, 'refused');
    assert.equal(last()['reason'], 'unexpected "sub" claim value: [hidden]');
  });

  it('does not include the identifiers and names an operator needs', () => {
    const text =
      'assignment 0198f3a2-7c1d-7e55-9b60-1f0a2b3c4d5e breaks assignment_inside_affiliation_period';
    assert.equal(errorDetails(new Error(text)).message, text);
  });

  it('is not copied from the database, whose messages repeat values', () => {
    const error = Object.assign(new Error('invalid input syntax: "Marie"'), {
      severity: 'ERROR',
      code: '23505',
      constraint: 'person_user_name_key',
      detail: 'Key (user_name)=(marie) already exists.',
    });
    const details = errorDetails(new AppError('conflict', 'user_name_taken', { cause: error }));
    assert.doesNotMatch(JSON.stringify(details), /marie/i);
    assert.equal(details.kind, 'conflict');
    assert.deepEqual([details.cause?.code, details.cause?.constraint], ['23505', 'person_user_name_key']);
  });
});
