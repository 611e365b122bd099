// How long an application does not know that a right ended: from the administrator's click to the logout token at the
// application's door. Through the portal, as in life.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decodeJwt } from 'jose';
import { Visitor } from '../sample/visitor.ts';
import { accountPassword, headUserName } from './accounts.ts';
import { submitForm } from './forms.ts';
import type { HttpClient } from './http-client.ts';
import { median } from './measure.ts';
import type { Watched } from './product.ts';
import { login } from './protocol.ts';
import type { Endpoints } from './protocol.ts';

export type LogoutListener = {
  url: string;
  /** Settles with the instant (`performance.now()`) at which a logout of the person arrives. */
  next(personId: string): Promise<number>;
  close(): void;
};

/** The application that waits to be told. */
export async function listenForLogouts(): Promise<LogoutListener> {
  const waiting = new Map<string, (arrivedAt: number) => void>();
  const server = createServer((request, response) => {
    const arrivedAt = performance.now();
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const token = new URLSearchParams(Buffer.concat(chunks).toString()).get('logout_token') ?? '';
      waiting.get(decodeJwt(token).sub ?? '')?.(arrivedAt);
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/logout`,
    next: (personId) => new Promise((resolve) => waiting.set(personId, resolve)),
    close: () => server.close(),
  };
}

export type RevocationTimes = {
  target: string;
  medianMs: number;
  slowestMs: number;
  bar: number;
  reached: boolean;
};

const barMs = 1000;
const patienceMs = 30_000;

/** @throws Error when a logout does not arrive at all. */
export async function measureRevocation(
  target: { key: string; http: HttpClient; endpoints: Endpoints; origin: string },
  listener: LogoutListener,
  watched: readonly Watched[],
): Promise<RevocationTimes> {
  const administrator = new Visitor();
  const entrance = await administrator.open(`${target.origin}/`);
  const signIn = { login: headUserName, password: accountPassword };
  const overview = await submitForm(administrator, entrance, '/sign-in', signIn);
  if (overview.status !== 200) throw new Error(`the administrator cannot sign in: ${overview.status}`);
  const times: number[] = [];
  for (const { userName, personId, endPath } of watched) {
    await login(target.http, target.endpoints, { userName, password: accountPassword }, 'watched');
    const page = await administrator.open(`${target.origin}${endPath}`);
    const arrival = listener.next(personId);
    const clickedAt = performance.now();
    const answer = await submitForm(administrator, page, endPath, {});
    if (answer.status !== 200) throw new Error(`the right could not be ended: ${answer.status}`);
    times.push((await withPatience(arrival)) - clickedAt);
  }
  const slowestMs = Math.max(...times);
  return { target: target.key, medianMs: median(times), slowestMs, bar: barMs, reached: slowestMs <= barMs };
}

async function withPatience(arrival: Promise<number>): Promise<number> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('the application was not told')), patienceMs);
  });
  return Promise.race([arrival, late]).finally(() => clearTimeout(timer));
}
