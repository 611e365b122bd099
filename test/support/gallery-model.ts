// Invented sample data for the gallery of components.
import { dateToInstant, nextDay } from '../../src/web/local-date.ts';
import type { Navigation } from '../../src/web/render.ts';
import { buildTimeline, type TimelineState } from '../../src/web/timeline.ts';

export const galleryNow = new Date('2026-11-22T08:00:00Z');
/** The midnight in Brussels that ends this day. */
const at = (day: string): Date => dateToInstant(nextDay(day), 'Europe/Brussels');
const words: Record<TimelineState, string> = {
  active: 'Actief',
  future: 'Gepland',
  ending: 'Eindigt binnenkort',
  ended: 'Beëindigd',
};

export const galleryNavigation: Navigation = {
  items: [
    { key: 'overview', label: 'Overzicht', href: '/o', current: false },
    { key: 'people', label: 'Personen', href: '/', current: true },
    { key: 'requests', label: 'Aanvragen', href: '/r', current: false, count: 4 },
    { key: 'administrators', label: 'Beheerders', href: '/b', current: false },
    { key: 'applications', label: 'Toepassingen', href: '/t', current: false },
    { key: 'audit', label: 'Logboek', href: '/l', current: false },
  ],
  organisations: [
    { id: '1', name: 'Gemeente Lier', href: '/organisations/1', current: true },
    { id: '2', name: 'OCMW Lier', href: '/organisations/2', current: false },
  ],
  person: { name: 'Sofie Demoor', roleLabel: 'Hoofdbeheerder van Gemeente Lier' },
};

const person = (
  name: string,
  mail: string,
  type: string,
  unit: string,
  rights: number,
  until: Date | null,
  state: TimelineState,
): { cells: Record<string, unknown> } => ({
  cells: {
    name: { text: name, href: '#', sub: mail },
    type,
    unit: unit || {},
    rights: String(rights),
    period: { period: { from: at('2024-12-31'), until } },
    state: { tags: [{ text: words[state], state }] },
  },
});

