// Invents people for the demo world and for tests of size: the same ones every time, in any number.
import { foldText } from '../organisations/index.ts';
import { familyNames, functions, givenNames } from './demo.names.ts';

export interface Municipality {
  readonly code: string;
  readonly inhabitants: number;
  readonly language: 'nl' | 'fr' | 'de';
}

export interface InventedPerson {
  readonly userName: string;
  readonly givenName: string;
  readonly familyName: string;
  readonly mail: string;
  readonly language: string;
  readonly rrn: string;
  readonly organisation: string;
  readonly type: 'employee' | 'external' | 'occasional';
  readonly function: string;
  /** Days relative to the day of loading. */
  readonly fromDay: number;
  readonly untilDay: number | null;
  readonly rights: readonly InventedRight[];
}

export interface InventedRight {
  readonly application: string;
  readonly right: string;
  readonly context: Readonly<Record<string, readonly string[]>>;
  readonly fromDay: number;
  readonly untilDay: number | null;
}

/** Numbers in [0, 1) from a seed: mulberry32, enough to look random and the same everywhere. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/**
 * `count` people over the municipalities, more where more people live, most with a right or two.
 * @param favoured code of the municipality that gets a tenth of them at least (the one of the tour)
 */
export function* inventPeople(
  municipalities: readonly Municipality[],
  count: number,
  favoured?: string,
): Generator<InventedPerson> {
  const random = createRandom(20_260_101);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const places = weighted(municipalities);
  const special = municipalities.find((one) => one.code === favoured);
  for (let index = 0; index < count; index += 1) {
    const place = special !== undefined && index % 5 === 0 ? special : places(random());
    const { language } = place;
    const givenName = pick(givenNames[language]);
    const familyName = pick(familyNames[language]);
    const userName = `${plain(givenName)}.${plain(familyName)}${index + 1}`;
    const kind = random();
    const type = kind < 0.88 ? 'employee' : kind < 0.97 ? 'external' : 'occasional';
    const fromDay = -30 - Math.floor(random() * (type === 'employee' ? 800 : 150));
    const untilDay =
      type === 'employee'
        ? random() < 0.06
          ? Math.floor(random() * 80) - 20
          : null
        : 20 + Math.floor(random() * 150);
    yield {
      userName,
      givenName,
      familyName,
      language,
      rrn: artificialNumber(index),
      organisation: place.code,
      type,
      mail: `${userName}@post${place.code}.example`,
      function: pick(functions[language]),
      fromDay,
      untilDay,
      rights: inventRights(random, fromDay, untilDay),
    };
  }
}

const modules = ['mandates', 'leaders', 'submissions', 'messages', 'subsidies', 'staff'];

function inventRights(random: () => number, fromDay: number, untilDay: number | null): InventedRight[] {
  const rights: InventedRight[] = [];
  const end = (): number | null => untilDay ?? (random() < 0.3 ? 3 + Math.floor(random() * 300) : null);
  const module = modules[Math.floor(random() * modules.length)]!;
  const begin = fromDay + Math.floor(random() * 20);
  if (random() < 0.7) {
    rights.push({
      application: 'counter',
      right: 'CounterUser',
      context: { module: [module] },
      fromDay: begin,
      untilDay: end(),
    });
  } else {
    rights.push({
      application: 'counter',
      right: 'CounterReader',
      context: {},
      fromDay: begin,
      untilDay: end(),
    });
  }
  if (random() < 0.2) {
    const context = { journal: random() < 0.5 ? ['bank', 'cash'] : ['purchase'] };
    rights.push({ application: 'finance', right: 'EntryClerk', context, fromDay: begin, untilDay: end() });
  }
  return rights;
}

/** Picks a municipality by its share of the inhabitants. */
function weighted(municipalities: readonly Municipality[]): (chance: number) => Municipality {
  const sums: number[] = [];
  let sum = 0;
  for (const one of municipalities) sums.push((sum += one.inhabitants));
  return (chance) => {
    const wanted = chance * sum;
    let [low, high] = [0, sums.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sums[middle]! > wanted) high = middle;
      else low = middle + 1;
    }
    return municipalities[low]!;
  };
}

const plain = (name: string) => foldText(name).replace(/[^a-z]+/g, '');

const months = [...Array(36).keys()].map((index) => (index % 12) + 1 + Math.floor(index / 12) * 20);

/**
 * A number with right check digits that nobody has: serials 000 and 999 are not given out. Different for each index below
 * 100,800.
 */
export function artificialNumber(index: number): string {
  const digits = (value: number, length: number) => String(value).padStart(length, '0');
  const year = 50 + (index % 50);
  const month = months[Math.floor(index / 50) % 36]!;
  const day = 1 + (Math.floor(index / 1800) % 28);
  const serial = Math.floor(index / 50_400) % 2 === 0 ? '999' : '000';
  const body = `${digits(year, 2)}${digits(month, 2)}${digits(day, 2)}${serial}`;
  return body + digits(97 - (Number(body) % 97), 2);
}

const dayText = (day: number | null): string => (day === null ? '' : `today${day < 0 ? '' : '+'}${day}d`);

/** The people and their affiliations, as a CSV file of declarations. */
export function* peopleCsv(people: Iterable<InventedPerson>): Generator<string> {
  yield 'userName;givenName;familyName;mail;language;identifiers.rrn;personFrom;organisation;type;function;from;until\n';
  for (const one of people) {
    const { userName, givenName, familyName, mail, language, rrn, organisation, type } = one;
    const from = dayText(one.fromDay);
    yield `${[userName, givenName, familyName, mail, language, rrn, from, organisation, type, one.function, from, dayText(one.untilDay)].join(';')}\n`;
  }
}

/** Their rights, as a CSV file of declarations. */
export function* assignmentsCsv(people: Iterable<InventedPerson>): Generator<string> {
  yield 'person;organisation;application;right;contexts.module;contexts.journal;from;until\n';
  for (const { userName, organisation, rights } of people) {
    for (const { application, right, context, fromDay, untilDay } of rights) {
      const values = ['module', 'journal'].map((code) => (context[code] ?? []).join('|'));
      yield `${[userName, organisation, application, right, ...values, dayText(fromDay), dayText(untilDay)].join(';')}\n`;
    }
  }
}
