import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { buildTimeline, periodState } from '../../src/web/timeline.ts';

const now = new Date('2026-11-22T08:00:00Z');
const day = (offset: number): Date => new Date(now.getTime() + offset * 86_400_000);

describe('a time line', () => {
  it('tells where a half-open period stands', () => {
    assert.equal(periodState(day(1), null, now), 'future');
    assert.equal(periodState(now, null, now), 'active');
    assert.equal(periodState(day(-5), now, now), 'ended');
    assert.equal(periodState(day(-5), day(30), now), 'ending');
    assert.equal(periodState(day(-5), day(30.1), now), 'active');
  });

  it('puts every bar on the scale, and now in the middle of what runs', () => {
    const offset = fc.integer({ min: -20_000, max: 20_000 });
    const entry = fc.record({ from: offset, length: fc.option(fc.integer({ min: 1, max: 30_000 })) });
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 8 }), (entries) => {
        const timeline = buildTimeline({
          caption: 'c',
          now,
          stateText: (state) => state,
          entries: entries.map(({ from, length }) => ({
            label: 'x',
            from: day(from),
            until: length === null ? null : day(from + length),
          })),
        });
        assert.equal(timeline.lanes.length, entries.length);
        assert.ok(timeline.ticks.length <= 10 && timeline.ticks.every(({ x }) => x >= 0 && x <= 1000));
        for (const lane of timeline.lanes) {
          assert.ok(lane.x >= 0 && lane.x + lane.width <= 1000.1 && lane.width >= 4, JSON.stringify(lane));
          if (lane.state === 'future') assert.ok(lane.x >= Math.min(timeline.nowX - 0.2, 996));
          if (lane.state === 'active')
            assert.ok(lane.x <= timeline.nowX && lane.x + lane.width >= timeline.nowX);
        }
      }),
    );
  });
});
