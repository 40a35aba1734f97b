import { ensureInstall, runProgram } from './ensure-install.mjs';

ensureInstall();
await runProgram('test/faults/main.ts');
