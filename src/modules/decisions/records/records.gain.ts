// Four eyes for records: whether somebody who sets something about a record would themselves be allowed more by it. Pure.
import { Evaluator, maxParents } from '../evaluator.ts';
import type { ResourceFacts, SubjectFacts } from '../facts.model.ts';
import type { ResourceType, RightsModel } from '../rights-model.model.ts';

/**
 * Asks everything about the record, about a record of each kind that would hang below it, and about records that it names:
 * what stands on it decides on those too.
 * @param before with everything above it, as it stands
 * @param after the same with the change
 * @param now ISO text in UTC
 */
export function gainsByRecord(
  model: RightsModel,
  subject: SubjectFacts,
  before: ResourceFacts,
  after: ResourceFacts,
  now: string,
): boolean {
  const evaluator = new Evaluator(model);
  const isAllowed = (record: ResourceFacts, witness: ResourceFacts, action: string): boolean =>
    evaluator.decide({
      subject,
      action,
      resource: record,
      now,
      resourcesOf: (type) => (type === witness.type ? [witness] : []),
    }).allowed;
  return pairsAround(model, before, after).some(({ type, was, is }) =>
    type.actions.some((action) => isAllowed(is, after, action) && !isAllowed(was, before, action)),
  );
}

interface Pair {
  readonly type: ResourceType;
  readonly was: ResourceFacts;
  readonly is: ResourceFacts;
}

function pairsAround(model: RightsModel, before: ResourceFacts, after: ResourceFacts): Pair[] {
  const own = model.resourceTypes.find(({ name }) => name === before.type);
  if (!own) return [];
  return [
    ...withBelow(model, { type: own, was: before, is: after }, 0),
    ...namedBy(model, own, before, after),
  ];
}

function withBelow(model: RightsModel, pair: Pair, depth: number): Pair[] {
  if (depth > maxParents) return [];
  const children = model.resourceTypes.filter(({ parentType }) => parentType === pair.type.name);
  return [
    pair,
    ...children.flatMap((type) => {
      const below = (parent: ResourceFacts) => ({
        id: '',
        type: type.name,
        parent,
        nodes: [],
        attributes: {},
      });
      return withBelow(model, { type, was: below(pair.was), is: below(pair.is) }, depth + 1);
    }),
  ];
}

function namedBy(model: RightsModel, own: ResourceType, before: ResourceFacts, after: ResourceFacts): Pair[] {
  const values = [before, after].flatMap(({ attributes }) => Object.values(attributes)).flat();
  const ids = new Set(values.filter((value) => typeof value === 'string'));
  return model.resourceTypes
    .filter((type) => !type.ofModel && type !== own)
    .flatMap((type) =>
      [...ids].map((id) => {
        const record: ResourceFacts = { id, type: type.name, nodes: [], attributes: {} };
        return { type, was: record, is: record };
      }),
    );
}
