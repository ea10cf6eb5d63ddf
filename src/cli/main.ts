#!/usr/bin/env node
/** The program's start: the real streams, environment and signals. Everything else is in `run.ts`. */
import { supportsNode } from './node-version.ts';

if (supportsNode(process.versions.node)) {
  const { runProcess } = await import('./process.ts');
  await runProcess();
} else {
  process.stderr.write(`expchat: expected Node 20.19 or newer, got ${process.versions.node}. Install a newer Node.\n`);
  process.exitCode = 1;
}
