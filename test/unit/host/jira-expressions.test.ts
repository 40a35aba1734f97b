import * as fc from 'fast-check';
import { actorCondition } from '#core/workflow/actor-condition';
import { ExpressionError } from '../../../host/jira/expressions/expression-error';
import { evaluateExpression, parseExpression } from '../../../host/jira/expressions/interpreter';
import { ExpressionObject } from '../../../host/jira/expressions/members';

const user = new ExpressionObject('User', {
  accountId: () => 'me',
  groups: () => ['dba', 'dev'],
});
const issue = new ExpressionObject(
  'Issue',
  {
    key: () => 'QC-1',
    reporter: () => user,
    assignee: () => null,
    properties: () => ({ p: { n: 3, list: [1, 2] } }),
  },
  (name) => (name === 'customfield_1' ? 'dba' : undefined),
);
const run = (source: string, extra: Record<string, unknown> = {}) =>
  evaluateExpression(source, { user, issue, config: { field: 'customfield_1', group: 'dba' }, ...extra });

describe('Jira expressions', () => {
  test.each([
    ['1 + 2 * 3', 7],
    ["'a' + 1", 'a1'],
    ['issue.key', 'QC-1'],
    ["issue['key']", 'QC-1'],
    ['issue[config.field]', 'dba'],
    ['user.groups.includes(config.group)', true],
    ['user.groups.includes(issue[config.field])', true],
    ['user.groups.filter(g => g.length > 3).length', 0],
    ["user.groups.map(g => g.toUpperCase()).join('-')", 'DBA-DEV'],
    ['issue.assignee == null', true],
    ['issue.assignee?.accountId', null],
    ['issue.assignee?.accountId.length', null],
    ['issue.reporter == user', true],
    ["issue.properties['p'].n > 2", true],
    ["issue.properties['missing']", null],
    ["issue.properties?.['p'].list.some(x => x == 2)", true],
    ["issue.key.match('QC-(\\\\d)')[1]", '1'],
    ["true ? 'yes' : 'no'", 'yes'],
    ['null ?? 4', 4],
    ['!(1 == 1) || 2 >= 2', true],
    ['[1, 2].reduce((a, b) => a + b, 0)', 3],
    ['{a: 1}.a', 1],
  ])('%s', (source, expected) => {
    expect(run(source)).toEqual(expected);
  });

  test.each([
    'issue.nope',
    'nope',
    'undefined',
    'issue.assignee.accountId',
    "'a' && true",
    '1 || true',
    "1 < 'a'",
    'null > 1',
    'if (true) 1',
    'x = 1',
    'issue.constructor',
    "issue['__proto__']",
    'user.groups.constructor',
    "''.constructor",
    '(() => 1).call',
    'user.groups.map(g => { return g })',
    'new Date()',
    'globalThis',
    'this',
    '1; 2',
    'issue.key.nope()',
    '`${',
  ])('refuses %s', (source) => {
    expect(() => run(source)).toThrow(ExpressionError);
  });

  test.each([
    ['author', 'me', false, true],
    ['author', 'other', false, false],
    ['approver', 'other', false, true],
    ['approver', 'me', false, false],
    ['app', 'me', false, false],
    ['app', 'me', true, true],
    ['operator-not-author', 'other', false, true],
  ])('the actor condition of the app: %s by %s', (who, author, isApp, expected) => {
    const config = {
      who,
      app: isApp ? 'me' : 'app',
      authorField: 'author',
      groupField: 'group',
      operatorGroup: 'dev',
    };
    const fields: Record<string, unknown> = {
      author: new ExpressionObject('User', { accountId: () => author }),
      group: 'dba',
    };
    const change = new ExpressionObject('Issue', {}, (name) => fields[name]);
    expect(run(actorCondition, { config, issue: change })).toBe(expected);
    expect(run(actorCondition, { config, issue: change, user: null })).toBe(false);
  });

  test('properties cannot reach prototypes', () => {
    expect(run("issue.properties['constructor']")).toBeNull();
    expect(run("issue.properties.p['toString']")).toBeNull();
  });

  test('stops at the limits', () => {
    expect(() => parseExpression(`'${'x'.repeat(10_000)}'`)).toThrow('too long');
    const list = Array.from({ length: 400 }, (_, index) => index);
    expect(() => run('list.every(a => list.every(b => a + b >= 0))', { list })).toThrow('too many steps');
  });

  test('never runs host code: any text either evaluates to plain data or is an ExpressionError', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom('a', '.', '[', ']', '(', ')', "'", '=', '>', '1', ' ', '?', '!', '&'),
        }),
        (source) => {
          try {
            run(source);
          } catch (error) {
            expect(error).toBeInstanceOf(ExpressionError);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
});
