// Reads CSV declaration files row by row: what a file holds is told by its column names. Never keeps a whole file.
import type { CsvRow } from '../../platform/files/csv.ts';
import { localDays } from './when.ts';
import { checkForm } from './sources.yaml.ts';
import type { Declared, Place, Problems } from './problems.ts';
import type { DeclaredValue, Noun } from './provisioning.format.ts';

/** One column: its place in the table and the field it fills, as the path of a YAML file. */
interface Column {
  readonly index: number;
  readonly name: string;
  readonly path: readonly string[];
}

/** What one kind of CSV file holds. */
interface CsvKind {
  readonly name: string;
  /** Column names that tell this kind from the others. */
  readonly marks: readonly string[];
  /** Which columns fill which noun; a noun without any filled cell is not declared by that row. */
  readonly nouns: readonly { noun: Noun; columns: Readonly<Record<string, string>>; needs?: string }[];
}

const same = (...names: string[]) => Object.fromEntries(names.map((name) => [name, name]));
const periodColumns = same('from', 'until');

/** The first kind whose marks are all among the columns is taken: the more special ones come first. */
const kinds: readonly CsvKind[] = [
  {
    name: 'assignments',
    marks: ['person', 'application', 'right'],
    nouns: [
      {
        noun: 'assignments',
        columns: {
          ...same('person', 'organisation', 'type', 'unit', 'application', 'right', 'reason', 'contexts.*'),
          ...periodColumns,
        },
      },
    ],
  },
  {
    name: 'people',
    marks: ['userName'],
    nouns: [
      {
        noun: 'people',
        columns: {
          ...same('userName', 'givenName', 'familyName', 'mail', 'language', 'identifiers.*', 'invite'),
          personFrom: 'from',
          personUntil: 'until',
        },
      },
      {
        noun: 'affiliations',
        needs: 'organisation',
        columns: {
          userName: 'person',
          ...same('organisation', 'type', 'unit', 'function', 'contactMail'),
          ...periodColumns,
        },
      },
    ],
  },
  {
    name: 'affiliations',
    marks: ['person', 'organisation', 'type'],
    nouns: [
      {
        noun: 'affiliations',
        columns: {
          ...same('person', 'organisation', 'type', 'unit', 'function', 'contactMail'),
          ...periodColumns,
        },
      },
    ],
  },
  {
    name: 'units',
    marks: ['organisation', 'code', 'name'],
    nouns: [
      { noun: 'units', columns: { ...same('organisation', 'code', 'name', 'parent'), ...periodColumns } },
    ],
  },
  {
    name: 'organisations',
    marks: ['code', 'name'],
    nouns: [
      {
        noun: 'organisations',
        columns: {
          ...same(
            'code',
            'name',
            'names.*',
            'targetGroup',
            'parent',
            'identifiers.*',
            'contactMail',
            'attributes.*',
          ),
          ...periodColumns,
        },
      },
    ],
  },
];

export interface CsvTable {
  /** The nouns that its rows declare. */
  readonly nouns: readonly Noun[];
  /** What a row declares of a noun; undefined when nothing, or when its form is wrong (then reported). */
  declare<N extends Noun>(noun: N, row: CsvRow, problems: Problems): Declared<DeclaredValue<N>> | undefined;
}

