// What a request may add to the facts: only attributes that the model declares as the request's, of the declared type.
// Memberships, and whatever the portal or the synchronised record says, are out of its reach. Pure.
import type { Value } from './condition.model.ts';
import type { ResourceFacts, SubjectFacts } from './facts.model.ts';
import type { AttributeType, Node, ResourceType, RightsModel } from './rights-model.model.ts';
import type { RecordKey } from './records.queries.ts';

export type Properties = Readonly<Record<string, unknown>>;

/** An entity of a request, as AuthZEN writes it. */
export interface Entity {
  readonly type: string;
  readonly id: string;
  readonly properties?: Properties | undefined;
}

const noProperties: Properties = {};

function isValue(given: unknown): given is Value {
  if (typeof given === 'string' || typeof given === 'boolean') return true;
  if (typeof given === 'number') return Number.isFinite(given);
  return isTexts(given);
}

const isTexts = (given: unknown): given is string[] =>
  Array.isArray(given) && given.every((member) => typeof member === 'string');

/** The value when it is of the declared type; what is not is as good as absent. */
function ofType(type: AttributeType, given: unknown): Value | undefined {
  switch (type) {
    case 'text':
    case 'date':
      return typeof given === 'string' ? given : undefined;
    case 'number':
      return typeof given === 'number' && Number.isFinite(given) ? given : undefined;
    case 'truth':
      return typeof given === 'boolean' ? given : undefined;
    case 'set':
      return isTexts(given) ? given : undefined;
  }
}

/** Free values (action properties, context): nothing is declared of them; what no condition could read is left out. */
export function freeValues(given: Properties | undefined): Record<string, Value> | undefined {
  if (!given) return undefined;
  return Object.fromEntries(
    Object.entries(given).filter((entry): entry is [string, Value] => isValue(entry[1])),
  );
}

/** Whether the records of a type need not be known here because the request says everything about them. */
export function comesWithRequest(type: ResourceType): boolean {
  if (type.ofModel) return false;
  const sources = Object.values(type.attributes).map((attribute) => attribute.source);
  return !sources.includes('record') && (sources.includes('request') || type.classifiedBy === 'request');
}

/** The record above one that comes with the request, when it names it: `parent: { type, id }`, of the type that is above it. */
export function parentInRequest(type: ResourceType, given: Entity): RecordKey | undefined {
  const parent = given.properties?.['parent'] as Partial<RecordKey> | null | undefined;
  const { parentType } = type;
  if (parentType === undefined || !comesWithRequest(type) || typeof parent !== 'object') return undefined;
  if (parent?.type !== parentType || typeof parent.id !== 'string') return undefined;
  return { type: parentType, id: parent.id };
}

export interface StoredRecords {
  readonly record: ResourceFacts | undefined;
  /** What {@link parentInRequest} named. */
  readonly parent: ResourceFacts | undefined;
}

/** The facts about the resource of a question; undefined: it is unknown, so that everything is denied. */
export function resourceFacts(
  model: RightsModel,
  given: Entity,
  stored: StoredRecords,
): ResourceFacts | undefined {
  const type = model.resourceTypes.find((candidate) => candidate.name === given.type);
  if (!type) return undefined;
  if (type.ofModel) return nodeFacts(model, given);
  const properties = given.properties ?? noProperties;
  const said = attributesOf(type, properties);
  const nodes =
    type.classifiedBy === 'request' && isTexts(properties['nodes']) ? properties['nodes'] : undefined;
  if (stored.record) {
    if (!nodes && Object.keys(said).length === 0) return stored.record;
    const attributes = { ...stored.record.attributes, ...said };
    return { ...stored.record, nodes: nodes ?? stored.record.nodes, attributes };
  }
  if (!comesWithRequest(type)) return undefined;
  const owner = typeof properties['owner'] === 'string' ? properties['owner'] : undefined;
  return {
    id: given.id,
    type: given.type,
    owner,
    parent: stored.parent,
    nodes: nodes ?? [],
    attributes: said,
  };
}

/** A menu, tool or kind of data of the model itself. */
function nodeFacts(model: RightsModel, given: Entity): ResourceFacts | undefined {
  let nodes = nodesOfModels.get(model);
  if (!nodes) nodesOfModels.set(model, (nodes = new Map(model.nodes.map((node) => [node.id, node]))));
  const node = nodes.get(given.id);
  if (node?.type !== given.type) return undefined;
  return { id: node.id, type: given.type, nodes: [node.id], attributes: {} };
}

const nodesOfModels = new WeakMap<RightsModel, ReadonlyMap<string, Node>>();

function attributesOf(type: ResourceType, properties: Properties): Record<string, Value> {
  const said: Record<string, Value> = {};
  for (const [name, attribute] of Object.entries(type.attributes)) {
    if (attribute.source !== 'request' || !Object.hasOwn(properties, name)) continue;
    const value = ofType(attribute.type, properties[name]);
    if (value !== undefined) said[name] = value;
  }
  return said;
}

/** The subject with what the request may say of it. The same object when that is nothing, so that caches hold. */
export function subjectWithRequest(
  model: RightsModel,
  subject: SubjectFacts,
  properties: Properties | undefined,
): SubjectFacts {
  if (!properties || !model.subjectAttributes) return subject;
  const said: Record<string, Value> = {};
  for (const [name, { type }] of Object.entries(model.subjectAttributes)) {
    if (!Object.hasOwn(properties, name) || Object.hasOwn(subject.attributes, name)) continue;
    const value = ofType(type, properties[name]);
    if (value !== undefined) said[name] = value;
  }
  if (Object.keys(said).length === 0) return subject;
  return { ...subject, attributes: { ...said, ...subject.attributes } };
}
