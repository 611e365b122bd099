// A site as large as a country's: a region with provinces and municipalities, a million people whose number by municipality
// differs a thousandfold, some assignments each, and a hundred administrators of every kind. Made by SQL, in minutes.
import type { Database } from '../../src/platform/db/open.ts';
import type { Site } from '../../src/platform/site.ts';
import { createWorld, type World } from '../support/world.ts';

type AdministrationKind = Parameters<World['administration']>[1];

export interface WorldSize {
  readonly people: number;
  readonly assignments: number;
  readonly auditEvents: number;
}

export const municipalities = 2000;
const provinces = 20;
const organisations = 1 + provinces + municipalities;
const rightsPerApplication = 5;
const applications = 10;

/** What is slow row by row is put back once all rows are there; what PostgreSQL checks then is checked for all of them. */
const slowConstraints = [
  [
    'affiliation',
    'affiliation_overlap',
    'unique (person_id, organisation_id, type, unit_key, valid_at without overlaps)',
  ],
  [
    'assignment',
    'assignment_overlap',
    'unique (affiliation_id, right_id, context_key, valid_at without overlaps)',
  ],
] as const;

const word = (stem: string, number: string) => `${stem} || lpad((${number})::text, 3, '0')`;
const uuidOf = (kind: string, number: string) => `md5('${kind}' || (${number}))::uuid`;

/** Steps in their order: [what is made, statement]. They run without the triggers of each row. */
function steps({ people, assignments, auditEvents }: WorldSize): [string, string][] {
  const perPerson = Math.ceil(assignments / people);
  return [
    [
      'people',
      `insert into person (id, user_name, given_name, family_name, mail, sort_name, search_text, valid_from)
       select ${uuidOf('p', 'n')}, 'u' || n, given, family, 'u' || n || '@mail.example', lower(family || ' ' || given),
         lower(given || ' ' || family || ' u' || n || ' u' || n || '@mail.example'), '2020-01-01'
       from (select n, ${word("'Family'", 'n * 7919::bigint % 1000')} as family, ${word("'Given'", 'n * 104729::bigint % 300')} as given
         from generate_series(1, ${people}) n) named`,
    ],
    [
      'affiliations',
      `insert into affiliation (id, person_id, organisation_id, type, valid_from, valid_until, person_sort_name)
       select ${uuidOf('f', 'n')}, id, ${uuidOf('o', `${2 + provinces} + floor(${municipalities} * power(random(), 3))::int`)},
         (array['employee', 'employee', 'external', 'occasional'])[1 + n % 4], date '2020-01-01' + n % 1500,
         case when n % 3 = 0 then now() + make_interval(days => 1 + n % 400) end, sort_name
       from (select (row_number() over ())::int as n, id, sort_name from person) p`,
    ],
    [
      'assignments',
      `insert into assignment (id, affiliation_id, person_id, organisation_id, right_id, granted_at, valid_from, valid_until)
       select uuidv7(make_interval(days => -(random() * 900)::int)), f.id, f.person_id, f.organisation_id,
         ${uuidOf('r', '(k - 1) * 5 + floor(5 * power(random(), 2))::int')},
         f.valid_from, f.valid_from, f.valid_until
       from affiliation f, generate_series(1, ${perPerson}) k`,
    ],
    [
      'audit',
      `insert into audit_event (lane, seq, id, at, action, outcome, actor_kind, organisation_id, person_id, application_id,
         subject_type, subject_id, after, hash)
       select n % 32, 1000000 + n / 32, uuidv7(make_interval(secs => -n)), now() - make_interval(secs => n), 'assignment.granted', 'done', 'system',
         ${uuidOf('o', `${2 + provinces} + n % ${municipalities}`)}, ${uuidOf('p', `1 + n % ${people}`)}, ${uuidOf('a', `n % ${applications}`)},
         'assignment', n::text, '{"from": "2026-01-01T00:00:00Z"}', '\\x00' from generate_series(1, ${auditEvents}) n`,
    ],
  ];
}

