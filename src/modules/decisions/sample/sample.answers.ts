// Asks the decision point every question of a sample, at one instant and on one state.
import type { Asked, DecisionPoint } from '../decision.point.ts';
import type { SampleColumn, SampleRow } from './sample.rows.ts';

export interface Sample {
  readonly rows: readonly SampleRow[];
  readonly columns: readonly SampleColumn[];
  readonly actions: readonly string[];
  /** The actions that are allowed, by row and column. */
  readonly allowed: readonly (readonly (readonly string[])[])[];
}

export async function answerSample(
  point: DecisionPoint,
  applicationId: string,
  kind: string,
  asked: Pick<Sample, 'rows' | 'columns' | 'actions'>,
): Promise<Sample> {
  const { rows, columns, actions } = asked;
  const questions = rows.flatMap((row) =>
    columns.flatMap(({ id }) =>
      actions.map((name): Asked => ({
        subject: row.subject,
        action: { name },
        resource: { type: kind, id },
      })),
    ),
  );
  const each = columns.length * actions.length;
  const supposed = rows.flatMap((row) =>
    row.supposed ? Array.from({ length: each }, () => row.supposed!) : [],
  );
  const options = { caughtUp: true };
  const verdicts =
    supposed.length > 0
      ? await point.suppose(applicationId, questions, supposed, options)
      : await point.decide(applicationId, questions, options);
  const allowed = rows.map((_row, rowAt) =>
    columns.map((_column, columnAt) => {
      const start = rowAt * each + columnAt * actions.length;
      return actions.filter((_action, actionAt) => verdicts[start + actionAt]!.allowed);
    }),
  );
  return { ...asked, allowed };
}
