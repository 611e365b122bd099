// A light HTTP client for load: kept connections, a cookie jar per visitor, nothing followed by itself.
import { Agent, request as startRequest } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';

export type Answer = { status: number; headers: IncomingHttpHeaders; body: string };

export type RequestOptions = {
  method?: 'GET' | 'POST';
  form?: Record<string, string>;
  headers?: Record<string, string>;
};

export type HttpClient = {
  send(url: string, options?: RequestOptions): Promise<Answer>;
  close(): void;
};

/**
 * @param connections most connections to one server.
 * @param origins of the processes behind one address, as a proxy without stickiness would spread requests over them.
 */
export function createHttpClient(connections: number, origins: readonly string[] = []): HttpClient {
  const agent = new Agent({ keepAlive: true, maxSockets: connections, scheduling: 'fifo' });
  let turn = 0;
  const spread = (url: string): { url: string; host: string } => {
    const asked = new URL(url);
    const target = origins.length > 1 ? new URL(origins[turn++ % origins.length] as string) : asked;
    return { url: `${target.origin}${asked.pathname}${asked.search}`, host: asked.host };
  };
  return {
    send: (url, options = {}) => {
      const { url: target, host } = spread(url);
      return send(agent, target, { ...options, headers: { ...options.headers, host } });
    },
    close: () => agent.destroy(),
  };
}

function send(agent: Agent, url: string, { method, form, headers }: RequestOptions): Promise<Answer> {
  const body = form && new URLSearchParams(form).toString();
  return new Promise((resolve, reject) => {
    const outgoing = startRequest(
      url,
      {
        agent,
        method: method ?? (form ? 'POST' : 'GET'),
        headers: {
          ...headers,
          ...(body === undefined
            ? {}
            : {
                'content-type': 'application/x-www-form-urlencoded',
                'content-length': Buffer.byteLength(body),
              }),
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString('utf8'),
          }),
        );
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** Cookies of one visitor, sent where their path says. */
export class CookieJar {
  readonly #cookies = new Map<string, { value: string; path: string }>();

  header(pathname: string): Record<string, string> {
    const sent = [...this.#cookies]
      .filter(([, { path }]) => pathname.startsWith(path))
      .map(([name, { value }]) => `${name}=${value}`);
    return sent.length === 0 ? {} : { cookie: sent.join('; ') };
  }

  take(headers: IncomingHttpHeaders): void {
    for (const cookie of headers['set-cookie'] ?? []) {
      const end = cookie.indexOf('=');
      const value = cookie.slice(end + 1, cookie.indexOf(';') === -1 ? undefined : cookie.indexOf(';'));
      const name = cookie.slice(0, end);
      if (value === '') this.#cookies.delete(name);
      else this.#cookies.set(name, { value, path: /;\s*path=([^;]+)/i.exec(cookie)?.[1] ?? '/' });
    }
  }
}
