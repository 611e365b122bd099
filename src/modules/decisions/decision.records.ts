// The records that questions are about, all of a batch in one statement, and where possible in that of the look itself.
import type { Site } from '../../platform/site.ts';
import type { Asked } from './decision.point.ts';
import type { ResourceFacts } from './facts.model.ts';
import {
  findRecords,
  keyOf,
  recordsAlong,
  toRecords,
  type RecordKey,
  type RecordRow,
} from './records.queries.ts';
import { parentInRequest, resourceFacts, type Entity } from './request.facts.ts';
import type { RightsModel } from './rights-model.model.ts';
import type { LoadedModel, Snapshots } from './snapshot.ts';

export type Records = ReadonlyMap<string, ResourceFacts>;

/** Records that came with the look, as the model that was remembered then asks for them. */
export interface Along {
  readonly loaded: LoadedModel;
  readonly records: Records;
}

/** One look; when a model is remembered, its records come in the same statement. */
export async function catchUp(
  snapshots: Snapshots,
  applicationId: string,
  asked: readonly Asked[],
): Promise<Along | undefined> {
  const loaded = snapshots.of(applicationId).lastModel;
  const keys = loaded ? recordKeys(loaded.model, asked) : [];
  if (!loaded || keys.length === 0) return void (await snapshots.catchUp());
  const { text, values } = recordsAlong(applicationId, keys, loaded.hasParents);
  return { loaded, records: toRecords(await snapshots.catchUpAlong<RecordRow>(text, values)) };
}

/** All records of the questions in one statement, those above requested ones included. */
export async function recordsOf(
  site: Site,
  applicationId: string,
  model: RightsModel,
  asked: readonly Pick<Asked, 'resource'>[],
): Promise<Records> {
  return findRecords(site.db, applicationId, recordKeys(model, asked));
}

function recordKeys(model: RightsModel, asked: readonly Pick<Asked, 'resource'>[]): RecordKey[] {
  const keys = new Map<string, RecordKey>();
  for (const { resource } of asked) {
    const type = model.resourceTypes.find((candidate) => candidate.name === resource.type);
    if (!type || type.ofModel) continue;
    keys.set(keyOf(resource.type, resource.id), resource);
    const parent = parentInRequest(type, resource);
    if (parent) keys.set(keyOf(parent.type, parent.id), parent);
  }
  return [...keys.values()];
}

export function resourceOf(model: RightsModel, given: Entity, records: Records): ResourceFacts | undefined {
  const type = model.resourceTypes.find((candidate) => candidate.name === given.type);
  const parent = type && parentInRequest(type, given);
  return resourceFacts(model, given, {
    record: records.get(keyOf(given.type, given.id)),
    parent: parent && records.get(keyOf(parent.type, parent.id)),
  });
}
