// Loaded into a server that is measured (node --import): tells its CPU time and memory when the bench asks.
import type { ChildUsage } from './server-process.ts';

process.on('message', (message) => {
  if (message !== 'usage') return;
  const { user, system } = process.cpuUsage();
  const usage: ChildUsage = { cpuMs: (user + system) / 1000, rssBytes: process.memoryUsage.rss() };
  process.send?.(usage);
});
// The channel alone must not keep the server alive.
process.channel?.unref();
