// What a person may do at an instant: the hot path of sign-in, tokens, introspection and decisions. Never writes.
import type { Database } from '../../platform/db/open.ts';
import type { ContextValues, Names } from '../../platform/db/types.ts';

/** A right that holds at the instant asked for. */
export interface EffectiveRight {
  readonly rightId: string;
  readonly rightCode: string;
  readonly context: ContextValues;
  readonly organisationId: string;
  readonly validFrom: Date;
  /** The earliest end of everything it rests on; null when nothing ends it. */
  readonly effectiveUntil: Date | null;
}

/** An organisation for which a person may act in an application. */
export interface ActingOrganisation {
  readonly organisationId: string;
  readonly code: string;
  readonly name: string;
  readonly names: Names;
  readonly targetGroupCode: string;
}

export interface RightsQuestion {
  readonly personId: string;
  readonly applicationId: string;
  /** Absent: for every organisation of the person. */
  readonly organisationId?: string | undefined;
  readonly at: Date;
}

const rightColumns = `right_id as "rightId", right_code as "rightCode", context, organisation_id as "organisationId",
  valid_from as "validFrom", effective_until as "effectiveUntil"`;
const inOrder = 'order by right_code, context, valid_from, assignment_id';

/** Everything the person may do in the application at that instant, in a stable order. One prepared statement. */
export function findEffectiveRights(db: Database, question: RightsQuestion): Promise<EffectiveRight[]> {
  const { personId, applicationId, organisationId, at } = question;
  return organisationId === undefined
    ? db.query(
        `select ${rightColumns} from effective_assignment($1::timestamptz)
         where person_id = $2::uuid and application_id = $3::uuid ${inOrder}`,
        [at, personId, applicationId],
      )
    : db.query(
        `select ${rightColumns} from effective_assignment($1::timestamptz)
         where person_id = $2::uuid and application_id = $3::uuid and organisation_id = $4::uuid ${inOrder}`,
        [at, personId, applicationId, organisationId],
      );
}

/** The organisations for which the person holds a right in the application at that instant, by name. */
export function listActingOrganisations(
  db: Database,
  personId: string,
  applicationId: string,
  at: Date,
): Promise<ActingOrganisation[]> {
  return db.query(
    `select o.id as "organisationId", o.code, o.name, o.names, g.code as "targetGroupCode"
     from organisation o join target_group g on g.id = o.target_group_id
     where o.id in (select organisation_id from effective_assignment($1::timestamptz)
                    where person_id = $2::uuid and application_id = $3::uuid)
     order by o.name, o.id`,
    [at, personId, applicationId],
  );
}
