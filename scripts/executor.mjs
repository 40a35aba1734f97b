import { ensureInstall, runProgram } from './ensure-install.mjs';

ensureInstall();
await runProgram('executor/main.ts');
