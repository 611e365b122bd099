// Builds the OpenID library's provider, and stands in front of it so that it can be replaced while requests run: new
// keys need a new instance, and requests in flight finish on the one they began with.
import type { EventEmitter } from 'node:events';
import type { Request, RequestHandler } from 'express';
import { Provider, type KoaContextWithOIDC } from 'oidc-provider';
import type { Site } from '../../platform/site.ts';
import { adapt } from './provider.adaptations.ts';
import { createClientStore, type ClientStore } from './provider.clients.ts';
import { createConfiguration } from './provider.configuration.ts';
import { finishAnswers } from './provider.finish.ts';
import { ensureKeys, loadSigningKeys, type SigningKeys } from './provider.keys.ts';
import { createPages } from './provider.pages.ts';

export interface ProviderHandle {
  /** Express handler of every protocol endpoint. Mount it last and before any body parser: it reads bodies itself. */
  readonly callback: RequestHandler;
  current(): Provider;
  /** Takes up keys as they are in the database now. */
  reload(): Promise<void>;
  /** For who learns of a changed client before the notification does: the next look reads anew. */
  forgetClients(): void;
  close(): Promise<void>;
}

export interface ProviderOptions {
  /** Told of every event of the library, for counting. */
  onEvent?: (event: string) => void;
}

/** How often the keys are looked at even when no notification came. */
const lookAgainMs = 30_000;

/** Starts the provider: makes missing keys, listens for changed clients and keys. */
export async function createProvider(site: Site, options: ProviderOptions = {}): Promise<ProviderHandle> {
  await ensureKeys(site);
  const clients = createClientStore(site);
  let state = build(site, await loadSigningKeys(site), clients, options);
  let lookedAt = performance.now();
  let loading: Promise<void> | undefined;

  const reload = (): Promise<void> =>
    (loading ??= loadSigningKeys(site)
      .then((keys) => {
        // A new instance forgets every client it has checked: only for keys that are others.
        state =
          kidsOf(keys) === state.kids
            ? { ...state, changesAt: keys.changesAt }
            : build(site, keys, clients, options);
        lookedAt = performance.now();
      })
      .finally(() => {
        loading = undefined;
      }));

  const stopListening = await site.db.listen('mandaat_provider', (what) => {
    clients.forget();
    if (what === 'keys')
      reload().catch((err: unknown) => site.logger.error({ err }, 'keys could not be loaded'));
  });

  const callback: RequestHandler = (req, res, next) => {
    const due = state.changesAt !== null && state.changesAt <= site.clock.now();
    const answer = () => {
      speakAsIssuer(site, req.headers);
      state.handle(req, res).catch(next);
    };
    if (due) return void reload().then(answer, next);
    if (performance.now() - lookedAt > lookAgainMs) {
      lookedAt = performance.now();
      reload().catch((err: unknown) => site.logger.error({ err }, 'keys could not be loaded'));
    }
    answer();
  };

  return {
    callback,
    current: () => state.provider,
    reload,
    forgetClients: () => clients.forget(),
    close: stopListening,
  };
}

/** Whatever proxies and Host headers say, addresses in answers are those of the issuer. */
function speakAsIssuer(site: Site, headers: NodeJS.Dict<string | string[]>): void {
  const { host, protocol } = new URL(site.config.issuer);
  headers['x-forwarded-host'] = host;
  headers['x-forwarded-proto'] = protocol.slice(0, -1);
}

interface Built {
  provider: Provider;
  handle: ReturnType<Provider['callback']>;
  /** Identifiers of the keys, those that sign first. */
  kids: string;
  changesAt: Date | null;
}

const kidsOf = ({ jwks }: SigningKeys): string => jwks.keys.map(({ kid }) => kid).join();

function build(site: Site, keys: SigningKeys, clients: ClientStore, options: ProviderOptions): Built {
  const pages = createPages(site);
  const configuration = createConfiguration({ site, keys, clients, pages });
  const provider = new Provider(site.config.issuer, configuration);
  // Only reads the headers that speakAsIssuer wrote.
  provider.proxy = true;
  adapt(site, provider);
  observe(site, provider, options);
  provider.use(finishAnswers(site, pages));
  return { provider, handle: provider.callback(), kids: kidsOf(keys), changesAt: keys.changesAt };
}

const countedEvents = [
  ...['authorization.success', 'authorization.error', 'grant.success', 'grant.error', 'userinfo.error'],
  ...['introspection.error', 'revocation.error', 'end_session.success', 'end_session.error', 'server_error'],
  ...['interaction.started', 'interaction.ended', 'pushed_authorization_request.error', 'jwks.error'],
] as const;

function observe(site: Site, provider: Provider, { onEvent }: ProviderOptions): void {
  const events = provider as EventEmitter;
  for (const event of countedEvents) events.on(event, () => onEvent?.(event));
  for (const event of [
    'grant.error',
    'authorization.error',
    'introspection.error',
    'end_session.error',
  ] as const) {
    events.on(event, (ctx: KoaContextWithOIDC, error: Error & { error_detail?: string }) => {
      // The reason is for us only: what the caller is told stays short.
      const reason = error.error_detail ?? error.message;
      site.logger.info({ requestId: requestIdOf(ctx), event, reason }, 'refused by the provider');
    });
  }
  events.on('server_error', (ctx: KoaContextWithOIDC, err: Error) =>
    site.logger.error({ requestId: requestIdOf(ctx), err }, 'server error'),
  );
}

/** As the page or the answer names it: the application gave it to the request that the provider handles. */
const requestIdOf = (ctx: KoaContextWithOIDC): string | undefined => (ctx.req as Partial<Request>).requestId;

/**
 * Checks client metadata (RFC 7591 names) as the provider will when it reads it.
 * @throws Error of the library, `error_description` says what is wrong.
 */
export async function validateClientMetadata(
  handle: ProviderHandle,
  metadata: Record<string, unknown>,
): Promise<void> {
  const { Client } = handle.current() as unknown as {
    Client: { validate(metadata: Record<string, unknown>): Promise<void> };
  };
  const secret = metadata['token_endpoint_auth_method'];
  const needsSecret =
    secret === undefined || secret === 'client_secret_basic' || secret === 'client_secret_post';
  await Client.validate({
    client_id: 'checked',
    ...metadata,
    ...(needsSecret ? { client_secret: 'compared by digest' } : {}),
  });
}
