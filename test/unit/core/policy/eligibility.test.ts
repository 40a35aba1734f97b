import {
  approvalsRequired,
  approverRefusal,
  defaultApprovals,
  type PersonFacts,
} from '#core/policy/eligibility';
import { aRevision } from '../builders';

const person: PersonFacts = {
  accountId: 'approver-1',
  active: true,
  accountType: 'atlassian',
  groupNames: ['shop-approvers'],
  groupIds: ['group-1'],
  mayBrowse: true,
};

test.each<[string, Partial<PersonFacts>, string | null]>([
  ['a member', {}, null],
  ['a member by id, the group was renamed', { groupNames: [] }, null],
  ['a member by name where Jira tells no id', { groupIds: [] }, null],
  ['the author', { accountId: 'dev-1' }, 'The author cannot approve their own change.'],
  ['somebody who edited', { accountId: 'dev-2' }, 'Whoever edited the change cannot approve it.'],
  ['an app', { accountType: 'app' }, 'Only people can approve, not apps or agents.'],
  ['a customer', { accountType: 'customer' }, 'Only people can approve, not apps or agents.'],
  ['an unknown kind of account', { accountType: '' }, 'Only people can approve, not apps or agents.'],
  ['a deactivated account', { active: false }, 'The account is not active.'],
  ['not a member', { groupIds: ['group-2'], groupNames: ['others'] }, 'Not a member of shop-approvers.'],
  ['somebody who may not see the issue', { mayBrowse: false }, 'May not see this issue.'],
])('%s', (_name, facts, refusal) => {
  expect(approverRefusal(aRevision({ editors: ['dev-2'] }), { ...person, ...facts })).toBe(refusal);
});

test.each([
  [1, 0, 1],
  [2, 1, 2],
  [1, 2, 2],
  [0, 0, 1],
  [-1, 0, 1],
])('configured %i, executor minimum %i: %i', (configured, minimum, needed) => {
  expect(approvalsRequired(configured, minimum)).toBe(needed);
});

test('prod proposes two, everything else one', () => {
  expect(['dev', 'qa', 'staging', 'prod'].map(defaultApprovals)).toEqual([1, 1, 1, 2]);
});
