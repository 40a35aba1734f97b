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
        const by = await admin.actor();
        const at = new Date(ports.clock()).toISOString();
        await ports.settings.change({ actor: by, what: 'Dispatch paused for the removal' }, (settings) =>
          settings.pause ? settings : { ...settings, pause: { by, at, reason: 'Removal' } },
        );
      },
    };
  },
};
