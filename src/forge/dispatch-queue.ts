import { Queue } from '@forge/events';
import type { DispatchQueue } from '../app/ports';

/** Name of the manifest's consumer queue. */
const queueKey = 'dispatch';

/** Forge's async events. One event per execution; its body carries ids only. */
export const dispatchQueue: DispatchQueue = {
  async push(dispatch, delaySeconds) {
    await new Queue({ key: queueKey }).push({
      body: { ...dispatch },
      ...(delaySeconds > 0 ? { delayInSeconds: delaySeconds } : {}),
    });
  },
};
