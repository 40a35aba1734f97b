/** Validates manifest.yml with the official schema and references, offline; warnings fail too. */
import { createRequire } from 'node:module';
import process from 'node:process';
import { root } from './ensure-install.mjs';

process.chdir(root);
const { validate } = createRequire(import.meta.url)('@forge/manifest');
const { errors = [] } = await validate(false);
for (const { level, line, message } of errors)
  console.error(`manifest.yml:${line ?? 0} ${level}: ${message}`);
console.log(errors.length === 0 ? 'manifest.yml is valid' : `${errors.length} problems`);
process.exit(errors.length === 0 ? 0 : 1);
