import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createLog } from '../../../host/forge/log';
import type { Manifest } from '../../../host/forge/manifest';
import { createNativeUi, type NativeUi } from '../../../host/forge/native-ui';
import { temporaryFolder, type TemporaryFolder } from '../../../scripts/local/temporary-folder';

let folder: TemporaryFolder;
let native: NativeUi;
const log = createLog(() => 0);
const resource = () => ({ key: 'gadget', source: path.join(folder.path, 'main.tsx') });

async function start(source: string): Promise<void> {
  await writeFile(resource().source, source);
  const manifest = {
    appDir: folder.path,
    resources: new Map([['gadget', resource()]]),
  } as unknown as Manifest;
  native = await createNativeUi(manifest, path.join(folder.path, '.cache'), log);
}

async function script(): Promise<string> {
  const served = await native.serve(resource(), 'main.js');
  if (typeof served === 'string') throw new Error('a page');
  return await served.text();
}

beforeAll(async () => {
  folder = await temporaryFolder('native');
});
afterAll(async () => {
  await folder.remove();
});

describe('a UI Kit resource', () => {
  it('is a page whose only script is the bundled source', async () => {
    await start('const words: string = "first"; console.log(words);');
    for (const wanted of ['', 'index.html']) {
      const page = await native.serve(resource(), wanted);
      expect(typeof page === 'string' ? page.match(/<script[^>]*>/gu) : page).toEqual([
        '<script src="main.js">',
      ]);
    }
    expect(await script()).toContain('"first"');
  });

  it('serves nothing else, its own source neither', async () => {
    for (const wanted of ['main.tsx', '../main.tsx', 'main.js.json']) {
      const served = await native.serve(resource(), wanted);
      expect(served).toMatchObject({ status: 404 });
    }
  });

  it('is bundled again when its source has changed', async () => {
    await writeFile(resource().source, 'console.log("second");');
    expect(await script()).toContain('"second"');
  });

  it('takes JSX in the classic form, as Forge does, whatever tsconfig.json says', async () => {
    await writeFile(
      path.join(folder.path, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: { jsx: 'react-jsx' } }),
    );
    await writeFile(resource().source, 'console.log(<p>third</p>);');
    expect(await script()).toMatch(/React\.createElement\("p", null, "third"\)/u);
  });

  it('that does not build says why in the frame and in the log, and builds when it is repaired', async () => {
    await writeFile(resource().source, 'const = ;');
    const broken = await script();
    expect(broken).toMatch(/^throw new Error\(".*Resource gadget does not build/u);
    expect(log.lines().map(({ text }) => text)).toEqual([expect.stringContaining('does not build')]);
    await writeFile(resource().source, 'console.log("fourth");');
    expect(await script()).toContain('"fourth"');
  });

  it('of a host that starts later comes from the cache', async () => {
    const file = path.join(folder.path, '.cache', 'native', 'gadget', 'main.js');
    const cached = `${await readFile(file, 'utf8')}// kept`;
    await writeFile(file, cached);
    await start('console.log("fourth");');
    expect(await script()).toBe(cached);
  });
});
