// Puts on record that somebody took a list along.
import type { AuditFact } from '../platform/change.ts';
import { runCommand } from '../platform/command.ts';
import type { Site } from '../platform/site.ts';
import type { Request } from 'express';
import './express.ts';

/** Before the first row leaves. The caller has checked the scope. Audit: the action of the fact */
export async function recordExport(site: Site, req: Request, fact: AuditFact): Promise<void> {
  await runCommand(site, req.origin, fact, async (change) => change.record({ ...fact }));
}
