import { ensureInstall, runProgram } from './ensure-install.mjs';

ensureInstall();
const { buildStatic } = await import('./build-static.mjs');
await buildStatic();
await runProgram('bench/main.ts');
