// Fills a database for the bench of the decision point: one application with staff and clients, as in the documents of
// seed 000: who works in a department sees its active clients; some see all active ones; guides see their own.
import { createHash } from 'node:crypto';
import type { RightsModel } from '../../src/modules/decisions/rights-model.model.ts';
import type { Database } from '../../src/platform/db/open.ts';
import { newId } from '../../src/platform/ids.ts';

export const benchClient = { id: 'bench', secret: 'a secret of at least thirty-two characters' };
export const departmentCount = 500;

const active = { eq: [{ resource: 'active' }, { const: true }] } as const;
export const clientModel: RightsModel = {
  resourceTypes: [
    {
      name: 'client',
      actions: ['view', 'modify'],
      attributes: {
        active: { type: 'truth', source: 'record' },
        departments: { type: 'set', source: 'record' },
        guides: { type: 'set', source: 'record' },
      },
    },
  ],
  nodes: [],
  gates: [
    {
      id: 'contract',
      types: ['client'],
      silence: 'deny',
      rules: [{ id: 'running', effect: 'permit', when: { eq: [{ subject: 'contract' }, { const: true }] } }],
    },
    {
      id: 'clients',
      types: ['client'],
      silence: 'deny',
      rules: [
        { id: 'all', effect: 'permit', groups: ['all'], actions: ['view'], when: active },
        {
          id: 'own departments',
          effect: 'permit',
          groups: ['own'],
          when: { all: [active, { meets: [{ resource: 'departments' }, { subject: 'departments' }] }] },
        },
        {
          id: 'guides',
          effect: 'permit',
          groups: ['own'],
          when: { all: [active, { in: [{ subject: 'id' }, { resource: 'guides' }] }] },
        },
      ],
    },
  ],
};

export interface BenchApplication {
  readonly id: string;
}

/** @param size staff and clients; one in a hundred of the staff sees all active clients, the others two departments. */
export async function fillWorld(
  db: Database,
  size: { staff: number; clients: number },
): Promise<BenchApplication> {
  const [group, organisation, application] = [newId(), newId(), newId()];
  const suffix = size.clients;
  await db.query(
    `insert into target_group (id, code, names, identifier_scheme) values ($1, $2, '{}', 'kbo')`,
    [group, `g${suffix}`],
  );
  await db.query(
    `insert into organisation (id, code, name, target_group_id, search_text, valid_from)
     values ($1, $2, 'Bench', $3, 'bench', '2020-01-01')`,
    [organisation, `o${suffix}`, group],
  );
  await db.query(
    `insert into application (id, code, names, owner_organisation_id, valid_from) values ($1, $2, '{}', $3, '2020-01-01')`,
    [application, `a${suffix}`, organisation],
  );
  const secret = {
    hash: createHash('sha256').update(benchClient.secret).digest('hex'),
    createdAt: '2020-01-01T00:00:00Z',
    expiresAt: null,
  };
  await db.query(
    `insert into client (id, application_id, name, metadata, secrets) values ($1, $2, 'Bench', $3::jsonb, $4::jsonb)`,
    [
      `${benchClient.id}${suffix}`,
      application,
      JSON.stringify({ grant_types: ['client_credentials'], redirect_uris: [], response_types: [] }),
      JSON.stringify([secret]),
    ],
  );
  await db.query(
    `insert into decision_model (id, application_id, number, status, forms, created_at, valid_from)
     values ($1, $2, 1, 'valid', $3::jsonb, now(), now())`,
    [newId(), application, JSON.stringify({ rights: clientModel })],
  );
  await db.query(
    `insert into decision_subject (application_id, type, id, source, facts)
     select $1::uuid, 'staff', 's' || lpad(n::text, 6, '0'), 'sync', jsonb_build_object(
       'groups', jsonb_build_array(jsonb_build_object('name', case when n % 100 = 0 then 'all' else 'own' end)),
       'attributes', jsonb_build_array(
         jsonb_build_object('name', 'contract', 'value', n % 20 <> 1),
         jsonb_build_object('name', 'departments', 'value', jsonb_build_array('d' || n % $3, 'd' || (n * 7) % $3))))
     from generate_series(1, $2::int) n`,
    [application, size.staff, departmentCount],
  );
  // In slices: one statement for a million rows would keep them all in memory.
  for (let start = 1; start <= size.clients; start += 50_000) {
    await db.query(
      `insert into decision_record (application_id, type, id, owner, attributes)
       select $1::uuid, 'client', 'c' || lpad(n::text, 8, '0'), null, jsonb_build_object('active', n % 3 <> 0,
         'departments', jsonb_build_array('d' || (n * 31) % $4, 'd' || (n * 17) % $4),
         'guides', jsonb_build_array('s' || lpad((1 + n % $5)::text, 6, '0')))
       from generate_series($2::int, $3::int) n`,
      [application, start, Math.min(start + 49_999, size.clients), departmentCount, size.staff],
    );
  }
  await db.exec('analyze decision_record; analyze decision_subject;');
  return { id: application };
}
