import { describe, expect, it } from '@jest/globals';
import { isDisplayed } from '../../../host/forge/display-conditions';

const facts = { isAdmin: false, issueType: 'Query Change', projectKey: 'QC', projectType: 'software' };

describe('isDisplayed', () => {
  it.each([
    [undefined, true],
    [{ issueType: 'Query Change' }, true],
    [{ issueType: ['Task', 'Bug'] }, false],
    [{ issueType: 'Query Change', projectKey: 'OTHER' }, false],
    [{ or: { issueType: 'Bug', projectKey: 'QC' } }, true],
    [{ not: { isAdmin: true } }, true],
    [{ and: [{ isLoggedIn: true }, { isAdmin: true }] }, false],
  ])('%j: %p', (conditions, shown) => {
    expect(isDisplayed(conditions, facts)).toBe(shown);
  });

  it('names a condition that it does not model', () => {
    expect(() => isDisplayed({ jiraExpression: 'true' }, facts)).toThrow(
      'EMULATOR_NOT_MODELLED: display condition jiraExpression',
    );
  });
});
