// Permission ticks as tables: one per role, with a row per module and item and a column per right.
import type { Form } from '../forms/index.ts';
import { choiceCell, type Grid, type GridContext, type GridRow, type ReadCell } from './grid.model.ts';

type PermissionsForm = Extract<Form, { kind: 'permissions' }>;
type Tick = PermissionsForm['ticks'][number]['allowed'][number];

const ticks: readonly Tick[] = ['all', 'view', 'new', 'modify', 'delete'];
/** A module is opened or not; anything else is said of what is in it. */
const ticksOfModule: readonly Tick[] = ['all', 'view'];

interface NodeRow {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
}

const nodesOf = (form: PermissionsForm): NodeRow[] =>
  form.modules.flatMap((module) => [{ id: module.id, name: module.name, kind: 'module' }, ...module.items]);

function rowOf(form: PermissionsForm, role: string, node: NodeRow, { t }: GridContext): GridRow {
  const line = form.ticks.find((tick) => tick.role === role && tick.node === node.id);
  const options = [
    { value: '', text: '–' },
    { value: 'allowed', text: t('decisions.ticks.allowed') },
    { value: 'denied', text: t('decisions.ticks.denied') },
  ];
  const cells = (node.kind === 'module' ? ticksOfModule : ticks).map((tick) => {
    const value = line?.notAllowed.includes(tick) ? 'denied' : line?.allowed.includes(tick) ? 'allowed' : '';
    return [tick, choiceCell(value, options)] as const;
  });
  return {
    id: node.id,
    label: node.name,
    sub: t(`decisions.items.${node.kind}`),
    cells: Object.fromEntries(cells),
    blank: line === undefined,
  };
}

export function gridsOfPermissions(form: PermissionsForm, context: GridContext): Grid[] {
  return context.forms.groups.map((group) => ({
    id: group.id,
    title: group.name,
    head: context.t('decisions.ticks.head'),
    columns: ticks.map((tick) => ({ id: tick, text: context.t(`decisions.ticks.${tick}`) })),
    rows: nodesOf(form).map((node) => rowOf(form, group.id, node, context)),
    fixed: true,
  }));
}

export function applyToPermissions(form: PermissionsForm, role: string, read: ReadCell): PermissionsForm {
  const mine = nodesOf(form).flatMap(({ id: node }) => {
    const said = (value: string) => ticks.filter((tick) => read(node, tick) === value);
    const [allowed, notAllowed] = [said('allowed'), said('denied')];
    return allowed.length + notAllowed.length > 0 ? [{ role, node, allowed, notAllowed }] : [];
  });
  return { ...form, ticks: [...form.ticks.filter((line) => line.role !== role), ...mine] };
}
