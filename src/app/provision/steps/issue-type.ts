import * as v from 'valibot';
import { issueTypeName } from '#core/workflow/definition';
import { found, made } from '../kept';
import { Id, Made, Nothing, pick } from '../lists';
import { rest } from '../site-admin';
import { askAnAdmin, change, manual, needed, ready, type Look, type Site, type Step } from '../step';

const IssueType = v.object({
  id: Id,
  name: v.string(),
  subtask: v.optional(v.boolean(), false),
  scope: v.optional(v.object({ type: v.optional(v.string()) })),
});

const title = `Issue type "${issueTypeName}"`;
const menu = 'Settings, Work items, Work types';
const description = 'A reviewed database change: SQL, approvals, execution and result in one work item.';

/** The issue type of changes: made, or found by its name. */
export const issueTypeStep: Step = { look };

async function look({ admin }: Site): Promise<Look> {
  const ids = await admin.ids();
  const all = needed(await admin.get(rest(['issuetype']), v.array(IssueType)), askAnAdmin);
  // Types of team-managed projects belong to their project.
  const types = all.filter(({ scope }) => scope?.type !== 'PROJECT');
  const type = pick(types, ids['issueTypeId'], issueTypeName);
  const done = `${title} is ready.`;
  if (!type) {
    const gone = ids['issueTypeId'] !== undefined;
    const create = {
      change: change(gone ? 'repair' : 'create', title, gone ? 'gone; will be made again' : description),
      run: async () => {
        const body = { name: issueTypeName, description, type: 'standard' };
        const reply = await admin.send('POST', rest(['issuetype']), body, Made);
        await admin.keep(
          made(
            'issueTypeId',
            needed(reply, `Add a work type (issue type) named "${issueTypeName}" under ${menu}.`).id,
          ),
        );
      },
    };
    return ready([create], done, done);
  }
  if (type.subtask) {
    return manual(
      `${title} is a subtask type.`,
      `Rename it under ${menu}; Query Change makes a standard one.`,
    );
  }
  const rename = {
    change: change('repair', title, `named "${type.name}", should be "${issueTypeName}"`),
    run: async () => {
      const reply = await admin.send('PUT', rest(['issuetype', type.id]), { name: issueTypeName }, Nothing);
      needed(reply, `Rename the work type "${type.name}" to "${issueTypeName}" under ${menu}.`);
    },
  };
  const adopt = {
    change: change('change', title, 'exists already; will be used'),
    run: () => admin.keep(found('issueTypeId', type.id)),
  };
  const acts = [
    ...(type.id === ids['issueTypeId'] ? [] : [adopt]),
    ...(type.name === issueTypeName ? [] : [rename]),
  ];
  return ready(acts, `${title} exists.`, done);
}
