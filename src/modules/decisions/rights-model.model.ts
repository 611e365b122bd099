// A compiled rights model: gates and rules. Administrators never see it; they fill in the forms of their own world, which
// compile to this. Every rule carries the choice it came from, so that an explanation names the tick, cell, line or list.
import type { Condition } from './condition.model.ts';

export type AttributeType = 'text' | 'number' | 'truth' | 'date' | 'set';

/** Who may say an attribute of a record: the application at synchronisation, or the request itself. */
export type AttributeSource = 'record' | 'request';

export interface ResourceType {
  readonly name: string;
  readonly actions: readonly string[];
  readonly parentType?: string | undefined;
  readonly attributes: Readonly<
    Record<string, { readonly type: AttributeType; readonly source: AttributeSource }>
  >;
  /**
   * Its records are the model's own nodes with this `type`: a question about `{ type: 'feature', id: <node id> }` is about a
   * record that sits in that node; nothing is synchronised. Absent: the application brings the records.
   */
  readonly ofModel?: boolean | undefined;
  /** Who says in which classification nodes a record sits. Absent: the application at synchronisation. */
  readonly classifiedBy?: AttributeSource | undefined;
}

/** A node of the feature tree (module › menu, tool, data type) or of the classification (category › row). */
export interface Node {
  readonly id: string;
  readonly parent?: string | undefined;
  /** The resource type whose record this node is, when it can be asked about itself. */
  readonly type?: string | undefined;
}

export type Silence = 'deny' | 'permit' | 'permit-unless-addressed';

export interface Rule {
  /** The choice it came from, stable across versions: `tick:role/node/action`, `cell:…`, `line:…`, `list:…`. */
  readonly id: string;
  readonly effect: 'permit' | 'forbid';
  /** Groups addressed; absent: everybody. */
  readonly groups?: readonly string[] | undefined;
  /** Absent: every action of the gate. */
  readonly actions?: readonly string[] | undefined;
  /** Nodes the resource must sit in, directly or below; absent: anywhere. */
  readonly nodes?: readonly string[] | undefined;
  readonly when?: Condition | undefined;
}

/**
 * One layer. All gates that cover (type, action) must pass and at least one must cover it. Within a gate a matching forbid
 * fails it; else a matching permit passes it; else what its silence means.
 */
export interface Gate {
  readonly id: string;
  readonly types: readonly string[];
  /** Absent: every action of the types. */
  readonly actions?: readonly string[] | undefined;
  readonly silence: Silence;
  /**
   * The layer asks about the parent record instead: a logbook entry needs its client. The parent's own gates for
   * `action` decide; a record without a parent fails.
   */
  readonly parent?: { readonly action: string } | undefined;
  readonly rules: readonly Rule[];
}

export interface RightsModel {
  readonly resourceTypes: readonly ResourceType[];
  /**
   * Attributes of subjects that a request may say, when nothing is stored under that name. Absent: none; what is stored is
   * never replaced by a request.
   */
  readonly subjectAttributes?: Readonly<Record<string, { readonly type: AttributeType }>> | undefined;
  readonly nodes: readonly Node[];
  readonly gates: readonly Gate[];
}
