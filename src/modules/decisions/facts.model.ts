// The facts a question is decided on: who asks, about what. Built from the snapshot, the records and the request.
import type { Item, Value } from './condition.model.ts';

/** A person (or machine) as one application knows them, at one instant: expired memberships are left out already. */
export interface SubjectFacts {
  readonly id: string;
  readonly type: string;
  readonly groups: readonly string[];
  readonly attributes: Readonly<Record<string, Value>>;
  /** Lists of members with fields: relationships and functions, by name. */
  readonly lists: Readonly<Record<string, readonly Item[]>>;
}

/** A record of the application. `nodes` are the feature and classification nodes it sits in, without their parents. */
export interface ResourceFacts {
  readonly id: string;
  readonly type: string;
  readonly owner?: string | undefined;
  readonly parent?: ResourceFacts | undefined;
  readonly nodes: readonly string[];
  readonly attributes: Readonly<Record<string, Value>>;
}

export interface Question {
  readonly subject: SubjectFacts;
  readonly action: string;
  readonly actionProperties?: Readonly<Record<string, Value>> | undefined;
  readonly resource: ResourceFacts;
  readonly context?: Readonly<Record<string, Value>> | undefined;
  /** The instant of the question, as ISO text in UTC. */
  readonly now: string;
  /** Resources by type, for `exists`; absent types have none. */
  readonly resourcesOf?: ((type: string) => Iterable<ResourceFacts>) | undefined;
}
