// The first pages: each list, asked for by every administrator who has it, one after another as people would.
import { Visitor } from '../sample/visitor.ts';
import { paths } from '../../src/web/paths.ts';
import { accountPassword } from './accounts.ts';
import { submitForm } from './forms.ts';
import type { BenchAdministrator } from './lists-world.ts';

const barMs = 100;

/** What is asked, by whom (kinds; absent: everybody with an organisation), and where. */
type List = readonly [name: string, pathOf: (placeId: string) => string, kinds?: readonly string[]];
const lists: readonly List[] = [
  ['overview', () => paths.home()],
  ['people', (id) => paths.people(id)],
  ['people, below too', (id) => `${paths.people(id)}?subtree=yes`],
  ['people, frequent name', (id) => `${paths.people(id)}?subtree=yes&q=family01`],
  ['people, rare name', (id) => `${paths.people(id)}?subtree=yes&q=family012+given034`],
  ['people, nobody', (id) => `${paths.people(id)}?subtree=yes&q=zzzzz`],
  ['people, externals', (id) => `${paths.people(id)}?subtree=yes&type=external`],
  ['people, ending soon', (id) => `${paths.people(id)}?subtree=yes&status=expiring`],
  ['people, by end', (id) => `${paths.people(id)}?sort=until`],
  ['ending soon', () => paths.endingSoon(), ['province', 'large municipality', 'municipality']],
  ['organisations', () => paths.organisations()],
  ['organisations, searched', () => `${paths.organisations()}?q=organisation+12`],
  ['administrators', (id) => paths.administrators(id)],
  ['offered rights', (id) => paths.offeredRights(id)],
  ['audit', () => paths.audit()],
  ['audit, one name', () => `${paths.audit()}?q=family012+given034`],
  ['audit, refused', () => `${paths.audit()}?outcome=refused`],
  ['holders', (id) => paths.holders(id), ['application owner']],
  ['holders, past', (id) => `${paths.holders(id)}?state=past`, ['application owner']],
  ['holders, one organisation', (id) => `${paths.holders(id)}?organisation=o1500`, ['application owner']],
  ['holders, frequent name', (id) => `${paths.holders(id)}?q=family01`, ['application owner']],
  ['holders, rare name', (id) => `${paths.holders(id)}?q=family012+given034`, ['application owner']],
];

interface Asked {
  readonly kind: string;
  readonly ms: number;
}

/** Prints one line for each list; throws when a page is not there. */
export async function measureLists(
  origin: string,
  administrators: readonly BenchAdministrator[],
): Promise<void> {
  const visitors = new Map<BenchAdministrator, Visitor>();
  for (const one of administrators) visitors.set(one, await signIn(origin, one.userName));
  console.log(
    `\n${'first page of'.padEnd(28)} ${'median'.padStart(8)} ${'p95'.padStart(8)} ${'slowest'.padStart(8)}`,
  );
  for (const [name, pathOf, kinds] of lists) {
    const asked: Asked[] = [];
    for (const [one, visitor] of visitors) {
      const has = kinds ? kinds.includes(one.kind) : one.places === 'organisation';
      if (!has) continue;
      const begun = performance.now();
      const page = await visitor.open(`${origin}${pathOf(one.placeId)}`);
      if (page.status !== 200) throw new Error(`${name} for ${one.kind}: ${page.status}`);
      asked.push({ kind: one.kind, ms: performance.now() - begun });
    }
    print(name, asked);
  }
}

function print(name: string, asked: Asked[]): void {
  const sorted = asked.toSorted((a, b) => a.ms - b.ms);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
  const shown = (ms: number) => ms.toFixed(0).padStart(8);
  const [half, p95, slowest] = [at(0.5), at(0.95), at(1)];
  const verdict = p95.ms <= barMs ? '' : '  over the bar';
  console.log(
    `${name.padEnd(28)} ${shown(half.ms)} ${shown(p95.ms)} ${shown(slowest.ms)}  ${slowest.kind}${verdict}`,
  );
}

export async function signIn(origin: string, userName: string): Promise<Visitor> {
  const visitor = new Visitor();
  const entrance = await visitor.open(`${origin}/`);
  const page = await submitForm(visitor, entrance, '/sign-in', {
    login: userName,
    password: accountPassword,
  });
  if (page.status !== 200) throw new Error(`${userName} cannot sign in: ${page.status}`);
  return visitor;
}
