// Exports of a million rows: how long they take, how much memory the process takes above idle meanwhile, and what happens
// when whoever reads them is slow.
import { setTimeout as delay } from 'node:timers/promises';
import { paths } from '../../src/web/paths.ts';
import { signIn } from './lists-pages.ts';
import type { BenchAdministrator } from './lists-world.ts';
import type { ServerProcess } from './server-process.ts';

const barMb = 100;
/** A slow reader gives up then. */
const slowReaderMs = 20_000;
const slowPauseMs = 50;

export async function measureExports(
  server: ServerProcess,
  administrators: readonly BenchAdministrator[],
): Promise<void> {
  const first = (kind: string) => administrators.find((one) => one.kind === kind)!;
  const [region, owner, auditor] = [first('region'), first('application owner'), first('auditor')];
  const exports: [string, BenchAdministrator, string][] = [
    ['people', region, `${paths.exportPeople(region.placeId)}?subtree=yes&status=all`],
    ['holders', owner, `${paths.holdersExport(owner.placeId)}?state=all`],
    ['audit', auditor, paths.auditExport()],
    ['organisations', region, paths.exportOrganisations()],
  ];
  console.log('');
  for (const [name, who, path] of exports) {
    const visitor = await signIn(server.origin, who.userName);
    for (const slow of [false, true]) {
      await delay(5000);
      const response = await visitor.send(`${server.origin}${path}`);
      if (response.status !== 200) throw new Error(`export of ${name}: ${response.status}`);
      await print(`${name}${slow ? ', slow reader' : ''}`, server, response, slow);
    }
  }
}

async function print(name: string, server: ServerProcess, response: Response, slow: boolean): Promise<void> {
  const idle = (await server.usage()).rssBytes;
  const begun = performance.now();
  let [lines, peak] = [0, idle];
  const watch = setInterval(
    () => void server.usage().then(({ rssBytes }) => (peak = Math.max(peak, rssBytes))),
    100,
  );
  for await (const chunk of response.body!) {
    for (const byte of chunk) if (byte === 10) lines += 1;
    if (slow) await delay(slowPauseMs);
    if (slow && performance.now() - begun > slowReaderMs) break;
  }
  clearInterval(watch);
  const mb = (bytes: number) => Math.round(bytes / 1024 / 1024);
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  const verdict = mb(peak - idle) <= barMb ? '' : '  over the bar';
  console.log(
    `export of ${name}: ${lines} lines in ${seconds} s, ${mb(peak - idle)} MB above ${mb(idle)} MB${verdict}`,
  );
}
