import * as v from 'valibot';
import { issueTypeName } from '#core/workflow/definition';
import { doneKey, forgotten, isOurs } from '../kept';
import { Id } from '../lists';
import { rest } from '../site-admin';
import { existing, StepRefused, type Site } from '../step';
import { beforeUs, issuesUseIt, remove, type Removal, type RemovalLook } from './removal';

const Type = v.object({ id: Id, name: v.string() });

/** The issue type, unless an issue has it. */
export const issueTypeRemoval: Removal = { look };

async function look({ admin }: Site): Promise<RemovalLook> {
  const ids = await admin.ids();
  const id = ids['issueTypeId'];
  const forget = { ...forgotten('issueTypeId'), [doneKey('issue-type')]: null };
  if (id === undefined) return { state: 'gone', forget };
  const type = await existing(admin, rest(['issuetype', id]), Type);
  if (!type) return { state: 'gone', forget };
  const what = [`Issue type "${type.name}"`];
  if (!isOurs(ids, 'issueTypeId')) return { state: 'keep', what, why: beforeUs };
  const used = await issuesUseIt(admin, ids);
  if (used !== null) return { state: 'keep', what, why: used };
  return {
    state: 'remove',
    what,
    why: null,
    async apply() {
      await remove(
        admin,
        rest(['issuetype', id]),
        `Delete the work type "${issueTypeName}" under Settings, Work items, Work types; Jira asks where its work items go.`,
      );
      // Jira answers 404 as well when issues have the type that the admin may not see, and were not counted.
      if (await existing(admin, rest(['issuetype', id]), Type)) throw new StepRefused(hidden, lookAgain);
      await admin.keep(forget);
    },
  };
}

const hidden = 'The issue type is still there: issues that you may not see have it.';
const lookAgain = 'Ask somebody who may browse every project to delete or move these issues, then try again.';