/** Understands the column names, or reports what is wrong with them. */
export function readHeader(file: string, names: readonly string[], problems: Problems): CsvTable | undefined {
  const place = (column: number): Place => ({ file, line: 1, column });
  const lower = new Set(names.map((name) => name.toLowerCase()));
  const kind = kinds.find(({ marks }) => marks.every((mark) => lower.has(mark.toLowerCase())));
  if (kind === undefined) {
    problems.add(place(1), '', 'csv_kind_unknown', { columns: names.join(', ').slice(0, 200) });
    return undefined;
  }
  const columnsOf = new Map<Noun, Column[]>(kind.nouns.map(({ noun }) => [noun, []]));
  for (const [index, name] of names.entries()) {
    let used = false;
    for (const { noun, columns } of kind.nouns) {
      const path = pathOf(name, columns);
      if (path === undefined) continue;
      used = true;
      columnsOf.get(noun)!.push({ index, name, path });
    }
    if (!used) problems.add(place(index + 1), name, 'csv_column_unknown', { column: name, kind: kind.name });
  }
  return {
    nouns: kind.nouns.map(({ noun }) => noun),
    declare: (noun, row, problems) => {
      const part = kind.nouns.find((candidate) => candidate.noun === noun);
      const columns = columnsOf.get(noun) ?? [];
      if (part === undefined) return undefined;
      if (part.needs !== undefined) {
        const needed = columns.find((column) => column.path[0] === part.needs);
        if (needed === undefined || row.values[needed.name] === '') return undefined;
      }
      return declareRow(file, noun, columns, row, problems);
    },
  };
}

/** The path of a field, e.g. `names.fr` for a column "names.fr" where `names.*` is allowed. Case does not matter. */
function pathOf(name: string, columns: Readonly<Record<string, string>>): string[] | undefined {
  const [head = '', ...rest] = name.split('.');
  for (const [column, field] of Object.entries(columns)) {
    if (column.toLowerCase() === name.toLowerCase()) return [field];
    if (column.endsWith('.*') && rest.length > 0 && `${head}.*`.toLowerCase() === column.toLowerCase()) {
      return [field.slice(0, -2), rest.join('.')];
    }
  }
  return undefined;
}

function declareRow<N extends Noun>(
  file: string,
  noun: N,
  columns: readonly Column[],
  row: CsvRow,
  problems: Problems,
): Declared<DeclaredValue<N>> | undefined {
  const raw: Record<string, unknown> = {};
  for (const { name, path } of columns) {
    const value = cellValue(path, row.values[name] ?? '');
    if (value === undefined) continue;
    const [field = '', inner] = path;
    if (inner === undefined) raw[field] = value;
    else raw[field] = { ...(raw[field] as object | undefined), [inner]: value };
  }
  const identifiers = raw['identifiers'] as Record<string, unknown> | undefined;
  // A staff number counts inside an organisation: that of the row, unless the cell names another one.
  if (typeof identifiers?.['staff'] === 'string' && !identifiers['staff'].includes(':')) {
    raw['identifiers'] = {
      ...identifiers,
      staff: `${row.values['organisation'] ?? ''}:${identifiers['staff']}`,
    };
  }
  const placeOf = (path: readonly PropertyKey[]): Place => {
    const at = path.slice(0, 2).map(String).join('.');
    const column =
      columns.find((candidate) => candidate.path.join('.') === at) ??
      columns.find((candidate) => candidate.path[0] === String(path[0]));
    return { file, line: row.line, column: (column?.index ?? 0) + 1 };
  };
  const source = { place: placeOf([]), path: noun, placeOf };
  const value = checkForm(noun, raw, source, problems);
  return value === undefined ? undefined : { ...source, value };
}

const booleans: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  '1': true,
  false: false,
  no: false,
  '0': false,
};

/** An empty cell says nothing; the word `null` empties the field; several context values are split at `|`. */
function cellValue(path: readonly string[], text: string): unknown {
  if (text === '') return undefined;
  if (text === 'null') return null;
  const field = path[0];
  if (field === 'invite') return booleans[text.toLowerCase()] ?? text;
  if (field === 'from' || field === 'until') return localDays(text);
  if (field === 'contexts')
    return text
      .split('|')
      .map((value) => value.trim())
      .filter((value) => value !== '');
  if (field === 'attributes' && /^-?\d{1,15}(\.\d+)?$/.test(text)) return Number(text);
  return text;
}

/** For the documentation: the columns of each kind of CSV file. */
export const csvColumns: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  kinds.map(({ name, nouns }) => [name, [...new Set(nouns.flatMap(({ columns }) => Object.keys(columns)))]]),
);
