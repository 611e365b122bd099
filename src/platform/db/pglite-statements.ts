// Prepared statements for the embedded engine. Its own `query` parses and plans every time and crosses into WebAssembly
// five times; preparing once and then sending bind, execute and sync together took 0.3 to 0.5 of the time per statement
// (point look-ups and upserts, measured side by side).
import { protocol, type PGlite } from '@electric-sql/pglite';

const { serialize } = protocol;
type Messages = Awaited<ReturnType<PGlite['execProtocol']>>['messages'];

interface Prepared {
  readonly name: string;
  readonly parameterTypes: readonly number[];
  readonly fields: readonly { name: string; dataTypeID: number }[];
}

export interface StatementResult<Row> {
  readonly rows: Row[];
  readonly affectedRows: number;
}

/** How many statements stay prepared; the least recently used one goes. Lists with many filters make many texts. */
const maxPrepared = 400;

const executeAndSync = Buffer.concat([serialize.execute({}), serialize.sync()]);

/**
 * Runs statements on the one connection. Whoever calls holds the connection (see pglite-dialect.ts); this class adds no
 * waiting of its own.
 */
export class PGliteStatements {
  readonly #pglite: PGlite;
  readonly #prepared = new Map<string, Prepared>();
  #count = 0;

  constructor(pglite: PGlite) {
    this.#pglite = pglite;
  }

  async run<Row>(text: string, values: readonly unknown[]): Promise<StatementResult<Row>> {
    const statement = await this.#find(text);
    const bind = serialize.bind({ statement: statement.name, values: this.#toWire(statement, values) });
    const { messages } = await this.#pglite.execProtocol(Buffer.concat([bind, executeAndSync]));
    return { rows: this.#toRows<Row>(statement, messages), affectedRows: affectedRows(messages) };
  }

  /** Forgets all: after statements that change tables, an old plan would answer in the old shape. */
  async forget(): Promise<void> {
    if (this.#prepared.size === 0) return;
    this.#prepared.clear();
    await this.#pglite.exec('deallocate all');
  }

  async #find(text: string): Promise<Prepared> {
    const known = this.#prepared.get(text);
    if (known) {
      this.#prepared.delete(text);
      this.#prepared.set(text, known);
      return known;
    }
    if (this.#prepared.size >= maxPrepared) await this.#dropOldest();
    const statement = await this.#prepare(text);
    this.#prepared.set(text, statement);
    return statement;
  }

  async #prepare(text: string): Promise<Prepared> {
    const name = `s${++this.#count}`;
    const { messages } = await this.#pglite.execProtocol(
      Buffer.concat([
        serialize.parse({ name, text }),
        serialize.describe({ type: 'S', name }),
        serialize.sync(),
      ]),
    );
    const parameters = messages.find((message) => message.name === 'parameterDescription');
    const row = messages.find((message) => message.name === 'rowDescription');
    return {
      name,
      parameterTypes: (parameters as { dataTypeIDs?: number[] } | undefined)?.dataTypeIDs ?? [],
      fields: (row as { fields?: Prepared['fields'] } | undefined)?.fields ?? [],
    };
  }

  async #dropOldest(): Promise<void> {
    const [oldest] = this.#prepared;
    if (!oldest) return;
    this.#prepared.delete(oldest[0]);
    await this.#pglite.execProtocol(
      Buffer.concat([serialize.close({ type: 'S', name: oldest[1].name }), serialize.sync()]),
    );
  }

  #toWire(statement: Prepared, values: readonly unknown[]): (string | Uint8Array | null)[] {
    return values.map((value, index) => {
      if (value === null || value === undefined) return null;
      const type = statement.parameterTypes[index] ?? 0;
      const toText = this.#pglite.serializers[type];
      const text = toText ? toText(value) : String(value);
      return text.length < longText ? text : longToWire(type, text);
    });
  }

  #toRows<Row>(statement: Prepared, messages: Messages): Row[] {
    const rows: Row[] = [];
    for (const message of messages) {
      if (message.name !== 'dataRow') continue;
      const row: Record<string, unknown> = {};
      const cells = (message as unknown as { fields: (string | null)[] }).fields;
      for (const [index, field] of statement.fields.entries()) {
        const cell = cells[index] ?? null;
        const parse = this.#pglite.parsers[field.dataTypeID];
        row[field.name] = cell === null || !parse ? cell : parse(cell, field.dataTypeID);
      }
      rows.push(row as Row);
    }
    return rows;
  }
}

/** From here on text goes as bytes: the library walks a string character by character, twice, to learn its length. */
const longText = 4096;
const json = 114;
const jsonb = 3802;
/** What the binary form of a jsonb value begins with. Source: PostgreSQL, jsonb_recv. */
const jsonbVersion = Buffer.from([1]);

/** The binary form of the types for which that is their text. */
function longToWire(type: number, text: string): string | Uint8Array {
  if (type === jsonb) return Buffer.concat([jsonbVersion, Buffer.from(text)]);
  return type === json ? Buffer.from(text) : text;
}

function affectedRows(messages: Messages): number {
  const complete = messages.find((message) => message.name === 'commandComplete');
  const count = /(\d+)$/.exec((complete as { text?: string } | undefined)?.text ?? '')?.[1];
  return count === undefined ? 0 : Number(count);
}
