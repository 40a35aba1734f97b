import type { ExecutionPoint } from '../../../executor/run/points';
import { createExecutor } from '../../../executor/create-executor';
import { type CuttingProxy, startCuttingProxy } from './support/cutting-proxy';
import { startApart } from './support/executor-apart';
import { type Rig, startRig } from './support/rig';

let rig: Rig;
let proxy: CuttingProxy;
beforeAll(async () => {
  rig = await startRig();
  proxy = await startCuttingProxy(rig.server.postgres.port);
});
afterAll(async () => {
  await proxy.close();
  await rig.close();
});

const count = async (): Promise<number> =>
  (await rig.sql<{ n: number }>('select n from shop.counters where id = 1'))[0]?.n ?? -1;
const sql = 'update counters set n = n + 1 where id = 1 returning id';

describe('an executor killed at a named point', () => {
  it.each<[ExecutionPoint]>([['after-inbox'], ['after-begin'], ['before-commit'], ['after-commit']])(
    '%s: the change is applied once and the receipt is right',
    async (point) => {
      const before = await count();
      const claims = await rig.order({ sql });
      await rig.executor.close();
      const crashing = await startApart(rig, point);
      await rig.app.sendOrder(crashing.url, claims).catch(() => null);
      expect(await crashing.ended).toBe('SIGKILL');
      rig.executor = await createExecutor(rig.config);
      const { claims: receipt, body } = await rig.receipt(claims.jti);
      expect(receipt).toMatchObject({ status: 'succeeded', jti: claims.jti });
      expect(receipt.statements).toMatchObject([{ command: 'UPDATE', rows: 1 }]);
      expect(body?.statements[0]?.rows).toEqual([['1']]);
      expect(await count()).toBe(before + 1);
      // Nothing runs it again later.
      await rig.restart();
      expect(await count()).toBe(before + 1);
    },
  );
});

it('an executor killed after COMMIT asks the verification again when it is back', async () => {
  const before = await count();
  const verification = `select n = ${before + 1} from counters where id = 1`;
  const claims = await rig.order({ sql, content: { verification } });
  await rig.executor.close();
  const crashing = await startApart(rig, 'after-commit');
  await rig.app.sendOrder(crashing.url, claims).catch(() => null);
  expect(await crashing.ended).toBe('SIGKILL');
  await rig.sql('update shop.counters set n = n + 10 where id = 1');
  rig.executor = await createExecutor(rig.config);
  expect((await rig.receipt(claims.jti)).claims).toMatchObject({
    status: 'succeeded',
    reason: { code: 'verification-failed' },
    verification: { checked: 1, afterCommit: 'failed' },
  });
  expect(await count()).toBe(before + 11);
});

describe('a connection cut at COMMIT', () => {
  it.each<['before' | 'after']>([['before'], ['after']])('%s it reached the server', async (when) => {
    const before = await count();
    await rig.executor.close();
    const throughProxy = rig.config.connections.map((connection) => ({
      ...connection,
      url: connection.url.replace(`:${rig.server.postgres.port}/`, `:${proxy.port}/`),
    }));
    rig.executor = await createExecutor({ ...rig.config, connections: throughProxy });
    const claims = await rig.order({ sql });
    const cuts = proxy.cuts;
    proxy.cutAtCommit(when);
    await rig.send(claims);
    const { claims: receipt, body } = await rig.receipt(claims.jti);
    expect(proxy.cuts).toBe(cuts + 1);
    expect(receipt.status).toBe('succeeded');
    expect(body?.statements[0]?.rows).toEqual([['1']]);
    expect(await count()).toBe(before + 1);
  });
});
