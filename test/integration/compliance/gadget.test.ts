import { defaultGadgetConfig, scopeWords } from '#core/compliance/gadget-config';
import { issueAddress, maxGadgetCalls, searchAddress } from '#core/compliance/gadget-searches';
import { complianceRules, everything, ruleJql, type RuleKey, type Scope } from '#core/compliance/rules';
import { expectedOffenders, expectedWaiting, type MadeChange } from '../../../scripts/local/history/expected';
import { generateHistory } from '../../../scripts/local/history/generate-history';
import { startHistorySite, type HistorySite } from '../../../scripts/local/history/history-site';
import { people } from '../../../scripts/local/seed';
import { temporaryFolder } from '../../../scripts/local/temporary-folder';
import { allOf, runGadget, wordsOf, type Drawn, type GadgetOptions, type GadgetRun } from './gadget-runner';
import { seedWithStranger, stranger } from './support';

let site: HistorySite;
let made: MadeChange[];
let now: number;
const runs: GadgetRun[] = [];
/** A site is set up as an administrator does it, step by step. */
const startMs = 180_000;

beforeAll(async () => {
  site = await startHistorySite(process.cwd(), await temporaryFolder('gadget'), {
    seed: seedWithStranger,
  });
  now = Date.now();
  made = await generateHistory(site.host, site.jira, { count: 400, now });
}, startMs);
afterEach(() => {
  for (const run of runs.splice(0)) run.stop();
});
afterAll(async () => site.close());

async function open(options: Partial<GadgetOptions> = {}): Promise<GadgetRun> {
  const run = await runGadget({ jira: site.jira, accountId: people.auditor.accountId, ...options });
  runs.push(run);
  return run;
}

const settled = (tree: Drawn): boolean =>
  allOf(tree, 'DynamicTable').length > 0 && allOf(tree, 'Spinner').length === 0;
const rowsOf = (run: GadgetRun): Drawn[] => run.all('Row');
function rowOf(run: GadgetRun, key: RuleKey): Drawn {
  const row = rowsOf(run).find(({ props }) => props['rowKey'] === key);
  if (!row) throw new Error(`there is no row ${key}`);
  return row;
}
const links = (node: Drawn): unknown[] => allOf(node, 'Link').map(({ props }) => props['href']);

async function press(node: Drawn | undefined, prop = 'onClick'): Promise<void> {
  const handler = node?.props[prop];
  if (typeof handler !== 'function') throw new Error('there is nothing to press');
  await (handler as (event: object) => unknown)({});
}

function expectCounts(run: GadgetRun, scope: Scope): void {
  for (const rule of complianceRules) {
    const expected = expectedOffenders(made, rule.key, scope, now);
    const row = rowOf(run, rule.key);
    const [count, oldest] = links(row);
    expect(wordsOf(row)).toContain(rule.title);
    expect(count).toBe(searchAddress(ruleJql(rule, scope)));
    expect(allOf(row, 'Link').map(wordsOf)[0]).toBe(String(expected.length));
    const [lozenge] = allOf(row, 'Lozenge');
    if (expected.length === 0) {
      expect([lozenge?.props['appearance'], lozenge && wordsOf(lozenge)]).toEqual(['success', 'None']);
      expect(oldest).toBeUndefined();
    } else {
      expect(lozenge?.props['appearance']).toBe(rule.kind === 'control' ? 'removed' : 'moved');
      expect(oldest).toBe(issueAddress(expected[0] ?? ''));
      expect(wordsOf(row)).toMatch(/\d+ (minute|hour|day)s? ago/);
    }
  }
}

