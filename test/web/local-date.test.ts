import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  dateToInstant,
  isLocalDate,
  lastDayToUntil,
  localDateOf,
  nextDay,
  untilToLastDay,
} from '../../src/web/local-date.ts';

const brussels = 'Europe/Brussels';

describe('dates of people and instants of the machine', () => {
  it('begins a day at midnight in the zone, in winter and in summer', () => {
    assert.equal(dateToInstant('2026-01-15', brussels).toISOString(), '2026-01-14T23:00:00.000Z');
    assert.equal(dateToInstant('2026-07-15', brussels).toISOString(), '2026-07-14T22:00:00.000Z');
  });

  it('knows that the day on which clocks go forward has 23 hours', () => {
    assert.equal(dateToInstant('2026-03-29', brussels).toISOString(), '2026-03-28T23:00:00.000Z');
    assert.equal(lastDayToUntil('2026-03-29', brussels).toISOString(), '2026-03-29T22:00:00.000Z');
  });

  it('knows that the day on which clocks go back has 25 hours', () => {
    assert.equal(dateToInstant('2026-10-25', brussels).toISOString(), '2026-10-24T22:00:00.000Z');
    assert.equal(lastDayToUntil('2026-10-25', brussels).toISOString(), '2026-10-25T23:00:00.000Z');
  });

  it('begins a day at the jump where clocks skip midnight', () => {
    assert.equal(dateToInstant('2018-11-04', 'America/Sao_Paulo').toISOString(), '2018-11-04T03:00:00.000Z');
  });

  it('begins a day at its first midnight where clocks show midnight twice', () => {
    assert.equal(dateToInstant('2025-11-02', 'America/Havana').toISOString(), '2025-11-02T04:00:00.000Z');
  });

  it('takes the offset of the midnight itself where clocks change later that day', () => {
    assert.equal(dateToInstant('2026-09-27', 'Pacific/Auckland').toISOString(), '2026-09-26T12:00:00.000Z');
    assert.equal(lastDayToUntil('2026-09-27', 'Pacific/Auckland').toISOString(), '2026-09-27T11:00:00.000Z');
    assert.equal(
      dateToInstant('2026-11-01', 'America/Los_Angeles').toISOString(),
      '2026-11-01T07:00:00.000Z',
    );
  });

  it('crosses months and leap years', () => {
    assert.equal(nextDay('2028-02-28'), '2028-02-29');
    assert.equal(nextDay('2026-12-31'), '2027-01-01');
  });

  it('refuses days that do not exist', () => {
    for (const text of [
      '2026-02-29',
      '2026-13-01',
      '2026-1-1',
      '31/12/2026',
      '',
      '0001-01-01',
      '+02026-01-01',
    ]) {
      assert.equal(isLocalDate(text), false, text);
      assert.throws(() => dateToInstant(text, brussels), RangeError);
    }
  });

  it('gives every last day back as it was typed, and never overlaps the next day', () => {
    const zones = [
      brussels,
      'UTC',
      'America/Sao_Paulo',
      'Asia/Kathmandu',
      'Pacific/Auckland',
      'Pacific/Honolulu',
    ];
    const days = fc.date({ min: new Date('1995-01-01'), max: new Date('2060-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(days, fc.constantFrom(...zones), (at, zone) => {
        const day = at.toISOString().slice(0, 10);
        const from = dateToInstant(day, zone);
        const until = lastDayToUntil(day, zone);
        assert.equal(localDateOf(from, zone), day);
        assert.notEqual(localDateOf(new Date(from.getTime() - 1), zone), day);
        assert.equal(untilToLastDay(until, zone), day);
        assert.deepEqual(until, dateToInstant(nextDay(day), zone));
      }),
    );
  });
});
