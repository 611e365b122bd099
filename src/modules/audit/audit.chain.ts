// The hash chain of one audit lane: what is hashed, and how. Pure; the same code writes and verifies.
import { hash } from 'node:crypto';

/** The content of one audit row: every column but the hash. Instants as milliseconds since 1970. */
export interface AuditRow {
  readonly lane: number;
  readonly seq: number;
  readonly id: string;
  readonly at: number;
  readonly action: string;
  readonly outcome: string;
  readonly actor_kind: string;
  readonly actor_person_id: string | null;
  readonly on_behalf_of_organisation_id: string | null;
  readonly organisation_id: string | null;
  readonly person_id: string | null;
  readonly application_id: string | null;
  readonly subject_type: string;
  readonly subject_id: string | null;
  readonly reason: string | null;
  readonly request_id: string | null;
  readonly before: unknown;
  readonly after: unknown;
}

/** JSON with sorted keys and without white space: the same text for the same content. */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = value as Record<string, unknown>;
  let text = '';
  // By UTF-16 code units, which is what sort does by itself.
  for (const key of Object.keys(members).sort()) {
    const member = members[key];
    if (member === undefined) continue;
    text += `${text === '' ? '' : ','}${quoted(key)}:${canonicalJson(member)}`;
  }
  return `{${text}}`;
}

/** What JSON writes as it stands: printable ASCII but the quotation mark and the backslash. */
const plain = /^[ !#-[\]-~]*$/;

/** As JSON.stringify, which takes five times as long for a short text: each row of the audit has some twenty. */
const quoted = (text: string): string => (plain.test(text) ? `"${text}"` : JSON.stringify(text));

/** The hash of a row, which takes the hash of the row before it in. */
export function hashRow(previousHash: Uint8Array, row: AuditRow): Buffer {
  return hash('sha256', Buffer.concat([previousHash, Buffer.from(`\n${canonicalJson(row)}`)]), 'buffer');
}
