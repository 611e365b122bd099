// The interface by which an application brings its records and what it says of subjects: PUT, DELETE and GET on two
// collections. See docs/authzen.md.
import type { Origin } from '../../platform/change.ts';
import { AuthzenError, parse } from './authzen.schema.ts';
import type { Call } from './authzen.evaluation.ts';
import { checkItems, recordProblem, type CheckedItems } from './sync.check.ts';
import {
  deleteRecords,
  deleteSubjects,
  putRecords,
  putSubjects,
  type Synchronised,
} from './sync.commands.ts';
import { countRecords, countSubjects, listRecords, listSubjects } from './sync.queries.ts';
import { goneItem, itemsOf, listQuery, recordItem, subjectItem } from './sync.schema.ts';

export const syncPaths = { records: '/access/v1/records', subjects: '/access/v1/subjects' } as const;

/** Answer to a bulk write: what was done, what was passed over, what was wrong. */
type Written = Synchronised & Pick<CheckedItems<unknown>, 'refused'>;

const listOf = (body: unknown, member: string): unknown[] => parse(itemsOf(member), body)[member]!;

const originOf = ({ caller, requestId }: Call): Origin => ({
  actor: { kind: 'client', clientId: caller.clientId },
  requestId,
});

export async function putRecordItems(call: Call, body: unknown): Promise<Written> {
  const { caller, point } = call;
  const loaded = await point.snapshots.of(caller.applicationId).model();
  const { items, refused } = checkItems(listOf(body, 'records'), recordItem, (item) =>
    recordProblem(loaded?.model, item),
  );
  return { ...(await putRecords(point.site, caller.applicationId, originOf(call), items)), refused };
}

export async function deleteRecordItems(call: Call, body: unknown): Promise<Written> {
  const { caller, point } = call;
  const { items, refused } = checkItems(listOf(body, 'records'), goneItem);
  return { ...(await deleteRecords(point.site, caller.applicationId, originOf(call), items)), refused };
}

export async function putSubjectItems(call: Call, body: unknown): Promise<Written> {
  const { caller, point } = call;
  const { items, refused } = checkItems(listOf(body, 'subjects'), subjectItem);
  return { ...(await putSubjects(point.site, caller.applicationId, originOf(call), items)), refused };
}

export async function deleteSubjectItems(call: Call, body: unknown): Promise<Written> {
  const { caller, point } = call;
  const { items, refused } = checkItems(listOf(body, 'subjects'), goneItem);
  return { ...(await deleteSubjects(point.site, caller.applicationId, originOf(call), items)), refused };
}

interface Listed {
  /** On the first page only: counting a million costs as much as reading them. */
  readonly totalResults?: number;
  readonly itemsPerPage: number;
  readonly nextCursor?: string;
  readonly Resources: readonly { readonly id: string }[];
}

const cursorPurpose = 'synchronised page';

type List = typeof listRecords | typeof listSubjects;
type Count = typeof countRecords;

async function listAny(call: Call, query: unknown, list: List, count: Count): Promise<Listed> {
  const { site } = call.point;
  const { applicationId } = call.caller;
  const { type, count: limit, cursor } = parse(listQuery, query);
  const after = cursor === '' ? '' : site.secrets.verify(cursor, cursorPurpose);
  if (after === undefined) throw new AuthzenError(400, 'cursor is not valid');
  const found = await list(site.db, applicationId, { type, after, limit: limit + 1 });
  const shown = found.slice(0, limit);
  return {
    ...(cursor === '' ? { totalResults: await count(site.db, applicationId, type) } : {}),
    itemsPerPage: shown.length,
    ...(found.length > limit ? { nextCursor: site.secrets.sign(shown.at(-1)!.id, cursorPurpose) } : {}),
    Resources: shown,
  };
}

export const listRecordItems = (call: Call, query: unknown): Promise<Listed> =>
  listAny(call, query, listRecords, countRecords);

export const listSubjectItems = (call: Call, query: unknown): Promise<Listed> =>
  listAny(call, query, listSubjects, countSubjects);