/** @param tell hears what is made now. */
export async function fillWorld(db: Database, size: WorldSize, tell: (what: string) => void): Promise<void> {
  await db.exec(
    `insert into target_group (id, code, names, identifier_scheme) values (${uuidOf('g', '1')}, 'lb', '{"en": "Local"}', 'kbo')`,
  );
  await db.exec(
    `insert into organisation (id, code, name, target_group_id, parent_id, search_text, valid_from)
     select ${uuidOf('o', 'n')}, 'o' || n, 'Organisation ' || n, ${uuidOf('g', '1')},
       case when n = 1 then null when n <= ${1 + provinces} then ${uuidOf('o', '1')} else ${uuidOf('o', `2 + n % ${provinces}`)} end,
       'organisation ' || n, '2020-01-01' from generate_series(1, ${organisations}) n order by n`,
  );
  await db.exec(
    `insert into application (id, code, names, owner_organisation_id, valid_from)
     select ${uuidOf('a', 'n')}, 'a' || n, jsonb_build_object('en', 'Application ' || n), ${uuidOf('o', '1')}, '2020-01-01'
     from generate_series(0, ${applications - 1}) n`,
  );
  await db.exec(
    `insert into application_right (id, application_id, code, names, valid_from)
     select ${uuidOf('r', 'n')}, ${uuidOf('a', `n % ${applications}`)}, 'R' || n, jsonb_build_object('en', 'Right ' || n), '2020-01-01'
     from generate_series(0, ${applications * rightsPerApplication - 1}) n`,
  );
  await db.exec(
    `insert into offer (id, right_id, target_group_id, valid_from)
     select gen_random_uuid(), id, ${uuidOf('g', '1')}, '2020-01-01' from application_right`,
  );
  for (const [table, name] of slowConstraints) await db.exec(`alter table ${table} drop constraint ${name}`);
  for (const [what, statement] of steps(size)) {
    tell(what);
    await db.exec(`begin; set local session_replication_role = replica; set local synchronous_commit = off;
      select setseed(0.42); ${statement}; commit`);
  }
  for (const [table, name, definition] of slowConstraints) {
    tell(name);
    await db.exec(`alter table ${table} add constraint ${name} ${definition}`);
  }
  await db.exec('analyze');
}

export interface BenchAdministrator {
  readonly userName: string;
  readonly kind: string;
  /** Of the organisation or application they administer. */
  readonly placeId: string;
  readonly places: 'organisation' | 'application';
}

/** A hundred: of the site, of the region, of its provinces, of large and small municipalities, of applications. */
export async function appointAdministrators(site: Site, hash: string): Promise<BenchAdministrator[]> {
  const world = createWorld(site);
  await site.db.exec('truncate provider_key, oidc_payload, oidc_step, portal_session, rate_limit');
  const idOf = async (kind: string, number: number): Promise<string> => {
    const [row] = await site.db.query<{ id: string }>(`select md5($1 || $2::text)::uuid as id`, [
      kind,
      number,
    ]);
    return row!.id;
  };
  const made: BenchAdministrator[] = [];
  // A filled database may be used again.
  const run = Date.now().toString(36);
  const appoint = async (kind: string, number: number, role: AdministrationKind) => {
    const organisationNumber = role === 'application_owner' ? 1 : number;
    const organisation = { id: await idOf('o', organisationNumber), code: '', name: '', targetGroupId: '' };
    const userName = `bench.${run}.${made.length}`;
    const person = await world.person({ userName, password: null });
    const credential = { person_id: person.id, hash, changed_at: new Date() };
    await site.db.handle.insertInto('password_credential').values(credential).execute();
    const affiliation = await world.affiliation(person, organisation);
    const owned = role === 'application_owner' ? { id: await idOf('a', number), code: '' } : undefined;
    await world.administration(affiliation, role, {
      ...(owned ? { application: owned } : {}),
      ...(role === 'head' ? { organisation, subtree: true } : {}),
    });
    const place = owned ? 'application' : 'organisation';
    made.push({ userName, kind, placeId: owned?.id ?? organisation.id, places: place });
  };
  await appoint('operator', 1, 'operator');
  await appoint('auditor', 1, 'auditor');
  await appoint('region', 1, 'head');
  for (let number = 0; number < 8; number++) await appoint('application owner', number, 'application_owner');
  for (let number = 2; number < 2 + provinces; number++) await appoint('province', number, 'head');
  const first = 2 + provinces;
  for (let number = 0; number < 29; number++) await appoint('large municipality', first + number, 'head');
  for (let number = 0; number < 40; number++) await appoint('municipality', first + 60 + number * 48, 'head');
  return made;
}
