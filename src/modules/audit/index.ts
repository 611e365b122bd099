// What other modules and the composition root may use of the audit.
export { writeAudit, writeAuditAlone } from './audit.writer.ts';
export { publishCheckpoint, type Published } from './audit.publish.ts';
export { publishKeys, readPublicKeys, readTrustedKeys } from './audit.checkpoint-keys.ts';
export { readCheckpointLines } from './audit.checkpoint-files.ts';
export { verifyAudit, type Finding, type Verification } from './audit.verify.ts';
export { verifyAndRemember } from './audit.verification.ts';
export { createAuditRoutes } from './audit.routes.ts';
export { raiseAuditAlarm } from './audit.alarm.ts';
