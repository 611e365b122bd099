// Everything a process does beside answering requests: delivers the outbox, follows natural ends, and keeps house.
import { setTimeout as delay } from 'node:timers/promises';
import type { Translator } from './platform/i18n.ts';
import { tidyEmbedded } from './platform/db/upkeep.ts';
import { cleanUp, type CleanUp } from './platform/jobs/clean-up.ts';
import { withLease } from './platform/jobs/lease.ts';
import { createOutbox, type DeliveryHandler } from './platform/jobs/outbox.ts';
import { outboxState } from './platform/jobs/outbox.store.ts';
import { startPulse } from './platform/jobs/pulse.ts';
import { startSchedule, type Task } from './platform/jobs/schedule.ts';
import { followTime } from './platform/jobs/watermark.ts';
import type { Mailer } from './platform/mail.model.ts';
import type { Metrics } from './platform/metrics.ts';
import type { Site } from './platform/site.ts';
import { publishCheckpoint, raiseAuditAlarm, verifyAndRemember } from './modules/audit/index.ts';
import { createMailHandler } from './modules/notifications/index.ts';

export interface WorkerDeps {
  readonly mailer: Mailer;
  readonly translator: Translator;
  /** Called with what wakes the outbox: `composeSite(…).connectOutbox`. */
  connectOutbox(wake: () => void): void;
  /** Provider: tells one application that somebody was signed out. */
  deliverBackchannelLogout: DeliveryHandler;
  /** Provider: revokes and tells what ended by itself in `[since, until)`. Must bear a repetition. */
  announceEnds(since: Date, until: Date): Promise<void>;
  /** Provider: deletes expired protocol rows. @returns how many; fewer than `limit` means no more are left. */
  sweepExpired(limit: number): Promise<number>;
  readonly metrics?: Metrics;
  /** Default: 3. Ends are announced at most this much, and a little, too late. */
  endsEverySeconds?: number;
}

export interface Worker {
  /**
   * Takes no new work, gives what is in flight the grace period, and publishes what the audit has gained.
   * @param finishRequests done before that last checkpoint: what they record should be in it.
   */
  stop(finishRequests?: () => Promise<void>): Promise<void>;
}

/** Start it after the server listens: laying the first job tables takes a second or two. */
export async function startWorker(site: Site, deps: WorkerDeps): Promise<Worker> {
  const outbox = createOutbox(
    site,
    { mail: createMailHandler(site, deps), backchannel_logout: deps.deliverBackchannelLogout },
    deps.metrics ? { countDelivery: deps.metrics.countDelivery } : {},
  );
  deps.metrics?.watchOutbox(() => outboxState(site.db, site.clock.now()));
  await outbox.start();
  deps.connectOutbox(() => outbox.wake());
  const endsEverySeconds = deps.endsEverySeconds ?? 3;
  const ends = startPulse(site.logger, 'ends', endsEverySeconds, () =>
    followTime(site, 'ends', endsEverySeconds - 0.5, deps.announceEnds),
  );
  const schedule = await startSchedule(site, [
    { name: 'outbox-sweep', cron: '* * * * *', run: () => outbox.drain() },
    { name: 'outbox-clean-up', cron: '17 * * * *', run: () => outbox.cleanUp() },
    { name: 'expired-protocol-rows', cron: '* * * * *', run: () => sweepProtocolRows(deps) },
    { name: 'audit-checkpoint', cron: '*/5 * * * *', run: () => checkpoint(site) },
    { name: 'audit-verification', cron: '41 1 * * *', run: () => verify(site) },
    { name: 'embedded-upkeep', cron: '11 3 * * *', run: () => tidyEmbedded(site.db) },
    ...cleanUpTasks(site),
  ]);
  return {
    async stop(finishRequests) {
      const { shutdownGraceSeconds } = site.config;
      // A mail server that keeps us waiting must not: its message stays claimed, and goes out after that claim.
      await within(shutdownGraceSeconds, Promise.all([schedule.stop(), ends.stop(), outbox.stop()]));
      await finishRequests?.();
      await checkpoint(site).catch((error: unknown) => {
        site.logger.error({ err: error }, 'the last checkpoint of the audit could not be published');
      });
    },
  };
}

async function within(seconds: number, work: Promise<unknown>): Promise<void> {
  const timer = new AbortController();
  const limit = delay(seconds * 1000, undefined, { signal: timer.signal }).catch(() => undefined);
  await Promise.race([work, limit]);
  timer.abort();
}

async function checkpoint(site: Site): Promise<void> {
  await withLease(site, 'audit-checkpoint', 600, async () => {
    await publishCheckpoint(site);
  });
}

async function verify(site: Site): Promise<void> {
  const { findings, findingCount } = await verifyAndRemember(site);
  for (const finding of findings) site.logger.error({ finding, findingCount }, 'the audit is not intact');
  if (findingCount > 0) await raiseAuditAlarm(site, findingCount);
}

const sweepRows = 500;

async function sweepProtocolRows(deps: WorkerDeps): Promise<void> {
  // Bounded: what is left over is for the next minute.
  for (let batch = 0; batch < 100; batch++) {
    if ((await deps.sweepExpired(sweepRows)) < sweepRows) return;
  }
}

/** Rows that only counted for a while. Nothing depends on their going away: all are checked when they are read. */
export const cleanUpRules: readonly (CleanUp & { cron: string })[] = [
  {
    table: 'rate_limit',
    key: ['key'],
    where: `expire < extract(epoch from $1::timestamptz) * 1000`,
    cron: '7 * * * *',
  },
  {
    table: 'undo_entry',
    key: ['id'],
    where: `expires_at < $1::timestamptz - interval '1 day'`,
    cron: '27 * * * *',
  },
  {
    table: 'one_time_link',
    key: ['id'],
    where: `expires_at < $1::timestamptz - interval '90 days'`,
    cron: '37 2 * * *',
  },
  {
    // Kept for half a year after their grant, to be offered first next time. No index by age: one look an hour is cheaper.
    table: 'acting_choice',
    key: ['grant_id'],
    where: `chosen_at < $1::timestamptz - interval '180 days'
      and not exists (select 1 from oidc_payload g where g.model = 'Grant' and g.id = acting_choice.grant_id)`,
    cron: '57 * * * *',
  },
  { table: 'portal_session', key: ['id_hash'], where: 'expires_at < $1::timestamptz', cron: '47 * * * *' },
];

function cleanUpTasks(site: Site): Task[] {
  return cleanUpRules.map(({ cron, ...rule }) => ({
    name: `clean-up-${rule.table.replaceAll('_', '-')}`,
    cron,
    run: () => cleanUp(site.db, rule, site.clock.now()),
  }));
}
