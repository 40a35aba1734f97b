import { ensureInstall, runProgram } from './ensure-install.mjs';

ensureInstall();
await runProgram('scripts/review/main.ts');
