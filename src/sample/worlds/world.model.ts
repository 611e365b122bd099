// What an application of the demonstration keeps by itself: its records, with names that the decision point never hears. Plays the
// part of its database.

export type WorldRecord = {
  type: string;
  id: string;
  name: string;
  parent?: { type: string; id: string } | undefined;
  owner?: string | undefined;
  nodes: readonly string[];
  attributes: Readonly<Record<string, unknown>>;
};

export type WorldOptions = {
  code: 'welfare' | 'school' | 'finance' | 'casework';
  /** Language of its own words and records. */
  language: 'nl' | 'de';
  /** Its own client: what it asks concerns this application only. */
  clientId: string;
  clientSecret: string;
  /** Accounts of its own, known to the decision point as subjects of type `user`. */
  people: readonly { id: string; name: string }[];
  records: readonly WorldRecord[];
  /** What its kinds of record are called, by type. */
  labels: Readonly<Record<string, string>>;
  /** What its groups of users are called, by code. */
  groups: Readonly<Record<string, string>>;
  /** Menus, tools and kinds of data, by module. */
  items: readonly { id: string; name: string; module: string }[];
};

export const recordsOf = (world: WorldOptions, type: string): WorldRecord[] =>
  world.records.filter((record) => record.type === type);

export const findRecord = (world: WorldOptions, type: unknown, id: unknown): WorldRecord | undefined =>
  world.records.find((record) => record.type === type && record.id === id);

/** What hangs directly below a record. */
export const below = (world: WorldOptions, { type, id }: WorldRecord): WorldRecord[] =>
  world.records.filter(({ parent }) => parent?.type === type && parent.id === id);
