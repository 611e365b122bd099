// Loads the demo world: the files of config/demo, some hundred invented people,
// one password for all of them, and the secrets of the sample applications.
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import type { Change } from '../../platform/change.ts';
import { hashToken } from '../../platform/crypto.ts';
import { createPasswordHasher } from '../../platform/password-hash.ts';
import type { Site } from '../../platform/site.ts';
import { storeDemoExamples } from '../decisions/index.ts';
import { applyDeclarations, fileSource, textSource, type SourceFile } from '../provisioning/index.ts';
import { demoDecisionClients, demoPassword, demoSampleClient, type DemoClient } from './demo.cast.ts';
import { assignmentsCsv, inventPeople, peopleCsv, type Municipality } from './demo.people.ts';

const directory = fileURLToPath(new URL('../../../config/demo', import.meta.url));
/** Declares the application that the sample is. */
export const counterFile = join(directory, 'applications', 'counter.yaml');
const defaultPort = 3001;
const inventedPeople = 400;

/** Loads it, in one transaction: the world is whole or absent. @param people how many are invented besides the cast */
export async function loadDemoWorld(site: Site, setting: string, people = inventedPeople): Promise<void> {
  const hash = await createPasswordHasher(site.config).hash(demoPassword);
  await applyDeclarations(site, await demoSources(site, people), {
    relativeDays: true,
    afterwards: (change) => finish(change, setting, hash),
  });
}

async function finish(change: Change, setting: string, hash: string): Promise<void> {
  await setPasswords(change, hash);
  for (const client of [demoSampleClient, ...Object.values(demoDecisionClients)]) {
    await setSecret(change, client);
  }
  await storeDemoExamples(change);
  const value = JSON.stringify({ loadedAt: change.at });
  // Two processes may have started at once: the second finds everything there.
  await change.trx
    .insertInto('site_setting')
    .values({ key: setting, value })
    .onConflict((conflict) => conflict.column('key').doNothing())
    .execute();
  change.record({ action: 'demo_world.loaded', subjectType: 'site' });
}

/** The files of config/demo and the invented people. The address of the sample application is that of this process. */
export async function demoSources(site: Pick<Site, 'config'>, people: number): Promise<SourceFile[]> {
  const sources: SourceFile[] = [];
  for (const name of await includedFiles()) {
    const path = join(directory, name);
    if (path !== counterFile || site.config.samplePort === defaultPort) sources.push(fileSource(path));
    else sources.push(textSource(name, movedTo(site.config, await readFile(path, 'utf8'))));
  }
  const invented = [...inventPeople(await municipalities(), people, '12021')];
  sources.push(textSource('people.csv', [...peopleCsv(invented)].join('')));
  sources.push(textSource('assignments.csv', [...assignmentsCsv(invented)].join('')));
  return sources;
}

/** A file of the demo with the sample application at the port where this process runs it. */
export const movedTo = ({ samplePort }: Site['config'], text: string): string =>
  text.replaceAll(`localhost:${defaultPort}`, `localhost:${samplePort}`);

async function includedFiles(): Promise<string[]> {
  const text = await readFile(join(directory, 'demo.yaml'), 'utf8');
  return [...text.matchAll(/^ {2}- (\S+)$/gm)].map((match) => match[1]!);
}

const germanSpeaking = new Set('63001 63012 63013 63023 63040 63048 63061 63067 63087'.split(' '));

/** The municipalities with their size and language, from the same file that declares them. */
export async function municipalities(): Promise<Municipality[]> {
  const text = await readFile(resolve(directory, 'municipalities.csv'), 'utf8');
  const [header = '', ...lines] = text.trim().split('\n');
  const columns = header.split(';');
  const at = (name: string) => columns.indexOf(name);
  return lines.map((line) => {
    const cells = line.split(';');
    const code = cells[at('code')]!;
    const walloon = ['20002', '50000', '60000', '80000', '90000'].includes(cells[at('parent')]!);
    const language = germanSpeaking.has(code) ? 'de' : walloon ? 'fr' : 'nl';
    return { code, inhabitants: Number(cells[at('attributes.inhabitants')]), language };
  });
}

/** Everybody who was not sent an invitation to choose one themselves. */
async function setPasswords(change: Change, hash: string): Promise<void> {
  await sql`insert into password_credential (person_id, hash, changed_at)
    select id, ${hash}, ${change.at} from person p
    where not exists (select 1 from one_time_link l where l.person_id = p.id)
    on conflict do nothing`.execute(change.trx);
  await sql`update person set mail_verified_at = ${change.at}
    where mail_verified_at is null and exists (select 1 from password_credential c where c.person_id = person.id)`.execute(
    change.trx,
  );
}

async function setSecret(change: Change, { clientId, clientSecret }: DemoClient): Promise<void> {
  const hash = hashToken(clientSecret).toString('hex');
  const secrets = [{ hash, createdAt: change.at, expiresAt: null }];
  await sql`update client set secrets = ${JSON.stringify(secrets)}::jsonb, version = version + 1
    where id = ${clientId}`.execute(change.trx);
}
