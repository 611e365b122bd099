// Data authorisation of Exact Financials (seed 003) typed from the document: its example and the three of its introduction.
import { feature, now, person, readTable, record, type Check } from './checks.ts';

/** Everybody here is a user of Financieel, which opens the menu, unless a check is about that. */
const user = (...roles: string[]) => person('medewerker', { groups: ['financieel-gebruiker', ...roles] });
const clerk = (...roles: string[]) => user('administratie', ...roles);
const coded = (type: string, code: string) => record(type, code, { attributes: { code } });

/** Which of the codes a person may do the action on; all others of the row not. */
function only(
  says: string,
  subject: Check['question']['subject'],
  [type, action]: [string, string],
  codes: readonly string[],
  allowed: readonly string[],
): Check[] {
  return codes.map((code) => ({
    says: `${says}: ${action} ${type} ${code}`,
    question: { subject, action, resource: coded(type, code), now },
    allowed: allowed.includes(code),
  }));
}

const journals = ['20', '21', '30', '60', '70', '2', '200'];
const entering: [string, string] = ['journal', 'enter'];
const centres = ['1', '10', '110', '20', '21', '01'];
const costs: [string, string] = ['cost_centre', 'view'];
const edis: [string, string] = ['edis_application', 'run'];
const imports = ['VERKOOP', 'SALARIS', 'INKOOP'];
const projects: [string, string] = ['project', 'view'];

// What each role has in the menu, once the module is open.
const menu = `
                  boekingen-invoeren dagboek-verslag.menu boekingen-verwerken boekingen-verwijderen kostenplaatsbalans facturen uren-fiatteren projecten edis-verwerken
  administratie   x                  x                    x                   .                     .                  x        x              x         x
  budgetmanager   .                  .                    .                   .                     x                  .        .              .         .
  projectleider   .                  .                    .                   x                     .                  .        .              x         .
  bank-kas        .                  .                    .                   .                     .                  .        .              .         .`;
/** The record and action behind each item of the menu. */
const behind: Record<string, [string, string]> = {
  'boekingen-invoeren': entering,
  'dagboek-verslag.menu': ['journal', 'report'],
  'boekingen-verwerken': ['journal', 'process'],
  'boekingen-verwijderen': ['journal', 'delete'],
  kostenplaatsbalans: costs,
  facturen: ['invoice_code', 'use'],
  'uren-fiatteren': ['hour_booking', 'approve'],
  projecten: projects,
  'edis-verwerken': edis,
};

function ofMenu(): Check[] {
  const check = (
    says: string,
    groups: string[],
    about: [string, Check['question']['resource']],
    allowed: boolean,
  ) => ({
    says,
    question: { subject: person('x', { groups }), action: about[0], resource: about[1], now },
    allowed,
  });
  return readTable(menu).flatMap(({ row, column, cell }) => {
    const [type, action] = behind[column]!;
    // A project leader is held to the own projects; P-1-2026 is one.
    const target: [string, Check['question']['resource']] = [action, coded(type, 'P-1-2026')];
    const item: [string, Check['question']['resource']] = ['view', feature(column)];
    const open = ['financieel-gebruiker', row];
    return [
      check(`${row} ${column}`, open, item, cell === 'x'),
      check(`${row} ${column} zonder module`, [row], item, false),
      ...(row === 'bank-kas' ? [] : [check(`${row} ${type}/${action}`, open, target, cell === 'x')]),
      check(`${row} ${type}/${action} zonder module`, [row], target, false),
    ];
  });
}

export const truthOfExact: readonly Check[] = [
  // The example: everybody in Administration may enter entries, some only in the bank and cash journals.
  ...only('niet beperkt', clerk(), entering, journals, journals),
  ...only('bank en kas', clerk('bank-kas'), entering, journals, ['20', '21', '30']),
  // The introduction: entries in one purchase journal only.
  ...only('inkoop', clerk('inkoop'), entering, journals, ['60']),
  ...only('twee rollen', clerk('bank-kas', 'inkoop'), entering, journals, ['20', '21', '30', '60']),
  ...only('een rol zonder lijst', clerk('inkoop', 'projectleider'), entering, journals, ['60']),
  // A list only refines: without the menu there is nothing to refine.
  ...only('zonder menurecht', user('bank-kas'), entering, journals, []),
  ...only('lijst en menu zonder module', person('x', { groups: ['administratie'] }), entering, journals, []),
  ...only('geen enkel recht', person('x', {}), entering, journals, []),
  // The list is for one table; the others stay open.
  ...only('bank en kas', clerk('bank-kas'), edis, imports, imports),
  ...only('bank en kas', clerk('bank-kas'), ['journal', 'process'], journals, journals),
  // Switched off: the list on journal reports is there and restricts nobody.
  ...only('verslag, tabel uit', clerk('bank-kas'), ['journal', 'report'], journals, journals),
  ...only('administratie verwijdert niet', clerk(), ['journal', 'delete'], journals, []),
  ...only('projectleider', user('projectleider'), ['journal', 'delete'], ['70'], ['70']),
  ...only('facturen, tabel uit', clerk(), ['invoice_code', 'use'], ['F1'], ['F1']),
  // The introduction: a budget manager sees the own cost centres. `1*` matches `1`.
  ...only('budgetmanager', user('budgetmanager', 'budget-100'), costs, centres, ['1', '10', '110']),
  ...only('budgetmanager zonder lijst', user('budgetmanager'), costs, centres, centres),
  ...only('administratie zonder menu', clerk(), costs, centres, []),
  // The introduction: who imports sales entries cannot put through salaries, and the other way round.
  ...only('EDIS verkoop', clerk('edis-verkoop'), edis, imports, ['VERKOOP']),
  ...only('EDIS salaris', clerk('edis-salaris'), edis, imports, ['SALARIS']),
  ...only('EDIS allebei', clerk('edis-verkoop', 'edis-salaris'), edis, imports, ['VERKOOP', 'SALARIS']),
  ...only('projecten', user('projectleider'), projects, ['P-7-2026', 'P-7-2025', 'P-2026'], ['P-7-2026']),
  ...only('projecten', clerk(), projects, ['P-7-2025'], ['P-7-2025']),
  // An empty list gives nothing; without any list nothing is held back.
  ...only('uren', clerk(), ['hour_booking', 'approve'], ['U1'], ['U1']),
  ...only('uren, lege lijst', clerk('fiatteur-geen'), ['hour_booking', 'approve'], ['U1'], []),
  ...ofMenu(),
  {
    says: 'de module',
    question: { subject: user(), action: 'view', resource: feature('financieel', 'module'), now },
    allowed: true,
  },
];
