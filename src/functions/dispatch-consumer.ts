import { InvocationError, InvocationErrorCode, type AsyncEvent } from '@forge/events';
import * as v from 'valibot';
import { ExecutionKind } from '#core/protocol/attempt';
import { dispatchDryRun } from '../app/dry-run/dispatch-dry-run';
import { dispatchExecution, type DispatchResult } from '../app/dispatch-execution';
import { composePorts } from '../forge/compose';

const DispatchBody = v.object({
  issueId: v.string(),
  revision: v.number(),
  kind: ExecutionKind,
  jti: v.string(),
});

/** Retries of one event before the five-minute sweep takes over. Platform: at most four. */
const maxRetries = 4;

/** Queue consumer: sends one order. Delivered at least once; a failure is answered with a retry, then left to the sweep. */
export async function dispatchConsumer(event: AsyncEvent): Promise<InvocationError | undefined> {
  const dispatch = v.parse(DispatchBody, event.body);
  const ports = composePorts();
  let result: DispatchResult;
  try {
    const { kind } = dispatch;
    result =
      kind === 'dry-run'
        ? await dispatchDryRun(ports, { ...dispatch, kind })
        : await dispatchExecution(ports, { ...dispatch, kind });
  } catch (error) {
    ports.log('dispatch failed', { issueId: dispatch.issueId, error: String(error) });
    result = { done: false, retryAfterSeconds: 15, why: String(error) };
  }
  if (result.done || (event.retryContext?.retryCount ?? 0) >= maxRetries) return undefined;
  return new InvocationError({
    retryAfter: result.retryAfterSeconds,
    retryReason: InvocationErrorCode.FUNCTION_RETRY_REQUEST,
  });
}
