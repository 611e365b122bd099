// The AuthZEN Authorization API 1.0 over HTTP: reads a request, asks the decision point, writes the answer. A denial is an
// answer (200); errors are about the call itself. Source: research standards §2; docs/authzen.md.
import { raw, Router, type RequestHandler } from 'express';
import '../../web/express.ts';
import type { DecisionPower } from '../../platform/db/types.ts';
import type { Translator } from '../../platform/i18n.ts';
import type { ProviderHandle } from '../provider/index.ts';
import { createAdmission, type Endpoint } from './authzen.admission.ts';
import { readJson } from './authzen.body.ts';
import { createCallers } from './authzen.caller.ts';
import { answerError } from './authzen.errors.ts';
import { answerBatch, answerOne, type DecisionAnswer } from './authzen.evaluation.ts';
import { authzenPaths, createMetadataHandler, metadataPath } from './authzen.metadata.ts';
import { AuthzenError, parseEvaluation, parseEvaluations, parseReasons } from './authzen.schema.ts';
import { answerActionSearch, answerResourceSearch, answerSubjectSearch } from './authzen.search.ts';
import type { DecisionPoint } from './decision.point.ts';
import { answerCondition, conditionPath } from './authzen.condition.ts';
import {
  deleteRecordItems,
  deleteSubjectItems,
  listRecordItems,
  listSubjectItems,
  putRecordItems,
  putSubjectItems,
  syncPaths,
} from './sync.routes.ts';

export interface AuthzenDeps {
  readonly provider: ProviderHandle;
  readonly translator: Translator;
}

/** A thousand questions with what they say of each record; five thousand records of a few kilobytes. */
const limits = { questions: '4mb', records: '16mb' } as const;

export function createAuthzenRoutes(point: DecisionPoint, deps: AuthzenDeps): Router {
  const { site } = point;
  const callers = createCallers(site, deps.provider, [site.config.issuer]);
  point.snapshots.onClientsChanged = (applicationId) => callers.forget(applicationId);
  const router = Router();

  const { admit, respond, admitForNow, respondToQuestion } = createAdmission(point, callers, deps.translator);
  const questions = jsonBody(limits.questions);
  const records = jsonBody(limits.records);
  const endpoint = (path: string, power: DecisionPower, answer: Endpoint): void => {
    router
      .route(path)
      .all(identifyRequest)
      .post(admit(power), questions, respond(answer))
      .all(onlyMethods('POST'));
  };
  const collection = (path: string, put: Endpoint, remove: Endpoint, list: Endpoint): void => {
    router
      .route(path)
      .all(identifyRequest, admit('synchronise'))
      .get(respond(list, (req) => req.query))
      .put(records, respond(put))
      .delete(records, respond(remove))
      .all(onlyMethods('GET, PUT, DELETE'));
  };

  const question = (path: string, answer: Endpoint): void => {
    router
      .route(path)
      .all(identifyRequest)
      .post(admitForNow('evaluate'), questions, respondToQuestion('evaluate', answer))
      .all(onlyMethods('POST'));
  };

  question(authzenPaths.evaluation, evaluate);
  question(authzenPaths.evaluations, evaluateMany);
  endpoint(authzenPaths.searchSubject, 'search', answerSubjectSearch);
  endpoint(authzenPaths.searchResource, 'search', answerResourceSearch);
  endpoint(authzenPaths.searchAction, 'search', answerActionSearch);
  endpoint(conditionPath, 'search', answerCondition);
  collection(syncPaths.records, putRecordItems, deleteRecordItems, listRecordItems);
  collection(syncPaths.subjects, putSubjectItems, deleteSubjectItems, listSubjectItems);
  router.get(metadataPath, createMetadataHandler(site));
  router.use('/access/v1', identifyRequest, unknownPath, answerError(site));
  return router;
}

const evaluate: Endpoint = async (call, body): Promise<DecisionAnswer> =>
  answerOne(call, parseEvaluation(body), parseReasons(body));

const evaluateMany: Endpoint = async (call, body) => {
  const batch = parseEvaluations(body);
  const wanted = parseReasons(body);
  return 'items' in batch ? answerBatch(call, batch, wanted) : answerOne(call, batch, wanted);
};

const onlyMethods =
  (allowed: string): RequestHandler =>
  (_req, res) =>
    void res.set('Allow', allowed).status(405).type('text').send(`only ${allowed} is answered`);

/** The caller's own identifier of the request comes back unchanged. */
const identifyRequest: RequestHandler = (req, res, next) => {
  const given = req.get('x-request-id');
  if (given !== undefined) res.set('X-Request-ID', given);
  res.set('Cache-Control', 'no-store');
  next();
};

const unknownPath: RequestHandler = () => {
  throw new AuthzenError(404, 'there is no such endpoint');
};

/** Read only once it is clear who calls. */
const jsonBody = (limit: string): RequestHandler[] => [
  requireJson,
  raw({ limit, type: () => true }),
  (req, _res, next) => {
    const bytes: unknown = req.body;
    req.body = readJson(bytes instanceof Uint8Array ? bytes : new Uint8Array());
    next();
  },
];

const requireJson: RequestHandler = (req, _res, next) => {
  const type = req.get('content-type')?.split(';')[0]?.trim().toLowerCase();
  next(
    type === 'application/json' ? undefined : new AuthzenError(400, 'Content-Type must be application/json'),
  );
};
