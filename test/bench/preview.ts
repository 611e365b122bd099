// How long it takes to say what a draft changes for whom: 2,000 people, 20,000 clients with their files, in the care model of
// the demo. Run: node test/bench/preview.ts [people] [clients]
import { performance } from 'node:perf_hooks';
import { compareForms } from '../../src/modules/decisions/index.ts';
import type { ModelForms } from '../../src/modules/decisions/forms/index.ts';
import { readWorld } from '../../src/modules/decisions/worlds/worlds.files.ts';
import { migrate } from '../../src/platform/db/migrate.ts';
import { openDatabase, type Database } from '../../src/platform/db/open.ts';
import { newId } from '../../src/platform/ids.ts';
import { startBenchPostgres } from './postgres.ts';

const people = Number(process.argv[2] ?? 2000);
const clients = Number(process.argv[3] ?? 20_000);
const departments = 100;

const kinds = ['Directeur', 'POT (HSA)', 'Contextbegeleider', 'Administratieve medewerker'];
const visibilities = ['all', 'active', 'certain_departments', 'own_departments'];

async function fill(db: Database): Promise<string> {
  const [group, organisation, application, right] = [newId(), newId(), newId(), newId()];
  await db.query(
    `insert into target_group (id, code, names, identifier_scheme) values ($1, 'g', '{}', 'kbo')`,
    [group],
  );
  await db.query(
    `insert into organisation (id, code, name, target_group_id, search_text, valid_from) values ($1, 'o', 'Bench', $2, 'bench', '2020-01-01')`,
    [organisation, group],
  );
  await db.query(
    `insert into application (id, code, names, owner_organisation_id, valid_from) values ($1, 'a', '{}', $2, '2020-01-01')`,
    [application, organisation],
  );
  await db.query(
    `insert into application_right (id, application_id, code, names, valid_from) values ($1, $2, 'CaseWorker', '{}', '2020-01-01')`,
    [right, application],
  );
  await db.query(
    `insert into offer (id, right_id, organisation_id, valid_from) values ($1, $2, $3, '2020-01-01')`,
    [newId(), right, organisation],
  );
  await db.query(
    `insert into person (id, user_name, given_name, family_name, mail, sort_name, search_text, valid_from)
     select gen_random_uuid(), 'p' || n, 'P', 'Nr ' || n, 'p' || n || '@example.org', 'nr ' || n, 'nr ' || n, '2020-01-01'
     from generate_series(1, $1::int) n`,
    [people],
  );
  await db.query(
    `insert into affiliation (id, person_id, organisation_id, type, valid_from, person_sort_name)
     select gen_random_uuid(), id, $1::uuid, 'employee', '2020-01-01', sort_name from person`,
    [organisation],
  );
  await db.query(
    `insert into assignment (id, affiliation_id, person_id, organisation_id, right_id, valid_from, context, granted_at)
     select gen_random_uuid(), f.id, f.person_id, f.organisation_id, $1::uuid, '2020-01-01', '{}', '2020-01-01' from affiliation f`,
    [right],
  );
  await db.query(
    `insert into decision_subject (application_id, type, id, source, facts)
     select $1::uuid, 'person', p.id::text, 'sync', jsonb_build_object(
       'attributes', jsonb_build_array(
         jsonb_build_object('name', 'visibility', 'value', ($2::text[])[1 + p.n % 4]),
         jsonb_build_object('name', 'visibleDepartments', 'value', jsonb_build_array('d' || p.n % $4::int)),
         jsonb_build_object('name', 'logbookTypes', 'value', jsonb_build_array('dagverslag'))),
       'lists', jsonb_build_array(
         jsonb_build_object('name', 'contracts', 'item', jsonb_build_object('contract', 'runs')),
         jsonb_build_object('name', 'functions', 'item', jsonb_build_object(
           'function', ($3::text[])[1 + (p.n / 4) % 4], 'department', 'd' || (p.n * 7) % $4::int)),
         jsonb_build_object('name', 'internalFunctions', 'item', jsonb_build_object(
           'function', 'Contextbegeleider', 'client', 'c' || lpad((p.n * 3)::text, 6, '0')))))
     from (select id, row_number() over (order by id) as n from person) p`,
    [application, visibilities, kinds, departments],
  );
  await db.query(
    `insert into decision_record (application_id, type, id, attributes)
     select $1::uuid, 'client', 'c' || lpad(n::text, 6, '0'), jsonb_build_object('active', n % 3 <> 0,
       'departments', jsonb_build_array('d' || (n * 31) % $3::int, 'd' || (n * 17) % $3::int))
     from generate_series(1, $2::int) n`,
    [application, clients, departments],
  );
  await db.query(
    `insert into decision_record (application_id, type, id, parent_type, parent_id)
     select $1::uuid, 'file', 'f' || lpad(n::text, 6, '0'), 'client', 'c' || lpad(n::text, 6, '0')
     from generate_series(1, $2::int) n`,
    [application, clients],
  );
  await db.query(
    `insert into decision_record (application_id, type, id) select $1::uuid, 'department', 'd' || n from generate_series(0, $2::int - 1) n`,
    [application, departments],
  );
  await db.exec('analyze');
  return application;
}

/** The care model without one choice: what the table of clients takes from people's own departments. */
function narrowed(forms: ModelForms): ModelForms {
  const changed = structuredClone(forms);
  for (const form of changed.forms) {
    if (form.kind !== 'scope') continue;
    for (const cell of form.cells)
      cell.clients = cell.clients.filter((source) => source !== 'own_departments' && source !== 'active');
  }
  return changed;
}

/** One tick less: nobody modifies client files any more by the role everybody has. */
function unticked(forms: ModelForms): ModelForms {
  const changed = structuredClone(forms);
  for (const form of changed.forms)
    if (form.kind === 'permissions') form.ticks = form.ticks.filter(({ role }) => role !== 'cdms-medewerker');
  return changed;
}

async function measure(db: Database, name: string): Promise<void> {
  const application = await fill(db);
  const { forms } = readWorld('sec');
  const cases: [string, ModelForms | undefined, ModelForms][] = [
    ['nothing differs', forms, structuredClone(forms)],
    ['a tick', forms, unticked(forms)],
    ['a cell of the scope', forms, narrowed(forms)],
    ['the first version', undefined, forms],
  ];
  for (const [what, before, after] of cases) {
    const [started, cpu] = [performance.now(), process.cpuUsage()];
    const { people: looked, lines } = await compareForms(db, application, before, after, new Date());
    const seconds = (performance.now() - started) / 1000;
    const used = process.cpuUsage(cpu);
    const said = lines.map(({ type, action, direction, count }) => `${type}/${action} ${direction} ${count}`);
    process.stdout.write(
      `${name}: ${what}: ${seconds.toFixed(1)} s (${((used.user + used.system) / 1e6).toFixed(1)} s of our CPU), ` +
        `${looked} people, ${said.length} lines: ${said.slice(0, 4).join(', ')}\n`,
    );
  }
}

const server = await startBenchPostgres();
try {
  const db = await openDatabase({ url: server.url });
  await migrate(db);
  await measure(db, 'PostgreSQL');
  await db.close();
} finally {
  await server.stop();
}
