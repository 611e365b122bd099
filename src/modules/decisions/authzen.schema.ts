// Requests of the AuthZEN Authorization API 1.0, checked. Unknown members are ignored at every level; a missing required
// member or a wrong type is the sender's error. Source: research standards §2; Authorization API 1.0.
import { z } from 'zod';
import type { Asked } from './decision.point.ts';

/** A request that cannot be answered. The message goes to the caller as it is. */
export class AuthzenError extends Error {
  readonly status: 400 | 401 | 403 | 404 | 413 | 429;

  constructor(status: AuthzenError['status'], message: string) {
    super(message);
    this.name = 'AuthzenError';
    this.status = status;
  }
}

const text = z.string().min(1).max(2000);
const object = z.record(z.string(), z.unknown());
const entity = z.object({ type: text, id: text, properties: object.optional() });
const action = z.object({ name: text, properties: object.optional() });
const evaluation = z.object({ subject: entity, action, resource: entity, context: object.optional() });

/** What a caller may ask to be told along with the decision; not part of the standard, which leaves `options` open. */
const reasons = z.array(z.enum(['user', 'admin'])).optional();
export type WantedReasons = readonly ('user' | 'admin')[];

export const semantics = ['execute_all', 'deny_on_first_deny', 'permit_on_first_permit'] as const;
export type Semantic = (typeof semantics)[number];

/** Most questions of one batch. */
export const maxEvaluations = 1000;

const batch = z.object({
  subject: object.optional(),
  action: object.optional(),
  resource: object.optional(),
  context: object.optional(),
  evaluations: z.array(object).max(maxEvaluations).optional(),
  options: z.object({ evaluations_semantic: z.enum(semantics).default('execute_all') }).default({
    evaluations_semantic: 'execute_all',
  }),
});

const withReasons = z.object({ options: z.object({ reasons }).optional() });

/** @throws AuthzenError 400 naming the first member that is wrong */
export function parse<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body, { reportInput: true });
  if (result.success) return result.data;
  throw new AuthzenError(400, messageOf(result.error));
}

function messageOf(error: z.ZodError): string {
  const [issue] = error.issues;
  const path = issue?.path.join('.') || 'the request body';
  return issue?.code === 'invalid_type' && issue.input === undefined
    ? `${path} is missing`
    : `${path}: ${issue?.message ?? 'is not valid'}`;
}

/** @throws AuthzenError 400 */
export function parseEvaluation(body: unknown): Asked {
  return parse(evaluation, body);
}

/** @throws AuthzenError 400 */
export function parseReasons(body: unknown): WantedReasons {
  return parse(withReasons, body).options?.reasons ?? [];
}

export interface Batch {
  readonly semantic: Semantic;
  /** In the order asked; an item that is broken answers for itself. */
  readonly items: readonly (Asked | AuthzenError)[];
}

/**
 * @returns a single question when there are no items: the endpoint then answers like the single one
 * @throws AuthzenError 400 when the payload as a whole is broken
 */
export function parseEvaluations(body: unknown): Batch | Asked {
  const given = parse(batch, body);
  if (!given.evaluations || given.evaluations.length === 0) return parseEvaluation(body);
  const items = given.evaluations.map((item) => {
    try {
      return parseEvaluation(withDefaults(given, item));
    } catch (error) {
      if (error instanceof AuthzenError) return error;
      throw error;
    }
  });
  return { semantic: given.options.evaluations_semantic, items };
}

type Loose = Readonly<Record<string, unknown>>;

/**
 * An item's own entity replaces the default as a whole; only identifying members that it leaves out are taken from
 * the default. Source: certification scenario, "default value merging".
 */
function withDefaults(defaults: Loose, item: Loose): Loose {
  return {
    subject: withIdentity(defaults['subject'], item['subject'], ['type', 'id']),
    action: withIdentity(defaults['action'], item['action'], ['name']),
    resource: withIdentity(defaults['resource'], item['resource'], ['type', 'id']),
    context: item['context'] ?? defaults['context'],
  };
}

function withIdentity(byDefault: unknown, own: unknown, members: readonly string[]): unknown {
  if (own === undefined) return byDefault;
  if (typeof own !== 'object' || own === null || typeof byDefault !== 'object' || byDefault === null)
    return own;
  const missing = members.filter((name) => !(name in own) && name in byDefault);
  return { ...own, ...Object.fromEntries(missing.map((name) => [name, (byDefault as Loose)[name]])) };
}

/** Most results of one page, and how many when the caller says nothing. */
export const maxPage = 1000;
export const defaultPage = 100;

const page = z.object({ token: z.string().optional(), limit: z.number().int().min(0).optional() }).optional();
const someSubject = z.object({ type: text, properties: object.optional() });
const context = object.optional();

export const subjectSearch = z.object({ subject: someSubject, action, resource: entity, context, page });
export const resourceSearch = z.object({ subject: entity, action, resource: someSubject, context, page });
export const actionSearch = z.object({ subject: entity, resource: entity, context, page });
export type SubjectSearch = z.infer<typeof subjectSearch>;
export type ResourceSearch = z.infer<typeof resourceSearch>;
export type ActionSearch = z.infer<typeof actionSearch>;
