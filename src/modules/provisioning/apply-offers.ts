// Applies offers: one row for each right that is listed.
import { newId } from '../../platform/ids.ts';
import type { Row } from './bulk.ts';
import { loadApplications, loadOrganisations, loadTargetGroups } from './lookups.ts';
import { matchPeriod } from './matching.ts';
import { filledPeriod, periodFields, cutsShort, writtenPeriod } from './periods.ts';
import { inside, type Declared } from './problems.ts';
import type { DeclaredValue } from './provisioning.format.ts';
import { reconcile, type Field, type Item } from './reconcile.ts';
import { declareOnce, reportUnknown, type RightRef, type Run } from './run.ts';

const offerTable = {
  table: 'offer',
  columns: {
    id: 'uuid',
    right_id: 'uuid',
    target_group_id: 'uuid',
    organisation_id: 'uuid',
    max_period_days: 'integer',
    max_until: 'timestamptz',
    valid_from: 'timestamptz',
    valid_until: 'timestamptz',
    version: 'integer',
  },
};

const fields: Field[] = [
  {
    name: 'targetGroup',
    column: 'target_group_id',
    show: (id, run) => run.lookups.targetGroupCodes.get(String(id)) ?? id,
  },
  {
    name: 'organisation',
    column: 'organisation_id',
    show: (id, run) => run.lookups.organisationCodes.get(String(id)) ?? id,
  },
  { name: 'maxPeriodDays', column: 'max_period_days' },
  { name: 'maxUntil', column: 'max_until' },
  ...periodFields,
];

type DeclaredOffer = Declared<DeclaredValue<'offers'>>;

interface StoredOffer extends Row {
  readonly id: string;
  readonly right_id: string;
  readonly target_group_id: string | null;
  readonly organisation_id: string | null;
  readonly max_period_days: number | null;
  readonly max_until: Date | null;
  readonly valid_from: Date;
  readonly valid_until: Date | null;
  readonly version: number;
}

export async function applyOffers(run: Run, batch: readonly DeclaredOffer[]): Promise<void> {
  await loadTargetGroups(run);
  await loadOrganisations(
    run,
    batch.map(({ value }) => value.organisation),
  );
  await loadApplications(
    run,
    batch.map(({ value }) => value.application),
  );
  const rightIds = batch.flatMap(({ value }) => rightsOf(run, value).flatMap((right) => right?.id ?? []));
  const stored: StoredOffer[] =
    rightIds.length === 0
      ? []
      : await run.change.trx
          .selectFrom('offer')
          .select(['id', 'right_id', 'target_group_id', 'organisation_id', 'max_period_days', 'max_until'])
          .select(['valid_from', 'valid_until', 'version'])
          .where('right_id', 'in', [...new Set(rightIds)])
          .where('cancelled_at', 'is', null)
          .execute();
  const items = batch.flatMap((declared) => offerItems(run, declared, stored));
  await reconcile(run, items, {
    noun: 'offers',
    shape: offerTable,
    fields,
    subjectType: 'offer',
    created: 'offer.created',
    changed: 'offer.changed',
    afterUpdate: ({ existing, row }) => {
      if (cutsShort(run, existing, row)) run.change.accessEnded(endedBy(row as unknown as StoredOffer));
    },
  });
  // New offers raise what may be granted.
  run.lookups.ceilings.clear();
}

const endedBy = (offer: StoredOffer) => ({
  rightId: offer.right_id,
  ...(offer.organisation_id === null ? {} : { organisationId: offer.organisation_id }),
  ...(offer.target_group_id === null ? {} : { targetGroupId: offer.target_group_id }),
});

function rightsOf(run: Run, value: DeclaredValue<'offers'>): (RightRef | undefined)[] {
  return value.rights.map((code) => run.lookups.rights.get(`${value.application} ${code}`));
}

function offerItems(run: Run, declared: DeclaredOffer, stored: readonly StoredOffer[]): Item[] {
  const { value } = declared;
  const receiver = receiverOf(run, declared);
  const written = writtenPeriod(run, declared);
  const maxUntil = run.when.end(declared, 'maxUntil', value.maxUntil);
  if (run.lookups.applications.get(value.application) === undefined) {
    reportUnknown(run, declared, ['application'], `application ${value.application}`);
    return [];
  }
  if (receiver === undefined || written === undefined || (value.maxUntil && maxUntil === undefined))
    return [];
  return rightsOf(run, value).flatMap((right, index) => {
    const code = value.rights[index]!;
    const one = inside(declared, ['rights', index], value);
    if (right === undefined) {
      reportUnknown(run, declared, ['rights', index], `right ${value.application} ${code}`);
      return [];
    }
    const label = `${value.application} ${code} to ${value.targetGroup ?? value.organisation}`;
    if (!declareOnce(run, one, `offer ${label} ${value.from ?? ''}`.trim())) return [];
    const alike = stored.filter(
      (offer) =>
        offer.right_id === right.id &&
        offer.target_group_id === receiver.target_group_id &&
        offer.organisation_id === receiver.organisation_id,
    );
    const match = matchPeriod(written, alike, run.change.at, run.taken);
    if ('conflict' in match) {
      run.problems.report(declared, ['from'], 'begins_inside_another', {
        from: match.conflict.valid_from.toISOString(),
      });
      return [];
    }
    const existing = match.stored;
    const period = filledPeriod(run, declared, written, existing);
    if (period === undefined) return [];
    const id = existing?.id ?? newId();
    run.taken.add(id);
    const row = {
      id,
      right_id: right.id,
      ...receiver,
      ...period,
      version: existing?.version ?? 1,
      max_period_days:
        value.maxPeriodDays === undefined ? (existing?.max_period_days ?? null) : value.maxPeriodDays,
      max_until: maxUntil === undefined ? (existing?.max_until ?? null) : maxUntil,
    };
    const about = {
      applicationId: right.applicationId,
      organisationId: receiver.organisation_id ?? undefined,
    };
    return [{ declared: one, key: `offer ${label}`, label, existing, row, about }];
  });
}

function receiverOf(
  run: Run,
  declared: DeclaredOffer,
): { target_group_id: string | null; organisation_id: string | null } | undefined {
  const { targetGroup, organisation } = declared.value;
  const group = run.lookups.targetGroups.get(targetGroup ?? '');
  const body = run.lookups.organisations.get(organisation ?? '');
  if (targetGroup !== undefined && group === undefined) {
    reportUnknown(run, declared, ['targetGroup'], `target_group ${targetGroup}`);
  } else if (organisation !== undefined && body === undefined) {
    reportUnknown(run, declared, ['organisation'], `organisation ${organisation}`);
  } else {
    return { target_group_id: group?.id ?? null, organisation_id: body?.id ?? null };
  }
  return undefined;
}
