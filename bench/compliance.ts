import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { complianceRules } from '#core/compliance/rules';
import { generateHistory } from '../scripts/local/history/generate-history';
import { startHistorySite, type HistorySite } from '../scripts/local/history/history-site';
import { people } from '../scripts/local/seed';
import { temporaryFolder } from '../scripts/local/temporary-folder';
import { launchBrowser } from '../test/support/browser';
import { allOf, runGadget, type Drawn } from '../test/integration/compliance/gadget-runner';
import { timeDashboard } from './gadget-in-browser';

/** What opening the compliance gadget costs with so many changes on the site. */
interface GadgetCost {
  readonly changes: number;
  /** Jira calls of one opening. */
  readonly calls: number;
  readonly points: number;
  /** Milliseconds from opening to the first number, to all rules, and to everything; the median of the openings. */
  readonly firstNumber: number;
  readonly allRules: number;
  readonly everything: number;
  /** From the click on the dashboard's link to its first number on the screen of a real browser; the median. */
  readonly inBrowser: number;
  /** Making the history, milliseconds, and the site's and app's state as JSON, bytes. */
  readonly made: number;
  readonly stateBytes: number;
}

const appDir = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const openings = 5;

/** Measures and prints the table; one column for each number of changes. */
export async function printGadgetCost(sizes: readonly number[]): Promise<void> {
  const costs = await measureGadget(sizes);
  const row = (name: string, of: (cost: GadgetCost) => string, aim = ''): string =>
    `| ${[name, ...costs.map(of), aim].join(' | ')} |`;
  const ms = (value: number): string => `${value.toFixed(0)} ms`;
  console.log(`Opening the compliance gadget (median of ${openings}; the host's search, not a live site)

${row('changes on the site', ({ changes }) => changes.toLocaleString('en-US'), 'aim')}
| --- |${costs.map(() => ' --- |').join('')} --- |
${row('Jira calls', ({ calls }) => String(calls), 'equal')}
${row('Jira points', ({ points }) => String(points), 'equal')}
${row('first number, in a browser, from the click on the dashboard', ({ inBrowser }) => ms(inBrowser), '1,000 ms')}
${row('first number, without a browser', ({ firstNumber }) => ms(firstNumber))}
${row('all rules, without a browser', ({ allRules }) => ms(allRules))}
${row('everything, without a browser', ({ everything }) => ms(everything))}
${row('the history made', ({ made }) => ms(made))}
${row('site and app as JSON', ({ stateBytes }) => `${(stateBytes / 1e6).toFixed(0)} MB`)}
`);
}

/** Opens the gadget on a site of its own with each number of changes, one after the other; the numbers must grow. */
async function measureGadget(sizes: readonly number[]): Promise<GadgetCost[]> {
  const [site, browser] = [
    await startHistorySite(appDir, await temporaryFolder('gadget-bench')),
    await launchBrowser(),
  ];
  try {
    const costs: GadgetCost[] = [];
    let there = 0;
    for (const changes of sizes) {
      const began = performance.now();
      const options = { count: changes - there, now: Date.now(), seed: changes };
      await generateHistory(site.host, site.jira, options);
      const made = performance.now() - began;
      there = changes;
      const state = { jira: site.jira.snapshot(), forge: site.host.platform.snapshot() };
      const stateBytes = Buffer.byteLength(JSON.stringify(state));
      // The first opening compiles the code.
      const inBrowser = median((await timeDashboard(browser, site, openings + 1)).slice(1));
      costs.push({ changes, made, stateBytes, inBrowser, ...(await openOften(site)) });
    }
    return costs;
  } finally {
    await browser.close();
    await site.close();
  }
}

type Opening = Pick<GadgetCost, 'calls' | 'points' | 'firstNumber' | 'allRules' | 'everything'>;

async function openOften(site: HistorySite): Promise<Opening> {
  const all: Opening[] = [];
  // The first one compiles the code.
  for (let opening = 0; opening <= openings; opening += 1) {
    const one = await open(site);
    if (opening > 0) all.push(one);
  }
  const of = (name: keyof Opening): number => median(all.map((one) => one[name]));
  return {
    calls: of('calls'),
    points: of('points'),
    firstNumber: of('firstNumber'),
    allRules: of('allRules'),
    everything: of('everything'),
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Rows whose count is shown. */
const counted = (tree: Drawn): number =>
  allOf(tree, 'Row').filter((row) => allOf(row, 'Link').length > 0).length;
const settled = (tree: Drawn): boolean =>
  counted(tree) === complianceRules.length && allOf(tree, 'Spinner').length === 0;

async function open({ jira }: HistorySite): Promise<Opening> {
  const run = await runGadget({ jira, accountId: people.firstApprover.accountId });
  const [firstNumber, allRules, everything] = await Promise.all([
    run.until((tree) => counted(tree) > 0),
    run.until((tree) => counted(tree) === complianceRules.length),
    run.until(settled),
  ]);
  run.stop();
  const points = run.calls.reduce((sum, call) => sum + call.points, 0);
  return { calls: run.calls.length, points, firstNumber, allRules, everything };
}
