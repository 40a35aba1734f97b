/** Writes `docs/host-coverage.md`: the Jira endpoints that the local host models. Run: `npx tsx scripts/host-coverage.ts`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { coverageTable } from '../host/jira/coverage';

const target = new URL('../docs/host-coverage.md', import.meta.url);
mkdirSync(new URL('.', target), { recursive: true });
writeFileSync(target, coverageTable());
