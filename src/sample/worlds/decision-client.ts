// Everything these applications ask the decision point, and nothing else: the file to copy from. An answer that does not come is
// no permission: it throws, and the page is not shown. Source: OpenID AuthZEN Authorization API 1.0; docs/authzen.md.
import type { Condition } from './condition.ts';

export type Subject = { type: string; id: string };
export type Resource = { type: string; id: string; properties?: Record<string, unknown> };
export type Question = { action: string; resource: Resource };
export type Verdict = { allowed: boolean; reason: { language: string; text: string } | undefined };
/** One call, to be shown on the page: the secret is not in it. */
export type Call = { path: string; request: unknown; answer: unknown; milliseconds: number };

export type DecisionClientOptions = { issuer: string; clientId: string; clientSecret: string };

/** Nobody waits longer for a page. */
const timeoutMs = 5000;
/** Most questions of one batch. */
const maxBatch = 1000;

/** The questions about one person that one page needs. */
export class Asking {
  readonly calls: Call[] = [];
  readonly #options: DecisionClientOptions;
  readonly #subject: Subject;
  readonly #language: string;

  /** @param language which of the reasons to take, where there are several */
  constructor(options: DecisionClientOptions, subject: Subject, language: string) {
    this.#options = options;
    this.#subject = subject;
    this.#language = language;
  }

  /** May they, and if not, why. */
  async evaluate({ action, resource }: Question): Promise<Verdict> {
    const answer = await this.#post('/access/v1/evaluation', {
      subject: this.#subject,
      action: { name: action },
      resource,
      options: { reasons: ['user'] },
    });
    return this.#verdict(answer);
  }

  /** Many at once, in the order asked: one call for all buttons of a page. */
  async evaluateAll(questions: readonly Question[]): Promise<Verdict[]> {
    const verdicts: Verdict[] = [];
    for (let start = 0; start < questions.length; start += maxBatch) {
      const part = questions.slice(start, start + maxBatch);
      const { evaluations } = await this.#post('/access/v1/evaluations', {
        subject: this.#subject,
        evaluations: part.map(({ action, resource }) => ({ action: { name: action }, resource })),
        options: { reasons: ['user'] },
      });
      if (!Array.isArray(evaluations) || evaluations.length !== part.length)
        throw new Error('answers are missing');
      verdicts.push(...evaluations.map((answer) => this.#verdict(answer)));
    }
    return verdicts;
  }

  /** Identifiers of all records of a kind on which they may. */
  searchResources(action: string, type: string): Promise<string[]> {
    const asked = { subject: this.#subject, action: { name: action }, resource: { type } };
    return this.#search('/access/v1/search/resource', asked, 'id');
  }

  /** What they may do with one record. */
  searchActions(resource: Resource): Promise<string[]> {
    return this.#search('/access/v1/search/action', { subject: this.#subject, resource }, 'name');
  }

  /** Who else may: identifiers of subjects of a type. */
  searchSubjects(type: string, { action, resource }: Question): Promise<string[]> {
    const asked = { subject: { type }, action: { name: action }, resource };
    return this.#search('/access/v1/search/subject', asked, 'id');
  }

  /** What must hold of a record for them to do it. Good for this moment only: never keep it. */
  async condition(action: string, type: string): Promise<Condition> {
    const asked = { subject: this.#subject, action: { name: action }, resource: { type } };
    const { condition } = await this.#post('/access/v1/condition', asked);
    return condition as Condition;
  }

  /** All pages of a search: the last one has no token. */
  async #search(path: string, asked: object, member: 'id' | 'name'): Promise<string[]> {
    const found: string[] = [];
    let token = '';
    do {
      const answer = await this.#post(path, { ...asked, page: { token } });
      const { results, page } = answer as {
        results: Record<string, string>[];
        page?: { next_token?: string };
      };
      found.push(...results.map((result) => result[member] ?? ''));
      token = page?.next_token ?? '';
    } while (token !== '');
    return found;
  }

  #verdict(answer: Record<string, unknown>): Verdict {
    const { reason_user: reasons } = (answer['context'] ?? {}) as { reason_user?: Record<string, string> };
    const language = reasons && (this.#language in reasons ? this.#language : Object.keys(reasons)[0]);
    const reason = language ? { language, text: reasons?.[language] ?? '' } : undefined;
    return { allowed: answer['decision'] === true, reason };
  }

  /** @throws Error for everything but an answer: an application that cannot ask shows nothing. */
  async #post(path: string, body: object): Promise<Record<string, unknown>> {
    const { issuer, clientId, clientSecret } = this.#options;
    const started = performance.now();
    const response = await fetch(issuer + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: basic(clientId, clientSecret) },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (!response.ok)
      throw new Error(`the decision point answered ${response.status}: ${await response.text()}`);
    const answer = (await response.json()) as Record<string, unknown>;
    this.calls.push({ path, request: body, answer, milliseconds: performance.now() - started });
    return answer;
  }
}

/** Each part form-encoded. Source: RFC 6749 §2.3.1. */
const basic = (id: string, secret: string): string =>
  `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`;
