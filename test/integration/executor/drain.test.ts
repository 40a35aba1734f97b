import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';
import { sha256Hex } from '#core/hash';
import { signCompact } from '#core/protocol/jws';
import { requestHeader, requestTyp } from '#core/protocol/request';
import { executorId, installation, nowSeconds } from './support/app';
import { type Rig, startRig } from './support/rig';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());

test('a kept connection that is in use when the end comes is not kept any longer', async () => {
  const { url } = rig.executor;
  const body = JSON.stringify({ jti: 'f'.repeat(64), connection: 'main' });
  const path = '/v1/revocations';
  const claims = {
    iss: installation,
    aud: executorId,
    jti: randomUUID(),
    iat: nowSeconds(),
    exp: nowSeconds() + 60,
  };
  const token = await signCompact(
    { ...claims, method: 'POST', path, bodySha256: await sha256Hex(body) },
    requestTyp,
    rig.app.key,
  );
  const agent = new Agent({ keepAlive: true });
  const headers = {
    [requestHeader]: token,
    'content-length': body.length,
    'content-type': 'application/json',
  };
  const asked = request(url + path, { method: 'POST', agent, headers });
  const answered = once(asked, 'response') as Promise<[IncomingMessage]>;
  asked.write(body.slice(0, 1));
  const [socket] = (await once(asked, 'socket')) as [NodeJS.EventEmitter];
  const hungUp = once(socket, 'close');
  // Asked later and answered: the executor has begun to read the first one.
  await rig.app.connections(url);
  const restarted = rig.restart();
  asked.end(body.slice(1));
  const [answer] = await answered;
  answer.resume();
  expect(answer.headers.connection).toBe('close');
  await Promise.all([hungUp, restarted]);
  agent.destroy();
});
