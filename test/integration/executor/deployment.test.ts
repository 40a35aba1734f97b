import { execFile, spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as v from 'valibot';
import { parse, parseAllDocuments } from 'yaml';
import { parseConfig } from '../../../executor/config';
import { type TemporaryFolder, temporaryFolder } from '../../../scripts/local/temporary-folder';
import { type Rig, startRig } from './support/rig';

const run = promisify(execFile);
const env = { ...process.env, NODE_OPTIONS: '' };
let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder('deployment');
});
afterAll(() => folder.remove());

describe('the bundle that the Dockerfile builds', () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await startRig();
    await run(process.execPath, ['deploy/bundle.mjs', join(folder.path, 'bundle')], { env });
  });
  afterAll(() => rig.close());

  it('starts with nothing of the repository beside it, runs an order and stops', async () => {
    const file = join(folder.path, 'executor.json');
    const main = join(folder.path, 'bundle', 'main.mjs');
    await writeFile(file, JSON.stringify({ ...rig.config, listen: { port: 0 } }));
    const script = ['init', '--config', file, '--connection', 'main', '--print'];
    const { stdout } = await run(process.execPath, [main, ...script], { env, cwd: folder.path });
    expect(stdout).toContain('create table if not exists querychange.ledger');
    const { publicJwk } = rig.executor;
    await rig.executor.close();
    const child = spawn(process.execPath, [main, 'serve', '--config', file], { env, cwd: folder.path });
    const ended = new Promise<number | null>((done) => child.on('exit', done));
    const first = await new Promise<string>((done, fail) => {
      child.stdout.setEncoding('utf8').once('data', done);
      child.stderr.setEncoding('utf8').once('data', fail);
    });
    const ready = v.parse(v.object({ event: v.literal('ready'), url: v.string() }), JSON.parse(first));
    rig.executor = { ...rig.executor, url: ready.url, publicJwk, close: async () => undefined };
    const { claims } = await rig.run({ sql: 'update counters set n = n + 1 where id = 1' });
    expect(claims.status).toBe('succeeded');
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
  });
});

test('the bill of materials names what is shipped, and nothing of the development', async () => {
  const file = join(folder.path, 'executor.cdx.json');
  await run(process.execPath, ['scripts/sbom.mjs', file], { env });
  const Bom = v.object({
    bomFormat: v.literal('CycloneDX'),
    components: v.array(v.object({ name: v.string(), version: v.string() })),
  });
  const { components } = v.parse(Bom, JSON.parse(await readFile(file, 'utf8')));
  const names = components.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['pg', 'hono', 'jose', 'libpg-query', 'valibot', 'yaml']));
  expect(names).not.toEqual(expect.arrayContaining(['react']));
  expect(names).not.toEqual(expect.arrayContaining(['typescript']));
});

const deployed = (name: string): Promise<string> => readFile(join('deploy', name), 'utf8');

describe('the files in deploy/', () => {
  const checked = (raw: unknown) => {
    const text = JSON.stringify(raw).replaceAll(/\$\{file:[^}]+\}/g, 'postgres://u:p@h/d');
    return parseConfig(JSON.parse(text), { env: {}, baseDir: '/' });
  };

  it('hold configurations that the executor takes', async () => {
    const example = checked(parse(await deployed('executor.example.yaml')));
    expect(example).toMatchObject({ ok: true, value: { connections: [{ protected: true }] } });
    const manifests = parseAllDocuments(await deployed('kubernetes.yaml'));
    const map = manifests.find((one) => one.get('kind') === 'ConfigMap');
    expect(checked(parse(String(map?.getIn(['data', 'executor.yaml']))))).toMatchObject({ ok: true });
  });

  it('give the containers no more than they need', async () => {
    const manifests = parseAllDocuments(await deployed('kubernetes.yaml'));
    expect(manifests.flatMap(({ errors }) => errors)).toEqual([]);
    const kinds = manifests.map((one) => one.get('kind'));
    expect(kinds).toEqual(
      expect.arrayContaining(['Deployment', 'Service', 'NetworkPolicy', 'PodDisruptionBudget']),
    );
    expect(kinds).not.toContain('Secret');
    const pod = manifests[kinds.indexOf('Deployment')]?.toJS().spec.template.spec;
    expect(pod).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true },
    });
    expect(pod.containers[0].securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    const { services } = parse(await deployed('compose.yaml'));
    for (const service of Object.values(services)) {
      expect(service).toMatchObject({
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
        mem_limit: expect.any(String),
      });
    }
  });
});
