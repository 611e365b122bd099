// Why: a sentence for the person in their own language, and the gates with the choices behind them for administrators.
import type { Translator } from '../../platform/i18n.ts';
import type { Decision, GateTrace } from './evaluator.ts';

/** What stood in the way before any gate was asked. */
export type Unanswerable = 'no_model' | 'unknown_subject' | 'unknown_resource' | 'unknown_action';

export interface Verdict {
  readonly allowed: boolean;
  readonly trace: readonly GateTrace[];
  readonly obstacle?: Unanswerable | undefined;
  /** Number of the model version that decided. */
  readonly model?: number | undefined;
  readonly language?: string | undefined;
}

export function verdictOf(decision: Decision): Verdict {
  const obstacle = decision.trace.length === 0 && !decision.allowed ? 'unknown_action' : undefined;
  return { allowed: decision.allowed, trace: decision.trace, obstacle };
}

const failed = ({ outcome }: GateTrace): boolean => outcome === 'forbid' || outcome === 'silent_deny';

/** Translation key under `authzen.reason`. */
export function reasonKey(verdict: Verdict): string {
  if (verdict.allowed) return 'allowed';
  if (verdict.obstacle) return verdict.obstacle;
  return verdict.trace.find(failed)?.outcome === 'forbid' ? 'forbidden' : 'not_given';
}

/**
 * One sentence that names neither rules nor other people, by language: that of the person, or every language where the portal
 * does not know which one they read (accounts of the application's own), so that the application can choose.
 */
export function reasonForUser(verdict: Verdict, translator: Translator): Record<string, string> {
  const read = verdict.language === undefined ? translator.languages : [verdict.language];
  const words = read.map((language) => translator.forLanguage(language));
  return Object.fromEntries(words.map(({ lang, t }) => [lang, t(`authzen.reason.${reasonKey(verdict)}`)]));
}

/** The gates in order, each with the tick, cell, line or list that made it say what it said. */
export function reasonForAdministrators(verdict: Verdict): Record<string, unknown> {
  return {
    ...(verdict.model === undefined ? {} : { model: verdict.model }),
    ...(verdict.obstacle ? { obstacle: verdict.obstacle } : {}),
    gates: verdict.trace,
  };
}
