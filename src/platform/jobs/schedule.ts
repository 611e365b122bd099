// Regular work of the whole site: pg-boss sees to it that each occurrence is done by one process only.
// Nothing here enforces anything: every task may be late or skipped without a right lasting longer.
import { PgBoss, type ConstructorOptions } from 'pg-boss';
import type { Site } from '../site.ts';

/** A piece of regular work. It must bear being done twice, and being done late. */
export interface Task {
  readonly name: string;
  /** Cron expression of five fields, in UTC. */
  readonly cron: string;
  run(): Promise<unknown>;
}

export interface Schedule {
  stop(): Promise<void>;
}

const queue = 'mandaat-tasks';
const schema = 'job';
/** How often is looked whether something is due. Longer costs punctuality, shorter costs the embedded engine. */
const defaults = { pollSeconds: 10, cronSeconds: 30 };

type ScheduleSite = Pick<Site, 'config' | 'db' | 'logger'>;

/** Starts the schedule; tasks that are no longer listed are taken off it. */
export async function startSchedule(
  site: ScheduleSite,
  tasks: readonly Task[],
  { pollSeconds, cronSeconds } = defaults,
): Promise<Schedule> {
  const boss = new PgBoss(bossOptions(site, pollSeconds, cronSeconds));
  boss.on('error', (error) => site.logger.error({ err: error }, 'the job schedule reports an error'));
  await boss.start();
  await boss.createQueue(queue, { retryLimit: 0, expireInSeconds: 900, deleteAfterSeconds: 3600 });
  for (const task of tasks) {
    await boss.schedule(queue, task.cron, { task: task.name }, { key: task.name });
  }
  for (const old of await boss.getSchedules(queue)) {
    if (!tasks.some((task) => task.name === old.key)) await boss.unschedule(queue, old.key);
  }
  const byName = new Map(tasks.map((task) => [task.name, task]));
  // A failing handler would fail its whole batch: tasks report their own failure, and come again anyway.
  await boss.work<{ task: string }>(
    queue,
    { pollingIntervalSeconds: pollSeconds, batchSize: 20 },
    async (jobs) => {
      for (const job of jobs) await runTask(site, byName.get(job.data.task));
    },
  );
  return { stop: () => boss.stop({ graceful: true, timeout: 10_000 }) };
}

async function runTask(site: ScheduleSite, task: Task | undefined): Promise<void> {
  if (task === undefined) return;
  try {
    await task.run();
  } catch (error) {
    site.logger.error({ task: task.name, err: error }, 'a regular task failed');
  }
}

function bossOptions(site: ScheduleSite, pollSeconds: number, cronSeconds: number): ConstructorOptions {
  const common = {
    schema,
    // Longer than the defaults: this is an idle schedule, not a busy queue.
    cronMonitorIntervalSeconds: cronSeconds,
    cronWorkerIntervalSeconds: Math.max(1, pollSeconds),
    superviseIntervalSeconds: 300,
    flowIntervalSeconds: 3600,
    bamIntervalSeconds: 3600,
    queueCacheIntervalSeconds: 3600,
    monitorVacuum: false,
  } satisfies ConstructorOptions;
  const url = site.config.databaseUrl;
  if (site.db.engine === 'postgres' && url) {
    return { ...common, connectionString: url.reveal(), max: 2, application_name: 'mandaat-jobs' };
  }
  return {
    ...common,
    backend: site.db.engine,
    db: { executeSql: (text, values) => run(site, text, values) },
  };
}

/**
 * On the embedded engine everything waits for the one connection like all others. Only `exec` can do several
 * statements at once, but it makes the engine forget what it had prepared, so it is kept for those.
 */
async function run(site: ScheduleSite, text: string, values?: unknown[]): Promise<{ rows: unknown[] }> {
  const isSingle = !text.trim().replace(/;$/, '').includes(';');
  if (values?.length || isSingle) return { rows: await site.db.query(text, values ?? []) };
  return { rows: await site.db.exec(text) };
}
