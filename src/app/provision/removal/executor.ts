import type { Removal } from './removal';

/** The app forgets the executor's keys, so that nothing it signs is believed any more. */
export const executorRemoval: Removal = {
  async look({ ports, admin }) {
    const { executor } = await ports.settings.read();
    if (!executor) return { state: 'gone' };
    return {
      state: 'remove',
      what: [`Executor ${executor.id}: its pinned keys are forgotten`],
      why: null,
      async apply() {
        const actor = await admin.actor();
        await ports.settings.change({ actor, what: 'Executor removed' }, (settings) => ({
          ...settings,
          executor: null,
        }));
      },
    };
  },
};
