// Gives the worker of a process what it works with: mail, the provider's messages, metrics.
import { createSiteTranslator } from './app.ts';
import type { ComposedSite } from './compose.ts';
import { announceEnds, deliverBackchannelLogout, sweepExpired } from './modules/provider/index.ts';
import { createMailer } from './platform/mail.ts';
import type { Metrics } from './platform/metrics.ts';
import { startWorker, type Worker } from './worker.ts';

/** @returns the running worker of this process. */
export function startBackground(site: ComposedSite, metrics: Metrics): Promise<Worker> {
  return startWorker(site, {
    mailer: createMailer(site.config, site.logger, site.clock),
    translator: createSiteTranslator(site),
    connectOutbox: (wake) => site.connectOutbox(wake),
    deliverBackchannelLogout: (message) => deliverBackchannelLogout(site, message),
    announceEnds: (since, until) => announceEnds(site, since, until),
    sweepExpired: (limit) => sweepExpired(site, limit),
    metrics,
  });
}
