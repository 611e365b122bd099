// Lets the sample application of an existing demo world run at another port: its client knows the new address.
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import type { Site } from '../../platform/site.ts';
import { applyDeclarations, textSource } from '../provisioning/index.ts';
import { counterFile, movedTo } from './demo.world.ts';

interface DeclaredCounter {
  applications: [{ code: string; homeUrl: string; clients: unknown[] }];
}

/** Declares its addresses anew, and nothing else: somebody may have changed the rest of the application. */
export async function moveSampleApplication(site: Site): Promise<void> {
  const text = movedTo(site.config, await readFile(counterFile, 'utf8'));
  const { code, homeUrl, clients } = (parse(text) as DeclaredCounter).applications[0];
  const [kept] = await site.db.query<{ names: unknown; owner: string }>(
    `select a.names, o.code as owner from application a join organisation o on o.id = a.owner_organisation_id
     where a.code = $1`,
    [code],
  );
  const addresses = { applications: [{ code, homeUrl, clients, ...kept }] };
  await applyDeclarations(site, [textSource('sample-address.json', JSON.stringify(addresses))]);
}
