// The operations that are measured, with the bars of docs (ARCHITECTURE §7) they are held against.
import type { HashCost } from './accounts.ts';
import { accountPassword, accountsPerCost, userNames } from './accounts.ts';
import type { HttpClient } from './http-client.ts';
import { clientCredentials, introspect, login, refresh, userInfo } from './protocol.ts';
import type { Account, Endpoints } from './protocol.ts';

export type Engine = 'postgres' | 'pglite';

export type Scenario = {
  key: string;
  title: string;
  /** Least share of the bare provider's throughput; absent: measured, not judged. */
  bars: Partial<Record<Engine, number>>;
  /** Largest multiple of the bare provider's CPU per operation. */
  cpuBar?: number;
  /** Operations before anything is measured, so that Node has compiled what is hot. */
  warmUpOperations: number;
  /** Readies what the workers need, unmeasured. @returns one operation of the given worker. */
  prepare(
    http: HttpClient,
    endpoints: Endpoints,
    workers: number,
  ): Promise<(worker: number) => Promise<unknown>>;
};

const accounts: Record<HashCost, Account[]> = { cheap: accountsOf('cheap'), full: accountsOf('full') };

function accountsOf(cost: HashCost): Account[] {
  return userNames(cost).map((userName) => ({ userName, password: accountPassword }));
}

let signIns = 0;

/** Round robin: each sign-in is somebody else's, as in life. */
function nextAccount(cost: HashCost): Account {
  return accounts[cost][signIns++ % accountsPerCost] as Account;
}

function loginScenario(cost: HashCost): Scenario['prepare'] {
  return async (http, endpoints) => () => login(http, endpoints, nextAccount(cost), 'confidential');
}

export const scenarios: Scenario[] = [
  {
    key: 'login',
    warmUpOperations: 400,
    title: 'login: code + PKCE, hash of next to no cost',
    bars: { postgres: 0.6, pglite: 0.6 },
    cpuBar: 1.5,
    prepare: loginScenario('cheap'),
  },
  {
    key: 'login-argon2',
    warmUpOperations: 60,
    title: 'login: code + PKCE, argon2id 19 MiB',
    bars: { postgres: 0.6, pglite: 0.6 },
    cpuBar: 1.5,
    prepare: loginScenario('full'),
  },
  {
    key: 'refresh',
    warmUpOperations: 800,
    title: 'refresh with rotation',
    bars: { postgres: 0.6, pglite: 0.55 },
    async prepare(http, endpoints, workers) {
      const chains = await Promise.all(
        Array.from({ length: workers }, () => login(http, endpoints, nextAccount('cheap'), 'rotating')),
      );
      const tokens = chains.map(({ refreshToken }) => refreshToken);
      return async (worker) => {
        tokens[worker] = await refresh(http, endpoints, tokens[worker] ?? '');
      };
    },
  },
  {
    key: 'client-credentials',
    warmUpOperations: 2000,
    title: 'client credentials, opaque',
    bars: { postgres: 0.6, pglite: 0.45 },
    prepare: async (http, endpoints) => () => clientCredentials(http, endpoints),
  },
  {
    key: 'userinfo',
    warmUpOperations: 1200,
    title: 'UserInfo',
    bars: { postgres: 0.6 },
    async prepare(http, endpoints) {
      const { accessToken } = await login(http, endpoints, nextAccount('cheap'), 'confidential');
      return () => userInfo(http, endpoints, accessToken);
    },
  },
  {
    key: 'introspection',
    warmUpOperations: 1200,
    title: 'introspection with live rights',
    bars: { postgres: 0.6 },
    async prepare(http, endpoints) {
      const { accessToken } = await login(http, endpoints, nextAccount('cheap'), 'confidential');
      return () => introspect(http, endpoints, accessToken);
    },
  },
];
