import { pauseDispatch } from '../../admin/pause';
import type { Removal } from './removal';

/** Nothing is sent to the executor any more. What was sent goes on; its receipts are still taken. */
export const dispatchRemoval: Removal = {
  async look({ ports, admin }) {
    const { pause } = await ports.settings.read();
    if (pause) return { state: 'gone' };
    return {
      state: 'remove',
      what: ['Sending to the executor: paused'],
      why: null,
      async apply() {
        // That somebody else paused it in this moment is as good.
        await pauseDispatch(ports, await admin.actor(), 'Removal', 'Dispatch paused for the removal');
      },
    };
  },
};