describe('the view', () => {
  test('unconfigured: every rule with its count, its search, and its oldest offender', async () => {
    const run = await open();
    await run.until(settled);
    expect(run.words()).toContain(scopeWords(everything));
    expectCounts(run, everything);
    expect(run.words()).toContain('Jira estimates counts.');
  });

  test('restricted to what was configured', async () => {
    const scope = { projectKey: 'DB', environment: 'prod', days: 90 } as const;
    const run = await open({
      configuration: { ...defaultGadgetConfig, ...scope, title: 'Quarterly review' },
    });
    await run.until(settled);
    expect(run.words()).toContain('Quarterly review');
    expect(run.words()).toContain('Project DB, prod, last 90 days');
    expectCounts(run, scope);
  });

  test('never more calls than said, all of them searches, the counts first', async () => {
    const run = await open({ accountId: people.firstApprover.accountId });
    await run.until(settled);
    const hits = complianceRules.filter(
      ({ key }) => expectedOffenders(made, key, everything, now).length > 0,
    );
    expect(hits).toHaveLength(complianceRules.length);
    expect(run.calls).toHaveLength(maxGadgetCalls);
    expect(new Set(run.calls.map(({ path }) => path))).toEqual(
      new Set(['/rest/api/3/search/approximate-count', '/rest/api/3/search/jql']),
    );
    const first = run.calls.slice(0, complianceRules.length);
    expect(first.every(({ path }) => path.endsWith('approximate-count'))).toBe(true);
  });

  test('what waits for the viewer, with connection and age', async () => {
    const run = await open({ accountId: people.firstApprover.accountId });
    await run.until(settled);
    const waiting = expectedWaiting(made, people.firstApprover.accountId, everything);
    expect(waiting.length).toBeGreaterThan(5);
    const items = run.all('ListItem');
    expect(items.map((item) => links(item)[0])).toEqual(waiting.slice(0, 5).map(issueAddress));
    for (const item of items)
      expect(wordsOf(item)).toMatch(/shop-(dev|qa|staging|prod), for \d+ (minute|hour|day)/);
    expect(run.words()).toContain('Show all that wait for you');
  });

  test('for whom nothing waits, and to whom nothing is shown', async () => {
    const run = await open({ accountId: people.developer.accountId });
    await run.until(settled);
    expect(run.words()).toContain('No change waits for your approval.');
    const blind = await open({ accountId: stranger.accountId });
    await blind.until(settled);
    for (const rule of complianceRules) expect(wordsOf(rowOf(blind, rule.key))).toContain('None');
    expect(blind.all('BarChart')).toEqual([]);
  });

  test('the chart has every bucket of both durations, adding up to what was approved and applied', async () => {
    const run = await open();
    await run.until(settled);
    const data = run.all('BarChart')[0]?.props['data'] as { took: string; changes: number; until: string }[];
    const sum = (until: string): number =>
      data.filter((bar) => bar.until === until).reduce((total, { changes }) => total + changes, 0);
    expect(data).toHaveLength(8);
    expect(sum('Until approved')).toBe(made.filter(({ story }) => story.facts.approvedAt !== null).length);
    expect(sum('Until applied')).toBe(made.filter(({ story }) => story.facts.executedAt !== null).length);
  });
});

describe('when something is wrong', () => {
  test('a failed count says so in its row and never shows a number; trying again mends it', async () => {
    let broken = true;
    const isBroken = (path: string, body: string): boolean =>
      broken && path.endsWith('approximate-count') && body.includes('queryChangeAttempts ');
    const run = await open({
      instead: (path, body) => (isBroken(path, body) ? new Response('{}', { status: 503 }) : undefined),
    });
    await run.until(settled);
    const row = rowOf(run, 'attempts-refused');
    expect(wordsOf(row)).toContain('Jira answered with an error (503).');
    expect(wordsOf(row)).toContain('Not known');
    expect(wordsOf(row)).not.toMatch(/None|Violated/);
    expect(allOf(row, 'Link')).toEqual([]);
    expect(wordsOf(rowOf(run, 'slow-lead-time'))).toContain('Slow');

    broken = false;
    await press(allOf(row, 'Button')[0]);
    await run.until((tree) => settled(tree) && !wordsOf(tree).includes('Not known'));
    expectCounts(run, everything);
  });

  test('an answer that is none is a failure too', async () => {
    const run = await open({
      instead: (path) => (path.endsWith('approximate-count') ? new Response('{"count":"many"}') : undefined),
    });
    await run.until(settled);
    for (const rule of complianceRules) expect(wordsOf(rowOf(run, rule.key))).toContain('cannot read');
    expect(run.words()).not.toMatch(/None|Violated/);
  });

  test('settings that cannot be read show everything, and say so', async () => {
    for (const configuration of [{ days: 3 }, 'text', { ...defaultGadgetConfig, projectKey: 'x" OR 1=1' }]) {
      const run = await open({ configuration });
      await run.until(settled);
      expect(run.words()).toContain('cannot be read');
      expectCounts(run, everything);
    }
    const empty = await open({ configuration: {} });
    await empty.until(settled);
    expect(empty.words()).not.toContain('cannot be read');
  });
});

