// What tokens say of rights: templates, sizes.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import {
  exceedsLimit,
  pointedClaims,
  rightsClaims,
  rolesOf,
} from '../../../src/modules/provider/provider.claims.ts';
import {
  secretMatches,
  withDefaults,
  type ClientApplication,
} from '../../../src/modules/provider/provider.clients.ts';
import { endOf, type Subject } from '../../../src/modules/provider/provider.subject.ts';

const right = (context: Record<string, string[]> = {}, until: Date | null = null) => ({
  right: 'Editor',
  context,
  until,
});
const subject = (rights: ReturnType<typeof right>[], personUntil: Date | null = null): Subject => ({
  personId: 'p',
  userName: 'an',
  givenName: 'An',
  familyName: 'Peeters',
  mail: 'an@mail.example',
  mailVerified: true,
  language: 'nl',
  changedAt: null,
  personUntil,
  rights,
  actingFor: { organisationId: 'o', code: 'OVO1', name: 'Town', targetGroupCode: 'local' },
});
const application = (roleTemplate: string): ClientApplication =>
  ({ roleTemplate, roleClaim: 'abb_loket_rol_3d' }) as ClientApplication;

describe('role values', () => {
  for (const [template, context, expected] of [
    ['{right}', { module: ['A', 'B'] }, ['Editor']],
    ['{right}:{organisation}', {}, ['Editor:OVO1']],
    ['{right}-{context}:{organisation}', { module: ['A', 'B'] }, ['Editor-A:OVO1', 'Editor-B:OVO1']],
    ['{right}-{context}:{organisation}', {}, ['Editor:OVO1']],
    ['{right}:{context}', {}, ['Editor']],
    ['{right}:{context}', { unit: ['2'], area: ['1'] }, ['Editor:1', 'Editor:2']],
    ['{right}{context}', { a: ['$&'] }, ['Editor$&']],
  ] as const) {
    test(`${template} with ${JSON.stringify(context)}`, () =>
      assert.deepEqual(
        rolesOf(right(context as unknown as Record<string, string[]>), template, 'OVO1'),
        expected,
      ));
  }

  test('are always an array, without doubles, under the name the application asks for', () => {
    const claims = rightsClaims(subject([right({ a: ['1'] }), right({ a: ['2'] })]), application('{right}'));
    assert.deepEqual(claims?.['abb_loket_rol_3d'], ['Editor']);
    assert.equal(claims?.entitlements.length, 2);
  });
});

describe('size', () => {
  const claims = rightsClaims(subject([right()]), application('{right}'))!;

  test('is that of roles and entitlements', () => {
    assert.equal(exceedsLimit(claims, 'abb_loket_rol_3d', 4096), false);
    assert.equal(exceedsLimit(claims, 'abb_loket_rol_3d', 10), true);
  });

  test('larger ones are pointed to, the organisation stays', () => {
    const userinfo = { endpoint: 'https://id.example/userinfo' };
    assert.deepEqual(pointedClaims(claims, 'abb_loket_rol_3d', userinfo), {
      organisation: claims.organisation,
      _claim_names: { abb_loket_rol_3d: 'userinfo', entitlements: 'userinfo' },
      _claim_sources: { userinfo },
    });
  });
});

describe('the end of what a token carries', () => {
  test('is the earliest of the rights and the person', () => {
    const [early, late] = [new Date('2026-07-01'), new Date('2026-08-01')];
    assert.deepEqual(endOf(subject([right({}, late), right({}, early)])), early);
    assert.deepEqual(endOf(subject([right({}, late)], early)), early);
    assert.equal(endOf(subject([right()])), null);
  });
});

describe('client secrets', () => {
  const hash = createHash('sha256').update('foo bar').digest('hex');
  const now = new Date('2026-06-15');
  const client = (expiresAt: string | null) =>
    ({ secrets: [{ hash, createdAt: '', expiresAt }] }) as unknown as ClientApplication;

  test('match by digest until they run out', () => {
    assert.equal(secretMatches(client(null), 'foo bar', now), true);
    assert.equal(secretMatches(client('2026-06-16T00:00:00Z'), 'foo bar', now), true);
    assert.equal(secretMatches(client(null), 'something else', now), false);
    assert.equal(secretMatches(client('2026-06-14T00:00:00Z'), 'foo bar', now), false);
  });

  test('in stored metadata are ignored, like members that are ours', () =>
    assert.deepEqual(
      withDefaults({ client_secret: 'x', mandaat: {}, redirect_uris: ['https://a.example/'] }),
      {
        redirect_uris: ['https://a.example/'],
      },
    ));
});