export const galleryModel = {
  flash: {
    text: 'Het recht is toegekend tot en met 31 dec 2026.',
    undo: { action: '/undo', label: 'Ongedaan maken' },
  },
  header: {
    title: 'Personen',
    subtitle: 'Iedereen met een werkrelatie bij Gemeente Lier.',
    breadcrumbs: [
      { text: 'Organisaties', href: '#' },
      { text: 'Gemeente Lier', href: '#' },
      { text: 'Personen' },
    ],
    tags: [{ text: 'Actief', state: 'active' }],
    actions: [
      { text: 'Importeren', href: '#' },
      { text: 'Persoon toevoegen', href: '#', kind: 'primary', icon: 'plus' },
    ],
    tabs: {
      label: 'Personen',
      items: [
        { text: 'Actief', href: '#', current: true, count: 1204 },
        { text: 'Gepland', href: '#a', current: false, count: 12 },
        { text: 'Beëindigd', href: '#b', current: false, count: 318 },
      ],
    },
  },
  notice: {
    title: '3 rechten eindigen deze week',
    text: 'Verleng ze voor vrijdag 27 november als ze nog nodig zijn.',
  },
  stats: [
    { text: 'Personen', value: 1204, href: '#' },
    { text: 'Eindigt binnen 30 dagen', value: 17, href: '#e', state: 'ending' },
    { text: 'Open aanvragen', value: 4, href: '#r' },
    { text: 'Zonder beheerder', value: 1, href: '#z', state: 'danger', note: 'Dienst Burgerzaken' },
  ],
  filter: {
    action: '/',
    label: 'Zoek een persoon',
    placeholder: 'Naam, mailadres of nummer',
    live: 'people',
    q: '',
    exportHref: '#',
    clearHref: '/',
    filters: [
      {
        name: 'type',
        label: 'Werkrelatie',
        value: 'employee',
        options: [
          { value: '', text: 'Alle' },
          { value: 'employee', text: 'Werknemer' },
          { value: 'external', text: 'Extern' },
        ],
      },
      {
        name: 'unit',
        label: 'Entiteit',
        value: '',
        options: [
          { value: '', text: 'Alle' },
          { value: '1', text: 'Burgerzaken' },
        ],
      },
    ],
    active: [{ text: 'Werkrelatie: werknemer', href: '/' }],
  },
  table: {
    caption: 'Personen van Gemeente Lier',
    summary: '1.204 personen',
    columns: [
      { key: 'name', text: 'Naam', sort: { href: '?sort=name&dir=desc', dir: 'asc' } },
      { key: 'type', text: 'Werkrelatie', sort: { href: '?sort=type' } },
      { key: 'unit', text: 'Entiteit' },
      { key: 'rights', text: 'Rechten', numeric: true },
      { key: 'period', text: 'Periode', sort: { href: '?sort=until' } },
      { key: 'state', text: 'Toestand' },
    ],
    rows: [
      person('Aerts, Wim', 'wim.aerts@lier.example', 'Werknemer', 'Burgerzaken', 4, null, 'active'),
      person(
        'Benali, Yasmina',
        'yasmina.benali@lier.example',
        'Werknemer',
        'Sociale dienst',
        7,
        at('2026-11-27'),
        'ending',
      ),
      person(
        'Claes, Pieter-Jan Maximiliaan',
        'pj.claes@adviesbureau.example',
        'Extern',
        '',
        1,
        at('2027-06-30'),
        'active',
      ),
      person(
        'De Smet, Noor',
        'noor.desmet@lier.example',
        'Gelegenheid',
        'Bibliotheek',
        2,
        at('2026-10-31'),
        'ended',
      ),
      person('Van den Broeck, Annelies', 'a.vdb@lier.example', 'Werknemer', 'Financiën', 12, null, 'active'),
    ],
  },
  rights: {
    caption: 'Rechten van Sofie Demoor',
    columns: [
      { key: 'right', text: 'Recht' },
      { key: 'app', text: 'Toepassing' },
      { key: 'context', text: 'Context' },
      { key: 'period', text: 'Periode' },
      { key: 'actions', text: 'Acties', hidden: true },
    ],
    rows: [
      {
        cells: {
          right: { text: 'Dossierbeheerder', href: '#' },
          app: 'Cliëntendossier',
          context: 'Burgerzaken, Wonen',
          period: { period: { from: at('2025-12-31'), until: at('2026-12-31') } },
          actions: {
            actions: [
              { text: 'Wijzigen', label: 'Dossierbeheerder', href: '#w' },
              { text: 'Beëindigen', label: 'Dossierbeheerder', href: '#e' },
            ],
          },
        },
      },
    ],
  },
  timeline: buildTimeline({
    caption: 'Werkrelaties en rechten',
    now: galleryNow,
    stateText: (state) => words[state],
    entries: [
      {
        label: 'Werknemer bij Gemeente Lier',
        sub: 'Burgerzaken',
        href: '#',
        from: at('2022-08-31'),
        until: null,
      },
      {
        label: 'Dossierbeheerder',
        sub: 'Cliëntendossier',
        href: '#',
        from: at('2023-12-31'),
        until: at('2026-11-27'),
      },
      {
        label: 'Raadpleger',
        sub: 'Financieel pakket',
        href: '#',
        from: at('2022-12-31'),
        until: at('2024-06-30'),
      },
      {
        label: 'Goedkeurder',
        sub: 'Loket lokale besturen',
        href: '#',
        from: at('2026-12-31'),
        until: at('2027-12-31'),
      },
    ],
  }),
  facts: [
    { term: 'Rijksregisternummer', text: '85.••.••-•••.••' },
    { term: 'Mailadres', text: 'sofie.demoor@lier.example', action: { text: 'Wijzigen', href: '#' } },
    { term: 'Telefoon' },
    { term: 'Kenmerk', copy: 'b3a1-44f0-9c' },
    { term: 'Werkrelatie', period: { from: at('2022-08-31'), until: at('2026-11-27') } },
    { term: 'Toestand', tags: [{ text: 'Actief', state: 'active' }] },
  ],
  formErrors: { mail: { code: 'invalid_mail' }, right: { code: 'choose' } },
  fields: [
    { name: 'name', label: 'Naam', value: 'Sofie', autocomplete: 'name' },
    {
      name: 'mail',
      label: 'Mailadres',
      type: 'email',
      value: 'sofie@',
      hint: 'Hier komt de uitnodiging toe.',
      error: 'Geef een mailadres zoals naam@voorbeeld.org',
    },
    {
      name: 'password',
      label: 'Wachtwoord',
      type: 'password',
      revealable: true,
      autocomplete: 'new-password',
      hint: 'Minstens 15 tekens; een zin mag.',
    },
    {
      name: 'type',
      label: 'Werkrelatie',
      type: 'select',
      prompt: 'Kies',
      options: [{ value: 'employee', text: 'Werknemer' }],
    },
    { name: 'note', label: 'Motivering', type: 'textarea', optional: true, width: 'full' },
    {
      name: 'right',
      label: 'Welk recht?',
      type: 'radio',
      error: 'Maak een keuze',
      options: [
        { value: 'a', text: 'Dossierbeheerder', hint: 'Leest en wijzigt dossiers van de eigen dienst.' },
        { value: 'b', text: 'Raadpleger', hint: 'Leest dossiers.' },
      ],
    },
    {
      name: 'contexts',
      label: 'Modules',
      type: 'checkboxes',
      value: ['x'],
      options: [
        { value: 'x', text: 'Wonen' },
        { value: 'y', text: 'Zorg' },
      ],
    },
    {
      name: 'notify',
      label: 'Stuur een mail naar de persoon',
      type: 'checkbox',
      value: true,
      hint: 'In de taal van de persoon.',
    },
  ],
  confirm: {
    action: '/end',
    text: 'U beëindigt de werkrelatie van Sofie Demoor bij Gemeente Lier op 30 november 2026.',
    consequences: [
      { count: 7, text: 'rechten eindigen op dezelfde dag' },
      { count: 1, text: 'beheer van een dienst vervalt' },
      { text: 'Lopende aanmeldingen worden meteen beëindigd.' },
    ],
    confirm: 'Werkrelatie beëindigen',
    cancelHref: '#',
  },
  conflict: {
    changedBy: 'Wim Aerts',
    changedAt: galleryNow,
    reloadHref: '#',
    rows: [
      { label: 'Functie', current: 'Diensthoofd', yours: 'Coördinator' },
      { label: 'Entiteit', current: 'Burgerzaken', yours: 'Burgerzaken' },
    ],
  },
};
