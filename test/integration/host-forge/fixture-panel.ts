import { copyFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { bundle } from '../../../host/forge/bundle';
import { appDir, cacheDir } from './fixture-platform';

const testDir = path.dirname(appDir);

/** Bundles one browser script of the fixtures. */
export async function buildScript(entry: string, outDir: string, name: string): Promise<void> {
  const entryFile = path.join(testDir, entry);
  await bundle({ entry: entryFile, baseDir: testDir, outDir, name, format: 'iife', platform: 'browser' });
}

/** Builds the fixture app's Custom UI resource, which its manifest names and git does not hold. */
export async function buildPanel(): Promise<void> {
  const panelDir = path.join(cacheDir, 'panel');
  mkdirSync(panelDir, { recursive: true });
  await buildScript('fixture-app/static/panel.ts', panelDir, 'panel.js');
  copyFileSync(path.join(appDir, 'static', 'panel.html'), path.join(panelDir, 'index.html'));
}
