// The addresses of the four applications: who is asked for, which screen, and doing something, which asks once more.
import express, { Router, type Request, type Response } from 'express';
import { pageHelpers } from '../pages.ts';
import type { Language } from '../words.ts';
import { caseList, casePage } from './casework.ts';
import { Asking, type Subject } from './decision-client.ts';
import { financeList } from './finance.ts';
import { schoolItem, schoolOverview } from './school.ts';
import type { Screen, ScreenInput } from './screen.ts';
import { welfareClient, welfareList } from './welfare.ts';
import { worldWords } from './words.ts';
import { findRecord, type WorldOptions } from './world.model.ts';

export type WorldsDeps = {
  worlds: readonly WorldOptions[];
  issuer: string;
  /** Who signed in to this application: known to the decision point by the subject of the ID token. */
  signedIn(request: Request): { subject: string; name: string } | undefined;
};

type Build = (input: ScreenInput, id: string) => Promise<Screen | undefined>;

const screens: Record<WorldOptions['code'], { list: Build; part?: { path: string; build: Build } }> = {
  welfare: { list: welfareList, part: { path: '/clients/:id', build: welfareClient } },
  school: { list: schoolOverview, part: { path: '/data/:id', build: schoolItem } },
  finance: { list: financeList },
  casework: { list: caseList, part: { path: '/cases/:id', build: casePage } },
};

export function createWorldRoutes(deps: WorldsDeps): Router {
  const router = Router();
  for (const world of deps.worlds) {
    const { list, part } = screens[world.code];
    router.get(`/${world.code}`, showScreen(deps, world, list));
    if (part) router.get(`/${world.code}${part.path}`, showScreen(deps, world, part.build));
    const body = express.urlencoded({ extended: false, limit: '4kb' });
    router.post(`/${world.code}/act`, body, act(deps, world));
  }
  return router;
}

const me = 'me';

/** Through whose eyes: an example person, or whoever signed in. Anything else is the first example person. */
function subjectOf({ world, person, signedIn }: Chosen): Subject {
  if (person === me && signedIn) return { type: 'person', id: signedIn.subject };
  return { type: 'user', id: (world.people.find(({ id }) => id === person) ?? world.people[0]!).id };
}

type Chosen = {
  world: WorldOptions;
  person: unknown;
  signedIn: ReturnType<WorldsDeps['signedIn']>;
};

function begin(deps: WorldsDeps, world: WorldOptions, request: Request, response: Response, person: unknown) {
  const signedIn = deps.signedIn(request);
  const subject = subjectOf({ world, person, signedIn });
  const chosen = subject.type === 'person' ? me : subject.id;
  const language = response.locals['lang'] as Language;
  const words = worldWords[language];
  const { clientId, clientSecret } = world;
  const asking = new Asking({ issuer: deps.issuer, clientId, clientSecret }, subject, language);
  const link = (path: string, query: Record<string, string> = {}): string =>
    `/${world.code}${path}?${new URLSearchParams({ person: chosen, ...query })}`;
  const input: ScreenInput = { world, words, asking, link, query: request.query };
  const people = [
    ...(signedIn ? [{ id: me, name: words.signedIn.replace('{name}', signedIn.name) }] : []),
    ...world.people,
  ];
  return { input, chosen, people };
}

const showScreen =
  (deps: WorldsDeps, world: WorldOptions, build: Build) =>
  async (request: Request, response: Response, next: () => void): Promise<void> => {
    const begun = begin(deps, world, request, response, request.query['person']);
    const screen = await build(begun.input, String(request.params['id']));
    if (!screen) return next();
    render(response, begun, screen, request.path);
  };

/** Pressing a button: what was allowed when the page was made may not be now. */
const act =
  (deps: WorldsDeps, world: WorldOptions) =>
  async (request: Request, response: Response, next: () => void): Promise<void> => {
    const { person, action, type, id } = (request.body ?? {}) as Record<string, string | undefined>;
    const begun = begin(deps, world, request, response, person);
    const item = type === 'feature' ? world.items.find((each) => each.id === id) : undefined;
    const record = item ?? findRecord(world, type, id);
    if (!record || !type || !action) return next();
    const { asking, words, link } = begun.input;
    const resource = { type, id: record.id, properties: { code: record.id } };
    const verdict = await asking.evaluate({ action, resource });
    const what = `${words.actions[action] ?? action}: ${record.name}`;
    const screen: Screen = {
      view: 'worlds/outcome',
      status: verdict.allowed ? 200 : 403,
      model: { title: words[world.code], what, verdict, backHref: link('') },
    };
    render(response, begun, screen, `/${world.code}`);
  };

function render(
  response: Response,
  { input, chosen, people }: ReturnType<typeof begin>,
  { view, status, model }: Screen,
  path: string,
): void {
  const { world, asking } = input;
  const milliseconds = asking.calls.reduce((sum, call) => sum + call.milliseconds, 0);
  response.status(status ?? 200).render(view, {
    ...pageHelpers(response.locals['lang'] as Language),
    ...model,
    world,
    path,
    chosen,
    people,
    calls: asking.calls,
    waited: Math.round(milliseconds),
  });
}
