#!/usr/bin/env node
// The `mandaat` command. Same configuration as the server. Says what went wrong in a sentence, never with a stack.
import { createTerminal } from './terminal.ts';
import { runCli } from './run.ts';

process.exitCode = await runCli(process.argv.slice(2), { terminal: createTerminal(), env: process.env });
