// What other modules and the composition root may use of the audit.
export { writeAudit } from './audit.writer.ts';
