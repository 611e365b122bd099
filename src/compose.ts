// Puts together what every command and query gets (the Site), with the modules that plug into each change.
import type { Clock } from './platform/clock.ts';
import type { Config } from './platform/config.ts';
import { createSecrets } from './platform/crypto.ts';
import type { Database } from './platform/db/open.ts';
import type { Logger } from './platform/logger.ts';
import type { Site } from './platform/site.ts';
import { writeAudit } from './modules/audit/index.ts';
import { revokeAccess } from './modules/provider/index.ts';

export interface SiteParts {
  readonly config: Config;
  readonly db: Database;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A Site whose outbox can be connected later, since the outbox itself needs the Site. */
export interface ComposedSite extends Site {
  /** From now on `wake` is called after every commit that left messages. */
  connectOutbox(wake: () => void): void;
  /** From now on every command is counted. */
  connectMetrics(metrics: { countCommand(action: string, outcome: string): void }): void;
}

export function composeSite(parts: SiteParts): ComposedSite {
  let wake = (): void => {};
  let count = (_action: string, _outcome: string): void => {};
  const site: ComposedSite = {
    ...parts,
    secrets: createSecrets(parts.config),
    hooks: {
      writeAudit,
      revokeAccess: (change, ended) => revokeAccess(site, change, ended),
      commandEnded: (action, outcome) => count(action, outcome),
    },
    outbox: { wake: () => wake() },
    connectOutbox: (connected) => {
      wake = connected;
    },
    connectMetrics: ({ countCommand }) => {
      count = countCommand;
    },
  };
  return site;
}