describe('the edit view', () => {
  const field = (run: GadgetRun, name: string): Drawn | undefined =>
    [...run.all('Select'), ...run.all('Textfield')].find(({ props }) => props['name'] === name);
  const change = (run: GadgetRun, name: string, value: unknown): void => {
    const handler = field(run, name)?.props['onChange'];
    if (typeof handler !== 'function') throw new Error(`there is no field ${name}`);
    (handler as (value: unknown) => void)(value);
  };
  const choose = (run: GadgetRun, name: string, label: string): void => {
    const options = field(run, name)?.props['options'] as { label: string }[];
    change(
      run,
      name,
      options.find((option) => option.label === label),
    );
  };
  const ready = (tree: Drawn): boolean =>
    allOf(tree, 'Select').length > 0 &&
    allOf(tree, 'Select').every(({ props }) => props['isLoading'] !== true);

  test('offers the projects of the viewer and saves what was chosen', async () => {
    const run = await open({ editing: true });
    await run.until(ready);
    choose(run, 'project', 'Database changes (DB)');
    choose(run, 'environment', 'prod');
    choose(run, 'period', 'Last 30 days');
    change(run, 'title', { target: { value: ' Auditors ' } });
    change(run, 'refresh', { target: { value: '15' } });
    await run.until(() => JSON.stringify(field(run, 'period')?.props['value']).includes('30'));
    await press(run.all('Form')[0], 'onSubmit');
    expect(run.submitted()).toEqual({
      title: 'Auditors',
      projectKey: 'DB',
      environment: 'prod',
      days: 30,
      refresh: 15,
    });
    const view = await open({ configuration: run.submitted() });
    await view.until(settled);
    expect(view.words()).toContain('Auditors Project DB, prod, last 30 days');
  });

  test('says what is wrong and saves nothing', async () => {
    const run = await open({ editing: true });
    await run.until(ready);
    change(run, 'refresh', { target: { value: 'often' } });
    change(run, 'title', { target: { value: 'x'.repeat(81) } });
    await run.until(() => true);
    await press(run.all('Form')[0], 'onSubmit');
    await run.until((tree) => allOf(tree, 'ErrorMessage').length === 2);
    expect(run.all('ErrorMessage').map(wordsOf)).toEqual([
      'Use at most 80 characters.',
      'Enter whole minutes from 1 to 1440, or nothing.',
    ]);
    expect(run.submitted()).toBeUndefined();
  });

  test('shows what was saved, keeps a project that the viewer does not see, and can be left', async () => {
    const saved = { ...defaultGadgetConfig, projectKey: 'SECRET', days: 365 };
    const run = await open({ editing: true, configuration: saved });
    await run.until(ready);
    expect(field(run, 'project')?.props['value']).toMatchObject({ label: 'SECRET' });
    expect(field(run, 'period')?.props['value']).toMatchObject({ label: 'Last 365 days' });
    await press(run.all('Button').find((button) => wordsOf(button) === 'Cancel'));
    expect(run.closed()).toBe(true);
    expect(run.submitted()).toBeUndefined();
  });
});
