import { doneKey } from '../kept';
import { pinPanel } from '../steps/panel';
import type { Removal } from './removal';

/** The panel is shown on no issue of the project unless somebody opens it there. */
export const panelRemoval: Removal = {
  async look({ admin }) {
    const ids = await admin.ids();
    if (ids[doneKey('panel')] === undefined) return { state: 'gone' };
    return {
      state: 'remove',
      what: [`Panel "Query Change": no longer shown on every issue of ${ids['projectKey'] ?? 'the project'}`],
      why: null,
      async apply() {
        await pinPanel(admin, 'UNPIN');
        await admin.keep({ [doneKey('panel')]: null });
      },
    };
  },
};
