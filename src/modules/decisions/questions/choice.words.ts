// What the layers and choices of a trace are called in the document they come from: the tick, cell, line or list in its own
// words. What is not found there stands as it is.
import type { T } from '../../../platform/i18n.ts';
import { own } from '../../../platform/own.ts';
import { listLevels } from '../forms/access-lists.form.ts';
import { nameText } from '../facts/facts.words.ts';
import type { Form, ModelForms } from '../forms/index.ts';

type FormOf<Kind extends Form['kind']> = Extract<Form, { kind: Kind }>;
type Named = { readonly id: string; readonly name: string };

const path = (...parts: readonly (string | undefined)[]): string =>
  parts.filter((part) => part !== undefined && part !== '').join(' › ');

export class ChoiceNames {
  readonly #words: T;
  readonly #forms: ModelForms;

  constructor(words: T, forms: ModelForms) {
    this.#words = words;
    this.#forms = forms;
  }

  /** A layer: the title of its form, and which part of it. */
  gate(id: string): string {
    const slash = id.indexOf('/');
    const form = this.#forms.forms.find((each) => each.id === id.slice(0, slash));
    return form ? path(form.title, this.#partOf(form, id.slice(slash + 1))) : id;
  }

  #partOf(form: Form, part: string): string | undefined {
    const say = (key: string): string => this.#words.t(`decisions.${key}`);
    const [head = '', rest] = splitAt(part, ':');
    if (form.kind === 'permissions') {
      const type = rest === undefined ? undefined : this.#type(splitAt(rest, ':')[0] ?? '');
      return path(say(head === 'module' ? 'items.module' : 'ticks.item'), type);
    }
    if (form.kind === 'record_lists') return nameIn(form.tables, part);
    if (form.kind === 'access_lists' && part === 'permissions-tab')
      return nameText(this.#words, 'permissionsTab');
    if (form.kind !== 'scope') return this.#type(part);
    if (part === 'contract') return say('facts.names.contracts');
    if (part === 'logbook-types') return say('facts.names.logbookTypes');
    return this.#type(
      head === 'client-of' ? (rest ?? '') : head === 'clients' ? form.clientType : form.departmentType,
    );
  }

  /** A choice, by the id of its rule. */
  rule(id: string): string {
    const [kind, rest = ''] = splitAt(id, ':');
    switch (kind) {
      case 'tick':
        return this.#tick(rest) ?? id;
      case 'cell':
        return this.#cell(rest) ?? id;
      case 'line':
      case 'list':
        return this.#listed(rest) ?? id;
      case 'scope':
        return this.#scope(rest) ?? id;
      default:
        return id;
    }
  }

  #type(name: string): string {
    return this.#forms.resourceTypes.find((type) => type.name === name)?.label ?? name;
  }

  #group(id: string): string {
    return nameIn(this.#forms.groups, id);
  }

  #ofKind<Kind extends Form['kind']>(kind: Kind): FormOf<Kind>[] {
    return this.#forms.forms.filter((form): form is FormOf<Kind> => form.kind === kind);
  }

  #tick(rest: string): string | undefined {
    const [role = '', node = '', tick = ''] = rest.split('/');
    const modules = this.#ofKind('permissions').flatMap((form) => form.modules);
    const nodes: Named[] = [...modules, ...modules.flatMap(({ items }) => items)];
    const isDenied = tick.startsWith('not-');
    const right = this.#words.t(`decisions.ticks.${isDenied ? tick.slice(4) : tick}`);
    const said = this.#words.t(`decisions.ticks.${isDenied ? 'denied' : 'allowed'}`);
    return `${path(this.#group(role), nameIn(nodes, node), right)}: ${said}`;
  }

  #cell(rest: string): string | undefined {
    const [matrixId, rowId, columnAt = ''] = rest.split('/');
    const [columnId = '', exceptionId] = splitAt(columnAt, '@');
    for (const form of this.#ofKind('matrix')) {
      const matrix = form.matrices.find(({ id }) => id === matrixId);
      const row = matrix?.rows.find(({ id }) => id === rowId);
      if (!matrix || !row) continue;
      const exception = form.exceptions.find(({ id }) => id === exceptionId)?.name;
      return `${path(matrix.name, row.name, nameIn(form.columns, columnId), exception)}: ${own(row.cells, columnId) ?? ''}`;
    }
    return undefined;
  }

  /** `form/role/table[/code]` of record lists, `form/type/…` of access lists. */
  #listed(rest: string): string | undefined {
    const [formId, first = '', ...more] = rest.split('/');
    const form = this.#forms.forms.find(({ id }) => id === formId);
    if (form?.kind === 'record_lists') {
      const [table = '', ...code] = more;
      const codes = code.length > 0 ? code.join('/') : this.#words.t('decisions.lists.empty');
      return `${path(nameIn(form.tables, table), this.#group(first))}: ${codes}`;
    }
    return form?.kind === 'access_lists' ? this.#accessList(form, first, more) : undefined;
  }

  #accessList(form: FormOf<'access_lists'>, type: string, more: readonly string[]): string {
    const { t } = this.#words;
    if (type === 'permissions-tab') return nameText(this.#words, 'permissionsTab');
    if (more.length === 1) return path(this.#type(type), t('decisions.records.owner'));
    const [group = '', level = ''] = more.toReversed();
    // A value of the domain is free text.
    const source = more.slice(0, -2).join('/');
    const from =
      source === 'own-list'
        ? t('decisions.records.list.title')
        : `${form.domain?.name ?? ''} ${source}`.trim();
    const may = listLevels.some((each) => each === level) ? t(`decisions.acl.levels.${level}`) : level;
    return `${path(this.#type(type), from, this.#group(group))}: ${may}`;
  }

  #scope(rest: string): string | undefined {
    const [table = '', cell = '', source = ''] = rest.split('/');
    if (table === 'contract') return this.#words.t('decisions.scope.contract');
    if (table === 'logbooks') return this.#words.t('decisions.facts.names.logbookTypes');
    const [kind = '', visibility = ''] = splitAt(cell, '.');
    const say = (key: string): string => this.#words.t(`decisions.scope.${key}`);
    // As in the table: the row, the column, and what is ticked there.
    const column = say(table === 'clients' ? 'whichClients' : 'whichDepartments');
    const row = path(say(`kinds.${kind}`), say(`visibility.${visibility}`));
    return `${path(row, column)}: ${say(`${table}.${source}`)}`;
  }
}

const nameIn = (all: readonly Named[], id: string): string => all.find((one) => one.id === id)?.name ?? id;

/** What is before and behind the first of these signs; without one all of it is before. */
function splitAt(text: string, sign: string): [string, string | undefined] {
  const at = text.indexOf(sign);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
